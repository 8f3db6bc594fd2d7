/// expiring_fifo: a queue whose elements may have a time at which they leave it.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/timed_out_error.hh>
#include <seastar/core/timer.hh>

#include <list>
#include <optional>

namespace seastar {

template <typename T>
struct dummy_expiry {
    void operator()(T&) noexcept {}
};

/// Fails promises that expire.
template <typename... T>
struct promise_expiry {
    void operator()(promise<T...>& p) noexcept { p.set_exception(std::make_exception_ptr(timed_out_error())); }
};

/// Shard: one. OnExpiry(T&) is called for an element whose time has come, which is then dropped; it must not touch the
/// queue. Movable while no element has a time.
template <typename T, typename OnExpiry = dummy_expiry<T>, typename Clock = lowres_clock>
class expiring_fifo {
    struct entry {
        T payload;
        std::optional<timer<Clock>> expiry;
        explicit entry(T&& payload) : payload(std::move(payload)) {}
    };
    std::list<entry> _entries;
    [[no_unique_address]] OnExpiry _on_expiry;

public:
    using clock = Clock;
    using time_point = typename Clock::time_point;

    expiring_fifo() = default;
    explicit expiring_fifo(OnExpiry on_expiry) : _on_expiry(std::move(on_expiry)) {}

    bool empty() const noexcept { return _entries.empty(); }
    explicit operator bool() const noexcept { return !empty(); }
    size_t size() const noexcept { return _entries.size(); }
    /// Compat: elements are allocated one by one; there is nothing to prepare.
    void reserve(size_t) noexcept {}

    /// Requires: not empty.
    T& front() noexcept { return _entries.front().payload; }
    const T& front() const noexcept { return _entries.front().payload; }
    void pop_front() noexcept { _entries.pop_front(); }

    void push_back(T payload) { _entries.emplace_back(std::move(payload)); }
    void push_back(T payload, time_point timeout) {
        push_back(std::move(payload));
        if (timeout != time_point::max()) {
            auto at = std::prev(_entries.end());
            at->expiry.emplace([this, at] {
                _on_expiry(at->payload);
                _entries.erase(at);
            });
            at->expiry->arm(timeout);
        }
    }
};

}
