#include <seastar/core/thread.hh>

#include "future/stack_switch.hh"
#include "future/thread_stacks.hh"

#include <seastar/core/preempt.hh>

#include <algorithm>

namespace seastar {

/// A thread. Scheduled as a task, it goes on where it waited. Owned by its seastar::thread, or by itself.
/// States: made -> runs <-> waits -> finished. Its stack lives from the first to the last.
class thread_context final : public task {
    internal::thread_stack_holder _stack;
    noncopyable_function<void()> _func;
    const bool _detached;
    bool _finished = false;
    bool _joined = false;
    std::exception_ptr _failure;
    promise<> _done;
    internal::execution _self;
    internal::execution* _caller = nullptr; ///< set while it runs
    thread_context* _outer = nullptr;       ///< the thread that this one runs on top of

    static void main(void* self) noexcept { static_cast<thread_context*>(self)->run(); }

    void run() noexcept {
        _self.begun();
        try {
            _func();
        } catch (...) {
            _failure = std::current_exception();
        }
        _func = nullptr; // its captures may wait when they are destroyed
        _finished = true;
        leave(true);
    }
    void leave(bool for_ever) noexcept;

public:
    thread_context(const thread_attributes& attributes, noncopyable_function<void()>&& func, bool detached)
        : task(attributes.sched_group.value_or(current_scheduling_group())), _stack(attributes.stack_size),
          _func(std::move(func)), _detached(detached), _self(_stack.get(), &main, this) {}
    ~thread_context() { SEASTAR_ASSERT(_finished && (_detached || _joined)); }

    void start() noexcept {
        if (group() == current_scheduling_group()) {
            enter();
        } else {
            ::seastar::schedule(this);
        }
    }
    /// Runs it until it waits or ends.
    void enter() noexcept;
    void suspend() noexcept { leave(false); }
    future<> join() noexcept {
        SEASTAR_ASSERT(!_joined);
        _joined = true;
        return _done.get_future();
    }
    bool overflowed_at(const void* address) const noexcept { return kernel::in_guard_page(_stack.get(), address); }

    void run_and_dispose() noexcept override { enter(); }
    task* waiting_task() noexcept override { return _done.waiting_task(); }
};

namespace {

// Continuations of ready futures that may run inside each other in a thread: fewer than elsewhere, as its stack is
// small.
constexpr uint16_t immediate_budget = 64;

// The thread that runs now on this shard.
constinit thread_local thread_context* current [[gnu::tls_model("initial-exec")]] = nullptr;

}

void thread_context::enter() noexcept {
    internal::execution here;
    _caller = &here;
    _outer = std::exchange(current, this);
    internal::hot.immediate_left = std::min(internal::hot.immediate_left, immediate_budget);
    here.switch_to(_self);
    current = _outer;
    if (!_finished) {
        return;
    }
    _stack.release();
    if (_failure) {
        _done.set_exception(std::move(_failure));
    } else {
        _done.set_value();
    }
    if (_detached) {
        delete this;
    }
}

void thread_context::leave(bool for_ever) noexcept {
    auto& to = *std::exchange(_caller, nullptr);
    if (for_ever) {
        _self.finish(to);
    } else {
        _self.switch_to(to);
    }
}

namespace thread_impl {

thread_context* get() noexcept { return current; }

bool should_yield() noexcept { return need_preempt(); }

void yield() {
    SEASTAR_ASSERT(current);
    auto* self = current;
    ::seastar::schedule(self);
    self->suspend();
}

}

namespace internal {

void thread_deleter::operator()(thread_context* context) const noexcept { delete context; }

thread_context* start_thread(const thread_attributes& attributes, noncopyable_function<void()>&& func) {
    auto* context = new thread_context(attributes, std::move(func), false);
    context->start();
    return context;
}

void start_detached_thread(const thread_attributes& attributes, noncopyable_function<void()>&& func) {
    auto* context = new thread_context(attributes, std::move(func), true);
    context->start();
}

future<> join_thread(thread_context& context) noexcept { return context.join(); }

task* this_thread_waker() noexcept {
    SEASTAR_ASSERT(current && "get() of a future that is not available waits, which only a seastar::thread can");
    return current;
}

void suspend_this_thread() noexcept { current->suspend(); }

bool overflows_this_thread(const void* address) noexcept { return current && current->overflowed_at(address); }

}
}
