/// map_reduce(): asynchronous mapping of many things, whose results are put together.
#pragma once

#include <seastar/core/do_with.hh>
#include <seastar/core/loop.hh>
#include <seastar/core/when_all.hh>

namespace seastar {

namespace internal {

/// Calls mapper for all elements at once, waits for all, and calls take(value) for the results in the elements' order.
template <typename Iterator, typename Sentinel, typename Mapper, typename Take>
future<> map_each(Iterator begin, Sentinel end, Mapper& mapper, Take take) {
    std::vector<future<step_value_t<Mapper, decltype(*begin)>>> mapped;
    for (; begin != end; ++begin) {
        mapped.push_back(futurize_invoke(mapper, *begin));
    }
    return wait_for_all<decltype(mapped), finish_with_values>::of(std::move(mapped))
        .then([take = std::move(take)](auto&& values) mutable {
            return do_with(std::move(values), [take = std::move(take)](auto& values) mutable {
                return do_for_each(values, [take = std::move(take)](auto&& value) mutable {
                    return take(std::move(value));
                });
            });
        });
}

}

/// Calls mapper(element) for all elements at once, then reducer(value) for each result, in the elements' order; either
/// may return a future. The result is reducer.get(), if it has that. A failure of any is the result, once all have
/// ended.
template <typename Iterator, typename Sentinel, typename Mapper, typename Reducer>
    requires requires(Iterator i, Sentinel s) {
        { *i };
        { i != s };
    }
auto map_reduce(Iterator begin, Sentinel end, Mapper&& mapper, Reducer&& reducer) noexcept {
    return do_with(std::decay_t<Mapper>(std::forward<Mapper>(mapper)),
                   std::decay_t<Reducer>(std::forward<Reducer>(reducer)),
                   [begin = std::move(begin), end = std::move(end)](auto& mapper, auto& reducer) mutable {
                       return internal::map_each(std::move(begin), std::move(end), mapper,
                                                 [&reducer](auto&& value) {
                                                     return futurize_invoke(reducer, std::move(value));
                                                 })
                           .then([&reducer] {
                               if constexpr (requires { std::move(reducer).get(); }) {
                                   return std::move(reducer).get();
                               }
                           });
                   });
}

/// The result is reduce(... reduce(reduce(initial, a), b) ..., z), in the elements' order.
template <typename Iterator, typename Sentinel, typename Mapper, typename Initial, typename Reduce>
    requires requires(Iterator i, Sentinel s) {
        { *i };
        { i != s };
    }
future<Initial> map_reduce(Iterator begin, Sentinel end, Mapper&& mapper, Initial initial, Reduce reduce) noexcept {
    return do_with(std::decay_t<Mapper>(std::forward<Mapper>(mapper)), std::move(initial), std::move(reduce),
                   [begin = std::move(begin), end = std::move(end)](auto& mapper, Initial& result,
                                                                    Reduce& reduce) mutable {
                       return internal::map_each(std::move(begin), std::move(end), mapper,
                                                 [&result, &reduce](auto&& value) {
                                                     result = reduce(std::move(result), std::move(value));
                                                 })
                           .then([&result] { return std::move(result); });
                   });
}

/// The same for ranges; what the elements are references to must live as long as their mapping.
template <typename Range, typename Mapper, typename Reducer>
    requires internal::any_range<Range>
auto map_reduce(Range&& range, Mapper&& mapper, Reducer&& reducer) noexcept {
    return map_reduce(std::begin(range), std::end(range), std::forward<Mapper>(mapper), std::forward<Reducer>(reducer));
}
template <typename Range, typename Mapper, typename Initial, typename Reduce>
    requires internal::any_range<Range>
future<Initial> map_reduce(Range&& range, Mapper&& mapper, Initial initial, Reduce reduce) noexcept {
    return map_reduce(std::begin(range), std::end(range), std::forward<Mapper>(mapper), std::move(initial),
                      std::move(reduce));
}

/// A reducer that adds up.
template <typename Result, typename Addend = Result>
class adder {
    Result _result{};

public:
    future<> operator()(const Addend& value) {
        _result += value;
        return make_ready_future<>();
    }
    Result get() && { return std::move(_result); }
};

}
