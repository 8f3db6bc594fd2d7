/// The memory of one shard's requests and replies: what is reserved before a body is read, in order of arrival.
#pragma once

#include <seastar/util/assert.hh>

#include <cstdint>

namespace smf {

/// What a request costs besides its bytes: its context, its continuations, its entry in tables.
inline constexpr uint64_t request_overhead = 512;

/// Lives in the server. Replies are counted with force() and never wait; so the sum may exceed the limit, by what the
/// handlers of admitted requests produce.
class shard_memory {
public:
    /// A connection whose next body found no room. Linked while it waits; granted at most once per wait.
    class waiter {
    public:
        /// The reservation is made. Called from release(); may release and reserve again.
        virtual void memory_granted() noexcept = 0;

    protected:
        ~waiter() { SEASTAR_ASSERT(!_waiting); }

    private:
        friend class shard_memory;
        waiter* _next = nullptr;
        waiter* _prev = nullptr;
        uint64_t _wanted = 0;
        bool _waiting = false;
    };

    explicit shard_memory(uint64_t limit) noexcept : _limit(limit) {}

    /// True: reserved. False: `w` is queued and will be told. Requires: n <= limit(), w does not wait.
    bool reserve(uint64_t n, waiter& w) noexcept {
        SEASTAR_ASSERT(!w._waiting && n <= _limit);
        if (!_first && _used + n <= _limit) [[likely]] {
            _used += n;
            return true;
        }
        wait(n, w);
        return false;
    }
    void force(uint64_t n) noexcept { _used += n; }
    void release(uint64_t n) noexcept {
        SEASTAR_ASSERT(n <= _used);
        _used -= n;
        if (_first) [[unlikely]] {
            grant();
        }
    }
    /// No effect unless it waits.
    void forget(waiter& w) noexcept;

    uint64_t limit() const noexcept { return _limit; }
    uint64_t used() const noexcept { return _used; }
    /// Time to be less patient with idle connections.
    bool is_short() const noexcept { return _used > _limit / 10 * 8 || _first; }

private:
    void wait(uint64_t n, waiter& w) noexcept;
    void unlink(waiter& w) noexcept;
    void grant() noexcept;

    uint64_t _limit;
    uint64_t _used = 0;
    waiter* _first = nullptr;
    waiter* _last = nullptr;
    bool _granting = false;
};

}
