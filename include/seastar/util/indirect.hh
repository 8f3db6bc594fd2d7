/// Comparing and hashing what pointers point to, for containers of pointers.
#pragma once

#include <functional>

namespace seastar {

template <typename Pointer, typename Equal = std::equal_to<std::decay_t<decltype(*std::declval<Pointer>())>>>
struct indirect_equal_to {
    Equal _eq;
    explicit indirect_equal_to(Equal eq = Equal()) : _eq(std::move(eq)) {}
    bool operator()(const Pointer& a, const Pointer& b) const {
        return a && b ? _eq(*a, *b) : !a && !b;
    }
};

/// A null pointer comes before all others.
template <typename Pointer, typename Less = std::less<std::decay_t<decltype(*std::declval<Pointer>())>>>
struct indirect_less {
    Less _less;
    explicit indirect_less(Less less = Less()) : _less(std::move(less)) {}
    bool operator()(const Pointer& a, const Pointer& b) const {
        return a && b ? _less(*a, *b) : !a && b;
    }
};

template <typename Pointer, typename Hash = std::hash<std::decay_t<decltype(*std::declval<Pointer>())>>>
struct indirect_hash {
    Hash _hash;
    explicit indirect_hash(Hash hash = Hash()) : _hash(std::move(hash)) {}
    size_t operator()(const Pointer& p) const { return p ? _hash(*p) : 0; }
};

}
