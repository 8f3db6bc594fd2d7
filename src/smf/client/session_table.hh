/// The calls of one connection that wait for their replies, by session number.
#pragma once

#include <smf/rpc_recv_context.h>
#include <smf/verify.h>

#include <seastar/core/future.hh>
#include <seastar/core/lowres_clock.hh>

#include <memory>

namespace smf {

/// One outstanding call.
struct pending_call {
    enum class state : uint8_t {
        free,
        prepared,  ///< in the filters; the server knows nothing of it
        expired,   ///< in the filters; the caller has its answer, and the call will not be sent
        sent,
        abandoned, ///< the caller has its answer; the number stays taken until the server's late reply comes
    };
    seastar::promise<rpc_recv_context> reply;
    seastar::lowres_clock::time_point begin;
    seastar::lowres_clock::time_point deadline;
    rpc_body_verifier verify = nullptr;
    uint32_t bytes = 0; ///< of the client's memory
    uint16_t session = 0;
    state status = state::free;
};

/// A flat table in which a session stands at its number modulo the size. Numbers are given out in turn, so that a table
/// of twice the number of outstanding calls suffices; numbers whose place is taken by a slow call are passed over.
/// References stay valid until the next open().
class session_table {
public:
    session_table() : _slots(std::make_unique<pending_call[]>(first_size)) {}

    /// A call with the next number that is not in use; null if all are. Numbers start at 1 and wrap to 0.
    pending_call* open();
    /// The call of that number, abandoned or not; null if it was never given out or is answered.
    pending_call* find(uint16_t session) noexcept {
        auto& c = _slots[session & _mask];
        return c.status != pending_call::state::free && c.session == session ? &c : nullptr;
    }
    /// The number may be given out again.
    void close(pending_call& c) noexcept {
        c.status = pending_call::state::free;
        --_used;
    }
    size_t used() const noexcept { return _used; }

    template <typename F>
    void for_each(F f) {
        for (uint32_t i = 0; _used && i <= _mask; ++i) {
            if (_slots[i].status != pending_call::state::free) {
                f(_slots[i]);
            }
        }
    }

private:
    static constexpr uint32_t first_size = 32;
    static constexpr uint32_t numbers = 1 << 16;
    void grow();

    std::unique_ptr<pending_call[]> _slots;
    uint32_t _mask = first_size - 1;
    uint32_t _used = 0;
    uint16_t _last = 0;
};

}
