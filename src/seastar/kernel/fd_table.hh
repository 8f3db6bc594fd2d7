/// What the epoll ring knows of each descriptor, indexed by its number. Grows by chunks that never move, so a reference
/// stays good while callbacks use other descriptors.
#pragma once

#include "operation.hh"

#include <memory>
#include <new>
#include <vector>

namespace seastar::kernel {

/// One descriptor. An operation that waits for the descriptor (state inflight) stands in the slot of its kind.
struct fd_state {
    operation* reader = nullptr; ///< receive, receive_stream, read, accept_stream
    operation* writer = nullptr; ///< send, write, connect
    operation* poller = nullptr; ///< poll
    /// Raised at close: events that were fetched before it are for another descriptor of the same number.
    uint32_t generation = 0;
    bool registered : 1 = false; ///< epoll watches it, edge-triggered
    bool unwatchable : 1 = false; ///< epoll refuses it (a regular file): always ready
    bool in_ready : 1 = true;  ///< a read may find something; cleared when one found nothing
    bool out_ready : 1 = true; ///< the same for writes
    bool hangup : 1 = false;   ///< the end, an error or urgent data: a short read does not mean that nothing is left
    bool not_socket : 1 = false;
    bool stream_known : 1 = false;
    bool stream : 1 = false;     ///< valid if stream_known: a short read means that nothing is left
    bool mode_known : 1 = false;
    bool blocking : 1 = false;   ///< valid if mode_known: not a socket and without O_NONBLOCK, so ask before each call

    void forget() noexcept {
        uint32_t next = generation + 1;
        *this = fd_state();
        generation = next;
    }
};

class fd_table {
    static constexpr size_t chunk_size = 256;
    struct chunk {
        fd_state states[chunk_size];
    };

public:
    /// Null when nothing was ever asked of the descriptor.
    fd_state* find(int fd) noexcept {
        size_t index = static_cast<unsigned>(fd) / chunk_size;
        return index < _chunks.size() && _chunks[index] ? &_chunks[index]->states[fd % chunk_size] : nullptr;
    }

    /// Null when memory is short. Requires: fd >= 0.
    fd_state* get(int fd) noexcept {
        if (fd_state* found = find(fd)) {
            return found;
        }
        try {
            size_t index = static_cast<unsigned>(fd) / chunk_size;
            if (index >= _chunks.size()) {
                _chunks.resize(index + 1);
            }
            _chunks[index] = std::make_unique<chunk>();
            return &_chunks[index]->states[fd % chunk_size];
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }

private:
    std::vector<std::unique_ptr<chunk>> _chunks;
};

}
