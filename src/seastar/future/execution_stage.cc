#include <seastar/core/execution_stage.hh>

#include <stdexcept>

namespace seastar {

namespace {

constinit thread_local execution_stage* first_stage = nullptr;

// A caller that never lets the loop turn runs the batch itself, so that it cannot pile up calls without end.
constexpr size_t waiting_max = 1024;
}

execution_stage::execution_stage(const sstring& name, scheduling_group sg) : task(sg), _name(name), _next(first_stage) {
    for (auto* stage = first_stage; stage; stage = stage->_next) {
        if (stage->_name == name) {
            throw std::invalid_argument("there is an execution stage " + name);
        }
    }
    first_stage = this;
}

execution_stage::execution_stage(execution_stage&& other)
    : task(other.group()), _name(std::move(other._name)), _stats(other._stats), _next(first_stage) {
    SEASTAR_ASSERT(!other._queued && "an execution stage is moved while calls wait in it");
    first_stage = this;
}

execution_stage::~execution_stage() {
    SEASTAR_ASSERT(!_queued && "an execution stage goes while calls wait in it");
    for (auto** link = &first_stage; *link; link = &(*link)->_next) {
        if (*link == this) {
            *link = _next;
            return;
        }
    }
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
