/// What a TLS connection will need, as plain data that shards may share: each makes its own TLS context from it.
#pragma once

#include <seastar/core/sstring.hh>

#include <memory>

namespace smf {

/// Immutable once it is in a shared_ptr. Names of files in PEM form.
struct rpc_credentials {
    rpc_credentials() {}
    seastar::sstring certificate_file;
    seastar::sstring key_file;
    seastar::sstring trust_file;
    seastar::sstring server_name; ///< what a client checks the server's certificate against
};
using rpc_credentials_ptr = std::shared_ptr<const rpc_credentials>;

}
