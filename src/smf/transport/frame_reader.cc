/// The states: header -> decide -> (collect | skip) -> header. A frame that lies whole in one piece passes them all
/// without anything being stored but the header.
#include "frame_reader.hh"

#include <algorithm>
#include <cstring>

namespace smf {

bool frame_reader::fill_header() noexcept {
    auto to = reinterpret_cast<char*>(&_header) + _header_filled;
    auto n = std::min(sizeof(_header) - _header_filled, _piece.size());
    if (n == 0) {
        return false;
    }
    _frames += _header_filled == 0;
    std::memcpy(to, _piece.get(), n);
    _piece.trim_front(n);
    _header_filled = static_cast<uint8_t>(_header_filled + n);
    return _header_filled == sizeof(_header);
}

frame_reader::step frame_reader::next_in_pieces() noexcept {
    switch (_state) {
    case state::header:
        if (!fill_header()) {
            return step::need_piece;
        }
        _header_filled = 0;
        return header_complete();
    case state::decide:
        return step::header;
    case state::collect: {
        auto n = std::min<size_t>(_left, _piece.size());
        std::memcpy(_body.get_write() + body_received(), _piece.get(), n);
        _piece.trim_front(n);
        _left -= static_cast<uint32_t>(n);
        break;
    }
    case state::skip: {
        auto n = std::min<size_t>(_left, _piece.size());
        _piece.trim_front(n);
        _left -= static_cast<uint32_t>(n);
        break;
    }
    case state::complete:
        break;
    }
    if (_left != 0) {
        return step::need_piece;
    }
    _state = state::header;
    return step::frame;
}

void frame_reader::collect_body() {
    _body = seastar::temporary_buffer<char>(_left);
    _state = state::collect;
}

seastar::temporary_buffer<char> frame_reader::large_or_collected_body(size_t whole) {
    if (whole == 0) {
        return std::move(_body);
    }
    if (reinterpret_cast<uintptr_t>(_piece.get()) % 8 != 0) {
        return copy_out(whole);
    }
    auto shared = _piece.share(0, whole);
    _piece.trim_front(whole);
    return shared;
}

void frame_reader::skip_body() noexcept {
    SEASTAR_ASSERT(_state == state::decide);
    _state = state::skip;
}

frame_reader::part frame_reader::stopped_in() const noexcept {
    switch (_state) {
    case state::header:
        return _header_filled ? part::header : part::none;
    case state::collect:
    case state::skip:
        return _left ? part::body : part::none;
    case state::decide:
    case state::complete:
        return part::none; // it is not the peer that we wait for
    }
    return part::none;
}

}
