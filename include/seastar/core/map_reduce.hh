/// map_reduce(): asynchronous mapping, and putting the results together.
#pragma once

#include <seastar/core/do_with.hh>
#include <seastar/core/loop.hh>

#include <iterator>
#include <optional>

namespace seastar {

/// Calls mapper for all elements at once and reducer with each result as it comes; then reducer.get(), if it has one,
/// is the result.
template <typename Iterator, typename Mapper, typename Reducer>
    requires requires(Iterator i, Mapper m, Reducer r) {
        *i++;
        { i != i };
        r(m(*i).get());
    }
auto map_reduce(Iterator begin, Iterator end, Mapper&& mapper, Reducer&& r) {
    return do_with(std::forward<Reducer>(r), std::decay_t<Mapper>(std::forward<Mapper>(mapper)),
                   [begin, end](auto& reducer, auto& mapper) {
                       return parallel_for_each(begin, end, [&](auto&& element) {
                                  return futurize_invoke(mapper, std::forward<decltype(element)>(element))
                                      .then([&reducer](auto&& value) {
                                          return futurize_invoke(reducer, std::move(value));
                                      });
                              })
                           .then([&reducer] {
                               if constexpr (requires { reducer.get(); }) {
                                   return futurize_invoke([&reducer] { return reducer.get(); });
                               } else {
                                   return make_ready_future<>();
                               }
                           });
                   });
}

/// Calls mapper for all elements at once; the result is reduce(reduce(initial, a), b) ..., in the order in which they
/// come.
template <typename Iterator, typename Mapper, typename Initial, typename Reduce>
future<Initial> map_reduce(Iterator begin, Iterator end, Mapper&& mapper, Initial initial, Reduce reduce) {
    return do_with(std::move(initial), std::move(reduce), std::decay_t<Mapper>(std::forward<Mapper>(mapper)),
                   [begin, end](Initial& result, Reduce& reduce, auto& mapper) {
                       return parallel_for_each(begin, end, [&](auto&& element) {
                                  return futurize_invoke(mapper, std::forward<decltype(element)>(element))
                                      .then([&](auto&& value) {
                                          result = reduce(std::move(result), std::move(value));
                                      });
                              })
                           .then([&result] { return std::move(result); });
                   });
}

template <typename Range, typename Mapper, typename Initial, typename Reduce>
    requires internal::any_range<Range>
future<Initial> map_reduce(Range&& range, Mapper&& mapper, Initial initial, Reduce reduce) {
    if constexpr (std::is_lvalue_reference_v<Range>) {
        return map_reduce(std::begin(range), std::end(range), std::forward<Mapper>(mapper), std::move(initial),
                          std::move(reduce));
    } else {
        return do_with(std::move(range), [&mapper, &initial, &reduce](auto& kept) {
            return map_reduce(std::begin(kept), std::end(kept), std::forward<Mapper>(mapper), std::move(initial),
                              std::move(reduce));
        });
    }
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
    Result get() & { return _result; }
};

}
