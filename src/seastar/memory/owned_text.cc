#include <seastar/core/internal/owned_text.hh>

#include <cstring>
#include <sstream>
#include <string_view>

namespace seastar::internal {

owned_text::owned_text(const char* text, size_t size) noexcept
    : _text(text), _size(size), _owned(static_cast<char*>(std::malloc(size ? size : 1))) {
    if (_owned) {
        _text = static_cast<const char*>(std::memcpy(_owned, text, size));
    } else {
        constexpr std::string_view excuse = "<no memory to print this>";
        _text = excuse.data();
        _size = excuse.size();
    }
}

owned_text text_of(const streamed& value) {
    std::ostringstream os;
    value.print(os, value.object);
    std::string_view text = os.view();
    return owned_text(text.data(), text.size());
}

}
