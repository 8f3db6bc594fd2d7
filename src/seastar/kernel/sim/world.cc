#include "world.hh"

#include "sim_ring.hh"

#include <cerrno>
#include <new>
#include <sched.h>

namespace seastar::kernel::sim {

world::world(const sim::options& o)
    : _options(o), _dice(o.seed), _trace(o.log), _network(_options, _dice, _trace, _now),
      _baton(_options, _dice, _trace, _now) {}

world::~world() = default;

int world::open_socket(int family, int type, int) noexcept { return _network.open(family, type); }
int world::bind_socket(int fd, const sockaddr* address, socklen_t length) noexcept {
    return _network.bind(fd, address, length);
}
int world::listen_socket(int fd, int backlog) noexcept { return _network.listen(fd, backlog); }
int world::shutdown_socket(int fd, int how) noexcept { return _network.shutdown(fd, how); }
int world::local_endpoint(int fd, endpoint& result) noexcept { return _network.local(fd, result); }
int world::remote_endpoint(int fd, endpoint& result) noexcept { return _network.remote(fd, result); }
int world::set_option(int fd, int level, int name, const void* value, socklen_t size) noexcept {
    return _network.set_option(fd, level, name, value, size);
}
int world::get_option(int fd, int level, int name, void* value, socklen_t& size) noexcept {
    return _network.get_option(fd, level, name, value, size);
}

std::unique_ptr<ring> world::make_ring(int& error) noexcept {
    std::unique_ptr<ring> made(new (std::nothrow)
                                   sim_ring(_baton.current(), _baton, _network, _dice, _trace, _now));
    error = made ? 0 : -ENOMEM;
    return made;
}

void world::begin_program(unsigned shards) noexcept {
    // As one thread runs at a time, one CPU is enough, and handing over within it is several times faster.
    _affinity.emplace();
    if (int cpu = ::sched_getcpu(); cpu >= 0) {
        pin_to_cpu(static_cast<unsigned>(cpu)); // the threads that are made inherit it
    }
    _baton.begin_all(shards);
}
void world::begin_shard(unsigned shard) noexcept { _baton.begin(shard); }
void world::end_shard() noexcept {
    if (_baton.current() == 0) {
        _affinity.reset();
    }
    _baton.end();
}
void world::meet() noexcept { _baton.meet(); }

}
