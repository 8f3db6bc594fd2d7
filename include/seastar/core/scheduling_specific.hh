/// Values that belong to scheduling groups: for each key, each shard has a value per group, whenever that was made.
///
///     auto key = co_await scheduling_group_key_create(make_scheduling_group_key_config<counters>());
///     ++scheduling_group_get_specific<counters>(key).requests; // of the group that runs
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/internal/specific_value_type.hh>
#include <seastar/core/scheduling.hh>
#include <seastar/core/smp.hh>

#include <memory>
#include <tuple>
#include <typeinfo>
#include <utility>

namespace seastar {

namespace internal {

template <typename T, typename... Args>
struct specific_value_type_of final : specific_value_type {
    std::tuple<Args...> args;

    explicit specific_value_type_of(Args... a) : args(std::move(a)...) {
        type = &typeid(T);
        size = sizeof(T);
        alignment = alignof(T);
    }
    void construct(void* at) const override {
        std::apply([at](const Args&... a) { new (at) T(a...); }, args);
    }
    void destroy(void* at) const noexcept override { static_cast<T*>(at)->~T(); }
    void rename(void* at) const override {
        if constexpr (requires(T& value) { value.rename(); }) {
            static_cast<T*>(at)->rename();
        }
    }
    owned<specific_value_type> clone() const override {
        return owned<specific_value_type>(new specific_value_type_of(*this));
    }
};

/// This shard's value. Requires: key and group exist.
void* specific_value(unsigned group, unsigned key, const std::type_info& type) noexcept;
/// The same, or null if the group does not exist.
void* specific_value_or_null(unsigned group, unsigned key, const std::type_info& type) noexcept;

}

/// What make_scheduling_group_key_config() says about the values. Good for any number of keys.
struct scheduling_group_key_config {
    std::shared_ptr<const internal::specific_value_type> values;
};

/// A handle, the same on all shards. Lives as long as the node.
class scheduling_group_key {
    unsigned _id;
    explicit scheduling_group_key(unsigned id) noexcept : _id(id) {}
    friend future<scheduling_group_key> scheduling_group_key_create(scheduling_group_key_config config) noexcept;

public:
    unsigned id() const noexcept { return _id; }
    friend bool operator==(scheduling_group_key, scheduling_group_key) noexcept = default;
};

/// Values of type T, each made as T(args...), from copies. A value is made in its group (current_scheduling_group());
/// when the group is renamed, the value's rename() is called there, if T has one.
template <typename T, typename... Args>
scheduling_group_key_config make_scheduling_group_key_config(Args... args) {
    return {std::make_shared<internal::specific_value_type_of<T, Args...>>(std::move(args)...)};
}

/// Makes the values of all groups on all shards. Fails with what a constructor throws, and when there are 64 keys.
future<scheduling_group_key> scheduling_group_key_create(scheduling_group_key_config config) noexcept;

template <typename T>
T& scheduling_group::get_specific(scheduling_group_key key) noexcept {
    return *static_cast<T*>(internal::specific_value(_id, key.id(), typeid(T)));
}

/// Of the group that runs.
template <typename T>
T& scheduling_group_get_specific(scheduling_group_key key) noexcept {
    return current_scheduling_group().get_specific<T>(key);
}

/// Of that group. Requires: the group exists.
template <typename T>
T& scheduling_group_get_specific(scheduling_group group, scheduling_group_key key) noexcept {
    return group.get_specific<T>(key);
}

/// reducer(initial, mapper(value)) over the values of all groups on this shard, in order of the groups.
template <typename SpecificValType, typename Mapper, typename Reducer, typename Initial>
future<Initial> map_reduce_scheduling_group_specific(Mapper mapper, Reducer reducer, Initial initial,
                                                     scheduling_group_key key) {
    for (unsigned group = 0; group < max_scheduling_groups(); ++group) {
        if (auto* value = internal::specific_value_or_null(group, key.id(), typeid(SpecificValType))) {
            initial = reducer(std::move(initial), mapper(*static_cast<SpecificValType*>(value)));
        }
    }
    return make_ready_future<Initial>(std::move(initial));
}

/// reducer(initial, value) over the same values.
template <typename SpecificValType, typename Reducer, typename Initial>
future<Initial> reduce_scheduling_group_specific(Reducer reducer, Initial initial, scheduling_group_key key) {
    return map_reduce_scheduling_group_specific<SpecificValType>(
        [](SpecificValType& value) -> SpecificValType& { return value; }, std::move(reducer), std::move(initial), key);
}

}
