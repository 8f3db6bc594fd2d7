#include <seastar/core/print.hh>

#include <fmt/format.h>
#include <ostream>

namespace seastar::internal {

void vprint(std::ostream& os, fmt::string_view format, fmt::format_args args) {
    fmt::memory_buffer text;
    fmt::vformat_to(std::back_inserter(text), format, args);
    os.write(text.data(), std::streamsize(text.size()));
}

}
