/// The mesh: how messages get from shard to shard. For each ordered pair of shards there is one ring for requests and
/// one for replies; behind each, at its producer, stands a list of those that found no room.
///
/// Rules that keep it live:
/// 1. replies have rings of their own: a shard that sends more than its peer can take still gets its answers, so two
///    shards that flood each other both go on.
/// 2. the consumer always takes all there is: requests become tasks, replies resolve their futures.
/// 3. what a turn of the loop sends is published at its end, once per ring, and the peer is woken if it sleeps, once
///    (sleep_state.hh).
/// 4. a producer with messages behind a full ring may sleep: it says so in `starved`, and the consumer wakes it.
///
/// Everything that passes between shards goes through one port's send() and another port's take(): that is where a
/// simulator delays and reorders.
#pragma once

#include "loop/poller.hh"
#include "loop/shard.hh"
#include "shard/alien_inbox.hh"
#include "shard/message_fifo.hh"
#include "shard/service_budgets.hh"
#include "shard/sleep_state.hh"
#include "shard/spsc_ring.hh"

#include <atomic>
#include <vector>

namespace seastar::shard {

/// Belongs to the node, from before its shards start until after they have stopped.
class mesh {
public:
    static constexpr size_t ring_capacity = 128;
    class port;

    explicit mesh(unsigned shards);
    mesh(const mesh&) = delete;

    unsigned shards() const noexcept { return static_cast<unsigned>(_stations.size()); }
    /// For threads that are no shard.
    alien_inbox& inbox(unsigned shard) noexcept { return _stations[shard].inbox; }

private:
    /// One ring and what waits for room in it. The list is the producer's.
    struct channel {
        spsc_ring<smp_message, ring_capacity> ring;
        message_fifo overflow;
        std::atomic<bool> starved{false}; ///< the producer sleeps, and `overflow` is not empty

        void send(smp_message& m) noexcept;
        /// Moves what waits into the ring as far as it goes, and publishes. True if there is something new in it.
        bool flush() noexcept;
        void say_starved() noexcept {
            if (!overflow.empty()) {
                starved.store(true, std::memory_order_seq_cst);
            }
        }
    };
    struct channels {
        channel requests;
        channel replies;
    };
    /// What other threads touch of a shard.
    struct alignas(64) station {
        sleep_state sleep;
        kernel::ring* ring = nullptr; ///< set before other shards send anything
        alien_inbox inbox{sleep};
    };
    channels& from_to(unsigned from, unsigned to) noexcept { return _channels[size_t(from) * shards() + to]; }
    /// True if it had to be woken.
    bool wake_if_asleep(unsigned shard) noexcept {
        bool wake = _stations[shard].sleep.must_wake();
        if (wake) {
            _stations[shard].ring->wake();
        }
        return wake;
    }

    std::vector<station> _stations;
    std::vector<channels> _channels;
};

/// One shard's end of the mesh. Made and destroyed on its shard; no shard sends before all ports are made, or after one
/// is destroyed.
class mesh::port final : private loop::poller {
public:
    port(mesh& mesh, loop::shard& shard) noexcept;
    ~port();

    /// The message is the mesh's from now on.
    void send_request(unsigned target, const smp_submit_to_options& options, smp_message& m) noexcept;
    void send_reply(smp_message& m) noexcept;
    service_budgets& budgets() noexcept { return _budgets; }

    struct counters {
        uint64_t requests_sent = 0;
        uint64_t requests_taken = 0;
        uint64_t replies_taken = 0;
        uint64_t wakes = 0; ///< of other shards
    };
    const counters& stats() const noexcept { return _stats; }

private:
    bool poll() noexcept override;
    bool before_sleep() noexcept override;
    void after_sleep() noexcept override;

    void leave(smp_message& m) noexcept;
    void arrived_home(smp_message& m) noexcept;
    void give_up(smp_message& m) noexcept;
    void release_budget(const smp_message& m) noexcept;

    bool flush() noexcept;
    bool take() noexcept;
    bool take_requests(channel& c) noexcept;
    bool take_replies(channel& c) noexcept;
    bool nothing_to_take() noexcept;
    template <typename Func>
    void for_each_peer(Func&& func) noexcept;

    mesh& _mesh;
    loop::shard& _shard;
    station& _station;
    service_budgets _budgets;
    counters _stats;
};

}
