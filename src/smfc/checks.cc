#include "smfc/checks.hh"

#include "smfc/naming.hh"

#include <map>
#include <string_view>

namespace smfc {

namespace {

std::string location(const schema& s, int line) {
    return s.path + ":" + std::to_string(line) + ": ";
}

std::string dotted(const rpc_service& service, const rpc_method& method) {
    return service.name.name + "." + method.name;
}

class checker {
    const schema& _schema;
    std::vector<std::string> _warnings;
    struct owner {
        const rpc_service* service;
        const rpc_method* method;
    };
    std::map<uint32_t, owner> _dispatch_ids;
    std::map<std::string, std::string> _classes; // C++ path -> what it is

public:
    explicit checker(const schema& s) : _schema(s) {}

    std::vector<std::string> run() {
        for (auto& t : _schema.types) {
            add_type(t);
        }
        for (auto& service : _schema.services) {
            check_scope(service, service.name);
            auto what = "rpc_service " + id_text(service.name);
            add_class(service, cpp_identifier(service.name.name), what);
            add_class(service, client_name(service.name.name), "the client of " + what);
            check_members(service);
            for (auto& method : service.methods) {
                check_scope(service, method.input);
                check_scope(service, method.output);
                check_streaming(method);
                check_numbers(service, method);
            }
        }
        return std::move(_warnings);
    }

private:
    [[noreturn]] void fail(int line, const std::string& what) const {
        throw schema_error(location(_schema, line) + "error: " + what);
    }

    // Of a table X flatc also makes XT and XBuilder.
    void add_type(const declared_type& t) {
        auto path = cpp_path(t.name);
        auto what = "the type " + id_text(t.name);
        if (is_cpp_keyword(t.name.name)) {
            _warnings.push_back(_schema.path + ": warning: " + what +
                                " is named by a C++ keyword; what flatc makes of " +
                                "it with --reflect-names, as smfc_gen() runs it, does not compile");
        }
        _classes.emplace(path, what);
        if (t.is_table) {
            // An escaped name has no second underscore: class_ -> class_T, as path has it.
            _classes.emplace(path + "T", "the object type of " + id_text(t.name));
            _classes.emplace(path + "Builder", "the builder of " + id_text(t.name));
        }
    }

    void add_class(const rpc_service& service, const std::string& name, const std::string& what) {
        auto [at, added] = _classes.emplace(cpp_path({service.name.scope, name}), what);
        if (!added) {
            fail(service.line, what + " would have the C++ name " + name + ", which is taken by " + at->second);
        }
    }

    void check_scope(const rpc_service& service, const qualified_name& name) const {
        for (auto& part : name.scope) {
            if (is_cpp_keyword(part)) {
                fail(service.line, "the namespace " + joined(name.scope) + " contains the C++ keyword " + part +
                                       ", which flatc does not escape");
            }
        }
    }

    void check_members(const rpc_service& service) const {
        std::map<std::string, std::string> taken;
        taken[cpp_identifier(service.name.name)] = "the service's class";
        taken[client_name(service.name.name)] = "the client's class";
        for (auto& m : service.methods) {
            for (auto& [name, what] : {std::pair(cpp_identifier(m.name), "method " + m.name),
                                       std::pair(raw_name(m.name), "the raw form of method " + m.name)}) {
                auto [at, added] = taken.emplace(name, what);
                if (!added) {
                    fail(m.line, what + " of rpc_service " + service.name.name + " would have the C++ name " + name +
                                     ", which is taken by " + at->second);
                }
            }
        }
    }

    void check_streaming(const rpc_method& m) const {
        if (!m.streaming.empty() && m.streaming != "none") {
            fail(m.line, "method " + m.name + ": streaming \"" + m.streaming + "\" is not supported");
        }
    }

    void check_numbers(const rpc_service& service, const rpc_method& m) {
        auto id = service.dispatch_id(m);
        if (id == 0) {
            fail(m.line, dotted(service, m) + " would have the number 0, which no request may carry; rename one");
        }
        auto [at, added] = _dispatch_ids.emplace(id, owner{&service, &m});
        if (added) {
            return;
        }
        auto& first = at->second;
        auto what = dotted(*first.service, *first.method) + " (line " + std::to_string(first.method->line) + ") and " +
                    dotted(service, m) + " have the same number, " + std::to_string(id);
        if (first.service == &service) {
            fail(m.line, what + "; rename one");
        }
        _warnings.push_back(location(_schema, m.line) + "warning: " + what + ": one server cannot offer both");
    }
};

}

std::vector<std::string> check_schema(const schema& s) {
    return checker(s).run();
}

}
