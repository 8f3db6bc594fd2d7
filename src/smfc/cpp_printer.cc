// What is written compiles for every schema that check_schema() lets pass: types are named from the global namespace,
// so that nothing of the schema hides them; stubs are called through `this`, so that no parameter does.
#include "smfc/cpp_printer.hh"

#include "smfc/naming.hh"

#include <flatbuffers/base.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace smfc {

namespace {

constexpr std::string_view header_text = R"(// Written by smfc from $file$; changes are lost when it runs again.
#pragma once

#include <smf/internal/flat_packer.h>
#include <smf/internal/typed_reply.h>
#include <smf/log.h>
#include <smf/rpc_client.h>
#include <smf/rpc_recv_typed_context.h>
#include <smf/rpc_service.h>
#include <smf/rpc_typed_envelope.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "$base$_generated.h"

static_assert(FLATBUFFERS_VERSION_MAJOR == $major$ && FLATBUFFERS_VERSION_MINOR == $minor$ &&
                  FLATBUFFERS_VERSION_REVISION == $revision$,
              "smfc was built for another version of FlatBuffers");
)";

constexpr std::string_view service_begin = R"(
class $service$ : public $root$smf::rpc_service {
public:
    $service$() = default;
    // methods() refers to this object.
    $service$(const $service$&) = delete;
    $service$& operator=(const $service$&) = delete;
    ~$service$() override = default;

    const char* service_name() const override { return "$name$"; }
    uint32_t service_id() const override { return $service_id$; }
    $root$std::vector<$root$smf::rpc_service_method_handle> methods() override {
        $root$std::vector<$root$smf::rpc_service_method_handle> handles;
        handles.reserve($count$);
)";

constexpr std::string_view service_handle = R"(        handles.emplace_back(
            "$name$", $method_id$, &$root$smf::verify_body<$input$>,
            [this]($root$smf::rpc_recv_context&& c) { return this->$raw$($root$std::move(c)); });
)";

constexpr std::string_view service_middle = R"(        return handles;
    }
)";

constexpr std::string_view service_method = R"(
$comment$    /// To be overridden; this answers 501, not implemented.
    virtual $root$seastar::future<$root$smf::rpc_typed_envelope<$output$>>
    $method$($root$smf::rpc_recv_typed_context<$input$>&&) {
        using reply_t = $root$smf::rpc_typed_envelope<$output$>;
        reply_t reply;
        reply.envelope.set_status(501);
        return $root$seastar::make_ready_future<reply_t>($root$std::move(reply));
    }
    /// The same in bytes, to be overridden in place of $method$().
    virtual $root$seastar::future<$root$smf::rpc_envelope> $raw$($root$smf::rpc_recv_context&& c) {
        const auto session = c.session();
        return $root$smf::internal::typed_reply(
            this->$method$($root$smf::rpc_recv_typed_context<$input$>($root$std::move(c))), session$pack$);
    }
)";

constexpr std::string_view pack_argument = R"(,
            $root$smf::internal::pack_with{[](const auto& reply) {
                $root$smf::internal::flat_packer<$count$> packer$sizes$;
$calls$                return packer.finish();
            }})";

constexpr std::string_view client_begin = R"(
class $client$ : public $root$smf::rpc_client {
public:
    explicit $client$($root$seastar::ipv4_addr server) : $root$smf::rpc_client(server) {}
    explicit $client$($root$smf::rpc_client_opts opts) : $root$smf::rpc_client($root$std::move(opts)) {}
    $client$($client$&&) = default;

    static $root$seastar::shared_ptr<$client$> make_shared($root$seastar::ipv4_addr server) {
        return $root$seastar::make_shared<$client$>(server);
    }
    static $root$seastar::shared_ptr<$client$> make_shared($root$smf::rpc_client_opts opts) {
        return $root$seastar::make_shared<$client$>($root$std::move(opts));
    }
    /// The address in numbers, as in "127.0.0.1".
    static $root$seastar::shared_ptr<$client$> make_shared(const $root$std::string& ip, uint16_t port) {
        return $root$seastar::make_shared<$client$>($root$seastar::ipv4_addr(ip, port));
    }

    const char* name() const override { return "$client$"; }
)";

constexpr std::string_view client_method = R"(
$comment$    $root$seastar::future<$root$smf::rpc_recv_typed_context<$output$>>
    $method$($root$smf::rpc_typed_envelope<$input$> request) {
        return this->$method$($root$smf::rpc_envelope(request.serialize_data()));
    }
    $root$seastar::future<$root$smf::rpc_recv_typed_context<$output$>>
    $method$($root$smf::rpc_envelope request) {
        request.set_request_id($service_id$, $method_id$);
        return $root$smf::rpc_client::send<$output$>($root$std::move(request));
    }
)";

constexpr std::string_view using_line = "    using $root$smf::$base$::$method$;\n";

// What a method of that name would hide.
constexpr std::string_view client_members[] = {"call", "connect", "reconnect", "send", "stop", "try_send"};
constexpr std::string_view service_members[] = {"print"};

template <size_t N>
bool contains(const std::string_view (&names)[N], std::string_view name) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

using substitutions = std::vector<std::pair<std::string_view, std::string>>;

/// The text with every $key$ replaced.
std::string expand(std::string_view text, const substitutions& values) {
    std::string out;
    for (;;) {
        auto begin = text.find('$');
        out += text.substr(0, begin);
        if (begin == std::string_view::npos) {
            return out;
        }
        text.remove_prefix(begin + 1);
        auto key = text.substr(0, text.find('$'));
        text.remove_prefix(key.size() + 1);
        auto value = std::find_if(values.begin(), values.end(), [&](auto& v) { return v.first == key; });
        if (value == values.end()) {
            throw std::logic_error("no value for " + std::string(key));
        }
        out += value->second;
    }
}

/// Lines of the schema's comments keep the blank that follows their slashes. A backslash at the end would make the next
/// line, code, part of the comment.
std::string comment_text(const std::vector<std::string>& lines, std::string_view indent) {
    std::string text;
    for (auto& line : lines) {
        text.append(indent).append("///").append(line, 0, line.find_last_not_of("\\ \t\r") + 1).append("\n");
    }
    return text;
}

/// Where a schema has a name of its own that is also a namespace of ours, ours are named from the global one.
std::string root_prefix(const schema& s) {
    static constexpr std::string_view ours[] = {"smf", "seastar", "std"};
    auto hides = [&](const qualified_name& n) {
        return contains(ours, n.name) ||
               std::any_of(n.scope.begin(), n.scope.end(), [](auto& part) { return contains(ours, part); });
    };
    bool hidden = std::any_of(s.types.begin(), s.types.end(), [&](auto& t) { return hides(t.name); }) ||
                  std::any_of(s.services.begin(), s.services.end(), [&](auto& t) { return hides(t.name); });
    return hidden ? "::" : "";
}

substitutions values_of(const rpc_service& s, const std::string& root) {
    return {{"root", root},
            {"name", s.name.name},
            {"service", cpp_identifier(s.name.name)},
            {"client", client_name(s.name.name)},
            {"service_id", std::to_string(s.id)},
            {"count", std::to_string(s.methods.size())}};
}

/// The last argument of typed_reply(): none, or how to pack a flat table.
std::string pack_text(const std::vector<flat_field>& fields, const std::string& root) {
    if (fields.empty()) {
        return "";
    }
    auto call = [&](const char* function, const flat_field& f, const std::string& more) {
        return std::string("                packer.") + function + "(" + std::to_string(f.index) + more + ");\n";
    };
    auto member = [](const flat_field& f) { return "reply." + cpp_identifier(f.name); };
    std::string sizes, strings, adds;
    for (auto& f : fields) {
        if (f.is_string) {
            sizes += (sizes.empty() ? "" : ", ") + member(f) + ".size()";
            strings += call("string", f, ", {" + member(f) + ".data(), " + member(f) + ".size()}");
        }
    }
    // As flatc adds them: the largest first, those of one size from the last to the first.
    for (size_t size = 8; size != 0; size /= 2) {
        for (auto f = fields.rbegin(); f != fields.rend(); ++f) {
            if (f->size == size) {
                adds += f->is_string ? call("add_string", *f, "") : call("add", *f, ", " + member(*f));
            }
        }
    }
    return expand(pack_argument, {{"root", root},
                                  {"count", std::to_string(fields.size())},
                                  {"sizes", sizes.empty() ? "" : "(" + sizes + ")"},
                                  {"calls", strings + adds}});
}

substitutions values_of(const rpc_service& s, const rpc_method& m, const std::string& root) {
    return {{"root", root},
            {"name", m.name},
            {"method", cpp_identifier(m.name)},
            {"raw", raw_name(m.name)},
            {"input", cpp_path(m.input)},
            {"output", cpp_path(m.output)},
            {"service_id", std::to_string(s.id)},
            {"method_id", std::to_string(m.id)},
            {"pack", pack_text(m.flat_output, root)},
            {"comment", comment_text(m.comment, "    ")}};
}

template <size_t N>
std::string using_lines(const rpc_service& s, const std::string_view (&members)[N], std::string_view base,
                        const std::string& root) {
    std::string text;
    for (auto& m : s.methods) {
        if (contains(members, m.name)) {
            text += expand(using_line, {{"root", root}, {"base", std::string(base)}, {"method", m.name}});
        }
    }
    return text;
}

std::string print_service(const rpc_service& s, const std::string& root) {
    auto comment = comment_text(s.comment, "");
    auto text = expand(service_begin, values_of(s, root));
    text.insert(1, comment); // below the blank line
    for (auto& m : s.methods) {
        text += expand(service_handle, values_of(s, m, root));
    }
    text += service_middle;
    text += using_lines(s, service_members, "rpc_service", root);
    for (auto& m : s.methods) {
        text += expand(service_method, values_of(s, m, root));
    }
    return text + "};\n";
}

std::string print_client(const rpc_service& s, const std::string& root) {
    auto text = expand(client_begin, values_of(s, root)) + using_lines(s, client_members, "rpc_client", root);
    for (auto& m : s.methods) {
        text += expand(client_method, values_of(s, m, root));
    }
    return text + "};\n";
}

}

std::string print_cpp(const schema& s) {
    auto root = root_prefix(s);
    auto text = expand(header_text, {{"file", file_name(s.path)},
                                     {"base", base_name(s.path)},
                                     {"major", std::to_string(FLATBUFFERS_VERSION_MAJOR)},
                                     {"minor", std::to_string(FLATBUFFERS_VERSION_MINOR)},
                                     {"revision", std::to_string(FLATBUFFERS_VERSION_REVISION)}});
    const std::vector<std::string>* open = nullptr;
    auto close = [&] {
        if (open && !open->empty()) {
            text += "\n} // namespace " + joined(*open) + "\n";
        }
    };
    for (auto& service : s.services) {
        if (!open || *open != service.name.scope) {
            close();
            open = &service.name.scope;
            text += open->empty() ? "" : "\nnamespace " + joined(*open) + " {\n";
        }
        text += print_service(service, root) + print_client(service, root);
    }
    close();
    return text;
}

std::string cpp_file_name(const std::string& schema_path) {
    return base_name(schema_path) + ".smf.fb.h";
}

}
