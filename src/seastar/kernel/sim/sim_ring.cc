#include "sim_ring.hh"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <vector>

namespace seastar::kernel::sim {

namespace {

using access = operation_access;
using state = access::state;

// What is ready waits for another turn so often (of a thousand).
constexpr unsigned delays = 125;
constexpr size_t piece_max = 16 * 1024;

}

sim_ring::sim_ring(unsigned shard, baton& b, network& n, dice& d, trace& t, const nanoseconds& now) noexcept
    : _shard(shard), _baton(b), _network(n), _dice(d), _trace(t), _now(now) {}

sim_ring::~sim_ring() { SEASTAR_ASSERT(_waiting.empty()); }

void sim_ring::prepare(operation& op) noexcept {
    SEASTAR_ASSERT(!op.busy() && op.code() != opcode::none);
    access::state_of(op) = state::queued;
    access::canceled(op) = false;
    _waiting.push_back(op);
}

void sim_ring::cancel(operation& op) noexcept {
    if (op.busy()) {
        access::canceled(op) = true;
    }
}

void sim_ring::close(int fd) noexcept {
    ++_counters.syscalls;
    SEASTAR_ASSERT(_network.close(fd) == 0);
}

bool sim_ring::poll() noexcept {
    _baton.pass();
    return deliver();
}

void sim_ring::wait(nanoseconds deadline) noexcept {
    ++_counters.waits;
    _baton.sleep(*this, deadline);
    deliver();
}

nanoseconds sim_ring::wakes_at() const noexcept {
    nanoseconds first = never;
    _waiting.for_each([&](const operation& op) { first = std::min(first, ready_at(op)); });
    return first;
}

nanoseconds sim_ring::ready_at(const operation& op) const noexcept {
    if (access::canceled(op) || access::state_of(op) == state::queued) {
        return 0;
    }
    switch (op.code()) {
    case opcode::connect:
        return _network.connects_at(op.fd());
    case opcode::receive:
    case opcode::receive_stream:
        return _network.reads_at(op.fd());
    case opcode::send:
        return _network.writes_at(op.fd());
    case opcode::accept_stream:
        return _network.accepts_at(op.fd());
    case opcode::poll: {
        auto events = access::events(op);
        nanoseconds at = _network.hangs_up_at(op.fd());
        if (events & POLLIN) {
            at = std::min(at, _network.reads_at(op.fd()));
        }
        if (events & POLLOUT) {
            at = std::min(at, _network.writes_at(op.fd()));
        }
        return at;
    }
    case opcode::read:
    case opcode::write:
    case opcode::none:
        break;
    }
    return 0;
}

/// Lets happen what can. True if anything did.
bool sim_ring::deliver() noexcept {
    std::vector<operation*> ready;
    _waiting.for_each([&](operation& op) {
        if (ready_at(op) <= _now) {
            ready.push_back(&op);
        }
    });
    for (size_t i = ready.size(); i > 1; --i) {
        std::swap(ready[i - 1], ready[_dice.below(i)]);
    }
    bool any = false;
    for (auto* op : ready) {
        // A callback of one before may have ended this one, or made something else of it.
        if (_waiting.contains(*op) && ready_at(*op) <= _now && !_dice.chance(delays)) {
            step(*op);
            any = true;
        }
    }
    return any;
}

void sim_ring::finish(operation& op, int64_t result) noexcept {
    _trace.add(_now, "result", op.fd(), result);
    _waiting.remove(op);
    access::state_of(op) = state::idle;
    op.complete(static_cast<int32_t>(result));
}

void sim_ring::step(operation& op) noexcept {
    ++_counters.syscalls;
    if (access::canceled(op)) {
        return finish(op, -ECANCELED);
    }
    if (access::state_of(op) == state::queued) {
        access::state_of(op) = state::inflight;
        if (op.code() == opcode::connect) {
            int result = _network.start_connect(op.fd(), static_cast<const sockaddr*>(access::buffer(op)),
                                                static_cast<socklen_t>(access::size(op)));
            if (result < 0) {
                return finish(op, result);
            }
        }
        if (ready_at(op) > _now) {
            return;
        }
    }
    switch (op.code()) {
    case opcode::connect:
        return finish(op, _network.finish_connect(op.fd()));
    case opcode::receive:
        return finish(op, _network.read(op.fd(), access::buffer(op), access::size(op)));
    case opcode::receive_stream:
        return step_stream(static_cast<receiver&>(op));
    case opcode::send: {
        ++_counters.sends;
        auto* message = static_cast<const msghdr*>(access::buffer(op));
        return finish(op, _network.write(op.fd(), message->msg_iov, message->msg_iovlen));
    }
    case opcode::accept_stream: {
        int fd = _network.accept(op.fd());
        _trace.add(_now, "accepted", op.fd(), fd);
        if (fd < 0) {
            return finish(op, fd);
        }
        return static_cast<acceptor&>(op).accepted(fd);
    }
    case opcode::poll: {
        auto events = access::events(op);
        int ready = 0;
        ready |= (events & POLLIN) && _network.reads_at(op.fd()) <= _now ? POLLIN : 0;
        ready |= (events & POLLOUT) && _network.writes_at(op.fd()) <= _now ? POLLOUT : 0;
        ready |= _network.hangs_up_at(op.fd()) <= _now ? (events & POLLRDHUP) | POLLHUP : 0;
        return finish(op, ready);
    }
    case opcode::read:
    case opcode::write:
    case opcode::none:
        break;
    }
    finish(op, -ENOSYS);
}

void sim_ring::step_stream(receiver& op) noexcept {
    char piece[piece_max];
    auto count = _network.read(op.fd(), piece, sizeof(piece));
    if (count <= 0) {
        return finish(op, count);
    }
    ++_counters.receives;
    _trace.add(_now, "received", op.fd(), count);
    op.received(piece, static_cast<size_t>(count));
}

}
