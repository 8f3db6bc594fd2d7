// What the rings cost over a bare epoll loop: an echo server on one thread, a spinning client on another, 80-byte
// frames. Prints server CPU per request, as medians of interleaved rounds and as medians of the ratios to the bare
// loop.
#include "affinity.hh"
#include "backend.hh"
#include "clock.hh"
#include "fd.hh"
#include "sockets.hh"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <string>
#include <sys/epoll.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace seastar::kernel {
namespace {

constexpr size_t frame = 80;
constexpr nanoseconds round_length = 600'000'000;

struct load {
    unsigned connections;
    unsigned in_flight;
};

/// One side of every connection, and when to stop.
struct echo_job {
    std::vector<int> server_fds;
    std::vector<int> client_fds;
    std::atomic<bool> stop{false};
    uint64_t requests = 0;
    nanoseconds server_cpu = 0;
};

void make_connections(echo_job& job, unsigned count) {
    descriptor listener(open_socket(AF_INET, SOCK_STREAM));
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    endpoint at;
    bind_socket(listener.get(), reinterpret_cast<sockaddr*>(&any), sizeof(any));
    listen_socket(listener.get(), 512);
    local_endpoint(listener.get(), at);
    for (unsigned i = 0; i < count; ++i) {
        int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::connect(client, at.address(), at.length) != 0) {
            std::abort();
        }
        set_nonblocking(client, true);
        int server = ::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        set_no_delay(client, true);
        set_no_delay(server, true);
        job.client_fds.push_back(client);
        job.server_fds.push_back(server);
    }
}

/// Keeps `in_flight` frames on the way on every connection.
void run_client(echo_job& job, unsigned in_flight) {
    std::string block(frame * in_flight, 'x');
    std::vector<char> buffer(1 << 16);
    std::vector<size_t> missing(job.client_fds.size(), 0);
    nanoseconds end = monotonic_now() + round_length;
    bool sending = true;
    for (size_t open = job.client_fds.size(); open != 0;) {
        sending = sending && monotonic_now() < end;
        open = 0;
        for (size_t i = 0; i < missing.size(); ++i) {
            int fd = job.client_fds[i];
            if (missing[i] == 0 && sending) {
                if (::send(fd, block.data(), block.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(block.size())) {
                    std::abort();
                }
                missing[i] = block.size();
                job.requests += in_flight;
            } else if (missing[i] != 0) {
                ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
                missing[i] -= n > 0 ? static_cast<size_t>(n) : 0;
            }
            open += missing[i] != 0 || sending;
        }
    }
    job.stop = true;
    for (int fd : job.client_fds) {
        ::close(fd); // ends the server's streams
    }
}

void run_bare_epoll(echo_job& job) {
    descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
    for (int fd : job.server_fds) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event);
    }
    std::vector<char> buffer(1 << 16);
    epoll_event events[256];
    for (size_t open = job.server_fds.size(); open != 0;) {
        int count = ::epoll_wait(epoll.get(), events, 256, -1);
        for (int i = 0; i < count; ++i) {
            int fd = events[i].data.fd;
            ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
            if (n > 0) {
                [[maybe_unused]] ssize_t sent = ::send(fd, buffer.data(), static_cast<size_t>(n), MSG_NOSIGNAL);
            } else if (n == 0) {
                --open;
                ::close(fd);
            }
        }
    }
}

struct echo_connection {
    struct input final : receiver {
        echo_connection* self;
        void received(const char* data, size_t size) noexcept override { self->received(data, size); }
        void complete(int32_t) noexcept override { --*self->open; }
    } in;
    struct output final : operation {
        echo_connection* self;
        void complete(int32_t n) noexcept override { self->sent(n); }
    } out;
    ring* r;
    size_t* open;
    int fd;
    std::string pending, going;
    size_t done = 0;
    iovec piece{};
    msghdr header{};

    void received(const char* data, size_t size) noexcept {
        pending.append(data, size);
        if (!out.busy()) {
            send();
        }
    }
    void send() noexcept {
        if (done == going.size()) {
            going.swap(pending);
            pending.clear();
            done = 0;
        }
        piece = {going.data() + done, going.size() - done};
        header.msg_iov = &piece;
        header.msg_iovlen = 1;
        out.set_send(fd, &header);
        r->prepare(out);
    }
    void sent(int32_t n) noexcept {
        done += n > 0 ? static_cast<size_t>(n) : going.size() - done;
        if (done != going.size() || !pending.empty()) {
            send();
        }
    }
};

void run_ring(echo_job& job, backend which) {
    int error;
    auto r = make_ring(which, error);
    if (!r) {
        std::abort();
    }
    size_t open = job.server_fds.size();
    std::vector<echo_connection> connections(job.server_fds.size());
    for (size_t i = 0; i < connections.size(); ++i) {
        echo_connection& c = connections[i];
        c.r = r.get();
        c.open = &open;
        c.fd = job.server_fds[i];
        c.in.self = c.out.self = &c;
        c.in.set_receive_stream(c.fd);
        r->prepare(c.in);
    }
    auto send_busy = [&] {
        return std::any_of(connections.begin(), connections.end(), [](auto& c) { return c.out.busy(); });
    };
    // A turn as a shard takes it: as long as there is work, poll; else sleep.
    while (open != 0) {
        if (!r->poll()) {
            r->wait(never);
        }
    }
    while (send_busy()) {
        r->wait(never);
    }
    for (auto& c : connections) {
        r->close(c.fd);
    }
}

double measure(const char* system, load l) {
    echo_job job;
    make_connections(job, l.connections);
    std::thread client([&] {
        pin_to_cpu(1);
        run_client(job, l.in_flight);
    });
    affinity_guard guard;
    pin_to_cpu(0);
    nanoseconds start = thread_cpu_now();
    std::string name(system);
    if (name == "bare-epoll") {
        run_bare_epoll(job);
    } else {
        run_ring(job, name == "epoll" ? backend::epoll : backend::io_uring);
    }
    nanoseconds cpu = thread_cpu_now() - start;
    client.join();
    return double(cpu) / double(job.requests);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}
}

int main(int argc, char** argv) {
    using namespace seastar::kernel;
    int rounds = argc > 1 ? std::atoi(argv[1]) : 7;
    const char* systems[] = {"bare-epoll", "epoll", "io_uring"};
    for (load l : {load{1, 1}, load{16, 1}, load{128, 1}, load{16, 16}, load{128, 16}}) {
        std::vector<double> ns[3], ratios[3];
        for (int round = 0; round < rounds; ++round) {
            double bare = 0;
            for (int i = 0; i < 3; ++i) {
                double value = measure(systems[i], l);
                bare = i == 0 ? value : bare;
                ns[i].push_back(value);
                ratios[i].push_back(value / bare);
            }
        }
        for (int i = 0; i < 3; ++i) {
            std::printf("%3ux%-3u %-10s %7.0f ns  %.2f of bare-epoll\n", l.connections, l.in_flight, systems[i],
                        median(ns[i]), median(ratios[i]));
        }
    }
}
