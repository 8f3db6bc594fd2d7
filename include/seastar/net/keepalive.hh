/// How a silent connection is kept, and found out to be dead.
#pragma once

#include <seastar/core/internal/chrono.hh>

#include <variant>

namespace seastar::net {

struct tcp_keepalive_params {
    std::chrono::seconds idle;     ///< silence before the first probe (TCP_KEEPIDLE)
    std::chrono::seconds interval; ///< between probes (TCP_KEEPINTVL)
    unsigned count;                ///< unanswered probes before the connection is given up (TCP_KEEPCNT)
};
struct sctp_keepalive_params {
    std::chrono::seconds interval;
    unsigned count;
};
using keepalive_params = std::variant<tcp_keepalive_params, sctp_keepalive_params>;

}
