/// The value side of a future: nothing yet, a value, or an exception, in one word and the value's own storage.
/// First of the parts of core/future.hh; next: promise.hh, continuation.hh, futurize.hh.
#pragma once

#include <seastar/util/assert.hh>

#include <cstdint>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

namespace seastar {

template <typename T = void>
class future;
template <typename T = void>
class promise;

/// The promise was destroyed, and nobody can resolve the future any more.
class broken_promise : public std::exception {
public:
    const char* what() const noexcept override;
};

namespace internal {

/// Stands in for void where a type with one value is needed.
struct monostate {};
template <typename T>
using stored_t = std::conditional_t<std::is_void_v<T>, monostate, T>;

/// Reports an exception that nobody looked at, as one WARN line with a backtrace.
void report_failed_future(const std::exception_ptr& ex) noexcept;
/// The reader of a moved-from or consumed future made a mistake.
[[noreturn]] void invalid_future_use() noexcept;

/// Invariant: the word is one of the small numbers below, or the address inside a std::exception_ptr, which is one
/// pointer wide (checked below).
class future_state_base {
protected:
    enum class tag : uintptr_t {
        invalid = 0,  ///< moved from, or the value was taken
        pending = 1,
        ready = 2,
        last = 2,
    };
    union any {
        uintptr_t word;
        std::exception_ptr ex;
        constexpr any(tag t) noexcept : word(static_cast<uintptr_t>(t)) {}
        ~any() {}
    } _u;
    static_assert(sizeof(std::exception_ptr) == sizeof(uintptr_t));

    constexpr explicit future_state_base(tag t) noexcept : _u(t) {}
    tag state() const noexcept { return static_cast<tag>(_u.word); }
    void set_tag(tag t) noexcept { _u.word = static_cast<uintptr_t>(t); }
    /// Moves the word and leaves `from` invalid. Requires: no exception is held here.
    void take_word(future_state_base& from) noexcept {
        _u.word = from._u.word;
        from.set_tag(tag::invalid);
    }
    void drop_exception() noexcept {
        _u.ex.~exception_ptr();
        set_tag(tag::invalid);
    }

public:
    future_state_base(const future_state_base&) = delete;
    future_state_base& operator=(const future_state_base&) = delete;

    bool pending() const noexcept { return _u.word == static_cast<uintptr_t>(tag::pending); }
    bool available() const noexcept { return _u.word > static_cast<uintptr_t>(tag::pending); }
    bool failed() const noexcept { return _u.word > static_cast<uintptr_t>(tag::last); }
    bool valid() const noexcept { return _u.word != static_cast<uintptr_t>(tag::invalid); }

    void set_exception(std::exception_ptr ex) noexcept {
        SEASTAR_ASSERT(pending());
        if (!ex) {
            ex = std::make_exception_ptr(broken_promise());
        }
        new (&_u.ex) std::exception_ptr(std::move(ex));
    }
    /// Requires: failed(). Leaves the state invalid.
    std::exception_ptr take_exception() noexcept {
        std::exception_ptr ex(std::move(_u.ex));
        drop_exception();
        return ex;
    }
    const std::exception_ptr& exception() const noexcept { return _u.ex; }
    [[noreturn]] void rethrow() { std::rethrow_exception(take_exception()); }

protected:
    ~future_state_base() {
        if (__builtin_expect(failed(), false)) {
            report_failed_future(_u.ex);
            drop_exception();
        }
    }
};

struct pending_marker {};
struct ready_marker {};
struct exception_marker {};
struct result_marker {};

template <typename T>
class future_state final : public future_state_base {
    using value_t = stored_t<T>;
    union storage {
        value_t value;
        storage() noexcept {}
        ~storage() {}
    };
    [[no_unique_address]] storage _storage;

public:
    static_assert(std::is_void_v<T> || std::is_nothrow_move_constructible_v<T>,
                  "the value of a future must move without throwing");

    future_state() noexcept : future_state_base(tag::pending) {}
    explicit future_state(pending_marker) noexcept : future_state() {}
    template <typename... A>
    explicit future_state(ready_marker, A&&... a) : future_state_base(tag::invalid) {
        new (&_storage.value) value_t(std::forward<A>(a)...);
        set_tag(tag::ready);
    }
    /// The value is what call() returns, where it returns it to: without a move.
    template <typename Call>
    future_state(result_marker, Call& call) : future_state_base(tag::invalid) {
        new (&_storage.value) value_t(call());
        set_tag(tag::ready);
    }
    future_state(exception_marker, std::exception_ptr&& ex) noexcept : future_state_base(tag::pending) {
        set_exception(std::move(ex));
    }
    future_state(future_state&& other) noexcept : future_state_base(tag::invalid) { take(other); }
    future_state& operator=(future_state&& other) noexcept {
        if (this != &other) {
            this->~future_state();
            new (this) future_state(std::move(other));
        }
        return *this;
    }
    ~future_state() {
        if constexpr (!std::is_trivially_destructible_v<stored_t<T>>) {
            if (state() == tag::ready) {
                _storage.value.~value_t();
            }
        }
    }

    template <typename... A>
    void set(A&&... a) {
        SEASTAR_ASSERT(pending());
        new (&_storage.value) value_t(std::forward<A>(a)...);
        set_tag(tag::ready);
    }

    stored_t<T>& value() noexcept {
        SEASTAR_ASSERT(state() == tag::ready);
        return _storage.value;
    }
    const stored_t<T>& value() const noexcept {
        SEASTAR_ASSERT(state() == tag::ready);
        return _storage.value;
    }
    /// Requires: available(), not failed. Leaves the state invalid.
    stored_t<T> take_value() noexcept {
        if (__builtin_expect(state() != tag::ready, false)) {
            invalid_future_use();
        }
        struct cleanup {
            future_state& s;
            ~cleanup() {
                s._storage.value.~value_t();
                s.set_tag(tag::invalid);
            }
        } c{*this};
        return std::move(_storage.value);
    }
    /// The value, or throws the exception. Requires: available().
    T get() {
        if (__builtin_expect(failed(), false)) {
            rethrow();
        }
        if constexpr (std::is_void_v<T>) {
            take_value();
        } else {
            return take_value();
        }
    }
    void ignore() noexcept {
        if (failed()) {
            drop_exception();
        }
    }

private:
    void take(future_state& other) noexcept {
        if (other.state() == tag::ready) {
            new (&_storage.value) value_t(std::move(other._storage.value));
            other._storage.value.~value_t();
        }
        take_word(other);
    }
};

}
using internal::future_state;

}
