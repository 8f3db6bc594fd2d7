#include "memory/heap/out_of_memory.hh"

#include "memory/heap/shard_heaps.hh"

#include <seastar/core/memory.hh>
#include <seastar/util/backtrace.hh>
#include <seastar/util/log.hh>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <limits>
#include <utility>

namespace seastar::memory {

namespace {

// tidy-allow(global): a logger
logger memory_logger("seastar_memory");

// tidy-allow(global): a debugging switch of the process
constinit std::atomic<bool> abort_on_failure = false;
constinit thread_local unsigned failures_that_are_no_reason = 0;

/// The calling thread's. What happens within one of these must not lead to another.
struct pressure {
    reclaimer* newest = nullptr;
    noncopyable_function<void(noncopyable_function<void()>)> hook;
    bool reclaiming = false;
    bool scheduled = false;
    bool reporting = false;
    size_t large_threshold = std::numeric_limits<size_t>::max();
};
thread_local pressure here;

class raised {
    bool& _flag;

public:
    explicit raised(bool& flag) noexcept : _flag(flag) { flag = true; }
    raised(const raised&) = delete;
    ~raised() { _flag = false; }
};

/// Calls those that may be called, until one freed something.
bool reclaim(size_t bytes, bool within_allocation) noexcept {
    raised reclaiming(here.reclaiming);
    for (auto* r = here.newest; r;) {
        auto* older = reclaimer::internal_access::older(*r);
        if (!within_allocation || r->scope() == reclaimer_scope::sync) {
            this_thread_heap->count_reclaim();
            if (r->do_reclaim(bytes) == reclaiming_result::reclaimed_something) {
                return true;
            }
        }
        r = older;
    }
    return false;
}

void reclaim_until_enough() noexcept {
    here.scheduled = false;
    while (auto* heap = this_thread_heap) {
        auto free = heap->limit() - std::min(heap->limit(), heap->used_bytes());
        if (free >= heap->min_free() || !reclaim(heap->min_free() - free, false)) {
            return;
        }
    }
}

template <typename Report>
void report(Report report) noexcept {
    if (here.reporting) {
        return;
    }
    raised reporting(here.reporting);
    try {
        report();
    } catch (...) { // no room for the message
    }
}

}

void reclaimer::enlist() noexcept {
    _older = std::exchange(here.newest, this);
    if (_older) {
        _older->_newer = this;
    }
}

reclaimer::~reclaimer() {
    (_newer ? _newer->_older : here.newest) = _older;
    if (_older) {
        _older->_newer = _newer;
    }
}

bool make_room(size_t bytes) noexcept {
    return !here.reclaiming && here.newest && reclaim(bytes, true);
}

namespace {

void low_on_memory() noexcept {
    if (here.scheduled || here.reclaiming || !here.newest) {
        return;
    }
    here.scheduled = true;
    try {
        here.hook([] { reclaim_until_enough(); });
    } catch (...) { // no room for the task: the next allocation tries again
        here.scheduled = false;
    }
}

}

void set_reclaim_hook(noncopyable_function<void(noncopyable_function<void()>)> hook) noexcept {
    here.hook = std::move(hook);
    here.scheduled = false;
    if (auto* heap = this_thread_heap) {
        heap->when_low = here.hook ? low_on_memory : nullptr;
    }
}

void report_failure(size_t bytes) noexcept {
    auto* heap = this_thread_heap;
    if (abort_on_failure.load(std::memory_order_relaxed) && failures_that_are_no_reason == 0) {
        report([=] {
            memory_logger.error("cannot allocate {} bytes: {} of {} are in use; this ends the program. At {}", bytes,
                                heap->used_bytes(), heap->limit(), current_backtrace());
        });
        std::abort();
    }
    // The first, the second, the fourth ...: a program that goes on failing does not flood its log.
    if (std::has_single_bit(heap->counters().failed)) {
        report([=] {
            memory_logger.warn("cannot allocate {} bytes: {} of {} are in use (--memory). At {}", bytes,
                               heap->used_bytes(), heap->limit(), current_backtrace());
        });
    }
}

// ---- large allocations

namespace {

void report_large_allocation(size_t bytes) noexcept {
    report([=] {
        auto threshold = get_large_allocation_warning_threshold();
        set_large_allocation_warning_threshold(threshold + threshold / 4);
        memory_logger.warn("oversized allocation: {} bytes in one piece, which may not be there on a day of less free "
                           "memory. At {}",
                           bytes, current_backtrace());
    });
}

}

void set_large_allocation_warning_threshold(size_t bytes) noexcept {
    here.large_threshold = bytes;
    if (auto* heap = this_thread_heap) {
        heap->when_large = report_large_allocation;
        heap->large_threshold = bytes;
    }
}

size_t get_large_allocation_warning_threshold() noexcept { return here.large_threshold; }

void disable_large_allocation_warning() noexcept {
    set_large_allocation_warning_threshold(std::numeric_limits<size_t>::max());
}

// ---- the end of the program

void set_abort_on_allocation_failure(bool enabled) noexcept { abort_on_failure = enabled; }

bool is_abort_on_allocation_failure() noexcept { return abort_on_failure; }

disable_abort_on_alloc_failure_temporarily::disable_abort_on_alloc_failure_temporarily() noexcept {
    ++failures_that_are_no_reason;
}

disable_abort_on_alloc_failure_temporarily::~disable_abort_on_alloc_failure_temporarily() {
    --failures_that_are_no_reason;
}

}
