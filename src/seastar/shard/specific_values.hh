/// One shard's values of all keys for all scheduling groups (core/scheduling_specific.hh).
#pragma once

#include <seastar/core/internal/owned.hh>
#include <seastar/core/internal/specific_value_type.hh>
#include <seastar/core/scheduling.hh>

#include <bitset>
#include <vector>

namespace seastar::shard {

class specific_values {
public:
    specific_values() noexcept;
    ~specific_values();
    specific_values(const specific_values&) = delete;

    /// The values of a key, for all groups that exist. What a constructor throws is thrown, and leaves nothing.
    void add_key(unsigned key, internal::owned<internal::specific_value_type> type);
    void remove_key(unsigned key) noexcept;
    /// The values of a group, of all keys that exist. The same.
    void add_group(unsigned group);
    void remove_group(unsigned group) noexcept;
    /// Tells the group's values that it has a new name.
    void rename_group(unsigned group);

    void* get(unsigned group, unsigned key, const std::type_info& type) const noexcept;

private:
    struct key_values {
        internal::owned<internal::specific_value_type> type; ///< null: no such key
        void* values[max_scheduling_groups()] = {};
        void make(unsigned group);
        void drop(unsigned group) noexcept;
    };
    std::vector<key_values> _keys;
    std::bitset<max_scheduling_groups()> _groups;
};

}
