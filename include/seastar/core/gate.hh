/// gate: counts what is under way, so that it can be waited for and no more begun.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/sstring.hh>

#include <exception>
#include <optional>

namespace seastar {

class gate_closed_exception : public std::exception {
public:
    const char* what() const noexcept override { return "gate closed"; }
};

/// Lives on one shard. Movable while nobody holds it.
class gate {
    size_t _count = 0;
    std::optional<promise<>> _stopped;

public:
    gate() = default;
    gate(const gate&) = delete;
    gate(gate&& other) noexcept : _count(std::exchange(other._count, 0)), _stopped(std::exchange(other._stopped, std::nullopt)) {}
    gate& operator=(gate&& other) noexcept {
        if (this != &other) {
            assert_not_held_when_destroyed();
            _count = std::exchange(other._count, 0);
            _stopped = std::exchange(other._stopped, std::nullopt);
        }
        return *this;
    }
    virtual ~gate() { assert_not_held_when_destroyed(); }

    /// False once close() was called.
    bool try_enter() noexcept {
        bool open = !_stopped;
        _count += open;
        return open;
    }
    /// Throws gate_closed_exception once close() was called.
    void enter() {
        if (!try_enter()) {
            throw_closed();
        }
    }
    void leave() noexcept {
        SEASTAR_ASSERT(_count > 0);
        if (--_count == 0 && _stopped) {
            _stopped->set_value();
        }
    }
    /// Throws gate_closed_exception once close() was called: for long work between enter() and leave().
    void check() const {
        if (_stopped) {
            throw_closed();
        }
    }
    /// Nobody enters any more; resolves when all have left. Requires: not called before.
    future<> close() noexcept {
        SEASTAR_ASSERT(!_stopped && "gate closed twice");
        _stopped.emplace();
        if (_count == 0) {
            _stopped->set_value();
        }
        return _stopped->get_future();
    }
    size_t get_count() const noexcept { return _count; }
    bool is_closed() const noexcept { return _stopped.has_value(); }

    /// Has entered, and leaves when it goes. Copies enter too.
    class holder {
        gate* _g = nullptr;
        friend class gate;
        struct entered {};
        holder(gate& g, entered) noexcept : _g(&g) {}

    public:
        holder() = default;
        explicit holder(gate& g) : _g(&g) { g.enter(); }
        holder(const holder& o) noexcept : _g(o._g) {
            if (_g) {
                ++_g->_count; // a holder is inside: the gate has not been passed by the last one yet
            }
        }
        holder(holder&& o) noexcept : _g(std::exchange(o._g, nullptr)) {}
        holder& operator=(holder o) noexcept {
            std::swap(_g, o._g);
            return *this;
        }
        ~holder() { release(); }
        void release() noexcept {
            if (auto* g = std::exchange(_g, nullptr)) {
                g->leave();
            }
        }
        explicit operator bool() const noexcept { return _g != nullptr; }
    };
    holder hold() { return holder(*this); }
    std::optional<holder> try_hold() noexcept {
        return try_enter() ? std::optional(holder(*this, holder::entered())) : std::nullopt;
    }

protected:
    [[noreturn]] virtual void throw_closed() const;

private:
    void assert_not_held_when_destroyed() noexcept { SEASTAR_ASSERT(_count == 0 && "gate destroyed while held"); }
};

class named_gate_closed_exception : public gate_closed_exception {
    sstring _what;

public:
    explicit named_gate_closed_exception(sstring name) : _what(name + ": gate closed") {}
    const char* what() const noexcept override { return _what.c_str(); }
};

/// A gate whose exception says which one it was.
class named_gate : public gate {
    sstring _name;
    [[noreturn]] void throw_closed() const override;

public:
    named_gate() : named_gate("unnamed gate") {}
    explicit named_gate(sstring name) : _name(std::move(name)) {}
};

/// Calls func inside the gate, which is left when the future resolves. A closed gate fails it.
template <typename Func>
auto with_gate(gate& g, Func&& func) {
    g.enter();
    return futurize_invoke(std::forward<Func>(func)).finally([&g] { g.leave(); });
}

/// The same, with the closed gate as a failed future.
template <typename Func>
auto try_with_gate(gate& g, Func&& func) noexcept {
    using futurator = futurize<std::remove_cvref_t<decltype(internal::call(std::declval<Func>()))>>;
    try {
        return with_gate(g, std::forward<Func>(func));
    } catch (...) {
        return futurator::current_exception_as_future();
    }
}

}
