#include <seastar/core/sharded.hh>
#include <seastar/util/backtrace.hh>
#include <seastar/util/log.hh>

#include "shard/node.hh"

#include <cstdlib>

namespace seastar {

no_sharded_instance_exception::no_sharded_instance_exception() : _what("sharded instance does not exist") {}

no_sharded_instance_exception::no_sharded_instance_exception(sstring type_name)
    : _what("sharded instance does not exist: " + type_name) {}

const char* no_sharded_instance_exception::what() const noexcept { return _what.c_str(); }

namespace internal {

void throw_no_instance(const std::type_info& service) {
    throw no_sharded_instance_exception(pretty_type_name(service));
}

void service_leaked(const std::type_info& service) noexcept {
    seastar_logger.error("sharded<{}> was destroyed before it was stopped: its instances on the shards are lost, "
                         "backtrace: {}", pretty_type_name(service), current_backtrace());
    auto* member = shard::this_member_or_null();
    if (member && member->node().options().abort_on_leaked_service) {
        std::abort();
    }
}

}
}
