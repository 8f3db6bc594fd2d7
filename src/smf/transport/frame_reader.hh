/// Cuts a stream that comes in pieces of any size into frames. Knows no sockets: whoever reads them calls add() and
/// next() in turns. Used by both sides of a connection.
#pragma once

#include <smf/rpc_header.h>

#include <seastar/core/temporary_buffer.hh>

#include <cstring>
#include <utility>

namespace smf {

/// Lives in its connection. Order of calls: next() until it says need_piece, then add(). After `header` one of
/// take_body() and skip_body(); after `frame` take what body() gives before next() is called again.
class frame_reader {
public:
    enum class step : uint8_t {
        need_piece, ///< what was added is used up
        header,     ///< header() is complete: decide about the body
        frame,      ///< body() is complete, or skipped
    };
    /// What the stream stopped in the middle of.
    enum class part : uint8_t { none, header, body };

    /// Requires: the piece before is used up; the piece is not empty.
    void add(seastar::temporary_buffer<char> piece) noexcept { _piece = std::move(piece); }
    step next() noexcept {
        if (_state == state::header && _header_filled == 0 && _piece.size() >= sizeof(_header)) [[likely]] {
            ++_frames;
            std::memcpy(static_cast<void*>(&_header), _piece.get(), sizeof(_header));
            _piece.trim_front(sizeof(_header));
            return header_complete();
        }
        if (_state == state::complete) [[likely]] {
            _state = state::header;
            return step::frame;
        }
        return next_in_pieces();
    }

    const rpc::header& header() const noexcept { return _header; }
    /// Requires: the size is not 0. Throws std::bad_alloc.
    void take_body() {
        SEASTAR_ASSERT(_state == state::decide && _left != 0);
        if (_piece.size() >= _left) [[likely]] {
            _whole = std::exchange(_left, 0);
            _state = state::complete;
        } else {
            collect_body();
        }
    }
    void skip_body() noexcept;
    /// 8-byte aligned; empty if it was skipped. Small and misaligned bodies are copied out of the piece, so that a slow
    /// reader of a body does not hold the whole piece; large aligned ones share it. Throws std::bad_alloc.
    seastar::temporary_buffer<char> body() {
        auto size = std::exchange(_whole, 0);
        if (size == 0 || size >= shared_body_min) [[unlikely]] {
            return large_or_collected_body(size);
        }
        return copy_out(size);
    }

    part stopped_in() const noexcept;
    /// A frame's header is complete, and its frame was not handed out yet.
    bool in_frame() const noexcept { return _state != state::header; }
    /// Bytes of the current body so far.
    uint32_t body_received() const noexcept { return _header.size() - _left; }
    /// Frames begun so far: tells apart the same part of two frames.
    uint64_t frames() const noexcept { return _frames; }

private:
    static constexpr size_t shared_body_min = 1024 + 1;
    enum class state : uint8_t { header, decide, collect, skip, complete };

    step next_in_pieces() noexcept;
    bool fill_header() noexcept;
    step header_complete() noexcept {
        _left = _header.size();
        _state = state::decide;
        return step::header;
    }
    void collect_body();
    seastar::temporary_buffer<char> large_or_collected_body(size_t whole);
    seastar::temporary_buffer<char> copy_out(size_t size) {
        seastar::temporary_buffer<char> copy(_piece.get(), size);
        _piece.trim_front(size);
        return copy;
    }

    seastar::temporary_buffer<char> _piece; // what is not used up of it
    seastar::temporary_buffer<char> _body;
    rpc::header _header;
    uint32_t _left = 0;  // bytes of the body still to come
    uint32_t _whole = 0; // bytes of a body that lies in the piece and waits for body()
    uint8_t _header_filled = 0;
    state _state = state::header;
    uint64_t _frames = 0;
};

}
