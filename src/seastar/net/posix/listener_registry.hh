/// What the shards of a process have in common about listening: which addresses are listened on, and how many
/// connections each shard has. See listener.hh.
#pragma once

#include <seastar/net/api.hh>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace seastar::net::posix {

/// What all shards know of one listening socket.
class listener_state {
public:
    listener_state(socket_address address, listen_options options, unsigned owner, unsigned shards, uint64_t id)
        : address(address), options(options), owner(owner), id(id), _open(shards) {}

    const socket_address address; ///< as the kernel bound it
    const listen_options options;
    const unsigned owner;
    const uint64_t id;

    void connection_opened(unsigned shard) noexcept { _open[shard].fetch_add(1, std::memory_order_relaxed); }
    void connection_closed() noexcept;
    unsigned open_connections(unsigned shard) const noexcept { return _open[shard].load(std::memory_order_relaxed); }
    /// Accepted, and not yet asked for.
    std::atomic<unsigned> waiting{0};
    std::atomic<bool> paused{false};

private:
    std::vector<std::atomic<unsigned>> _open;
};

/// The process's listening sockets. One object per node, reached by each shard through set_registry().
class listener_registry {
public:
    explicit listener_registry(unsigned shards) : _shards(shards) {}
    unsigned shards() const noexcept { return _shards; }

    /// The open listener on the address that `shard` does not listen on yet, which it now does; or null.
    std::shared_ptr<listener_state> join(const socket_address& address, unsigned shard);
    std::shared_ptr<listener_state> add(const socket_address& bound, const listen_options& options, unsigned owner);
    /// The shard listens no more. True: nobody does, and the owner may close.
    void leave(const listener_state& state, unsigned shard);
    /// For the owner, when it could close: true removes the listener, false means that a shard has joined meanwhile.
    bool remove_if_unused(const listener_state& state);

private:
    struct entry {
        std::shared_ptr<listener_state> state;
        std::vector<bool> listening;
    };
    const unsigned _shards;
    std::mutex _mutex;
    std::vector<entry> _entries;
    uint64_t _next_id = 1;
};

}
