/// abortable_fifo: a queue whose elements may leave it when an abort is requested.
#pragma once

#include <seastar/core/abort_source.hh>
#include <seastar/core/future.hh>

#include <list>

namespace seastar::internal {

template <typename T>
struct dummy_aborter {
    void operator()(T&, const std::optional<std::exception_ptr>&) noexcept {}
};

/// Shard: one. OnAbort(T&, exception) is called for an element that is given up, which is then dropped; it must not
/// touch the queue. Movable while no element has an abort_source.
template <typename T, typename OnAbort = dummy_aborter<T>>
class abortable_fifo {
    struct entry {
        T payload;
        optimized_optional<abort_source::subscription> subscription;
        explicit entry(T&& payload) : payload(std::move(payload)) {}
    };
    std::list<entry> _entries;
    [[no_unique_address]] OnAbort _on_abort;

public:
    abortable_fifo() = default;
    explicit abortable_fifo(OnAbort on_abort) : _on_abort(std::move(on_abort)) {}

    bool empty() const noexcept { return _entries.empty(); }
    explicit operator bool() const noexcept { return !empty(); }
    size_t size() const noexcept { return _entries.size(); }
    void reserve(size_t) noexcept {}

    /// Requires: not empty.
    T& front() noexcept { return _entries.front().payload; }
    const T& front() const noexcept { return _entries.front().payload; }
    void pop_front() noexcept { _entries.pop_front(); }

    void push_back(T payload) { _entries.emplace_back(std::move(payload)); }
    /// The element leaves at once if the abort was requested already.
    void push_back(T payload, abort_source& source) {
        push_back(std::move(payload));
        auto at = std::prev(_entries.end());
        auto leave = [this, at](const std::optional<std::exception_ptr>& ex) noexcept {
            _on_abort(at->payload, ex);
            _entries.erase(at);
        };
        if (source.abort_requested()) {
            leave(source.abort_requested_exception_ptr());
        } else {
            at->subscription = source.subscribe(leave);
        }
    }
};

}
