/// when_any(): waits until one of several futures is available.
#pragma once

#include <seastar/core/shared_ptr.hh>
#include <seastar/core/when_all.hh>

#include <cstddef>
#include <optional>
#include <tuple>
#include <vector>

namespace seastar {

/// All the futures that were given, and which one was available first; the others may still be pending.
template <typename Sequence>
struct when_any_result {
    size_t index; ///< size_t(-1) when there were none
    Sequence futures;
};

namespace internal {

/// Who was first. Shared by the continuations of all futures, of which the late ones find nobody waiting.
class race : public enable_lw_shared_from_this<race> {
    std::optional<promise<size_t>> _winner{std::in_place};

public:
    future<size_t> winner() noexcept { return _winner->get_future(); }
    template <typename T>
    future<T> enter(future<T>&& f, size_t index) noexcept {
        return std::move(f).then_wrapped([self = shared_from_this(), index](future<T> f) {
            if (self->_winner) {
                self->_winner->set_value(index);
                self->_winner.reset();
            }
            return f;
        });
    }
};

template <typename Futures>
future<when_any_result<Futures>> wait_for_any(size_t first_available, Futures futures, auto enter_all) noexcept {
    using result = when_any_result<Futures>;
    if (first_available != size_t(-1)) {
        return make_ready_future<result>(result{first_available, std::move(futures)});
    }
    try {
        auto r = make_lw_shared<race>();
        auto winner = r->winner();
        enter_all(*r, futures);
        return std::move(winner).then([futures = std::move(futures)](size_t index) mutable {
            return result{index, std::move(futures)};
        });
    } catch (...) {
        return current_exception_as_future<result>();
    }
}

}

/// For a range of futures, which are moved from: a future of when_any_result<std::vector<future<T>>>. It does not fail;
/// a failed future is an available one.
template <internal::future_iterator Iterator>
auto when_any(Iterator begin, Iterator end) noexcept {
    using futures = std::vector<typename std::iterator_traits<Iterator>::value_type>;
    using result = when_any_result<futures>;
    try {
        auto all = internal::take_futures(begin, end);
        if (all.empty()) {
            return make_ready_future<result>(result{size_t(-1), futures()});
        }
        size_t first = size_t(-1);
        for (size_t i = all.size(); i-- > 0;) {
            first = all[i].available() ? i : first;
        }
        return internal::wait_for_any(first, std::move(all), [](internal::race& race, futures& all) {
            for (size_t i = 0; i < all.size(); ++i) {
                all[i] = race.enter(std::move(all[i]), i);
            }
        });
    } catch (...) {
        return current_exception_as_future<result>();
    }
}

/// For futures, or functions that return them: a future of when_any_result<std::tuple<future<T>...>>.
template <typename... FutureOrFunc>
    requires(sizeof...(FutureOrFunc) > 0 &&
             !(sizeof...(FutureOrFunc) == 2 && (... && internal::future_iterator<std::decay_t<FutureOrFunc>>)))
auto when_any(FutureOrFunc&&... f) noexcept {
    using futures = std::tuple<decltype(futurize_invoke_if_func(std::forward<FutureOrFunc>(f)))...>;
    futures all{futurize_invoke_if_func(std::forward<FutureOrFunc>(f))...};
    size_t first = size_t(-1);
    std::apply([&](auto&... f) {
        size_t i = 0;
        (..., (first = first == size_t(-1) && f.available() ? i : first, ++i));
    }, all);
    return internal::wait_for_any(first, std::move(all), [](internal::race& race, futures& all) {
        std::apply([&](auto&... f) {
            size_t i = 0;
            (..., (f = race.enter(std::move(f), i++)));
        }, all);
    });
}

}
