/// A type of values as the shards see it, who make and destroy them without knowing it. Part of scheduling_specific.hh.
#pragma once

#include <seastar/core/internal/owned.hh>

#include <cstddef>
#include <typeinfo>

namespace seastar::internal {

/// How the values of one key are made and destroyed. One per shard.
struct specific_value_type {
    const std::type_info* type = nullptr;
    size_t size = 0;
    size_t alignment = 1;
    virtual ~specific_value_type() = default;
    virtual void construct(void* at) const = 0;
    virtual void destroy(void* at) const noexcept = 0;
    virtual void rename(void* at) const = 0; ///< The group has a new name.
    virtual owned<specific_value_type> clone() const = 0;
};

}
