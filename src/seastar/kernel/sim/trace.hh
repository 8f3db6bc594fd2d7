/// What happens in a simulation, as one number: runs of one seed have the same.
#pragma once

#include "kernel/ring.hh"

#include <cstdio>
#include <string_view>

namespace seastar::kernel::sim {

class trace {
public:
    explicit trace(bool log) noexcept : _log(log) {}

    void add(nanoseconds now, std::string_view what, int64_t who, int64_t result = 0) noexcept {
        ++_events;
        mix(static_cast<uint64_t>(now));
        for (char c : what) {
            mix(static_cast<unsigned char>(c));
        }
        mix(static_cast<uint64_t>(who));
        mix(static_cast<uint64_t>(result));
        if (_log) {
            std::fprintf(stderr, "%12lld ns  %.*s %lld: %lld\n", static_cast<long long>(now),
                         static_cast<int>(what.size()), what.data(), static_cast<long long>(who),
                         static_cast<long long>(result));
        }
    }
    uint64_t hash() const noexcept { return _hash; }
    uint64_t events() const noexcept { return _events; }

private:
    void mix(uint64_t value) noexcept { // FNV-1a over words, with the upper half folded in
        _hash = (_hash ^ value) * 0x100000001b3;
        _hash ^= _hash >> 32;
    }

    uint64_t _hash = 0xcbf29ce484222325;
    uint64_t _events = 0;
    bool _log;
};

}
