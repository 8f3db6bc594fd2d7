// A model of how shards hand messages to each other and wake each other, checked by Relacy, which tries the schedules
// and the values that the C++ memory model allows. The ring and the sleep state are the library's own sources, with
// std::atomic replaced (CMakeLists.txt). Ends with status 0 when no schedule goes wrong: nothing is lost, nothing
// arrives before it is written, and no shard sleeps on (a deadlock here) while there is something for it.
// Before Relacy, whose macros have short names.
#include <array>
#include <cstddef>

#include <relacy/relacy.hpp>

#include "model_sleep_state.hh" // tidy-allow(layer): CMake makes it
#include "model_spsc_ring.hh"   // tidy-allow(layer): CMake makes it

namespace {

constexpr unsigned message_count = 3;

struct message {
    rl::var<unsigned> value;
};

/// Thread 0 sends, thread 1 takes and sleeps when there is nothing. The ring has room for two of three messages, so the
/// producer waits for room as well, in the same way: each end has a sleep state.
struct wake_protocol : rl::test_suite<wake_protocol, 2> {
    seastar::shard::spsc_ring<message, 2> ring;
    seastar::shard::sleep_state producer_sleep, consumer_sleep;
    rl::atomic<bool> starved;
    rl::semaphore<wake_protocol> producer_wakes, consumer_wakes; // the kernel's side: a wake-up is not forgotten
    message messages[message_count];

    void before() {
        starved($) = false;
        producer_wakes.init(false, 0, 1000, $);
        consumer_wakes.init(false, 0, 1000, $);
    }
    void after() {
        producer_wakes.deinit($);
        consumer_wakes.deinit($);
    }

    static void wake(rl::semaphore<wake_protocol>& s) {
        unsigned before;
        s.post(1, before, $);
    }

    void flush() {
        if (ring.publish() && consumer_sleep.must_wake()) {
            wake(consumer_wakes);
        }
    }

    void produce() {
        for (unsigned i = 0; i < message_count; ++i) {
            VAR(messages[i].value) = i + 1;
            while (!ring.push(&messages[i])) {
                flush();
                starved.store(true, rl::memory_order_seq_cst);
                producer_sleep.announce_sleep();
                if (!ring.push(&messages[i])) { // the second look, for room
                    producer_wakes.wait(false, false, $);
                    producer_sleep.announce_wake();
                    starved.store(false, rl::memory_order_relaxed);
                    continue;
                }
                producer_sleep.announce_wake();
                starved.store(false, rl::memory_order_relaxed);
                break;
            }
        }
        flush();
    }

    void consume() {
        unsigned received = 0;
        while (received < message_count) {
            auto count = ring.drain([&](message* m) {
                ++received;
                RL_ASSERT(VAR(m->value) == received);
            });
            if (count > 0) {
                if (starved.load(rl::memory_order_seq_cst) && producer_sleep.must_wake()) {
                    wake(producer_wakes);
                }
                continue;
            }
            consumer_sleep.announce_sleep();
            if (ring.empty()) { // the second look, for work
                consumer_wakes.wait(false, false, $);
            }
            consumer_sleep.announce_wake();
        }
    }

    void thread(unsigned index) {
        if (index == 0) {
            produce();
        } else {
            consume();
        }
    }
};

}

int main() {
    rl::test_params params;
    params.iteration_count = 200'000;
    return rl::simulate<wake_protocol>(params) ? 0 : 1;
}
