#include <seastar/core/internal/exception_text.hh>
#include <seastar/core/sstring.hh>

#include "type_name.hh"

#include <cxxabi.h>
#include <ostream>
#include <string>
#include <typeinfo>

namespace seastar {

const char* nested_exception::what() const noexcept { return "exception while handling another exception"; }

namespace internal {

namespace {

constexpr int nesting_max = 8;

void append_text(std::string& text, const std::exception_ptr& exception, int nesting) {
    if (!exception) {
        text += "<no exception>";
        return;
    }
    std::exception_ptr nested;
    try {
        std::rethrow_exception(exception);
    } catch (const nested_exception& e) {
        text += "seastar::nested_exception";
        if (nesting < nesting_max) {
            text += ": ";
            append_text(text, e.inner, nesting + 1);
            text += " (while cleaning up after ";
            append_text(text, e.outer, nesting + 1);
            text += ")";
        }
    } catch (const std::exception& e) {
        text += type_name(typeid(e));
        text += " (";
        text += e.what();
        text += ")";
        if (auto* n = dynamic_cast<const std::nested_exception*>(&e)) {
            nested = n->nested_ptr();
        }
    } catch (...) {
        const std::type_info* type = abi::__cxa_current_exception_type();
        text += type ? type_name(*type) : std::string("<foreign exception>");
    }
    if (nested && nesting < nesting_max) {
        text += ": ";
        append_text(text, nested, nesting + 1);
    }
}

}

owned_text text_of(const std::exception_ptr& exception) noexcept {
    try {
        std::string text;
        append_text(text, exception, 0);
        return owned_text(text.data(), text.size());
    } catch (...) {
        constexpr std::string_view excuse = "<exception that cannot be printed>";
        return owned_text(excuse.data(), excuse.size());
    }
}

}
}

namespace std {

ostream& operator<<(ostream& os, const exception_ptr& exception) {
    auto text = seastar::internal::text_of(exception);
    return os.write(text.data(), streamsize(text.size()));
}

}
