#include "loop/preemption.hh"

#include "kernel/clock.hh"

#include <seastar/core/internal/hot.hh>
#include <seastar/util/assert.hh>

#include <cerrno>
#include <csignal>
#include <sys/resource.h> // tidy-allow(syscall): asked inside a signal handler, of this very thread
#include <unistd.h>

namespace seastar::loop {

namespace {

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

void preemption::begin_turn() noexcept {
    count_turn();
    __atomic_store_n(&internal::hot.preempt, 0, __ATOMIC_RELAXED);
    if (_stage.load(std::memory_order_relaxed) != stage::quota) {
        _stage.store(stage::quota, std::memory_order_relaxed);
        _timer.arm(_quota);
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
    auto was = _stage.load(std::memory_order_relaxed);
    if (!_awake.load(std::memory_order_relaxed)) {
        _stage.store(stage::off, std::memory_order_relaxed);
        return;
    }
    __atomic_store_n(&internal::hot.preempt, 1, __ATOMIC_RELAXED);
    auto threshold = _stall.load(std::memory_order_relaxed);
    auto turn = _turn.load(std::memory_order_relaxed);
    if (was == stage::quota || turn != _seen_turn) {
        _seen_turn = turn;
        _stalled_for = 0;
        _mark = thread_usage();
    } else if (auto now = thread_usage(); now.cpu - _mark.cpu >= threshold / 2 || now.waits != _mark.waits) {
        _stalled_for += _stalled_for ? _stalled_for : threshold;
        report(_stalled_for / 1'000'000);
    }
    // Else the thread was ready all the time, and the machine ran something else.
    if (threshold <= 0) {
        _stage.store(stage::off, std::memory_order_relaxed);
        return;
    }
    _stage.store(stage::stall, std::memory_order_relaxed);
    // Each further report about the same stall comes after twice the time.
    _timer.arm(_stalled_for ? _stalled_for : threshold);
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
