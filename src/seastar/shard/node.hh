/// A node: the shards of one process, and what they have in common. There is no global one: each shard is a member of
/// its node and finds it through this_node(). app/ makes a node and starts its shards; a simulator makes several.
///
/// Life: the node is made; each shard's thread makes its loop::shard and then its member; when all have, any may send.
/// In the end each shard runs settle_together(), which lets what is still on its way arrive, and destroys its member
/// and its loop. The node goes last.
#pragma once

#include "shard/id_pool.hh"
#include "shard/mesh.hh"
#include "shard/specific_values.hh"

#include <atomic>

namespace seastar::shard {

struct node_options {
    /// A sharded<> service that is destroyed before stop() ends the process; otherwise it is reported.
    bool abort_on_leaked_service = false;

    node_options() = default;
};

class node {
public:
    explicit node(unsigned shards, const node_options& options = {})
        : _options(options), _mesh(shards), _scheduling_groups(max_scheduling_groups()), _service_groups(64),
          _specific_keys(64) {}

    unsigned shards() const noexcept { return _mesh.shards(); }
    const node_options& options() const noexcept { return _options; }
    class mesh& mesh() noexcept { return _mesh; }
    id_pool& scheduling_groups() noexcept { return _scheduling_groups; }
    id_pool& service_groups() noexcept { return _service_groups; }
    id_pool& specific_keys() noexcept { return _specific_keys; } ///< of scheduling groups' specific values

private:
    friend class member;
    const node_options _options;
    class mesh _mesh;
    id_pool _scheduling_groups;
    id_pool _service_groups;
    id_pool _specific_keys;

    // Of settle_together(): written by all shards, one round after the other, each once.
    struct round {
        std::atomic<unsigned> arrived{0};
        std::atomic<bool> busy{false};
    };
    static constexpr unsigned rounds_per_call = 24;
    static constexpr unsigned calls_max = 2;
    round _rounds[rounds_per_call * calls_max];
};

/// A shard's membership of its node. Made on the shard's thread, after its loop::shard, and destroyed there before it.
class member {
public:
    member(class node& node, loop::shard& shard) noexcept;
    ~member();
    member(const member&) = delete;

    class node& node() noexcept { return _node; }
    mesh::port& port() noexcept { return _port; }
    specific_values& specific() noexcept { return _specific; }

    /// The end: turns the loop until nothing is on its way between the shards and nothing is left to run on any of
    /// them. What never ends (a loop whose futures are always ready) gets a bounded number of turns. To be called on
    /// all shards, each on its thread; none returns before all have called it. Requires: called twice at most.
    void settle_together() noexcept;

private:
    class node& _node;
    loop::shard& _shard;
    mesh::port _port;
    specific_values _specific;
    unsigned _next_round = 0; ///< the same on all shards, between calls
};

/// The calling shard's. Requires: the thread is a member of a node.
member& this_member() noexcept;
node& this_node() noexcept;
/// The same, or null on other threads.
member* this_member_or_null() noexcept;

}
