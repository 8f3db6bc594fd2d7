/// Small numbers that are the same on all shards: of scheduling groups, service groups.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

namespace seastar::shard {

/// Any shard, under its own mutex: taken when groups are made, never while they are used.
class id_pool {
public:
    /// 0 is in use from the beginning. Requires: limit <= 64.
    explicit id_pool(unsigned limit) noexcept : _limit(limit) {}

    /// The lowest number that is free, or none.
    std::optional<unsigned> take() noexcept {
        std::lock_guard lock(_mutex);
        auto lowest = static_cast<unsigned>(__builtin_ctzll(~_used | uint64_t(1) << 63));
        if (lowest >= _limit) {
            return {};
        }
        _used |= uint64_t(1) << lowest;
        return lowest;
    }
    void give_back(unsigned id) noexcept {
        std::lock_guard lock(_mutex);
        _used &= ~(uint64_t(1) << id);
    }

private:
    const unsigned _limit;
    std::mutex _mutex;
    uint64_t _used = 1;
};

}
