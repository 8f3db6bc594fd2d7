/// For programs that include Seastar's header of this name: unix_domain_addr.
#pragma once

#include <seastar/net/socket_defs.hh>
