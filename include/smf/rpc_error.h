/// What a call fails with when no reply came, and how a handler chooses the status of an error reply.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace smf {

/// Thrown by a handler or a filter of a server (or in its future): the reply has this status and an empty table.
/// Any other exception is a 500.
class rpc_error : public std::runtime_error {
    uint32_t _status;

public:
    rpc_error(uint32_t status, const std::string& what) : std::runtime_error(what), _status(status) {}
    uint32_t status() const noexcept { return _status; }
};

/// The connection of a client is not usable, or became unusable while a call was outstanding.
class remote_connection_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// No reply came in time.
class rpc_timed_out : public std::runtime_error {
public:
    rpc_timed_out();
};

/// A reply came and cannot be used: wrong checksum, unknown compression, not a buffer of its type.
class invalid_reply : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}
