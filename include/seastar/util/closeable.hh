/// Closing things at the end of a scope, in a seastar::thread.
#pragma once

#include <seastar/core/do_with.hh>
#include <seastar/core/future.hh>

#include <functional>

namespace seastar {

/// Waits for obj.close() when it goes. Requires: in a seastar::thread by then.
template <typename Object>
class [[nodiscard]] deferred_close {
    std::reference_wrapper<Object> _obj;
    bool _closed = false;

public:
    explicit deferred_close(Object& obj) noexcept : _obj(obj) {}
    deferred_close(deferred_close&& o) noexcept : _obj(o._obj), _closed(std::exchange(o._closed, true)) {}
    deferred_close& operator=(deferred_close&& o) noexcept {
        if (this != &o) {
            close_now();
            _obj = o._obj;
            _closed = std::exchange(o._closed, true);
        }
        return *this;
    }
    ~deferred_close() { close_now(); }
    void close_now() noexcept {
        if (!std::exchange(_closed, true)) {
            _obj.get().close().get();
        }
    }
    void cancel() noexcept { _closed = true; }
};

/// The same for obj.stop().
template <typename Object>
class [[nodiscard]] deferred_stop {
    std::reference_wrapper<Object> _obj;
    bool _stopped = false;

public:
    explicit deferred_stop(Object& obj) noexcept : _obj(obj) {}
    deferred_stop(deferred_stop&& o) noexcept : _obj(o._obj), _stopped(std::exchange(o._stopped, true)) {}
    deferred_stop& operator=(deferred_stop&& o) noexcept {
        if (this != &o) {
            stop_now();
            _obj = o._obj;
            _stopped = std::exchange(o._stopped, true);
        }
        return *this;
    }
    ~deferred_stop() { stop_now(); }
    void stop_now() noexcept {
        if (!std::exchange(_stopped, true)) {
            _obj.get().stop().get();
        }
    }
    void cancel() noexcept { _stopped = true; }
};

/// Calls func with the object and closes it when the future resolved, whatever came of it.
template <typename Closeable, typename Func>
auto with_closeable(Closeable&& obj, Func func) noexcept {
    return do_with(std::forward<Closeable>(obj), [func = std::move(func)](auto& obj) mutable {
        return futurize_invoke(std::move(func), obj).finally([&obj] { return obj.close(); });
    });
}
/// The same with stop().
template <typename Stoppable, typename Func>
auto with_stoppable(Stoppable&& obj, Func func) noexcept {
    return do_with(std::forward<Stoppable>(obj), [func = std::move(func)](auto& obj) mutable {
        return futurize_invoke(std::move(func), obj).finally([&obj] { return obj.stop(); });
    });
}

}
