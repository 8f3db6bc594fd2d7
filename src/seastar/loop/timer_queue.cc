#include "loop/timer_queue.hh"

#include <seastar/util/assert.hh>

#include <algorithm>

namespace seastar::loop {

timer_queue::~timer_queue() {
    for (auto& b : _buckets) {
        while (b.head) {
            auto& t = *b.head;
            remove(t);
            t._armed = false;
        }
    }
}

unsigned timer_queue::bucket_of(int64_t expiry) const noexcept {
    if (expiry <= _last) {
        return 0;
    }
    return 64 - static_cast<unsigned>(__builtin_clzll(static_cast<uint64_t>(expiry ^ _last)));
}

void timer_queue::append(unsigned bucket, node& t) noexcept {
    auto& b = _buckets[bucket];
    t._bucket = static_cast<unsigned char>(bucket);
    t._next = nullptr;
    t._prev = b.tail;
    if (b.tail) {
        b.tail->_next = &t;
    } else {
        b.head = &t;
    }
    b.tail = &t;
    if (bucket) {
        _nonempty |= uint64_t(1) << (bucket - 1);
    }
}

void timer_queue::unlink(node& t) noexcept {
    auto& b = _buckets[t._bucket];
    (t._prev ? t._prev->_next : b.head) = t._next;
    (t._next ? t._next->_prev : b.tail) = t._prev;
    if (t._bucket && !b.head) {
        _nonempty &= ~(uint64_t(1) << (t._bucket - 1));
    }
    t._next = t._prev = nullptr;
}

void timer_queue::insert(node& t) noexcept {
    SEASTAR_ASSERT(!t._queue);
    append(bucket_of(t._expiry), t);
    t._queue = this;
    ++_size;
    _next = std::min(_next, t._expiry);
}

void timer_queue::remove(node& t) noexcept {
    SEASTAR_ASSERT(t._queue == this);
    unlink(t);
    t._queue = nullptr;
    if (--_size == 0) {
        _next = INT64_MAX;
    }
}

void timer_queue::replace(node& t, node& with) noexcept {
    auto& b = _buckets[t._bucket];
    with._bucket = t._bucket;
    with._next = t._next;
    with._prev = t._prev;
    (with._prev ? with._prev->_next : b.head) = &with;
    (with._next ? with._next->_prev : b.tail) = &with;
    with._queue = this;
    t._next = t._prev = nullptr;
    t._queue = nullptr;
}

// Sorts every timer into the bucket that belongs to the current _last. Only the buckets up to the highest bit that
// changed can hold timers that are in the wrong place, and the caller empties those.
void timer_queue::settle() noexcept {
    list all = _buckets[0];
    _buckets[0] = {};
    for (node* t = all.head; t;) {
        node* next = t->_next;
        append(bucket_of(t->_expiry), *t);
        t = next;
    }
}

void timer_queue::find_next() noexcept {
    const node* t = _buckets[0].head;
    if (!t && _nonempty) {
        t = _buckets[static_cast<unsigned>(__builtin_ctzll(_nonempty)) + 1].head;
    }
    _next = INT64_MAX;
    for (; t; t = t->_next) {
        _next = std::min(_next, t->_expiry);
    }
}

// By expiry, stable: a merge sort of the list, which is nearly sorted as a rule.
void timer_queue::sort(list& l) noexcept {
    std::array<node*, 64> runs{}; // runs[i]: null, or a sorted chain of 2^i timers
    auto merge = [](node* a, node* b) {
        node* head = nullptr;
        node** tail = &head;
        while (a && b) {
            node*& first = b->_expiry < a->_expiry ? b : a;
            *tail = first;
            tail = &first->_next;
            first = first->_next;
        }
        *tail = a ? a : b;
        return head;
    };
    for (node* t = l.head; t;) {
        node* rest = t->_next;
        t->_next = nullptr;
        size_t i = 0;
        for (; runs[i]; ++i) {
            t = merge(runs[i], t);
            runs[i] = nullptr;
        }
        runs[i] = t;
        t = rest;
    }
    node* all = nullptr;
    for (node* run : runs) {
        all = run ? merge(run, all) : all;
    }
    l = {all, nullptr};
    for (node* t = all; t; t = t->_next) {
        t->_prev = l.tail;
        l.tail = t;
    }
}

bool timer_queue::expire(int64_t now) noexcept {
    if (now < _next) {
        return false;
    }
    now = std::max(now, _last);
    // Everything below the highest bit that changes is due; the bucket of that bit is divided anew.
    unsigned top = now == _last ? 0 : 64 - static_cast<unsigned>(__builtin_clzll(static_cast<uint64_t>(now ^ _last)));
    for (unsigned i = 1; i <= top; ++i) {
        auto& b = _buckets[i];
        if (!b.head) {
            continue;
        }
        for (node* t = b.head; t; t = t->_next) {
            t->_bucket = 0;
        }
        auto& due = _buckets[0];
        b.head->_prev = due.tail;
        (due.tail ? due.tail->_next : due.head) = b.head;
        due.tail = b.tail;
        b = {};
        _nonempty &= ~(uint64_t(1) << (i - 1));
    }
    _last = now;
    settle();

    // The due ones go to a queue of their own, from which callbacks can still cancel them.
    timer_queue due;
    due._last = _last;
    sort(_buckets[0]);
    std::swap(due._buckets[0], _buckets[0]);
    for (node* t = due._buckets[0].head; t; t = t->_next) {
        t->_queue = &due;
        ++due._size;
        --_size;
    }
    find_next();

    bool any = false;
    while (node* t = due._buckets[0].head) {
        due.remove(*t);
        any = true;
        if (t->_period) {
            // Late by more than a period: the missed ones are skipped, not made up for.
            t->_expiry = std::max(t->_expiry + t->_period, now + 1);
            insert(*t);
        } else {
            t->_armed = false;
        }
        auto outer = internal::hot.current_group;
        internal::hot.current_group = static_cast<unsigned char>(internal::scheduling_group_index(t->_group));
        t->_callback();
        internal::hot.current_group = outer;
    }
    return any;
}

}
