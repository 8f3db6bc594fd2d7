#include "loop/run_queue.hh"

#include <seastar/core/preempt.hh>
#include <seastar/util/assert.hh>

#include <algorithm>

namespace seastar::loop {

using internal::hot;
using internal::task_access;

namespace {
// A continuation may run inline this often before the next one goes through the queue.
constexpr uint16_t immediate_budget = 256;
// Drawing: one of this many tasks is next, and one time in so many it is to return at once.
constexpr unsigned shuffled_tasks = 8;
constexpr unsigned preempt_one_in = 8;
}

run_queue::run_queue(kernel::ring& clock) noexcept : _clock(clock) {}

run_queue::~run_queue() { SEASTAR_ASSERT(empty()); }

void run_queue::activate(unsigned index) noexcept {
    auto& g = _groups[index];
    g.vruntime = std::max(g.vruntime, _last_vruntime);
    _active |= uint64_t(1) << index;
}

void run_queue::push(task* t) noexcept {
    auto index = internal::scheduling_group_index(t->group());
    auto& g = _groups[index];
    task_access::next(*t) = nullptr;
    if (g.head) {
        task_access::next(*g.tail) = t;
    } else {
        g.head = t;
        activate(index);
    }
    g.tail = t;
    ++_size;
}

void run_queue::push_front(task* t) noexcept {
    auto index = internal::scheduling_group_index(t->group());
    auto& g = _groups[index];
    task_access::next(*t) = g.head;
    if (!g.head) {
        g.tail = t;
        activate(index);
    }
    g.head = t;
    ++_size;
}

bool run_queue::pick() noexcept {
    if (!_active) {
        return false;
    }
    unsigned best = static_cast<unsigned>(__builtin_ctzll(_active));
    for (auto rest = _active & (_active - 1); rest; rest &= rest - 1) {
        auto i = static_cast<unsigned>(__builtin_ctzll(rest));
        if (_groups[i].vruntime < _groups[best].vruntime) {
            best = i;
        }
    }
    _current = best;
    _last_vruntime = _groups[best].vruntime;
    return true;
}

void run_queue::charge(kernel::nanoseconds now) noexcept {
    if (_slice_start == 0) {
        return;
    }
    auto& g = _groups[_current];
    auto used = std::max<kernel::nanoseconds>(now - _slice_start, 0);
    g.stats.run_time += used;
    g.vruntime += static_cast<int64_t>(static_cast<float>(used) * 1000.0f / g.shares);
    _slice_start = 0;
}

/// Brings one of the first tasks to the front.
void run_queue::shuffle(group& g) noexcept {
    task* before = nullptr;
    task* chosen = g.head;
    for (auto steps = (*_dice)() % shuffled_tasks; steps > 0 && task_access::next(*chosen); --steps) {
        before = chosen;
        chosen = task_access::next(*chosen);
    }
    if (before) {
        task_access::next(*before) = task_access::next(*chosen);
        if (g.tail == chosen) {
            g.tail = before;
        }
        task_access::next(*chosen) = g.head;
        g.head = chosen;
    }
    hot.preempt = (*_dice)() % preempt_one_in == 0;
}

void run_queue::run_front() noexcept {
    auto& g = _groups[_current];
    if (_dice) [[unlikely]] {
        shuffle(g);
    }
    task* t = g.head;
    g.head = task_access::next(*t);
    if (!g.head) {
        g.tail = nullptr;
        _active &= ~(uint64_t(1) << _current);
    }
    --_size;
    ++_tasks_run;
    ++g.stats.tasks;
    hot.immediate_left = immediate_budget;
    t->run_and_dispose();
}

bool run_queue::run_one() noexcept {
    if (!pick()) {
        return false;
    }
    auto start = _clock.now();
    _slice_start = start;
    hot.current_group = static_cast<unsigned char>(_current);
    run_front();
    hot.current_group = 0;
    charge(_clock.now());
    return true;
}

bool run_queue::run(kernel::nanoseconds now) noexcept {
    if (!pick()) {
        return false;
    }
    _slice_start = now;
    hot.current_group = static_cast<unsigned char>(_current);
    for (;;) {
        run_front();
        if (need_preempt()) {
            break;
        }
        if (_groups[_current].head) {
            continue;
        }
        if (!_active) {
            break;
        }
        auto boundary = _clock.now();
        charge(boundary);
        pick();
        _slice_start = boundary;
        hot.current_group = static_cast<unsigned char>(_current);
    }
    hot.current_group = 0;
    hot.immediate_left = immediate_budget;
    return true;
}

void run_queue::drop_all() noexcept {
    for (auto& g : _groups) {
        g.head = g.tail = nullptr;
    }
    _active = 0;
    _size = 0;
}

void run_queue::set_shares(unsigned group, float shares) noexcept { _groups[group].shares = std::max(shares, 1.0f); }

}
