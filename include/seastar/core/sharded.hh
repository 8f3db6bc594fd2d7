/// sharded<Service>: one object of a class on each shard, and how to reach them all. With foreign_ptr, for pointers
/// that leave the shard of their object (internal/foreign_ptr.hh).
///
///     sharded<my_service> s;                       // on one shard, usually shard 0; stays there
///     s.start(args...)                             // makes the objects, each with copies of the arguments
///     s.invoke_on(3, &my_service::get, key)        // runs on shard 3, brings the result back
///     s.local()                                    // this shard's object
///     s.stop()                                     // calls my_service::stop() on all, then destroys them
#pragma once

#include <seastar/core/internal/foreign_ptr.hh>
#include <seastar/core/loop.hh>       // for those who include us, as is
#include <seastar/core/map_reduce.hh> // what reduces
#include <seastar/core/shared_ptr.hh>
#include <seastar/core/smp.hh>

#include <exception>
#include <functional>
#include <optional>
#include <tuple>
#include <typeinfo>
#include <vector>

namespace seastar {

template <typename Service>
class sharded;
template <typename Func, typename... Params>
class sharded_parameter;

/// The service has no object on this shard: not started, or stopped already.
class no_sharded_instance_exception : public std::exception {
    sstring _what;

public:
    no_sharded_instance_exception();
    explicit no_sharded_instance_exception(sstring type_name);
    const char* what() const noexcept override;
};

/// Base class of services whose objects are kept beyond stop() by those who still use them: sharded<>::stop() waits
/// until the last shared_ptr to each is gone (shared_from_this(), local_shared()).
template <typename T>
class async_sharded_service : public enable_shared_from_this<T> {
protected:
    noncopyable_function<void()> _delete_cb;
    async_sharded_service() noexcept = default;
    virtual ~async_sharded_service() {
        if (_delete_cb) {
            _delete_cb();
        }
    }
    template <typename Service>
    friend class sharded;
};

/// Base class of services that know the sharded<> they belong to, and through it their peers on the other shards.
template <typename Service>
class peering_sharded_service {
    sharded<Service>* _container = nullptr;
    template <typename T>
    friend class sharded;

public:
    peering_sharded_service() noexcept = default;
    // A copy belongs to no container.
    peering_sharded_service(const peering_sharded_service&) noexcept {}
    peering_sharded_service& operator=(const peering_sharded_service&) = delete;
    /// Requires: not called from the constructor.
    sharded<Service>& container() noexcept { return *_container; }
    const sharded<Service>& container() const noexcept { return *_container; }
};

namespace internal {

/// A std::ref(sharded<X>) among a service's arguments: what takes it gets the sharded<X>, or this shard's X.
template <typename Service>
class either_sharded_or_local {
    sharded<Service>& _sharded;

public:
    explicit either_sharded_or_local(sharded<Service>& s) noexcept : _sharded(s) {}
    operator sharded<Service>&() const noexcept { return _sharded; }
    operator Service&() const noexcept { return _sharded.local(); }
};

template <typename T>
T&& unwrap_sharded_arg(T&& arg) noexcept {
    return std::forward<T>(arg);
}
template <typename Service>
either_sharded_or_local<Service> unwrap_sharded_arg(std::reference_wrapper<sharded<Service>> arg) noexcept {
    return either_sharded_or_local<Service>(arg.get());
}
template <typename Func, typename... Params>
decltype(auto) unwrap_sharded_arg(const sharded_parameter<Func, Params...>& parameter) {
    return parameter.evaluate();
}
template <typename Func, typename... Params>
decltype(auto) unwrap_sharded_arg(sharded_parameter<Func, Params...>&& parameter) {
    return parameter.evaluate();
}
template <typename T>
using sharded_arg_t = decltype(unwrap_sharded_arg(std::declval<std::decay_t<T>>()));

template <typename Func, typename Service, typename... Args>
using sharded_result = std::remove_cvref_t<decltype(call(std::declval<std::decay_t<Func>&>(), std::declval<Service&>(),
                                                         std::declval<sharded_arg_t<Args>>()...))>;

/// For the overloads that take options first.
template <typename T>
inline constexpr bool are_submit_options = std::is_convertible_v<T, smp_submit_to_options>;

[[noreturn]] void throw_no_instance(const std::type_info& service);
/// Reports a sharded<> that is destroyed while its objects live, or ends the process (--abort-on-leaked-service).
void service_leaked(const std::type_info& service) noexcept;

}

/// An argument of sharded<>::start() that is made anew on each shard: by func(params...), called there.
template <typename Func, typename... Params>
class sharded_parameter {
    Func _func;
    std::tuple<Params...> _params;

public:
    explicit sharded_parameter(Func func, Params... params) : _func(std::move(func)), _params(std::move(params)...) {}
    decltype(auto) evaluate() const {
        return std::apply([this](const Params&... params) -> decltype(auto) {
            return internal::call(_func, internal::unwrap_sharded_arg(params)...);
        }, _params);
    }
};

/// One Service on each shard. The sharded<> itself may stand anywhere, stays there, and outlives what is called through
/// it; its members may be called on any shard, start() and stop() on one at a time.
///
/// Service: any class; its stop(), if it has one, returns future<>. stop() before the destructor is mandatory: a
/// sharded<> destroyed before that is reported as an error, and its objects are lost.
template <typename Service>
class sharded {
    struct instance {
        shared_ptr<Service> service;
        promise<> freed; ///< resolved when the service is destroyed
    };
    std::vector<instance> _instances; ///< by shard; each is touched by its shard only

    template <typename Func, typename... Args>
    using result = futurize_t<internal::sharded_result<Func, Service, Args...>>;

public:
    sharded() noexcept = default;
    sharded(const sharded&) = delete;
    sharded(sharded&&) = delete;
    ~sharded() {
        if (!_instances.empty()) {
            internal::service_leaked(typeid(Service));
            // Nobody may destroy the objects here: they belong to other shards and may be running.
            new std::vector<instance>(std::move(_instances));
        }
    }

    /// Makes a Service on each shard, from copies of the arguments. If one constructor fails, what was made is stopped
    /// and the failure returned. Requires: not started.
    template <typename... Args>
    future<> start(Args&&... args) noexcept {
        try {
            _instances = std::vector<instance>(smp::count);
            return stop_if_failed(on_each([this,
                                           args = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)] {
                std::apply([this](const std::decay_t<Args>&... args) {
                    make_local(internal::unwrap_sharded_arg(std::decay_t<Args>(args))...);
                }, args);
            }));
        } catch (...) {
            _instances = std::vector<instance>();
            return current_exception_as_future<>();
        }
    }

    /// Makes a Service on shard 0 only. Requires: not started.
    template <typename... Args>
    future<> start_single(Args&&... args) noexcept {
        try {
            _instances = std::vector<instance>(1);
            return stop_if_failed(smp::submit_to(
                0, [this, args = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)]() mutable {
                    std::apply([this](std::decay_t<Args>&... args) {
                        make_local(internal::unwrap_sharded_arg(std::move(args))...);
                    }, args);
                }));
        } catch (...) {
            _instances = std::vector<instance>();
            return current_exception_as_future<>();
        }
    }

    /// Calls Service::stop() on all shards at once; when all have resolved, destroys the objects. A failure of theirs
    /// is returned. Without objects: nothing happens.
    future<> stop() noexcept {
        try {
            return on_each([this] { return stop_local(); }).then_wrapped([this](future<> stopped) {
                return on_each([this] { return destroy_local(); }).then_wrapped(
                    [this, stopped = std::move(stopped)](future<> destroyed) mutable {
                        _instances = std::vector<instance>();
                        if (stopped.failed()) {
                            destroyed.ignore_ready_future();
                            return std::move(stopped);
                        }
                        return destroyed;
                    });
            });
        } catch (...) {
            return current_exception_as_future<>();
        }
    }

    /// Calls func(Service&, args...) on each shard, all at once, with copies of func and of the arguments, and waits
    /// for all; the results are dropped. Func may be a pointer to a member function.
    template <typename Func, typename... Args>
        requires(!internal::are_submit_options<Func>)
    future<> invoke_on_all(Func func, Args... args) noexcept {
        return invoke_on_all(smp_submit_to_options(), std::move(func), std::move(args)...);
    }
    template <typename Func, typename... Args>
    future<> invoke_on_all(smp_submit_to_options options, Func func, Args... args) noexcept {
        return on_each_but(smp::count, options, caller(std::move(func), std::move(args)...));
    }
    /// The same, on all shards but this one.
    template <typename Func, typename... Args>
        requires(!internal::are_submit_options<Func>)
    future<> invoke_on_others(Func func, Args... args) noexcept {
        return invoke_on_others(smp_submit_to_options(), std::move(func), std::move(args)...);
    }
    template <typename Func, typename... Args>
    future<> invoke_on_others(smp_submit_to_options options, Func func, Args... args) noexcept {
        return on_each_but(this_shard_id(), options, caller(std::move(func), std::move(args)...));
    }

    /// Calls func(Service&, args...) on shard `id` and brings back what comes of it. Func may be a pointer to a member
    /// function. Fails with no_sharded_instance_exception if there is no object.
    template <typename Func, typename... Args>
        requires(!internal::are_submit_options<Func>)
    auto invoke_on(unsigned id, Func&& func, Args&&... args) noexcept {
        return invoke_on(id, smp_submit_to_options(), std::forward<Func>(func), std::forward<Args>(args)...);
    }
    template <typename Func, typename... Args>
    auto invoke_on(unsigned id, smp_submit_to_options options, Func&& func, Args&&... args) noexcept {
        using returned = result<Func, Args...>;
        try {
            if constexpr (sizeof...(Args) == 0) {
                return smp::submit_to(id, options, [this, func = std::forward<Func>(func)]() mutable -> decltype(auto) {
                    return internal::call(func, local_or_throw());
                });
            } else {
                using arguments = std::tuple<std::decay_t<Args>...>;
                return smp::submit_to(id, options, [this, func = std::forward<Func>(func),
                                                    args = arguments(std::forward<Args>(args)...)]() mutable {
                    return std::apply([&](std::decay_t<Args>&... args) -> decltype(auto) {
                        auto& service = local_or_throw();
                        return internal::call(func, service, internal::unwrap_sharded_arg(std::move(args))...);
                    }, args);
                });
            }
        } catch (...) {
            return futurize<returned>::current_exception_as_future();
        }
    }

    /// The same on each shard of a range, all at once, with copies of func and of the arguments; waits for all, and
    /// drops the results.
    template <typename Shards, typename Func, typename... Args>
        requires(std::ranges::range<Shards> && !internal::are_submit_options<Func>)
    future<> invoke_on(Shards shards, Func func, Args... args) noexcept {
        return invoke_on(std::move(shards), smp_submit_to_options(), std::move(func), std::move(args)...);
    }
    template <typename Shards, typename Func, typename... Args>
        requires std::ranges::range<Shards>
    future<> invoke_on(Shards shards, smp_submit_to_options options, Func func, Args... args) noexcept {
        try {
            auto call = caller(std::move(func), std::move(args)...);
            internal::gather all;
            for (unsigned id : shards) {
                all.add(smp::submit_to(id, options, decltype(call)(call)).discard_result());
            }
            return all.done();
        } catch (...) {
            return current_exception_as_future<>();
        }
    }

    /// This shard's object. Requires: there is one.
    Service& local() noexcept {
        SEASTAR_ASSERT(local_is_initialized());
        return *_instances[this_shard_id()].service;
    }
    const Service& local() const noexcept {
        SEASTAR_ASSERT(local_is_initialized());
        return *_instances[this_shard_id()].service;
    }
    shared_ptr<Service> local_shared() noexcept {
        SEASTAR_ASSERT(local_is_initialized());
        return _instances[this_shard_id()].service;
    }
    bool local_is_initialized() const noexcept {
        return this_shard_id() < _instances.size() && _instances[this_shard_id()].service;
    }

    /// The results of mapper(Service&) on all shards, by shard.
    template <typename Mapper, typename Value = typename result<Mapper>::value_type>
    future<std::vector<Value>> map(Mapper mapper) noexcept {
        try {
            auto results = make_lw_shared<std::vector<std::optional<Value>>>(_instances.size());
            internal::gather all;
            for (unsigned id = 0; id < _instances.size(); ++id) {
                all.add(invoke_on(id, Mapper(mapper)).then([results, id](Value value) {
                    (*results)[id].emplace(std::move(value));
                }));
            }
            return all.done().then([results] {
                std::vector<Value> values;
                values.reserve(results->size());
                for (auto& value : *results) {
                    values.push_back(std::move(*value));
                }
                return values;
            });
        } catch (...) {
            return current_exception_as_future<std::vector<Value>>();
        }
    }

    /// Reduces the results of mapper(Service&), in order of the shards: initial = reduce(initial, result).
    template <typename Mapper, typename Initial, typename Reduce>
    future<Initial> map_reduce0(Mapper mapper, Initial initial, Reduce reduce) noexcept {
        auto sum_up = [initial = std::move(initial), reduce = std::move(reduce)](auto values) mutable {
            for (auto& value : values) {
                initial = reduce(std::move(initial), std::move(value));
            }
            return std::move(initial);
        };
        return map(std::move(mapper)).then(std::move(sum_up));
    }

    /// The same of mapper(const Service&).
    template <typename Mapper, typename Initial, typename Reduce>
    future<Initial> map_reduce0(Mapper mapper, Initial initial, Reduce reduce) const noexcept {
        return const_cast<sharded*>(this)->map_reduce0([mapper = std::move(mapper)](const Service& service) mutable {
            return internal::call(mapper, service);
        }, std::move(initial), std::move(reduce));
    }

    /// Gives the results of func(Service&, args...) to reducer(result), which may return a future, in order of the
    /// shards; the result is reducer.get(), if there is one.
    template <typename Reducer, typename Func, typename... Args>
    auto map_reduce(Reducer&& reducer, Func func, Args... args) noexcept {
        using reducer_type = std::decay_t<Reducer>;
        auto mapper = [func = std::move(func), ... args = std::move(args)](Service& service) mutable {
            return internal::call(func, service, internal::unwrap_sharded_arg(std::move(args))...);
        };
        auto r = make_lw_shared<reducer_type>(std::forward<Reducer>(reducer));
        return map(std::move(mapper)).then([r = std::move(r)](auto values) mutable {
            auto reduced = make_ready_future<>();
            for (auto& value : values) {
                reduced = reduced.then([r, value = std::move(value)]() mutable { return (*r)(std::move(value)); });
            }
            return reduced.then([r] {
                if constexpr (requires { std::move(*r).get(); }) {
                    return std::move(*r).get();
                }
            });
        });
    }
    template <typename Reducer, typename Func, typename... Args>
    auto map_reduce(Reducer&& reducer, Func func, Args... args) const noexcept {
        return const_cast<sharded*>(this)->map_reduce(
            std::forward<Reducer>(reducer), [func = std::move(func)](const Service& service, auto&&... a) mutable {
                return internal::call(func, service, std::forward<decltype(a)>(a)...);
            }, std::move(args)...);
    }

private:
    template <typename Func>
    future<> on_each(Func&& func) noexcept {
        return on_each_but(smp::count, smp_submit_to_options(), std::forward<Func>(func));
    }
    /// A copy of func on each shard that has, or is to have, an instance.
    template <typename Func>
    future<> on_each_but(unsigned but, smp_submit_to_options options, Func&& func) noexcept {
        try {
            internal::gather all;
            for (unsigned id = 0; id < _instances.size(); ++id) {
                if (id != but) {
                    all.add(smp::submit_to(id, options, std::decay_t<Func>(func)).discard_result());
                }
            }
            return all.done();
        } catch (...) {
            return current_exception_as_future<>();
        }
    }

    /// What invoke_on_all() sends: func with its arguments, copied again on each shard.
    template <typename Func, typename... Args>
    auto caller(Func&& func, Args&&... args) {
        return [this, func = std::move(func), args = std::tuple<std::decay_t<Args>...>(std::move(args)...)]() mutable {
            return std::apply(
                [&](const std::decay_t<Args>&... args) -> decltype(auto) {
                    return internal::call(func, local_or_throw(),
                                          internal::unwrap_sharded_arg(std::decay_t<Args>(args))...);
                },
                args);
        };
    }

    Service& local_or_throw() const {
        if (!local_is_initialized()) {
            internal::throw_no_instance(typeid(Service));
        }
        return *_instances[this_shard_id()].service;
    }

    template <typename... Args>
    void make_local(Args&&... args) {
        auto& here = _instances[this_shard_id()];
        here.service = seastar::make_shared<Service>(std::forward<Args>(args)...);
        if constexpr (std::is_base_of_v<peering_sharded_service<Service>, Service>) {
            here.service->_container = this;
        }
        if constexpr (std::is_base_of_v<async_sharded_service<Service>, Service>) {
            here.service->_delete_cb = [&here] { here.freed.set_value(); };
        }
    }

    future<> stop_local() {
        auto service = _instances[this_shard_id()].service;
        if constexpr (requires { service->stop(); }) {
            if (service) {
                return futurize_invoke([&] { return service->stop(); }).finally([service] {});
            }
        }
        return make_ready_future<>();
    }

    future<> destroy_local() {
        auto& here = _instances[this_shard_id()];
        if (!here.service) {
            return make_ready_future<>();
        }
        auto freed = here.freed.get_future();
        here.service = nullptr;
        if constexpr (!std::is_base_of_v<async_sharded_service<Service>, Service>) {
            here.freed.set_value();
        }
        return freed;
    }

    future<> stop_if_failed(future<> started) noexcept {
        return started.then_wrapped([this](future<> started) {
            if (!started.failed()) {
                return started;
            }
            return stop().then_wrapped([started = std::move(started)](future<> stopped) mutable {
                stopped.ignore_ready_future();
                return std::move(started);
            });
        });
    }
};

}
