/// How many more messages of each smp_service_group this shard may send to each other one, and who waits for it.
#pragma once

#include "shard/message_fifo.hh"

#include <vector>

namespace seastar::shard {

using internal::message_fifo;
using internal::smp_message;

/// One per shard, used there only. Group 0, the default, has no budget and is not known here.
class service_budgets {
public:
    /// `per_target`: messages of the group that may be at each of `shards` at a time.
    void add(unsigned group, unsigned shards, unsigned per_target) {
        if (_groups.size() <= group) {
            _groups.resize(group + 1);
        }
        _groups[group].assign(shards, {per_target, {}});
    }
    /// Requires: none of its messages is under way.
    void remove(unsigned group) noexcept { _groups[group].clear(); }

    /// True: the message may go, and its part of the budget is taken. False: it waits.
    bool admit(smp_message& m) noexcept {
        auto& budget = of(m);
        if (budget.left == 0) {
            budget.waiting.push(m);
            return false;
        }
        --budget.left;
        return true;
    }
    /// The message gives its part back. Returns the message that may go instead, or null.
    smp_message* release(const smp_message& m) noexcept {
        auto& budget = of(m);
        if (!budget.waiting.empty()) {
            return &budget.waiting.pop();
        }
        ++budget.left;
        return nullptr;
    }
    bool waits_here(const smp_message& m) noexcept { return m.group != 0 && m.waits_in == &of(m).waiting; }

private:
    struct budget {
        unsigned left = 0;
        message_fifo waiting;
    };
    budget& of(const smp_message& m) noexcept {
        SEASTAR_ASSERT(m.group < _groups.size() && m.target < _groups[m.group].size());
        return _groups[m.group][m.target];
    }
    std::vector<std::vector<budget>> _groups;
};

}
