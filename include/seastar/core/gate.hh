/// gate: keeps count of what is going on, so that a service can stop accepting work and wait for the rest to end.
///
///     (void)with_gate(g, [] { return background_work(); });
///     ...
///     return g.close();
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/sstring.hh>

#include <optional>

namespace seastar {

/// Entering was tried after close().
class gate_closed_exception : public std::exception {
public:
    const char* what() const noexcept override;
};
class named_gate_closed_exception : public gate_closed_exception {
    sstring _msg;

public:
    explicit named_gate_closed_exception(std::string_view name);
    const char* what() const noexcept override { return _msg.c_str(); }
};

/// Shard: one. Open at first; closed once, for ever. Must not be destroyed, moved from or assigned to while it is held.
class gate {
    size_t _count = 0;
    std::optional<promise<>> _closed;

public:
    gate() noexcept = default;
    gate(gate&& other) noexcept : _closed(std::move(other._closed)) { other.assert_not_held(); }
    gate& operator=(gate&& other) noexcept {
        if (this != &other) {
            assert_not_held();
            other.assert_not_held();
            _closed.reset();
            if (other._closed) {
                _closed.emplace(std::move(*other._closed));
            }
        }
        return *this;
    }
    virtual ~gate() { assert_not_held(); }

    /// One more. Throws gate_closed_exception.
    void enter() {
        if (!try_enter()) {
            throw_closed();
        }
    }
    [[nodiscard]] bool try_enter() noexcept {
        bool open = !is_closed();
        _count += open;
        return open;
    }
    /// One less. Requires: entered.
    void leave() noexcept {
        SEASTAR_ASSERT(_count > 0);
        if (--_count == 0 && _closed) {
            _closed->set_value();
        }
    }
    /// Throws gate_closed_exception if it is closed.
    void check() const {
        if (is_closed()) {
            throw_closed();
        }
    }
    /// Lets nobody in any more; resolves when all who are in have left. Requires: not called before.
    future<> close() noexcept {
        SEASTAR_ASSERT(!_closed);
        _closed.emplace();
        if (_count == 0) {
            _closed->set_value();
        }
        return _closed->get_future();
    }
    size_t get_count() const noexcept { return _count; }
    bool is_closed() const noexcept { return _closed.has_value(); }
    /// What enter() throws when closed.
    virtual std::exception_ptr closed_exception() const noexcept;

    /// Leaves when destroyed. A copy enters once more, also when the gate was closed meanwhile.
    class [[nodiscard]] holder {
        friend class gate;
        gate* _gate = nullptr;
        explicit holder(gate* entered) noexcept : _gate(entered) {}

    public:
        holder() noexcept = default;
        explicit holder(gate& g) : _gate(&g) { g.enter(); }
        holder(const holder& other) noexcept : _gate(other._gate) {
            if (_gate) {
                ++_gate->_count;
            }
        }
        holder(holder&& other) noexcept : _gate(std::exchange(other._gate, nullptr)) {}
        holder& operator=(holder other) noexcept {
            std::swap(_gate, other._gate);
            return *this;
        }
        ~holder() { release(); }
        explicit operator bool() const noexcept { return _gate != nullptr; }
        void release() noexcept {
            if (auto* g = std::exchange(_gate, nullptr)) {
                g->leave();
            }
        }
    };
    /// Enters; throws gate_closed_exception.
    holder hold() { return holder(*this); }
    [[nodiscard]] std::optional<holder> try_hold() noexcept {
        return try_enter() ? std::optional<holder>(holder(this)) : std::nullopt;
    }

private:
    [[noreturn]] void throw_closed() const;
    void assert_not_held() const noexcept { SEASTAR_ASSERT(_count == 0); }
};

/// Its exceptions say which gate it was.
class named_gate : public gate {
    sstring _name;

public:
    named_gate() = default;
    explicit named_gate(sstring name) noexcept : _name(std::move(name)) {}
    named_gate(named_gate&&) noexcept = default;
    named_gate& operator=(named_gate&&) noexcept = default;
    std::exception_ptr closed_exception() const noexcept override;
};

/// Calls func inside the gate, which is left when its future has resolved. Throws gate_closed_exception.
template <typename Func>
auto with_gate(gate& g, Func&& func) {
    g.enter();
    return futurize_invoke(std::forward<Func>(func)).finally([&g] { g.leave(); });
}

/// The same, but a closed gate is a failed future.
template <typename Func>
auto try_with_gate(gate& g, Func&& func) noexcept {
    if (!g.try_enter()) {
        using result = decltype(futurize_invoke(std::forward<Func>(func)));
        return make_exception_future<typename result::value_type>(g.closed_exception());
    }
    return futurize_invoke(std::forward<Func>(func)).finally([&g] { g.leave(); });
}

}
