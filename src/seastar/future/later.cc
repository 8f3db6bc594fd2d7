#include <seastar/util/later.hh>

#include "loop/shard.hh"

#include <seastar/core/internal/turn_end.hh>

namespace seastar {

namespace {

/// Resolves its promise when it runs.
class resolver final : public task, public internal::task_allocated {
    internal::promise_base_with_type<void> _promise;

public:
    future<> get_future() noexcept { return internal::future_of(_promise); }
    void run_and_dispose() noexcept override {
        _promise.set_value();
        delete this;
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }
};

/// Runs at the end of this turn, before the kernel is asked, and again at the end of the next one, after it was.
class turn_waiter final : public internal::turn_end_hook, public internal::task_allocated {
    internal::promise_base_with_type<void> _promise;
    bool _kernel_was_asked = false;

public:
    future<> get_future() noexcept { return internal::future_of(_promise); }
    void turn_ended() noexcept override {
        if (std::exchange(_kernel_was_asked, true)) {
            _promise.set_value();
            delete this;
        } else {
            internal::call_at_turn_end(*this);
        }
    }
};

}

future<> yield() noexcept {
    auto* t = new resolver;
    auto f = t->get_future();
    schedule(t);
    return f;
}

future<> check_for_io_immediately() noexcept {
    auto* w = new turn_waiter;
    auto f = w->get_future();
    internal::call_at_turn_end(*w);
    return f;
}

}
