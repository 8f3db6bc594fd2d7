#include "net/posix/socket_counters.hh"

namespace seastar::net::posix {

namespace {
constinit thread_local socket_counters counts;
}

socket_counters& counters() noexcept { return counts; }

}
