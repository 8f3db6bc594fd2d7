/// The shard appends to the list of work, under the lock; an idle thread takes the first of it. What has run goes onto
/// a list of its own, without a lock, for that list is looked at in each turn: threads push, the shard takes them all.
/// The thread whose call finds that list empty wakes the ring, so that no call waits for a shard that sleeps.
#include "io/blocking_call.hh"

#include "kernel/operating_system.hh"
#include "kernel/signals.hh"

#include <seastar/core/posix.hh>
#include <seastar/util/assert.hh>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <system_error>
#include <vector>

namespace seastar::io {

namespace {
constinit thread_local blocking_calls* current = nullptr;
}

struct blocking_calls::state final : loop::poller {
    explicit state(loop::shard& s) : shard(s) { threads.reserve(threads_max); }

    void submit(std::unique_ptr<call> c);
    void stop() noexcept;
    void end_threads() noexcept;

    bool poll() noexcept override;
    bool before_sleep() noexcept override { return !finished.load(std::memory_order_acquire); }

    // The shard's.
    loop::shard& shard;
    std::vector<posix_thread> threads;
    size_t pending = 0;
    bool stopped = false;

private:
    void make_thread();
    bool thread_needed() noexcept;
    void work() noexcept;
    bool deliver(call* c) noexcept;
    call* take_finished() noexcept;
    static void drop(call* first) noexcept;

    // Guarded by the lock.
    std::mutex lock;
    std::condition_variable changed;
    call* first = nullptr;
    call* last = nullptr;
    size_t waiting = 0; ///< calls in the list
    size_t busy = 0;    ///< threads that have one
    bool ending = false;

    /// The last one first. Pushed to by the threads, taken by the shard.
    std::atomic<call*> finished{nullptr};
};

void blocking_calls::state::submit(std::unique_ptr<call> c) {
    if (stopped) {
        return;
    }
    if (kernel::substitute()) {
        c->run(); // a simulated shard has no threads beside it
        ++pending;
        deliver(c.release()); // and the shard is awake
        return;
    }
    if (thread_needed()) {
        make_thread();
    }
    auto* added = c.release();
    {
        std::lock_guard held(lock);
        (first ? last->_next : first) = added;
        last = added;
        ++waiting;
    }
    ++pending;
    changed.notify_one();
}

bool blocking_calls::state::thread_needed() noexcept {
    std::lock_guard held(lock);
    return busy + waiting >= threads.size() && threads.size() < threads_max;
}

/// Where the system has no thread to give, those that are there do the work.
void blocking_calls::state::make_thread() {
    try {
        kernel::signal_block blocked(make_full_sigset_mask()); // signals are the shards' business
        threads.emplace_back([this] { work(); });
    } catch (const std::system_error& e) {
        if (threads.empty()) {
            throw std::system_error(e.code(), "cannot make a thread for calls that block");
        }
        return;
    }
    ::pthread_setname_np(threads.back().get(), ("blocking-" + std::to_string(shard.id())).c_str());
}

void blocking_calls::state::work() noexcept {
    std::unique_lock held(lock);
    for (;;) {
        changed.wait(held, [this] { return ending || first; });
        if (ending) {
            return;
        }
        auto* c = std::exchange(first, first->_next);
        --waiting;
        ++busy;
        held.unlock();
        c->run();
        held.lock();
        --busy; // first, or the shard makes another thread for the next call
        if (deliver(c)) {
            held.unlock();
            shard.ring().wake();
            held.lock();
        }
    }
}

/// True if the shard has to be woken.
bool blocking_calls::state::deliver(call* c) noexcept {
    auto* before = finished.load(std::memory_order_relaxed);
    do {
        c->_next = before;
    } while (!finished.compare_exchange_weak(before, c, std::memory_order_release, std::memory_order_relaxed));
    return !before; // the call may be gone by now
}

/// In the order in which they have finished.
blocking_calls::call* blocking_calls::state::take_finished() noexcept {
    if (!finished.load(std::memory_order_relaxed)) {
        return nullptr;
    }
    call* in_order = nullptr;
    for (auto* c = finished.exchange(nullptr, std::memory_order_acquire); c;) {
        auto* next = std::exchange(c->_next, in_order);
        in_order = std::exchange(c, next);
    }
    return in_order;
}

bool blocking_calls::state::poll() noexcept {
    auto* c = take_finished();
    bool any = c;
    while (c) {
        std::unique_ptr<call> done(std::exchange(c, c->_next));
        --pending;
        done->finish();
    }
    return any;
}

void blocking_calls::state::stop() noexcept {
    stopped = true;
    call* not_begun;
    {
        std::lock_guard held(lock);
        not_begun = std::exchange(first, nullptr);
        pending -= std::exchange(waiting, 0);
    }
    drop(not_begun);
}

void blocking_calls::state::end_threads() noexcept {
    {
        std::lock_guard held(lock);
        ending = true;
    }
    changed.notify_all();
    for (auto& t : threads) {
        t.join();
    }
    drop(take_finished());
}

void blocking_calls::state::drop(call* first) noexcept {
    while (first) {
        std::unique_ptr<call> dropped(std::exchange(first, first->_next));
    }
}

blocking_calls::blocking_calls(loop::shard& shard) : _state(std::make_unique<state>(shard)) {
    SEASTAR_ASSERT(!current);
    current = this;
    shard.add(*_state);
}

blocking_calls::~blocking_calls() {
    stop();
    _state->end_threads();
    _state->shard.remove(*_state);
    current = nullptr;
}

blocking_calls& blocking_calls::local() noexcept {
    SEASTAR_ASSERT(current);
    return *current;
}

void blocking_calls::submit(std::unique_ptr<call> c) { _state->submit(std::move(c)); }

size_t blocking_calls::pending() const noexcept { return _state->pending; }

unsigned blocking_calls::threads() const noexcept { return static_cast<unsigned>(_state->threads.size()); }

void blocking_calls::stop() noexcept { _state->stop(); }

bool blocking_calls::stopped() const noexcept { return _state->stopped; }

}
