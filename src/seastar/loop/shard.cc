#include "loop/shard.hh"

#include "loop/manual_time.hh"

#include <seastar/core/internal/task_allocator.hh>
#include <seastar/core/memory.hh>
#include <seastar/core/shard_id.hh>
#include <seastar/util/assert.hh>

#include <algorithm>

namespace seastar {

void schedule(task* t) noexcept { loop::this_shard().queue().push(t); }

void schedule_urgent(task* t) noexcept { loop::this_shard().queue().push_front(t); }

namespace internal {

thread_local constinit hot_variables hot;

void call_at_turn_end(turn_end_hook& hook) noexcept { loop::this_shard().at_turn_end(hook); }

void forget_turn_end(turn_end_hook& hook) noexcept { loop::this_shard().forget(hook); }

bool quota_used_up() noexcept {
    auto* shard = loop::this_shard_or_null();
    return shard && shard->alarms() && shard->alarms()->quota_used_up();
}

}

namespace loop {

using internal::hot;
using internal::timer_clock;

namespace {

constinit thread_local shard* current_shard [[gnu::tls_model("initial-exec")]] = nullptr;

// Coarse timers are looked at in steps of this: many of them then share one wake-up.
constexpr kernel::nanoseconds lowres_step = 10'000'000;

void relax() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

}

shard& this_shard() noexcept {
    SEASTAR_ASSERT(current_shard);
    return *current_shard;
}

shard* this_shard_or_null() noexcept { return current_shard; }

shard::shard(kernel::ring& ring, const shard_options& options)
    : _options(options), _ring(ring), _queue(ring),
      _idle_polling(options.idle_poll_time, options.idle_poll_always), _random(options.seed), _start_time(ring.now()) {
    SEASTAR_ASSERT(!current_shard);
    current_shard = this;
    internal::this_shard_id_value = options.id;
    hot = {};
    hot.lowres_now = _start_time;
    _names[0] = {"main", "main"};
    if (options.randomize) {
        _queue.randomize(_random);
    }
    if (options.preempt) {
        _preemption.emplace(options.id, options.task_quota, options.stall_threshold, options.stall_reports_per_minute);
    }
}

shard::~shard() {
    SEASTAR_ASSERT(current_shard == this);
    _preemption.reset();
    current_shard = nullptr;
    internal::this_shard_id_value = 0;
    hot = {};
}

void shard::add(poller& p) noexcept {
    poller** last = &_pollers;
    while (*last) {
        last = &(*last)->_next;
    }
    *last = &p;
    p._next = nullptr;
}

void shard::remove(poller& p) noexcept {
    for (poller** at = &_pollers; *at; at = &(*at)->_next) {
        if (*at == &p) {
            *at = p._next;
            return;
        }
    }
}

void shard::at_turn_end(internal::turn_end_hook& hook) noexcept {
    if (hook._hook_queued) {
        return;
    }
    hook._hook_queued = true;
    hook._next_hook = nullptr;
    (_hooks ? _last_hook->_next_hook : _hooks) = &hook;
    _last_hook = &hook;
    ++_hook_count;
}

void shard::forget(internal::turn_end_hook& hook) noexcept {
    if (!hook._hook_queued) {
        return;
    }
    internal::turn_end_hook* before = nullptr;
    auto** at = &_hooks;
    while (*at != &hook) {
        before = *at;
        at = &(*at)->_next_hook;
    }
    *at = hook._next_hook;
    if (_last_hook == &hook) {
        _last_hook = before;
    }
    hook._hook_queued = false;
    --_hook_count;
}

void shard::run_hooks() noexcept {
    // What is queued meanwhile waits for the next turn.
    for (auto left = _hook_count; left > 0 && _hooks; --left) {
        auto* hook = _hooks;
        forget(*hook);
        hook->turn_ended();
    }
}

bool shard::fire_timers(kernel::nanoseconds now) noexcept {
    hot.lowres_now = now;
    bool any = timers(timer_clock::steady).expire(now);
    any |= timers(timer_clock::lowres).expire(now);
    auto& manual = timers(timer_clock::manual);
    if (!manual.empty()) {
        any |= manual.expire(manual_time::now());
    }
    return any;
}

/// Whether something came of it that the next turn has to see to. What the hooks did, the pollers and the ring have
/// seen.
bool shard::poll_all() noexcept {
    run_hooks();
    bool any = false;
    for (poller* p = _pollers; p;) {
        poller* next = p->_next;
        any |= p->poll();
        p = next;
    }
    any |= _ring.poll();
    return any || _hooks;
}

bool shard::run_one() noexcept {
    if (_queue.run_one()) {
        return true;
    }
    bool any = fire_timers(_ring.now());
    return poll_all() || any || !_queue.empty();
}

bool shard::turn() noexcept {
    auto now = _ring.now();
    _queue.charge(now);
    bool any = fire_timers(now);
    if (!_queue.empty()) {
        if (_preemption) {
            _preemption->begin_turn(now);
        }
        any |= _queue.run(now);
    } else if (_preemption) {
        _preemption->begin_empty_turn(now);
    }
    _more = poll_all() || !_queue.empty();
    return _more || any;
}

kernel::nanoseconds shard::next_deadline() const noexcept {
    auto lowres = _timers[static_cast<unsigned>(timer_clock::lowres)].next_expiry();
    if (lowres != INT64_MAX) {
        lowres = (lowres / lowres_step + 1) * lowres_step;
    }
    return std::min(_timers[static_cast<unsigned>(timer_clock::steady)].next_expiry(), lowres);
}

bool shard::look_for_work(kernel::nanoseconds began, kernel::nanoseconds deadline) noexcept {
    auto longest = _idle_polling.next();
    if (longest == 0) {
        return false;
    }
    for (auto now = began; now < deadline; now = _ring.now()) {
        if (now - began >= longest) {
            _idle_polling.ended(now - began, false);
            return false;
        }
        if (poll_all() || !_queue.empty()) {
            _idle_polling.ended(now - began, true);
            return true;
        }
        relax();
    }
    return false; // a timer is due
}

void shard::idle(kernel::nanoseconds deadline) noexcept {
    if (_options.poll_mode) {
        return;
    }
    auto began = _ring.now();
    _queue.charge(began);
    deadline = std::min(deadline, next_deadline());
    if (look_for_work(began, deadline)) {
        return;
    }
    memory::drain_cross_cpu_freelist(); // nobody may allocate here for long
    memory::fill_task_reserve();
    poller* refused = nullptr;
    for (poller* p = _pollers; p; p = p->_next) {
        if (!p->before_sleep()) {
            refused = p;
            break;
        }
    }
    if (!refused && _queue.empty() && !_hooks) {
        if (_preemption) {
            _preemption->before_sleep();
        }
        _ring.wait(deadline);
        auto now = _ring.now();
        hot.lowres_now = now;
        if (_preemption) {
            _preemption->after_sleep(now);
        }
        _idle_time += now - began;
    }
    for (poller* p = _pollers; p != refused; p = p->_next) {
        p->after_sleep();
    }
}

}
}
