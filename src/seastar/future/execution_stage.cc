#include <seastar/core/execution_stage.hh>

namespace seastar {

namespace {
// A caller that never lets the loop turn runs the batch itself, so that it cannot pile up calls without end.
constexpr size_t waiting_max = 1024;
}

bool execution_stage::flush() noexcept {
    if (waiting() == 0) {
        return false;
    }
    if (!_queued) {
        _queued = true;
        ++_stats.tasks_scheduled;
        ::seastar::schedule(this);
    }
    return true;
}

void execution_stage::enqueued() noexcept {
    ++_stats.function_calls_enqueued;
    if (waiting() > waiting_max) {
        run_batch();
    } else {
        flush();
    }
}

void execution_stage::run_and_dispose() noexcept {
    _queued = false;
    if (run_batch()) {
        flush();
    }
}

}
