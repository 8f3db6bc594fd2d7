#include <seastar/core/internal/printing.hh>

#include <ostream>
#include <string_view>

namespace seastar::internal {

std::ostream& print_text(std::ostream& os, const char* text, size_t size) {
    return os << std::string_view(text, size);
}

}
