/// seastar::thread: code with a stack of its own, in which future::get() waits instead of failing.
///
///     return async([] {
///         auto f = open_file_dma("x", open_flags::ro).get();
///         ...
///     });
///
/// Threads are cooperative: one is left only where it waits or yields. It stays on its shard. A stack has a guard page:
/// an overflow is a fault at once.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/thread_impl.hh>
#include <seastar/util/noncopyable_function.hh>

#include <memory>
#include <optional>

namespace seastar {

/// How a thread is started.
class thread_attributes {
public:
    /// The starter's group if not set.
    std::optional<scheduling_group> sched_group;
    /// Bytes; 0: 128 KiB, or 256 KiB in a build with AddressSanitizer.
    size_t stack_size = 0;
};

namespace internal {
struct thread_deleter {
    void operator()(thread_context* context) const noexcept;
};
/// Makes a thread and runs it until it waits for the first time. Throws std::bad_alloc.
thread_context* start_thread(const thread_attributes& attributes, noncopyable_function<void()>&& func);
/// The same, for one that nobody joins; what func throws is reported as an ignored failure.
void start_detached_thread(const thread_attributes& attributes, noncopyable_function<void()>&& func);
future<> join_thread(thread_context& context) noexcept;
}

/// A handle to one thread. Shard: the one that starts it. Must be joined before it is destroyed, and must live until
/// the future of join() has resolved.
class thread {
    std::unique_ptr<thread_context, internal::thread_deleter> _context;

public:
    thread() noexcept = default;
    /// Runs func at once, until it waits for the first time, unless it belongs to another scheduling group.
    template <typename Func>
        requires std::is_invocable_v<std::decay_t<Func>&>
    explicit thread(Func func) : thread(thread_attributes(), std::move(func)) {}
    template <typename Func>
    thread(thread_attributes attributes, Func func) : _context(internal::start_thread(attributes, std::move(func))) {}
    thread(thread&&) noexcept = default;
    thread& operator=(thread&&) noexcept = default;

    /// Resolves when func has returned; fails with what func threw. Once.
    future<> join() noexcept { return internal::join_thread(*_context); }
    bool joinable() const noexcept { return _context != nullptr; }

    /// Lets other tasks run. Requires: running_in_thread().
    static void yield() { thread_impl::yield(); }
    /// Whether the thread has used up its share of time.
    static bool should_yield() noexcept { return thread_impl::should_yield(); }
    static void maybe_yield() {
        if (should_yield()) {
            yield();
        }
    }
    static bool running_in_thread() noexcept { return thread_impl::get() != nullptr; }
};

/// Runs func(args...) in a new thread; what it returns, or throws, is the future's result.
template <typename Func, typename... Args>
futurize_t<std::invoke_result_t<std::decay_t<Func>, std::decay_t<Args>...>>
async(thread_attributes attributes, Func&& func, Args&&... args) noexcept {
    using T = typename futurize_t<std::invoke_result_t<std::decay_t<Func>, std::decay_t<Args>...>>::value_type;
    promise<T> done;
    auto result = done.get_future();
    try {
        internal::start_detached_thread(
            attributes, [done = std::move(done), func = std::decay_t<Func>(std::forward<Func>(func)),
                         args = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)]() mutable {
                futurize_apply(std::move(func), std::move(args)).forward_to(std::move(done));
            });
        return result;
    } catch (...) {
        if (result.available()) {
            result.ignore_ready_future(); // broken, as the promise is gone
        }
        return current_exception_as_future<T>();
    }
}
template <typename Func, typename... Args>
    requires(!std::is_same_v<std::decay_t<Func>, thread_attributes>)
auto async(Func&& func, Args&&... args) noexcept {
    return async(thread_attributes(), std::forward<Func>(func), std::forward<Args>(args)...);
}

}
