// Scheduling groups, made on all shards with the same number.
#include <seastar/core/smp.hh>

#include "shard/node.hh"

#include <stdexcept>

namespace seastar {

namespace {

// Both on one shard.
void set_up(unsigned id, const sstring& name, const sstring& short_name, float shares) {
    auto& shard = loop::this_shard();
    auto& names = shard.names(id);
    names.name = name;
    names.short_name = short_name;
    shard.queue().set_shares(id, shares);
    shard::this_member().specific().add_group(id);
}
void tear_down(unsigned id) noexcept {
    loop::this_shard().names(id) = {};
    shard::this_member().specific().remove_group(id);
}

future<> destroy(unsigned id) noexcept {
    return smp::invoke_on_all([id] { tear_down(id); }).then([id] {
        shard::this_node().scheduling_groups().give_back(id);
    });
}

}

future<scheduling_group> create_scheduling_group(sstring name, float shares) noexcept {
    return create_scheduling_group(std::move(name), sstring(), shares);
}

future<scheduling_group> create_scheduling_group(sstring name, sstring short_name, float shares) noexcept {
    auto id = shard::this_node().scheduling_groups().take();
    if (!id) {
        return make_exception_future<scheduling_group>(
            std::runtime_error("scheduling group limit exceeded: there are " +
                               std::to_string(max_scheduling_groups()) + " already"));
    }
    if (short_name.empty()) {
        short_name = name.substr(0, 4);
    }
    return smp::invoke_on_all([id = *id, name = std::move(name), short_name = std::move(short_name), shares] {
        set_up(id, name, short_name, shares);
    }).then_wrapped([id = *id](future<> made) {
        if (!made.failed()) {
            return make_ready_future<scheduling_group>(internal::scheduling_group_from_index(id));
        }
        return destroy(id).then([why = made.get_exception()] { return make_exception_future<scheduling_group>(why); });
    });
}

future<void> destroy_scheduling_group(scheduling_group group) noexcept {
    auto id = internal::scheduling_group_index(group);
    if (id == 0) {
        return make_exception_future<>(std::runtime_error("the main scheduling group cannot be destroyed"));
    }
    return destroy(id);
}

future<void> rename_scheduling_group(scheduling_group group, sstring new_name) noexcept {
    return rename_scheduling_group(group, std::move(new_name), sstring());
}

future<void> rename_scheduling_group(scheduling_group group, sstring new_name, sstring new_short_name) noexcept {
    auto id = internal::scheduling_group_index(group);
    if (id == 0) {
        return make_exception_future<>(std::runtime_error("the main scheduling group cannot be renamed"));
    }
    if (new_short_name.empty()) {
        new_short_name = new_name.substr(0, 4);
    }
    return smp::invoke_on_all([id, name = std::move(new_name), short_name = std::move(new_short_name)] {
        auto& names = loop::this_shard().names(id);
        names.name = name;
        names.short_name = short_name;
        shard::this_member().specific().rename_group(id);
    });
}

}
