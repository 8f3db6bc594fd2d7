/// co_await coroutine::parallel_for_each(range, func): as seastar::parallel_for_each, with the function kept in the
/// frame.
#pragma once

#include <seastar/core/coroutine.hh>
#include <seastar/core/loop.hh>

#include <functional>

namespace seastar::coroutine {

template <typename Func>
class [[nodiscard]] parallel_for_each {
    Func _func;
    seastar::future<> _f;

public:
    template <typename Range, typename F>
        requires requires(Range r) {
            std::begin(r);
            std::end(r);
        }
    parallel_for_each(Range&& range, F&& func)
        : _func(std::forward<F>(func)),
          _f(seastar::parallel_for_each(std::begin(range), std::end(range), std::ref(_func))) {}
    template <typename Iterator, typename Sentinel, typename F>
    parallel_for_each(Iterator begin, Sentinel end, F&& func)
        : _func(std::forward<F>(func)), _f(seastar::parallel_for_each(begin, end, std::ref(_func))) {}
    parallel_for_each(const parallel_for_each&) = delete;

    auto operator co_await() noexcept { return seastar::internal::future_awaiter<true, void>(std::move(_f)); }
};
template <typename Range, typename F>
parallel_for_each(Range&&, F&&) -> parallel_for_each<std::decay_t<F>>;
template <typename Iterator, typename Sentinel, typename F>
parallel_for_each(Iterator, Sentinel, F&&) -> parallel_for_each<std::decay_t<F>>;

}
