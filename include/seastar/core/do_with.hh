/// do_with(): objects that live until a future resolves.
///
///     return do_with(std::vector<int>(), 0, [] (auto& numbers, int& sum) { ... });
#pragma once

#include <seastar/core/future.hh>

#include <tuple>

namespace seastar {

namespace internal {

/// The objects, and the wait for the function's future. One allocation.
template <typename T, typename... Objects>
class object_keeper final : public continuation_base<T>, public task_allocated {
    std::tuple<Objects...> _objects;
    promise_base_with_type<T> _promise;

public:
    template <typename... Args>
    explicit object_keeper(Args&&... args) : _objects(std::forward<Args>(args)...) {}
    template <typename Func>
    future<T> start(Func&& func) noexcept {
        auto f = std::apply(
            [&func](Objects&... objects) { return futurize_invoke(std::forward<Func>(func), objects...); }, _objects);
        if (f.available()) {
            delete this;
            return f;
        }
        auto result = future_of(_promise);
        internal::set_callback(std::move(f), this);
        return result;
    }
    void run_and_dispose() noexcept override {
        auto promise = std::move(_promise);
        auto state = std::move(this->_state);
        delete this; // the objects are gone before anybody hears of the result
        promise.set_state(std::move(state));
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }
};

template <typename Args, size_t... I>
auto do_with_objects(Args args, std::index_sequence<I...>) noexcept {
    using func = std::tuple_element_t<sizeof...(I), Args>;
    using result = futurize_t<std::remove_cvref_t<decltype(call(
        std::declval<func>(), std::declval<std::decay_t<std::tuple_element_t<I, Args>>&>()...))>>;
    using keeper = object_keeper<typename result::value_type, std::decay_t<std::tuple_element_t<I, Args>>...>;
    keeper* objects;
    try {
        objects = new keeper(std::get<I>(std::move(args))...);
    } catch (...) {
        return current_exception_as_future<typename result::value_type>();
    }
    return objects->start(std::get<sizeof...(I)>(std::move(args)));
}

}

/// Moves (or copies) the objects to the heap and calls func, the last argument, with references to them; they are
/// destroyed when the future that func returns has resolved. Returns that future.
template <typename Object, typename ObjectOrFunc, typename... Rest>
auto do_with(Object&& object, ObjectOrFunc&& next, Rest&&... rest) noexcept {
    return internal::do_with_objects(std::forward_as_tuple(std::forward<Object>(object),
                                                           std::forward<ObjectOrFunc>(next),
                                                           std::forward<Rest>(rest)...),
                                     std::make_index_sequence<1 + sizeof...(Rest)>());
}

/// Calls func between lock.lock(), a future, and lock.unlock(). The lock must outlive the result.
template <typename Lock, typename Func>
auto with_lock(Lock& lock, Func&& func) {
    return lock.lock().then([&lock, func = std::forward<Func>(func)]() mutable {
        return futurize_invoke(std::move(func)).finally([&lock] { lock.unlock(); });
    });
}

}
