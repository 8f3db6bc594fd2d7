/// See load_session.hh.
#include "load_session.hh"

#include <getopt.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace bench {
namespace {

[[noreturn]] void usage(const char* program) {
    std::fprintf(stderr,
                 "usage: %s --port N [--connections N] [--inflight N] [--text-bytes N] [--seconds S | --requests N]\n"
                 "          [--warmup-requests N] [--server-pid PID] [--method NAME] [--counters] [--hold]\n",
                 program);
    std::exit(2);
}

double number(const char* program, const char* text, double low, double high) {
    char* end = nullptr;
    const double value = std::strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= low && value <= high)) {
        std::fprintf(stderr, "%s: a number from %g to %g is wanted, not '%s'\n", program, low, high, text);
        usage(program);
    }
    return value;
}

/// CPU time of another process, user and kernel, all threads. The kernel adds what runs right now at its next tick
/// only: exact for a server that sleeps, and it does between phases.
class process_cpu_clock {
public:
    explicit process_cpu_clock(pid_t pid) {
        if (pid > 0) {
            if (const int error = clock_getcpuclockid(pid, &_clock)) {
                throw std::system_error(error, std::generic_category(), "clock_getcpuclockid of --server-pid");
            }
            _known = true;
        }
    }
    int64_t ns() const {
        timespec t{};
        if (_known && clock_gettime(_clock, &t) < 0) {
            throw std::system_error(errno, std::generic_category(), "CPU clock of the server");
        }
        return int64_t(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
    }

private:
    clockid_t _clock{};
    bool _known = false;
};

void let_server_fall_asleep() {
    const timespec pause{0, 3'000'000};
    nanosleep(&pause, nullptr);
}

void hold(const load_options& options, const char* state) {
    if (options.hold) {
        std::printf("%s\n", state);
        std::fflush(stdout);
        while (const int c = std::getchar()) {
            if (c == '\n' || c == EOF) {
                return;
            }
        }
    }
}

phase_limit warmup_limit(const load_options& options) {
    if (options.warmup_requests > 0) {
        return phase_limit::requests(options.warmup_requests);
    }
    return options.requests > 0 ? phase_limit::requests(options.requests / 5 + 1)
                                : phase_limit::seconds(options.seconds / 5);
}

phase_limit measured_limit(const load_options& options) {
    return options.requests > 0 ? phase_limit::requests(options.requests) : phase_limit::seconds(options.seconds);
}

}

load_options parse_load_options(int argc, char** argv) {
    enum {
        port, connections, inflight, text_bytes, seconds, requests, warmup_requests, server_pid, method, counters, hold
    };
    static constexpr option known[] = {
        {"port", required_argument, nullptr, port},
        {"connections", required_argument, nullptr, connections},
        {"inflight", required_argument, nullptr, inflight},
        {"text-bytes", required_argument, nullptr, text_bytes},
        {"seconds", required_argument, nullptr, seconds},
        {"requests", required_argument, nullptr, requests},
        {"warmup-requests", required_argument, nullptr, warmup_requests},
        {"server-pid", required_argument, nullptr, server_pid},
        {"method", required_argument, nullptr, method},
        {"counters", no_argument, nullptr, counters},
        {"hold", no_argument, nullptr, hold},
        {nullptr, 0, nullptr, 0},
    };
    load_options options;
    for (int c; (c = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
        auto value = [&](double low, double high) { return number(argv[0], optarg, low, high); };
        switch (c) {
        case port: options.port = uint16_t(value(1, 65535)); break;
        case connections: options.connections = unsigned(value(1, 10'000)); break;
        case inflight: options.inflight = unsigned(value(1, 10'000)); break;
        case text_bytes: options.text_bytes = unsigned(value(0, 60'000)); break;
        case seconds: options.seconds = value(0.001, 600); break;
        case requests: options.requests = uint64_t(value(1, 1e12)); break;
        case warmup_requests: options.warmup_requests = uint64_t(value(1, 1e12)); break;
        case server_pid: options.server_pid = pid_t(value(1, 1 << 30)); break;
        case method: options.method = optarg; break;
        case counters: options.counters = true; break;
        case hold: options.hold = true; break;
        default: usage(argv[0]);
        }
    }
    if (optind != argc || options.port == 0) {
        usage(argv[0]);
    }
    return options;
}

void run_session(load_client& client, const load_options& options) {
    const process_cpu_clock server_cpu(options.server_pid);
    histogram ignored;
    client.run(warmup_limit(options), ignored);
    hold(options, "warm");
    const std::string before = options.counters ? client.server_counters() : "null";
    let_server_fall_asleep();

    const int64_t cpu_before = server_cpu.ns();
    const int64_t start = now_ns();
    histogram latency;
    const uint64_t replies = client.run(measured_limit(options), latency);
    const int64_t end = now_ns();
    let_server_fall_asleep();
    const int64_t cpu = server_cpu.ns() - cpu_before;
    if (replies == 0) {
        throw std::runtime_error("no reply in the measured phase");
    }
    const std::string after = options.counters ? client.server_counters() : "null";

    const double seconds = double(end - start) / 1e9;
    std::printf("{\"connections\": %u, \"inflight\": %u, \"requests\": %llu, \"seconds\": %.6f, \"rps\": %.0f, "
                "\"server_cpu_ns\": %.1f, \"p50_us\": %.2f, \"p99_us\": %.2f, \"counters\": [%s, %s]}\n",
                options.connections, options.inflight, static_cast<unsigned long long>(replies), seconds,
                double(replies) / seconds, double(cpu) / double(replies), latency.quantile(0.5) / 1e3,
                latency.quantile(0.99) / 1e3, before.c_str(), after.c_str());
    std::fflush(stdout);
    hold(options, "measured");
}

}
