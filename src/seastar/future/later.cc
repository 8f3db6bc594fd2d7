#include <seastar/util/later.hh>

#include <seastar/core/internal/turn_end.hh>

namespace seastar {

namespace {

class yielding final : public task, public internal::task_allocated {
    internal::promise_base_with_type<void> _promise;

public:
    future<> start() noexcept {
        auto f = internal::future_of(_promise);
        ::seastar::schedule(this);
        return f;
    }
    void run_and_dispose() noexcept override {
        auto p = std::move(_promise);
        delete this;
        p.set_value();
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }
};

/// Two ends of turns with one exchange with the kernel between them.
class after_io final : internal::turn_end_hook, public internal::task_allocated {
    internal::promise_base_with_type<void> _promise;
    bool _asked = false;

public:
    future<> start() noexcept {
        auto f = internal::future_of(_promise);
        internal::call_at_turn_end(*this);
        return f;
    }
    void turn_ended() noexcept override {
        if (!std::exchange(_asked, true)) {
            internal::call_at_turn_end(*this);
            return;
        }
        auto p = std::move(_promise);
        delete this;
        p.set_value();
    }
};

}

future<> yield() noexcept { return (new yielding())->start(); }

future<> check_for_io_immediately() noexcept { return (new after_io())->start(); }

}
