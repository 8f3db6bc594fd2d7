/// Execution stages: calls of one function, collected and run together, so that its instructions and data stay in the
/// caches (the idea of SEDA).
///
///     static thread_local auto stage = make_execution_stage("parse", &connection::parse);
///     stage(this, std::move(buffer)).then(...)
#pragma once

#include <seastar/core/chunked_fifo.hh>
#include <seastar/core/future.hh>
#include <seastar/core/sstring.hh>
#include <seastar/util/noncopyable_function.hh>
#include <seastar/util/reference_wrapper.hh>

#include <memory>
#include <optional>
#include <tuple>
#include <vector>

namespace seastar {

/// Lives on one shard; may be made before the engine (static thread_local). Not moved once it was called. Its name is
/// its own there: a second stage of that name throws std::invalid_argument.
class execution_stage : private task {
public:
    struct stats {
        uint64_t tasks_scheduled = 0;           ///< batches that were queued
        uint64_t tasks_preempted = 0;           ///< of them, those that were interrupted
        uint64_t function_calls_enqueued = 0;
        uint64_t function_calls_executed = 0;
    };

    explicit execution_stage(const sstring& name, scheduling_group sg = {});
    execution_stage(execution_stage&& other);
    virtual ~execution_stage();

    const sstring& name() const noexcept { return _name; }
    const stats& get_stats() const noexcept { return _stats; }
    scheduling_group get_scheduling_group() const noexcept { return group(); }
    /// Queues the batch, if there is one. True if there is.
    bool flush() noexcept;

protected:
    void enqueued() noexcept;
    /// Runs calls until there are none or the time is up; true if some are left.
    virtual bool run_batch() noexcept = 0;
    virtual size_t waiting() const noexcept = 0;
    stats& counters() noexcept { return _stats; }

private:
    void run_and_dispose() noexcept final;
    task* waiting_task() noexcept final { return nullptr; }
    sstring _name;
    stats _stats;
    bool _queued = false;
    execution_stage* _next; ///< one of the thread's stages, all of which are in a list
};

namespace internal {
/// A reference argument is passed as seastar::ref(x), so that nobody copies by mistake, or refers to what goes.
template <typename T>
struct stage_argument {
    using type = T;
};
template <typename T>
struct stage_argument<T&> {
    using type = reference_wrapper<T>;
};
template <typename T>
struct stage_argument<T&&> {
    using type = T;
};
template <typename T>
decltype(auto) unwrap_stage_argument(T& value) {
    if constexpr (requires { typename T::type; value.get(); }) {
        return value.get();
    } else {
        return std::move(value);
    }
}
}

/// A stage of Ret(Args...). Calls are made in the order in which they came.
template <typename ReturnType, typename... Args>
class concrete_execution_stage final : public execution_stage {
    using result = futurize<ReturnType>;
    using arguments = std::tuple<typename internal::stage_argument<Args>::type...>;
    struct call {
        arguments args;
        promise<typename result::value_type> done;
        explicit call(arguments&& a) : args(std::move(a)) {}
    };
    noncopyable_function<ReturnType(Args...)> _function;
    chunked_fifo<call> _calls;

    bool run_batch() noexcept override {
        while (!_calls.empty()) {
            call c(std::move(_calls.front()));
            _calls.pop_front();
            auto f = std::apply(
                [this](auto&... a) {
                    return result::invoke([&]() -> decltype(auto) {
                        return _function(internal::unwrap_stage_argument(a)...);
                    });
                },
                c.args);
            ++counters().function_calls_executed;
            f.forward_to(std::move(c.done));
            if (need_preempt() && !_calls.empty()) {
                ++counters().tasks_preempted;
                return true;
            }
        }
        return false;
    }
    size_t waiting() const noexcept override { return _calls.size(); }

public:
    concrete_execution_stage(const sstring& name, scheduling_group sg, noncopyable_function<ReturnType(Args...)> f)
        : execution_stage(name, sg), _function(std::move(f)) {}
    concrete_execution_stage(const sstring& name, noncopyable_function<ReturnType(Args...)> f)
        : concrete_execution_stage(name, scheduling_group(), std::move(f)) {}

    /// Queues one call; resolves as it does.
    typename result::type operator()(typename internal::stage_argument<Args>::type... args) {
        _calls.emplace_back(arguments(std::move(args)...));
        auto f = _calls.back().done.get_future();
        enqueued();
        return f;
    }
};

class inheriting_execution_stage {
public:
    struct per_scheduling_group_stats {
        scheduling_group sg;
        execution_stage::stats stats;
    };
    using stats = std::vector<per_scheduling_group_stats>;
};

/// The same, in the scheduling group of each caller: one stage per group, with the group's number behind its name.
template <typename ReturnType, typename... Args>
class inheriting_concrete_execution_stage final {
    using stage = concrete_execution_stage<ReturnType, Args...>;
    sstring _name;
    noncopyable_function<ReturnType(Args...)> _function;
    std::vector<std::unique_ptr<stage>> _stages;

public:
    using return_type = typename futurize<ReturnType>::type;
    inheriting_concrete_execution_stage(const sstring& name, noncopyable_function<ReturnType(Args...)> f)
        : _name(name), _function(std::move(f)) {}

    return_type operator()(typename internal::stage_argument<Args>::type... args) {
        auto group = current_scheduling_group();
        auto index = internal::scheduling_group_index(group);
        if (index >= _stages.size()) {
            _stages.resize(index + 1);
        }
        if (!_stages[index]) {
            _stages[index] = std::make_unique<stage>(_name + "." + to_sstring(index), group,
                                                     [this](Args... a) -> ReturnType {
                                                         return _function(std::forward<Args>(a)...);
                                                     });
        }
        return (*_stages[index])(std::move(args)...);
    }
    /// Of the groups that have called.
    inheriting_execution_stage::stats get_stats() const {
        inheriting_execution_stage::stats all;
        for (auto& s : _stages) {
            if (s) {
                all.push_back({s->get_scheduling_group(), s->get_stats()});
            }
        }
        return all;
    }
};

namespace internal {

template <typename Func>
struct stage_signature : stage_signature<decltype(&Func::operator())> {};
template <typename R, typename... A>
struct stage_signature<R (*)(A...)> {
    using stage = concrete_execution_stage<R, A...>;
    using inheriting = inheriting_concrete_execution_stage<R, A...>;
};
template <typename R, typename... A>
struct stage_signature<R (*)(A...) noexcept> : stage_signature<R (*)(A...)> {};
template <typename C, typename R, typename... A>
struct stage_signature<R (C::*)(A...)> : stage_signature<R (*)(A...)> {};
template <typename C, typename R, typename... A>
struct stage_signature<R (C::*)(A...) const> : stage_signature<R (*)(A...)> {};

}

/// A stage of a function, lambda or function pointer.
template <typename Function>
    requires(!std::is_member_function_pointer_v<Function>)
auto make_execution_stage(const sstring& name, scheduling_group sg, Function&& fn) {
    using stage = typename internal::stage_signature<std::decay_t<Function>>::stage;
    return stage(name, sg, std::forward<Function>(fn));
}
template <typename Function>
    requires(!std::is_member_function_pointer_v<Function>)
auto make_execution_stage(const sstring& name, Function&& fn) {
    return make_execution_stage(name, scheduling_group(), std::forward<Function>(fn));
}
/// A stage of a member function: its first argument is the object's address.
template <typename Ret, typename Object, typename... Args>
concrete_execution_stage<Ret, Object*, Args...> make_execution_stage(const sstring& name, scheduling_group sg,
                                                                     Ret (Object::*fn)(Args...)) {
    return {name, sg, [fn](Object* object, Args... args) { return (object->*fn)(std::forward<Args>(args)...); }};
}
template <typename Ret, typename Object, typename... Args>
concrete_execution_stage<Ret, const Object*, Args...> make_execution_stage(const sstring& name, scheduling_group sg,
                                                                           Ret (Object::*fn)(Args...) const) {
    return {name, sg, [fn](const Object* object, Args... args) { return (object->*fn)(std::forward<Args>(args)...); }};
}
template <typename Ret, typename Object, typename... Args>
auto make_execution_stage(const sstring& name, Ret (Object::*fn)(Args...)) {
    return make_execution_stage(name, scheduling_group(), fn);
}
template <typename Ret, typename Object, typename... Args>
auto make_execution_stage(const sstring& name, Ret (Object::*fn)(Args...) const) {
    return make_execution_stage(name, scheduling_group(), fn);
}

}
