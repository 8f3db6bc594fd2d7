#include "loop/preemption.hh"

#include "kernel/clock.hh"

#include <seastar/util/assert.hh>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <sys/resource.h> // tidy-allow(syscall): asked inside a signal handler, of this very thread
#include <unistd.h>

namespace seastar::loop {

namespace {

// A turn younger than this part of the quota has no timer: need_preempt() looks at the clock.
constexpr kernel::nanoseconds trusted_part = 8;
// How many calls it makes between two looks at most.
constexpr uint32_t interval_max = 32;

// The shard whose thread this is; read by the signal handler.
constinit thread_local preemption* this_preemption [[gnu::tls_model("initial-exec")]] = nullptr;

struct line {
    char text[512];
    size_t size = 0;
    void put(const char* s) noexcept {
        while (*s && size < sizeof(text)) {
            text[size++] = *s++;
        }
    }
    void put(uint64_t v, unsigned base) noexcept {
        char digits[20];
        int n = 0;
        do {
            digits[n++] = "0123456789abcdef"[v % base];
            v /= base;
        } while (v);
        while (n && size < sizeof(text)) {
            text[size++] = digits[--n];
        }
    }
};

// Frames by frame pointers only: neither the unwinder nor malloc can be entered from a signal handler.
void put_backtrace(line& out) noexcept {
    auto* frame = static_cast<void**>(__builtin_frame_address(0));
    for (int depth = 0; depth < 24; ++depth) {
        auto* next = static_cast<void**>(*frame);
        auto address = reinterpret_cast<uintptr_t>(frame[1]);
        if (address < 4096) {
            return;
        }
        out.put(" 0x");
        out.put(address - 1, 16);
        // The stack grows downwards; a frame is never far from the one below it. In code without frame pointers the
        // register may hold anything: unsigned, so that no distance overflows.
        auto distance = reinterpret_cast<uintptr_t>(next) - reinterpret_cast<uintptr_t>(frame);
        if (next <= frame || distance > (1 << 20) || distance % sizeof(void*) != 0) {
            return;
        }
        frame = next;
    }
}

preemption_usage thread_usage() noexcept {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return {kernel::thread_cpu_now(), usage.ru_nvcsw};
}

void print_stall(unsigned shard, int64_t stalled_ms) noexcept {
    line out;
    out.put("Reactor stalled for ");
    out.put(static_cast<uint64_t>(stalled_ms), 10);
    out.put(" ms on shard ");
    out.put(shard, 10);
    out.put(". Backtrace:");
    put_backtrace(out);
    out.put("\n");
    // tidy-allow(syscall): inside a signal handler, where nothing else may be called
    [[maybe_unused]] auto ignored = ::write(STDERR_FILENO, out.text, out.size);
}

}

preemption::preemption(unsigned shard, kernel::nanoseconds quota, kernel::nanoseconds stall,
                       unsigned reports_per_minute) noexcept
    : _reports_left(reports_per_minute), _shard(shard), _quota(quota), _stall(stall),
      _reports_per_minute(reports_per_minute), _reporter(print_stall), _timer(SIGRTMIN, [](int s) { on_signal(s); }) {
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
    if (age < _quota / trusted_part) {
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

void preemption::on_signal(int) noexcept {
    if (auto* p = this_preemption) {
        int saved = errno;
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
        _reporter(_shard, stalled_ms);
    }
}

}
