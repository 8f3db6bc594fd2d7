/// What a program asks of the operating system, as one interface, so that a simulation (sim/) can take the system's
/// place under a program that does not know.
///
/// There is nothing of it in a real program: the functions of this folder go to the kernel unless the calling thread
/// has a substitute, which is set before app_template::run() and handed on to the threads of the shards.
#pragma once

#include "endpoint.hh"
#include "ring.hh"

#include <memory>

namespace seastar::kernel {

/// Outlives the program that runs on it. Its rings are used as all others are; see ring.hh for what they promise.
class operating_system {
public:
    // As the functions of these names in sockets.hh, ring.hh and fd.hh.
    virtual int open_socket(int family, int type, int protocol) noexcept = 0;
    virtual int bind_socket(int fd, const sockaddr* address, socklen_t length) noexcept = 0;
    virtual int listen_socket(int fd, int backlog) noexcept = 0;
    virtual int shutdown_socket(int fd, int how) noexcept = 0;
    virtual int local_endpoint(int fd, endpoint& result) noexcept = 0;
    virtual int remote_endpoint(int fd, endpoint& result) noexcept = 0;
    virtual int set_option(int fd, int level, int name, const void* value, socklen_t size) noexcept = 0;
    virtual int get_option(int fd, int level, int name, void* value, socklen_t& size) noexcept = 0;

    /// The ring of the calling shard.
    virtual std::unique_ptr<ring> make_ring(int& error) noexcept = 0;

    // The threads of the shards. Whoever runs a program calls these where the threads would otherwise go on by
    // themselves, or wait for each other: a substitute may let them run one at a time.

    /// On the thread that becomes shard 0, before the others are made.
    virtual void begin_program(unsigned shards) noexcept = 0;
    virtual void begin_shard(unsigned shard) noexcept = 0; ///< First thing on the shard's thread.
    virtual void end_shard() noexcept = 0;                 ///< Last thing on it.
    virtual void meet() noexcept = 0;                      ///< Returns when all shards have called it.

    /// What the shards' random numbers begin with.
    virtual uint64_t random_seed() noexcept = 0;

protected:
    ~operating_system() = default;
};

/// The calling thread's, or null: the kernel's own is used.
operating_system* substitute() noexcept;

/// Sets the calling thread's substitute (null: none) as long as it lives.
class substitute_scope {
public:
    explicit substitute_scope(operating_system* os) noexcept;
    ~substitute_scope();
    substitute_scope(const substitute_scope&) = delete;

private:
    operating_system* _before;
};

}
