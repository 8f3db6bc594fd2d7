/// What alien::instance refers to: the mesh of the node that runs, if one does.
#pragma once

#include <seastar/core/alien.hh>

#include "shard/mesh.hh"

#include <mutex>

namespace seastar::alien {

struct instance::impl {
    std::mutex mutex;
    shard::mesh* mesh = nullptr; ///< under the mutex

    /// Before the node's shards start, and with null when they have stopped, before the node goes.
    void connect(shard::mesh* m) noexcept {
        std::lock_guard lock(mutex);
        mesh = m;
    }
};

}
