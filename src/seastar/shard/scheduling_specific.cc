#include <seastar/core/scheduling_specific.hh>

#include "shard/node.hh"

#include <stdexcept>

namespace seastar {

namespace internal {

void* specific_value(unsigned group, unsigned key, const std::type_info& type) noexcept {
    void* value = specific_value_or_null(group, key, type);
    SEASTAR_ASSERT(value);
    return value;
}

void* specific_value_or_null(unsigned group, unsigned key, const std::type_info& type) noexcept {
    return shard::this_member().specific().get(group, key, type);
}

}

future<scheduling_group_key> scheduling_group_key_create(scheduling_group_key_config config) noexcept {
    auto id = shard::this_node().specific_keys().take();
    if (!id) {
        return make_exception_future<scheduling_group_key>(std::runtime_error("too many scheduling group keys"));
    }
    // Each shard gets a copy, made here; all are done with it before it goes.
    auto* values = config.values.get();
    return smp::invoke_on_all([id = *id, values] {
        shard::this_member().specific().add_key(id, values->clone());
    }).then_wrapped([id = *id, config = std::move(config)](future<> made) {
        if (!made.failed()) {
            return make_ready_future<scheduling_group_key>(scheduling_group_key(id));
        }
        return smp::invoke_on_all([id] { shard::this_member().specific().remove_key(id); })
            .then([id, why = made.get_exception()] {
                shard::this_node().specific_keys().give_back(id);
                return make_exception_future<scheduling_group_key>(why);
            });
    });
}

}
