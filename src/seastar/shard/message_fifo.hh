/// Messages that wait at their sender, in order: for room in a ring, or for their service group's budget.
#pragma once

#include <seastar/core/internal/smp_message.hh>

namespace seastar::internal {

/// Shard: the sender's. A message is in one list at most.
class message_fifo {
public:
    bool empty() const noexcept { return _first == nullptr; }
    smp_message* front() noexcept { return _first; }

    void push(smp_message& m) noexcept {
        m.next = nullptr;
        m.waits_in = this;
        (_first ? _last->next : _first) = &m;
        _last = &m;
    }
    smp_message& pop() noexcept {
        auto& m = *_first;
        _first = m.next;
        m.waits_in = nullptr;
        return m;
    }
    /// Takes it out from wherever it stands.
    void remove(smp_message& m) noexcept {
        smp_message* before = nullptr;
        auto** at = &_first;
        while (*at != &m) {
            before = *at;
            at = &(*at)->next;
        }
        *at = m.next;
        if (_last == &m) {
            _last = before;
        }
        m.waits_in = nullptr;
    }

private:
    smp_message* _first = nullptr;
    smp_message* _last = nullptr;
};

}
