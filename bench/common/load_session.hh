/// What the load clients (stream_client.hh for byte streams, rpc/grpc_load.cc) have in common: options, phases, the
/// measurement, and the line of JSON they print. A client connects, runs a warm-up phase, lets the server fall asleep,
/// runs the measured phase, and reports; with --hold it waits for a line on its input between the phases and before it
/// leaves, so that a runner can look at the server while connections stand and nothing is in flight.
#pragma once

#include "histogram.hh"

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <time.h>

namespace bench {

struct load_options {
    uint16_t port = 0;
    unsigned connections = 1;
    unsigned inflight = 1; ///< per connection
    unsigned text_bytes = 64;
    double seconds = 0.5;         ///< of the measured phase, unless requests is given
    uint64_t requests = 0;        ///< of the measured phase
    uint64_t warmup_requests = 0; ///< 0: a fifth of the measured phase's time
    pid_t server_pid = 0;         ///< whose CPU time is measured
    std::string method = "Say";
    bool counters = false; ///< ask the server for its counters round the measured phase
    bool hold = false;
};

/// Ends the program with a usage text when the arguments make no sense.
load_options parse_load_options(int argc, char** argv);

/// CLOCK_MONOTONIC.
inline int64_t now_ns() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return int64_t(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

/// When a phase stops sending: at a time, or after a number of requests.
class phase_limit {
public:
    static phase_limit requests(uint64_t count) { return phase_limit(count, INT64_MAX); }
    static phase_limit seconds(double length) { return phase_limit(UINT64_MAX, now_ns() + int64_t(length * 1e9)); }

    /// Counts the request that the caller sends when this is true.
    bool take(int64_t now) {
        if (_left == 0 || now >= _deadline) {
            return false;
        }
        --_left;
        return true;
    }

private:
    phase_limit(uint64_t left, int64_t deadline) : _left(left), _deadline(deadline) {}
    uint64_t _left;
    int64_t _deadline;
};

/// A client of one protocol. Failures are exceptions.
class load_client {
public:
    virtual ~load_client() = default;
    /// Keeps the load up until the limit, then until the last reply; returns the replies. Every one was verified.
    virtual uint64_t run(phase_limit limit, histogram& latency) = 0;
    /// The server's own counters, a JSON object; only asked for with options.counters.
    virtual std::string server_counters() = 0;
};

/// Both phases, and the report on standard output.
void run_session(load_client& client, const load_options& options);

/// What main() of a load client does: runs the session, prints the report; failures end it with one line.
template <typename MakeClient>
int load_main(int argc, char** argv, MakeClient make_client) {
    const auto options = parse_load_options(argc, argv);
    try {
        auto client = make_client(options);
        run_session(*client, options);
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
        return 1;
    }
}

}
