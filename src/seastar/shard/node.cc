#include "shard/node.hh"

#include <seastar/core/internal/smp_count.hh>
#include <seastar/util/assert.hh>

#include <iterator>
#include <thread>

namespace seastar {

namespace shard {

namespace {
constinit thread_local member* current_member [[gnu::tls_model("initial-exec")]] = nullptr;

// How often a shard that is not done turns in one round.
constexpr unsigned turns_per_round = 16;
}

member* this_member_or_null() noexcept { return current_member; }

member& this_member() noexcept {
    SEASTAR_ASSERT(current_member);
    return *current_member;
}

node& this_node() noexcept { return this_member().node(); }

member::member(class node& node, loop::shard& shard) noexcept : _node(node), _shard(shard), _port(node.mesh(), shard) {
    SEASTAR_ASSERT(!current_member && shard.id() < node.shards());
    current_member = this;
    internal::smp_count::count = node.shards();
}

member::~member() {
    internal::smp_count::count = 0;
    current_member = nullptr;
}

void member::settle_together() noexcept {
    // A round in which no shard had anything to do is the last one: then nothing was on its way, since what is sent in
    // one round arrives in the next at the latest.
    for (unsigned left = node::rounds_per_call; left > 0; --left) {
        SEASTAR_ASSERT(_next_round < std::size(_node._rounds));
        auto& round = _node._rounds[_next_round++];
        bool busy = false;
        for (unsigned turns = 0; turns < turns_per_round && _shard.turn(); ++turns) {
            busy = true;
        }
        if (busy) {
            round.busy.store(true, std::memory_order_relaxed);
        }
        round.arrived.fetch_add(1, std::memory_order_acq_rel);
        while (round.arrived.load(std::memory_order_acquire) < _node.shards()) {
            // The others may need what this shard has, and its CPU.
            _shard.turn();
            std::this_thread::yield();
        }
        if (!round.busy.load(std::memory_order_relaxed)) {
            return;
        }
    }
}

}
}
