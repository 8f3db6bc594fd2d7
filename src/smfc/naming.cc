#include "smfc/naming.hh"

#include <algorithm>

namespace smfc {

// flatc 2.0.8 escapes all but char8_t and constinit, which therefore no type can be called; services and methods can.
// It also escapes what is a keyword in technical specifications or in few places.
static constexpr std::string_view keywords =
    " alignas alignof and and_eq asm atomic_cancel atomic_commit atomic_noexcept auto bitand bitor bool break case "
    "catch char char16_t char32_t char8_t class compl concept const const_cast consteval constexpr constinit "
    "continue co_await co_return co_yield decltype default delete do double dynamic_cast else enum explicit export "
    "extern false float for friend goto if import inline int long module mutable namespace new noexcept not not_eq "
    "nullptr operator or or_eq private protected public register reinterpret_cast requires return short signed "
    "sizeof static static_assert static_cast struct switch synchronized template this thread_local throw true try "
    "typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq ";

bool is_cpp_keyword(std::string_view name) {
    return keywords.find(' ' + std::string(name) + ' ') != std::string_view::npos;
}

std::string cpp_identifier(std::string_view name) {
    return is_cpp_keyword(name) ? std::string(name) + '_' : std::string(name);
}

std::string joined(const std::vector<std::string>& scope) {
    std::string text;
    for (auto& part : scope) {
        text += (text.empty() ? "" : "::") + part;
    }
    return text;
}

std::string id_text(const qualified_name& n) {
    return n.scope.empty() ? n.name : joined(n.scope) + "::" + n.name;
}

std::string cpp_path(const qualified_name& n) {
    return "::" + id_text({n.scope, cpp_identifier(n.name)});
}

static bool has_upper_case(std::string_view name) {
    return std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string client_name(std::string_view service) {
    return std::string(service) + (has_upper_case(service) ? "Client" : "_client");
}

std::string raw_name(std::string_view method) {
    return (has_upper_case(method) ? "Raw" : "raw_") + std::string(method);
}

std::string file_name(std::string_view path) {
    return std::string(path.substr(path.find_last_of('/') + 1));
}

std::string base_name(std::string_view path) {
    auto name = file_name(path);
    return name.substr(0, name.find_last_of('.'));
}

}
