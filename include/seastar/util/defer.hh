/// Code that runs when a scope is left, by whichever way:
///
///     auto close = defer([&] () noexcept { fd.close(); });
#pragma once

#include <new>
#include <type_traits>
#include <utility>

// For programs that mark their actions conditionally; always noexcept here.
#define SEASTAR_DEFERRED_ACTION_NOEXCEPT noexcept

namespace seastar {

/// Runs `Func` once, when destroyed, unless cancelled or moved from. The action must not throw: an exception ends the
/// program.
template <typename Func>
class [[nodiscard]] deferred_action {
public:
    explicit deferred_action(Func&& func) noexcept(std::is_nothrow_move_constructible_v<Func>)
        : _func(std::move(func)) {}
    deferred_action(deferred_action&& other) noexcept(std::is_nothrow_move_constructible_v<Func>)
        : _func(std::move(other._func)), _armed(std::exchange(other._armed, false)) {}
    deferred_action& operator=(deferred_action&& other) noexcept {
        if (this != &other) {
            this->~deferred_action();
            new (this) deferred_action(std::move(other));
        }
        return *this;
    }
    deferred_action(const deferred_action&) = delete;
    deferred_action& operator=(const deferred_action&) = delete;
    ~deferred_action() {
        if (_armed) {
            _func();
        }
    }

    /// The action will not run.
    void cancel() noexcept { _armed = false; }

private:
    Func _func;
    bool _armed = true;
};

template <typename Func>
[[nodiscard]] inline deferred_action<std::decay_t<Func>> defer(Func&& func) {
    return deferred_action<std::decay_t<Func>>(std::decay_t<Func>(std::forward<Func>(func)));
}

}
