#include <seastar/core/format.hh>

#include <fmt/format.h>

namespace seastar::internal {

sstring vformat(fmt::string_view format, fmt::format_args args) {
    fmt::memory_buffer text;
    fmt::vformat_to(std::back_inserter(text), format, args);
    return sstring(text.data(), text.size());
}

}
