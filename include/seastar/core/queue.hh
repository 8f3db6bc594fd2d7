/// queue<T>: items passed from whoever pushes to whoever pops, a bounded number of them.
#pragma once

#include <seastar/core/abort_source.hh>
#include <seastar/core/circular_buffer.hh>
#include <seastar/core/future.hh>

#include <optional>

namespace seastar {

/// Lives on one shard. One waiter on each side at a time.
template <typename T>
class queue {
    circular_buffer<T> _q;
    size_t _max;
    std::optional<promise<>> _not_empty;
    std::optional<promise<>> _not_full;
    std::exception_ptr _ex;

    bool waits_for_nothing(bool possible) const noexcept { return possible || _ex; }
    /// Waits as `waiter`, then calls func.
    template <typename Func>
    static auto unless_aborted(abort_source& as, std::optional<promise<>>& waiter, Func func) noexcept {
        using result = decltype(func());
        auto subscription = as.subscribe([&waiter]() noexcept { fail(waiter, aborted()); });
        if (!subscription) {
            return make_exception_future<typename result::value_type>(aborted());
        }
        waiter.emplace();
        return waiter->get_future().then(
            [subscription = std::move(subscription), func = std::move(func)]() mutable { return func(); });
    }
    static std::exception_ptr aborted() noexcept { return std::make_exception_ptr(abort_requested_exception()); }
    static void fail(std::optional<promise<>>& waiter, const std::exception_ptr& ex) noexcept {
        if (waiter) {
            auto p = std::move(*waiter);
            waiter.reset();
            p.set_exception(ex);
        }
    }
    static void wake(std::optional<promise<>>& waiter) noexcept {
        if (waiter) {
            auto p = std::move(*waiter);
            waiter.reset();
            p.set_value();
        }
    }

public:
    explicit queue(size_t size) : _max(size) {}

    /// False, and nothing happens, when it is full.
    bool push(T&& data) {
        if (_q.size() >= _max) {
            return false;
        }
        _q.push_back(std::move(data));
        notify_not_empty();
        return true;
    }
    /// Requires: not empty.
    T pop() noexcept {
        if (_q.size() == _max) {
            notify_not_full();
        }
        T data = std::move(_q.front());
        _q.pop_front();
        return data;
    }
    T& front() noexcept { return _q.front(); }
    /// True if the consumer took any.
    template <typename Func>
    bool consume(Func&& func) {
        if (_ex) {
            std::rethrow_exception(_ex);
        }
        bool running = true;
        bool any = false;
        while (!_q.empty() && running) {
            running = func(std::move(_q.front()));
            _q.pop_front();
            any = true;
        }
        if (_q.size() < _max) {
            notify_not_full();
        }
        return any;
    }
    bool empty() const noexcept { return _q.empty(); }
    bool full() const noexcept { return _q.size() >= _max; }

    future<> not_empty() noexcept {
        if (_ex) {
            return make_exception_future<>(_ex);
        }
        if (!empty()) {
            return make_ready_future<>();
        }
        _not_empty.emplace();
        return _not_empty->get_future();
    }
    future<> not_full() noexcept {
        if (_ex) {
            return make_exception_future<>(_ex);
        }
        if (!full()) {
            return make_ready_future<>();
        }
        _not_full.emplace();
        return _not_full->get_future();
    }
    future<T> pop_eventually() noexcept {
        if (_ex) {
            return make_exception_future<T>(_ex);
        }
        if (!empty()) {
            return make_ready_future<T>(pop());
        }
        return not_empty().then([this] {
            return _ex ? make_exception_future<T>(_ex) : make_ready_future<T>(pop());
        });
    }
    future<> push_eventually(T&& data) noexcept {
        if (_ex) {
            return make_exception_future<>(_ex);
        }
        if (!full()) {
            return futurize_invoke([&] { push(std::move(data)); });
        }
        return not_full().then([this, data = std::move(data)]() mutable { push(std::move(data)); });
    }

    /// The same until an abort is requested; then they fail with abort_requested_exception, and nothing is taken or
    /// added. The source outlives the future.
    future<T> pop_eventually(abort_source& as) noexcept {
        return waits_for_nothing(!empty()) ? pop_eventually()
                                           : unless_aborted(as, _not_empty, [this] { return pop_eventually(); });
    }
    future<> push_eventually(T&& data, abort_source& as) noexcept {
        if (waits_for_nothing(!full())) {
            return push_eventually(std::move(data));
        }
        return unless_aborted(as, _not_full, [this, data = std::move(data)]() mutable {
            return push_eventually(std::move(data));
        });
    }

    size_t size() const noexcept { return _q.size() < _max ? _q.size() : _max; }
    size_t max_size() const noexcept { return _max; }
    void set_max_size(size_t max) noexcept {
        _max = max;
        if (!full()) {
            notify_not_full();
        }
    }
    /// Whoever waits, and whoever will, fails; what was in it is gone.
    void abort(std::exception_ptr ex) noexcept {
        _q.clear();
        _ex = ex;
        fail(_not_full, ex);
        fail(_not_empty, ex);
    }
    bool has_blocked_consumer() const noexcept { return empty() && _not_empty.has_value(); }
    void notify_not_empty() noexcept { wake(_not_empty); }
    void notify_not_full() noexcept { wake(_not_full); }
};

}
