#include "loop/preemption.hh"

#include "kernel/clock.hh"

#include <seastar/util/assert.hh>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <sys/resource.h> // tidy-allow(syscall): asked inside a signal handler, of this very thread

namespace seastar::loop {

namespace {

// A turn younger than this part of the quota has no timer: need_preempt() looks at the clock.
constexpr kernel::nanoseconds trusted_part = 8;
// How many calls it makes between two looks at most.
constexpr uint32_t interval_max = 32;

// The shard whose thread this is; read by the signal handler.
constinit thread_local preemption* this_preemption [[gnu::tls_model("initial-exec")]] = nullptr;

preemption_usage thread_usage() noexcept {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return {kernel::thread_cpu_now(), usage.ru_nvcsw};
}

}

preemption::preemption(unsigned shard, kernel::nanoseconds quota, kernel::nanoseconds stall,
                       unsigned reports_per_minute) noexcept
    : _reports_left(reports_per_minute), _shard(shard), _quota(quota), _stall(stall),
      _reports_per_minute(reports_per_minute),
      _timer(SIGRTMIN, [](int, siginfo_t*, void* context) { on_signal(context); }) {
    SEASTAR_ASSERT(!this_preemption);
    this_preemption = this;
}

preemption::~preemption() {
    _timer.arm(0);
    this_preemption = nullptr;
    internal::hot.preempt = 0;
}

bool preemption::quota_used_up() noexcept {
    auto& hot = internal::hot;
    auto began = _began.load(std::memory_order_relaxed);
    auto age = kernel::monotonic_now() - began;
    if (age >= _quota) {
        __atomic_store_n(&hot.preempt, 1, __ATOMIC_RELAXED);
        return true;
    }
    if (age < _quota / trusted_part || !_timer.working()) {
        _interval = std::min(2 * _interval, interval_max);
        hot.looks_left = _interval;
    } else {
        hot.looks_left = UINT32_MAX;
        _quota_of.store(began, std::memory_order_relaxed);
        arm(age);
    }
    return false;
}

void preemption::set_stall_threshold(kernel::nanoseconds stall) noexcept {
    _stall = stall;
    _armed.store(false, std::memory_order_relaxed);
}

/// Arms the timer for what the turn of that age has to expect next, if anything.
void preemption::arm(kernel::nanoseconds age) noexcept {
    auto began = _began.load(std::memory_order_relaxed);
    auto threshold = _stall.load(std::memory_order_relaxed);
    auto next = kernel::never;
    if (threshold > 0) {
        bool marked = _marked_turn.load(std::memory_order_relaxed) == began;
        next = marked ? _report_at.load(std::memory_order_relaxed) : threshold / 2;
    }
    if (_quota_of.load(std::memory_order_relaxed) == began && age < _quota) {
        next = std::min(next, _quota);
    }
    _armed.store(next != kernel::never, std::memory_order_relaxed);
    if (next != kernel::never) {
        _timer.arm(std::max(next - age, kernel::nanoseconds(1)));
    }
}

void preemption::on_signal(const void* context) noexcept {
    if (auto* p = this_preemption) {
        int saved = errno;
        p->_interrupted = kernel::code_interrupted(context);
        p->fired();
        errno = saved;
    }
}

void preemption::fired() noexcept {
    if (!_awake.load(std::memory_order_relaxed)) {
        _armed.store(false, std::memory_order_relaxed);
        return;
    }
    auto age = kernel::monotonic_now() - _began.load(std::memory_order_relaxed);
    if (age >= _quota) {
        __atomic_store_n(&internal::hot.preempt, 1, __ATOMIC_RELAXED);
    }
    if (auto threshold = _stall.load(std::memory_order_relaxed); threshold > 0) {
        look_for_stall(age, threshold);
    }
    arm(age);
}

void preemption::look_for_stall(kernel::nanoseconds age, kernel::nanoseconds threshold) noexcept {
    auto turn = _began.load(std::memory_order_relaxed);
    if (turn != _marked_turn.load(std::memory_order_relaxed)) {
        if (age >= threshold / 2) {
            _mark = thread_usage();
            _report_at.store(std::max(threshold, age + threshold / 2), std::memory_order_relaxed);
            _marked_turn.store(turn, std::memory_order_relaxed);
        }
    } else if (age >= _report_at.load(std::memory_order_relaxed)) {
        auto now = thread_usage();
        if (now.cpu - _mark.cpu >= threshold / 4 || now.waits != _mark.waits) {
            report(age / 1'000'000);
            _report_at.store(2 * age, std::memory_order_relaxed); // about the same stall less and less often
        } else {
            // The thread was ready all the time, and the machine ran something else.
            _report_at.store(age + threshold, std::memory_order_relaxed);
        }
    }
}

void preemption::report(int64_t stalled_ms) noexcept {
    _stalls.fetch_add(1, std::memory_order_relaxed);
    auto now = kernel::monotonic_now();
    if (now - _reports_since > 60'000'000'000) {
        _reports_since = now;
        _reports_left = _reports_per_minute;
    }
    if (_reports_left > 0) {
        --_reports_left;
        if (_reporter) {
            _reporter(_shard, stalled_ms);
        } else {
            _report.print(_shard, stalled_ms, _interrupted);
        }
    }
}

}
