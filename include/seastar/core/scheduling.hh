/// Scheduling groups: who gets how much of a shard's CPU. A group is a small integer, the same on every shard; each
/// shard has one queue of tasks per group and picks the group with the smallest run time weighted by its shares.
#pragma once

#include <seastar/core/internal/hot.hh>

#include <cstddef>

namespace seastar {

template <typename T>
class future;
template <typename Char, typename Size, Size MaxSize, bool NulTerminate>
class basic_sstring;
using sstring = basic_sstring<char, unsigned, 15, true>;

class scheduling_group_key; // scheduling_specific.hh

/// How many groups a process can have, the default group and the loop's own included.
constexpr unsigned max_scheduling_groups() { return 32; }

/// A handle to a group of tasks that share CPU time. Cheap to copy; valid on every shard from the moment that
/// create_scheduling_group() resolved until destroy_scheduling_group() did.
class scheduling_group {
    unsigned char _id = 0;
    explicit constexpr scheduling_group(unsigned id) noexcept : _id(static_cast<unsigned char>(id)) {}

public:
    /// The default group, in which everything runs that asks for none. Its name is "main", its shares are 1000.
    constexpr scheduling_group() noexcept = default;

    /// This shard runs a task of this group now.
    bool active() const noexcept { return internal::hot.current_group == _id; }
    const sstring& name() const noexcept;
    const sstring& short_name() const noexcept;
    bool is_main() const noexcept { return _id == 0; }

    /// Changes the weight on the calling shard. Shares are relative: 1 to 1000 by tradition; values below 1 count as 1.
    void set_shares(float shares) noexcept;
    float get_shares() const noexcept;

    /// This shard's value of the key for the group; see scheduling_specific.hh, which defines it.
    template <typename T>
    T& get_specific(scheduling_group_key key) noexcept;

    friend constexpr bool operator==(scheduling_group a, scheduling_group b) noexcept { return a._id == b._id; }

    struct internal_access {
        static constexpr scheduling_group from_index(unsigned id) noexcept { return scheduling_group(id); }
        static constexpr unsigned index(scheduling_group g) noexcept { return g._id; }
    };
};

namespace internal {
constexpr unsigned scheduling_group_index(scheduling_group g) noexcept {
    return scheduling_group::internal_access::index(g);
}
constexpr scheduling_group scheduling_group_from_index(unsigned id) noexcept {
    return scheduling_group::internal_access::from_index(id);
}
}

/// The group of the task that runs on this shard now.
inline scheduling_group current_scheduling_group() noexcept {
    return internal::scheduling_group_from_index(internal::hot.current_group);
}
inline constexpr scheduling_group default_scheduling_group() noexcept { return scheduling_group(); }

/// Makes a group on all shards. Fails with std::runtime_error when there are max_scheduling_groups() already.
/// Implemented in shard/, where all shards can be reached.
future<scheduling_group> create_scheduling_group(sstring name, float shares) noexcept;
future<scheduling_group> create_scheduling_group(sstring name, sstring short_name, float shares) noexcept;
/// Requires: no task of the group is left, none is made any more.
future<void> destroy_scheduling_group(scheduling_group group) noexcept;
future<void> rename_scheduling_group(scheduling_group group, sstring new_name) noexcept;
future<void> rename_scheduling_group(scheduling_group group, sstring new_name, sstring new_short_name) noexcept;

}

namespace std {
template <typename T>
struct hash;
template <>
struct hash<seastar::scheduling_group> {
    size_t operator()(seastar::scheduling_group g) const noexcept {
        return seastar::internal::scheduling_group_index(g);
    }
};
}
