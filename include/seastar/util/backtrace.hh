/// Where in the program something happened, as a list of addresses that seastar-addr2line turns into function names:
/// addresses of the program itself as 0x1a64193, those of shared objects as /lib64/libc.so.6+0x271a2.
#pragma once

#include <seastar/core/internal/owned_text.hh>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <iosfwd>
#include <type_traits>
#include <typeindex> // the lightest header that declares std::hash
#include <utility>

namespace seastar {

/// One return address, less one: inside the call instruction, where line tables know the call.
struct frame {
    uintptr_t addr;

    friend bool operator==(frame, frame) noexcept = default;
};

namespace internal {
void walk_frames(void (*visit)(void* context, frame f), void* context) noexcept;
}

/// Calls `func(frame)` for each frame of the calling function and its callers, the innermost first. Async-signal-safe
/// as far as `func` is: it follows the frame pointers, and ends where code that was compiled without them begins.
template <typename Func>
void backtrace(Func&& func) noexcept {
    internal::walk_frames([](void* context, frame f) { (*static_cast<std::remove_reference_t<Func>*>(context))(f); },
                          const_cast<void*>(static_cast<const void*>(&func)));
}

/// The addresses of one call chain, the innermost first. Holds no memory but its own; compares and hashes by address.
class simple_backtrace {
public:
    static constexpr size_t frames_max = 100;

    simple_backtrace() noexcept = default;

    size_t size() const noexcept { return _size; }
    bool empty() const noexcept { return _size == 0; }
    const frame* begin() const noexcept { return _frames; }
    const frame* end() const noexcept { return _frames + _size; }

    size_t hash() const noexcept;
    friend bool operator==(const simple_backtrace& a, const simple_backtrace& b) noexcept;

    /// Appends a frame; ignored when there are frames_max already.
    void push_back(frame f) noexcept {
        if (_size != frames_max) {
            _frames[_size++] = f;
        }
    }

    /// One address to a line.
    friend std::ostream& operator<<(std::ostream& os, const simple_backtrace& b);

private:
    frame _frames[frames_max];
    size_t _size = 0;
};

using saved_backtrace = simple_backtrace;
using tasktrace = simple_backtrace;

/// The calling function and its callers, found with the unwinder, so also through code without frame pointers. Costs
/// some microseconds; not for signal handlers.
[[gnu::noinline]] saved_backtrace current_backtrace() noexcept;
[[gnu::noinline]] tasktrace current_tasktrace() noexcept;
[[gnu::noinline]] simple_backtrace current_backtrace_tasklocal() noexcept;

namespace internal {

owned_text text_of(const simple_backtrace& b) noexcept;

/// A text that the copies of an exception share, on any thread.
class shared_text {
public:
    shared_text() noexcept = default;
    /// `what` + " Backtrace: " + the callers of the caller. Empty when there is no memory.
    static shared_text with_backtrace(const char* what) noexcept;
    shared_text(const shared_text& other) noexcept;
    shared_text& operator=(const shared_text& other) noexcept;
    ~shared_text();
    const char* get() const noexcept; ///< null when empty

private:
    struct counted;
    counted* _text = nullptr;
};

/// An exception that also says where it was made.
template <typename Exception>
class backtraced : public Exception {
    shared_text _what;

public:
    template <typename... Args>
    explicit backtraced(Args&&... args)
        : Exception(std::forward<Args>(args)...), _what(shared_text::with_backtrace(Exception::what())) {}
    backtraced(const backtraced&) = default;
    backtraced(backtraced& other) : backtraced(std::as_const(other)) {}
    backtraced& operator=(const backtraced&) = default;

    const char* what() const noexcept override {
        const char* text = _what.get();
        return text ? text : Exception::what();
    }
};

}

/// An exception_ptr to an Exception made of `args`, whose what() ends with " Backtrace: " and where this was called.
template <typename Exception, typename... Args>
    requires std::is_base_of_v<std::exception, Exception>
std::exception_ptr make_backtraced_exception_ptr(Args&&... args) {
    return std::make_exception_ptr<internal::backtraced<Exception>>(
        internal::backtraced<Exception>(std::forward<Args>(args)...));
}

/// Throws it. Caught as an Exception.
template <typename Exception, typename... Args>
    requires std::is_base_of_v<std::exception, Exception>
[[noreturn]] void throw_with_backtrace(Args&&... args) {
    throw internal::backtraced<Exception>(std::forward<Args>(args)...);
}

}

template <>
struct std::hash<seastar::simple_backtrace> {
    size_t operator()(const seastar::simple_backtrace& b) const noexcept { return b.hash(); }
};

template <>
struct fmt::formatter<seastar::simple_backtrace, char, void> : seastar::internal::plain_formatter {
    template <typename Context>
    typename Context::iterator format(const seastar::simple_backtrace& b, Context& context) const {
        auto text = seastar::internal::text_of(b);
        return seastar::internal::write_text(context.out(), text.data(), text.size());
    }
};
