#include "net/posix/listener_registry.hh"

#include <seastar/core/shard_id.hh>

#include <algorithm>

namespace seastar::net::posix {

void listener_state::connection_closed() noexcept { _open[this_shard_id()].fetch_sub(1, std::memory_order_relaxed); }

std::shared_ptr<listener_state> listener_registry::join(const socket_address& address, unsigned shard) {
    std::lock_guard lock(_mutex);
    for (auto& e : _entries) {
        if (e.state->address == address && !e.listening[shard]) {
            e.listening[shard] = true;
            return e.state;
        }
    }
    return nullptr;
}

std::shared_ptr<listener_state> listener_registry::add(const socket_address& bound, const listen_options& options,
                                                       unsigned owner) {
    std::lock_guard lock(_mutex);
    entry e{std::make_shared<listener_state>(bound, options, owner, _shards, _next_id++), std::vector<bool>(_shards)};
    e.listening[owner] = true;
    _entries.push_back(std::move(e));
    return _entries.back().state;
}

void listener_registry::leave(const listener_state& state, unsigned shard) {
    std::lock_guard lock(_mutex);
    for (auto& e : _entries) {
        if (e.state->id == state.id) {
            e.listening[shard] = false;
        }
    }
}

bool listener_registry::remove_if_unused(const listener_state& state) {
    std::lock_guard lock(_mutex);
    for (auto e = _entries.begin(); e != _entries.end(); ++e) {
        if (e->state->id == state.id) {
            if (std::find(e->listening.begin(), e->listening.end(), true) != e->listening.end()) {
                return false;
            }
            _entries.erase(e);
            return true;
        }
    }
    return true;
}

}
