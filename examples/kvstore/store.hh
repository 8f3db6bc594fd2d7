/// The data: one part per shard, reached through seastar::sharded<store>. A key lives on the shard that its hash names.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/smp.hh>
#include <seastar/core/sstring.hh>

#include <optional>
#include <unordered_map>

namespace kvstore {

/// One shard's part. Everything here runs on that shard, so there is nothing to lock.
class store {
    std::unordered_map<seastar::sstring, seastar::sstring> _values;

public:
    static unsigned shard_of(std::string_view key) {
        return std::hash<std::string_view>()(key) % seastar::smp::count;
    }

    void put(seastar::sstring key, seastar::sstring value) {
        _values.insert_or_assign(std::move(key), std::move(value));
    }

    std::optional<seastar::sstring> get(seastar::sstring key) const {
        auto at = _values.find(key);
        return at == _values.end() ? std::nullopt : std::optional(at->second);
    }

    bool erase(seastar::sstring key) { return _values.erase(key) != 0; }

    seastar::future<> stop() { return seastar::make_ready_future<>(); }
};

}
