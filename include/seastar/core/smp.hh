/// Messages between shards: smp::submit_to() runs a function on another shard and brings back what came of it.
///
/// A message is one allocation on the shard that sends it. It travels to the target, runs there as a task of the
/// sender's scheduling group, travels back with the result, and is destroyed at home: nothing of the sender's is ever
/// destroyed on the target. Messages from one shard to another begin in the order in which they were sent. Between two
/// shards there is room for 128 requests on their way; more wait at the sender, in order (src/seastar/shard/mesh.hh).
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/internal/shard_range.hh>
#include <seastar/core/internal/smp_count.hh>
#include <seastar/core/internal/smp_message.hh>
#include <seastar/core/shard_id.hh>
#include <seastar/core/sstring.hh>

#include <memory>
#include <optional>

namespace seastar {

struct smp_service_group_config {
    /// How many requests of the group may be on their way to one shard, or run there, from all others together; each of
    /// the others may have one, whatever this says.
    unsigned max_nonlocal_requests = 0;
    std::optional<sstring> group_name;
};

future<smp_service_group> create_smp_service_group(smp_service_group_config config) noexcept;
/// Requires: none of its messages is under way.
future<> destroy_smp_service_group(smp_service_group group) noexcept;

namespace internal {

/// Sends a message; it is the mesh's from now on. Requires: a shard of a running node; target is another one.
void send_message(unsigned target, const smp_submit_to_options& options, smp_message& message) noexcept;
/// On the target, when the work is done.
void send_home(smp_message& message) noexcept;

/// A function on its way to another shard, and what came of it on its way back.
template <typename Func, typename T>
class submitted_call final : public continuation_base<T>, public smp_message {
    promise_base_with_type<T> _promise;
    [[no_unique_address]] Func _func;
    bool _called = false;

public:
    template <typename F>
    explicit submitted_call(F&& func) : _func(std::forward<F>(func)) {
        this->work = this;
    }
    static void* operator new(size_t size) { return memory::allocate_task(size); }
    static void operator delete(void* p, size_t size) noexcept { memory::free_task(p, size); }

    future<T> get_future() noexcept { return future_of(_promise); }

    /// On the target: once for the call, and again when the future that the function returned is there.
    void run_and_dispose() noexcept override {
        if (!std::exchange(_called, true)) {
            auto result = futurize<T>::invoke(_func);
            if (!result.available()) {
                set_callback(std::move(result), this);
                return;
            }
            result.forward_to(promise_base_with_type<T>(this->state()));
        }
        send_home(*this);
    }
    /// Whoever waits is on another shard, out of reach.
    task* waiting_task() noexcept override { return nullptr; }

    void arrive_home() noexcept override {
        _promise.set_state(std::move(this->_state));
        delete this;
    }
    void fail(std::exception_ptr ex) noexcept override {
        _promise.set_exception(std::move(ex));
        delete this;
    }
};

template <typename Func>
using submit_result = futurize_t<std::remove_cvref_t<decltype(call(std::declval<std::decay_t<Func>&>()))>>;

/// submit_to() of the shard itself: at once. A closure that its future may still refer to is kept until that is
/// resolved.
template <typename Func>
submit_result<Func> call_here(Func&& func) noexcept {
    using closure = std::remove_cvref_t<Func>;
    using returned = std::remove_cvref_t<decltype(call(func))>;
    if constexpr (is_future<returned>::value && !std::is_lvalue_reference_v<Func> && std::is_class_v<closure> &&
                  !std::is_empty_v<closure>) {
        using T = typename returned::value_type;
        try {
            return (new kept_alive<closure, T>(std::move(func)))->start();
        } catch (...) {
            return current_exception_as_future<T>();
        }
    } else {
        return futurize_invoke(func);
    }
}

/// Waits for many futures; the first failure is kept, the others are dropped. Used at once: add() them all, then
/// done().
class gather {
    struct waiting;
    waiting* _waiting;

public:
    gather();
    gather(const gather&) = delete;
    gather& operator=(const gather&) = delete;
    ~gather();
    void add(future<>&& f) noexcept;
    /// Resolves when all have. Requires: called once, at last.
    future<> done() noexcept;
};

}

/// The shards of this process. Static members only, to be called on a shard.
class smp : public internal::smp_count {
public:
    static unsigned shard_count() noexcept { return count; }
    /// 0, 1 ... count - 1.
    static internal::shard_range all_cpus() noexcept { return internal::shard_range(count); }
    static auto all_shards() noexcept { return all_cpus(); }
    static bool main_thread() noexcept { return count > 0 && this_shard_id() == 0; }

    /// Runs func on shard `t`; the future brings its result, or its failure, here. On the shard itself: at once,
    /// without a message. Func is moved into the message, called as an lvalue, and destroyed here after its future is
    /// resolved. Requires: t < count.
    template <typename Func>
    static internal::submit_result<Func> submit_to(unsigned t, smp_submit_to_options options, Func&& func) noexcept {
        if (t == this_shard_id()) {
            return internal::call_here(std::forward<Func>(func));
        }
        using T = typename internal::submit_result<Func>::value_type;
        using message_type = internal::submitted_call<std::decay_t<Func>, T>;
        message_type* message;
        try {
            message = new message_type(std::forward<Func>(func));
        } catch (...) {
            return current_exception_as_future<T>();
        }
        auto result = message->get_future();
        internal::send_message(t, options, *message);
        return result;
    }
    template <typename Func>
    static internal::submit_result<Func> submit_to(unsigned t, Func&& func) noexcept {
        return submit_to(t, default_smp_service_group(), std::forward<Func>(func));
    }

    /// Runs a copy of func on each shard, all at once. Fails when one of them did, after all have ended.
    template <typename Func>
    static future<> invoke_on_all(smp_submit_to_options options, Func&& func) noexcept {
        return on_each(count, options, std::forward<Func>(func));
    }
    template <typename Func>
    static future<> invoke_on_all(Func&& func) noexcept {
        return invoke_on_all(smp_submit_to_options(), std::forward<Func>(func));
    }
    /// The same, on all shards but `cpu_id`.
    template <typename Func>
    static future<> invoke_on_others(unsigned cpu_id, smp_submit_to_options options, Func&& func) noexcept {
        return on_each(cpu_id, options, std::forward<Func>(func));
    }
    template <typename Func>
    static future<> invoke_on_others(unsigned cpu_id, Func&& func) noexcept {
        return invoke_on_others(cpu_id, smp_submit_to_options(), std::forward<Func>(func));
    }
    /// The same, on all shards but this one.
    template <typename Func>
    static future<> invoke_on_others(Func&& func) noexcept {
        return invoke_on_others(this_shard_id(), std::forward<Func>(func));
    }

private:
    template <typename Func>
    static future<> on_each(unsigned but, smp_submit_to_options options, Func&& func) noexcept {
        try {
            internal::gather all;
            for (auto id : all_cpus()) {
                if (id != but) {
                    all.add(submit_to(id, options, std::decay_t<Func>(func)).discard_result());
                }
            }
            return all.done();
        } catch (...) {
            return current_exception_as_future<>();
        }
    }
};

/// How many shards there are.
inline unsigned this_smp_shard_count() noexcept { return smp::count; }
inline auto this_smp_all_shards() noexcept { return smp::all_shards(); }

}
