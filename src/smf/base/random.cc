/// xoshiro256++ (Blackman and Vigna), seeded by splitmix64.
#include <smf/random.h>

#include <seastar/core/lowres_clock.hh>

#include <bit>

namespace smf {

namespace {
uint64_t seed_of(const void* where) noexcept {
    auto now = seastar::lowres_clock::now().time_since_epoch().count();
    return static_cast<uint64_t>(now) * 0x9e3779b97f4a7c15 ^ reinterpret_cast<uintptr_t>(where);
}
}

random::random() : random(seed_of(this)) {}

random::random(uint64_t seed) noexcept {
    for (auto& s : _state) {
        seed += 0x9e3779b97f4a7c15;
        auto z = seed;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        s = z ^ (z >> 31);
    }
}

uint64_t random::next() noexcept {
    auto result = std::rotl(_state[0] + _state[3], 23) + _state[0];
    auto t = _state[1] << 17;
    _state[2] ^= _state[0];
    _state[3] ^= _state[1];
    _state[1] ^= _state[2];
    _state[0] ^= _state[3];
    _state[2] ^= t;
    _state[3] = std::rotl(_state[3], 45);
    return result;
}

seastar::sstring random::next_str(uint32_t size) {
    seastar::sstring s = seastar::uninitialized_string<seastar::sstring>(size);
    for (auto& c : s) {
        c = static_cast<char>(next());
    }
    return s;
}

seastar::sstring random::next_alphanum(uint32_t size) {
    constexpr char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    seastar::sstring s = seastar::uninitialized_string<seastar::sstring>(size);
    for (auto& c : s) {
        c = letters[next() % (sizeof(letters) - 1)];
    }
    return s;
}

}
