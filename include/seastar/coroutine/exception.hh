/// Ending a coroutine with an exception without throwing it.
///
///     co_await coroutine::return_exception(std::runtime_error("..."));   // does not come back
#pragma once

#include <seastar/core/coroutine.hh>

#include <coroutine>
#include <exception>

namespace seastar {

namespace internal {

struct exception_awaiter {
    std::exception_ptr ex;
    explicit exception_awaiter(std::exception_ptr ex) noexcept : ex(std::move(ex)) {}
    exception_awaiter(const exception_awaiter&) = delete;
    constexpr bool await_ready() const noexcept { return false; }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
        auto& promise = coroutine.promise();
        auto error = std::move(ex);
        promise.set_exception(std::move(error));
        coroutine.destroy();
    }
    constexpr void await_resume() noexcept {}
};

}

namespace coroutine {

struct exception {
    std::exception_ptr eptr;
    explicit exception(std::exception_ptr eptr) noexcept : eptr(std::move(eptr)) {}
};

/// co_await the result: the coroutine ends here, failed. Its locals are destroyed.
[[nodiscard]] inline internal::exception_awaiter return_exception_ptr(std::exception_ptr ex) noexcept {
    return internal::exception_awaiter(std::move(ex));
}
template <typename T>
[[nodiscard]] internal::exception_awaiter return_exception(T&& t) noexcept {
    return internal::exception_awaiter(std::make_exception_ptr(std::forward<T>(t)));
}
template <typename T>
[[nodiscard]] exception make_exception(T&& t) noexcept {
    return exception(std::make_exception_ptr(std::forward<T>(t)));
}

inline auto operator co_await(exception ex) noexcept {
    return seastar::internal::exception_awaiter(std::move(ex.eptr));
}
}
}
