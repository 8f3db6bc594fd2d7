/// co_await coroutine::all(f, g, ...): calls all functions, waits for all their futures, and gives a tuple of the
/// values.
#pragma once

#include <seastar/core/coroutine.hh>
#include <seastar/core/when_all.hh>

namespace seastar::coroutine {

/// The functions live in the awaiting coroutine's frame until all is over, so they may be coroutines with captures. If
/// several fail, one failure is thrown. Values of future<void> are left out.
template <typename... Func>
class [[nodiscard]] all {
    std::tuple<Func...> _functions;

public:
    template <typename... F>
    explicit all(F&&... f) : _functions(std::forward<F>(f)...) {}
    all(const all&) = delete;

    auto operator co_await() noexcept {
        auto f = std::apply([](auto&... f) { return when_all_succeed(futurize_invoke(f)...); }, _functions);
        return seastar::internal::future_awaiter<true, typename decltype(f)::value_type>(std::move(f));
    }
};
template <typename... F>
all(F&&...) -> all<std::decay_t<F>...>;

}
