/// Output buffers, shared by the connections of a shard so that an idle connection holds none.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace smf {

/// Bytes are appended at the end; empty by default.
struct chunk {
    static constexpr size_t capacity = 16 * 1024;
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
    size_t room() const noexcept { return bytes ? capacity - size : 0; }
};

/// One per server or client object, on its shard; outlives the chunks' users.
class chunk_pool {
    static constexpr size_t kept_max = 128; // 2 MiB
    std::vector<std::unique_ptr<char[]>> _free;

public:
    chunk_pool() { _free.reserve(kept_max); }

    chunk take() {
        chunk c;
        if (_free.empty()) {
            c.bytes = std::make_unique_for_overwrite<char[]>(chunk::capacity);
        } else {
            c.bytes = std::move(_free.back());
            _free.pop_back();
        }
        return c;
    }
    void give(chunk&& c) noexcept {
        c.size = 0;
        if (auto bytes = std::move(c.bytes); bytes && _free.size() < kept_max) {
            _free.push_back(std::move(bytes));
        }
    }
};

}
