/// What the mesh (src/seastar/shard/mesh.hh) knows of messages between shards, and of how they are to be sent; smp.hh
/// makes them.
#pragma once

#include <seastar/core/internal/owned.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/task.hh>
#include <seastar/core/timer.hh>

#include <exception>

namespace seastar {

/// What deadlines of messages are measured with.
using smp_timeout_clock = lowres_clock;

/// A budget for messages: those of a group wait for each other, not for those of other groups. Two services of which
/// one calls the other belong to different groups, or they can wait for each other for ever.
class smp_service_group {
    unsigned _id = 0;
    explicit constexpr smp_service_group(unsigned id) noexcept : _id(id) {}

public:
    /// The default group, which has no limit.
    constexpr smp_service_group() noexcept = default;
    friend constexpr bool operator==(smp_service_group, smp_service_group) noexcept = default;

    struct internal_access {
        static constexpr smp_service_group from_index(unsigned id) noexcept { return smp_service_group(id); }
        static constexpr unsigned index(smp_service_group group) noexcept { return group._id; }
    };
};

constexpr smp_service_group default_smp_service_group() noexcept { return {}; }

struct smp_submit_to_options {
    smp_service_group service_group;
    /// A message that has not left this shard by then fails with semaphore_timed_out; its function never runs.
    smp_timeout_clock::time_point timeout = smp_timeout_clock::time_point::max();

    smp_submit_to_options(smp_service_group group = default_smp_service_group(),
                          smp_timeout_clock::time_point timeout = smp_timeout_clock::time_point::max()) noexcept
        : service_group(group), timeout(timeout) {}
};

namespace internal {

class message_fifo;

/// What the mesh knows of a message. Owned by itself; made and destroyed at home, on the shard that sends it.
class smp_message {
public:
    /// Back at home: resolves the caller's future and destroys the message.
    virtual void arrive_home() noexcept = 0;
    /// It could not leave: the same, with a failure.
    virtual void fail(std::exception_ptr ex) noexcept = 0;

    // The mesh's.
    task* work = nullptr; ///< what the target runs
    smp_message* next = nullptr;
    message_fifo* waits_in = nullptr; ///< while it waits for room or for its group's budget
    owned<timer<smp_timeout_clock>> deadline;
    unsigned home = 0;
    unsigned target = 0;
    unsigned group = 0;

protected:
    ~smp_message() = default;
};

}

}
