/// What one connection has to send. Frames that become ready in one turn of the loop leave in one gathered write at its
/// end; while a write is under way the next ones collect behind it.
#pragma once

#include "chunk_pool.hh"

#include <smf/rpc_header.h>

#include <seastar/core/internal/turn_end.hh>
#include <seastar/core/iostream.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/temporary_buffer.hh>

#include <cstring>
#include <exception>
#include <utility>
#include <vector>

namespace smf {

/// Lives in its connection, on its shard. Bodies of at most 2 KiB are copied into a chunk behind their headers, larger
/// ones are sent from where they are. Requires: not busy() when it is destroyed.
class write_queue final : private seastar::internal::turn_end_hook {
public:
    /// The connection, called from the loop, never from within append().
    class owner {
    public:
        /// Bytes have left. May append, must not destroy.
        virtual void written(size_t bytes) noexcept = 0;
        /// Once; nothing more will be sent. May abandon.
        virtual void write_failed(std::exception_ptr) noexcept = 0;
        /// busy() has become false. May destroy the queue.
        virtual void write_idle() noexcept = 0;

    protected:
        ~owner() = default;
    };

    write_queue(seastar::data_sink sink, chunk_pool& chunks, owner& o) noexcept
        : _sink(std::move(sink)), _chunks(chunks), _owner(o) {}

    /// Appends one frame; it leaves at the end of the turn, or after the write under way. Dropped after a failure.
    [[gnu::always_inline]] void append(const rpc::header& h, seastar::temporary_buffer<char>&& body) {
        if (_dead) [[unlikely]] {
            return;
        }
        if (_unsent == 0) {
            _last_progress = seastar::lowres_clock::now();
        }
        auto bytes = sizeof(h) + body.size();
        if (body.size() <= copied_body_max) [[likely]] {
            auto to = make_room(bytes);
            std::memcpy(to, &h, sizeof(h));
            std::memcpy(to + sizeof(h), body.get(), body.size());
        } else {
            append_large(h, std::move(body));
        }
        _unsent += bytes;
        if (!busy()) {
            seastar::internal::call_at_turn_end(*this);
        }
    }
    /// Forgets what was not handed to the sink yet, and takes no more.
    void abandon() noexcept;
    seastar::future<> close() { return _sink.close(); }

    /// Bytes that were appended and have not left.
    size_t unsent() const noexcept { return _unsent; }
    /// Something is to be done: a write, or the end of the turn.
    bool busy() const noexcept { return queued_for_turn_end() || _writing; }
    /// When bytes last left, or began to wait after there were none.
    seastar::lowres_clock::time_point last_progress() const noexcept { return _last_progress; }

private:
    static constexpr size_t copied_body_max = 2048;
    /// One write: enough to fill the socket, little enough to see whether the peer takes anything.
    static constexpr size_t write_max = 256 * 1024;

    void turn_ended() noexcept override;
    void write() noexcept;
    void done(size_t bytes, seastar::future<> f) noexcept;
    void failed(std::exception_ptr) noexcept;
    /// Where the next bytes go; they count as filled.
    char* make_room(size_t size) {
        if (_filling.room() < size) [[unlikely]] {
            next_chunk();
        }
        return _filling.bytes.get() + std::exchange(_filling.size, _filling.size + size);
    }
    void append_large(const rpc::header&, seastar::temporary_buffer<char>&& body);
    void next_chunk();
    void close_chunk();
    seastar::future<> put(size_t& bytes);

    seastar::data_sink _sink;
    chunk_pool& _chunks;
    owner& _owner;
    std::vector<seastar::temporary_buffer<char>> _pieces; // in order, before what is in the chunk
    chunk _filling;
    chunk _sending; // its bytes are in the sink's hands
    size_t _unsent = 0;
    seastar::lowres_clock::time_point _last_progress;
    bool _writing = false;
    bool _dead = false;
};

}
