#include <seastar/core/smp.hh>

#include "shard/node.hh"

#include <algorithm>
#include <stdexcept>

namespace seastar {

namespace internal {

void send_message(unsigned target, const smp_submit_to_options& options, smp_message& message) noexcept {
    shard::this_member().port().send_request(target, options, message);
}

void send_home(smp_message& message) noexcept { shard::this_member().port().send_reply(message); }

// ---- gather

/// Deletes itself when the last future has resolved.
struct gather::waiting {
    promise<> all;
    std::exception_ptr failure;
    size_t left = 1; ///< futures, and one until done()

    void ended(future<>& f) noexcept {
        if (f.failed()) {
            auto ex = f.get_exception();
            if (!failure) {
                failure = std::move(ex);
            }
        }
    }
    void one_less() noexcept {
        if (--left > 0) {
            return;
        }
        if (failure) {
            all.set_exception(std::move(failure));
        } else {
            all.set_value();
        }
        delete this;
    }
};

gather::gather() : _waiting(new waiting) {}

gather::~gather() {
    if (_waiting) {
        _waiting->one_less();
    }
}

void gather::add(future<>&& f) noexcept {
    auto* w = _waiting;
    if (f.available()) {
        w->ended(f);
        return;
    }
    ++w->left;
    (void)f.then_wrapped([w](future<>&& f) noexcept {
        w->ended(f);
        w->one_less();
    });
}

future<> gather::done() noexcept {
    auto result = _waiting->all.get_future();
    std::exchange(_waiting, nullptr)->one_less();
    return result;
}

}

// ---- service groups

future<smp_service_group> create_smp_service_group(smp_service_group_config config) noexcept {
    auto& ids = shard::this_node().service_groups();
    auto id = ids.take();
    if (!id) {
        return make_exception_future<smp_service_group>(std::runtime_error("too many smp service groups"));
    }
    auto others = smp::count - 1;
    auto per_target = others > 0 ? std::max(config.max_nonlocal_requests / others, 1u) : 0;
    return smp::invoke_on_all([id = *id, per_target] {
        shard::this_member().port().budgets().add(id, smp::count, per_target);
    }).then([id = *id] { return smp_service_group::internal_access::from_index(id); });
}

future<> destroy_smp_service_group(smp_service_group group) noexcept {
    auto id = smp_service_group::internal_access::index(group);
    SEASTAR_ASSERT(id != 0);
    return smp::invoke_on_all([id] { shard::this_member().port().budgets().remove(id); }).then([id] {
        shard::this_node().service_groups().give_back(id);
    });
}

}
