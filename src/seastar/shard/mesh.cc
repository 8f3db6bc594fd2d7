#include "shard/mesh.hh"

#include <seastar/core/semaphore.hh>
#include <seastar/util/assert.hh>

namespace seastar::shard {

mesh::mesh(unsigned shards) : _stations(shards), _channels(size_t(shards) * shards) {}

void mesh::channel::send(smp_message& m) noexcept {
    if (!overflow.empty() || !ring.push(&m)) {
        overflow.push(m);
    }
}

bool mesh::channel::flush() noexcept {
    while (!overflow.empty() && ring.push(overflow.front())) {
        overflow.pop().deadline.reset();
    }
    return ring.publish();
}

mesh::port::port(mesh& mesh, loop::shard& shard) noexcept
    : _mesh(mesh), _shard(shard), _station(mesh._stations[shard.id()]) {
    _station.ring = &shard.ring();
    _station.inbox.open(shard.ring());
    _shard.add(*this);
}

mesh::port::~port() {
    _shard.remove(*this);
    _station.inbox.close();
}

// ---- sending

void mesh::port::send_request(unsigned target, const smp_submit_to_options& options, smp_message& m) noexcept {
    SEASTAR_ASSERT(target < _mesh.shards() && target != _shard.id());
    m.home = _shard.id();
    m.target = target;
    m.group = smp_service_group::internal_access::index(options.service_group);
    if (m.group == 0 || _budgets.admit(m)) {
        leave(m);
    }
    if (m.waits_in && options.timeout != smp_timeout_clock::time_point::max()) {
        try {
            m.deadline.reset(new timer<smp_timeout_clock>([this, &m] { give_up(m); }));
            m.deadline->arm(options.timeout);
        } catch (...) {
            give_up(m); // no memory to wait with
        }
    }
}

void mesh::port::leave(smp_message& m) noexcept {
    ++_stats.requests_sent;
    _mesh.from_to(_shard.id(), m.target).requests.send(m);
    if (!m.waits_in) {
        m.deadline.reset();
    }
}

void mesh::port::send_reply(smp_message& m) noexcept { _mesh.from_to(_shard.id(), m.home).replies.send(m); }

void mesh::port::give_up(smp_message& m) noexcept {
    bool has_budget = m.group != 0 && !_budgets.waits_here(m);
    m.waits_in->remove(m);
    if (has_budget) {
        release_budget(m);
    }
    m.fail(std::make_exception_ptr(semaphore_timed_out()));
}

void mesh::port::release_budget(const smp_message& m) noexcept {
    if (auto* next = _budgets.release(m)) {
        leave(*next);
    }
}

// ---- receiving

bool mesh::port::take_requests(channel& c) noexcept {
    auto count = c.ring.drain([](smp_message* m) { schedule(m->work); });
    _stats.requests_taken += count;
    return count > 0;
}

bool mesh::port::take_replies(channel& c) noexcept {
    auto count = c.ring.drain([this](smp_message* m) {
        if (m->group != 0) {
            release_budget(*m);
        }
        m->arrive_home();
    });
    _stats.replies_taken += count;
    return count > 0;
}

template <typename Func>
void mesh::port::for_each_peer(Func&& func) noexcept {
    for (unsigned peer = 0; peer < _mesh.shards(); ++peer) {
        if (peer != _shard.id()) {
            func(peer);
        }
    }
}

bool mesh::port::take() noexcept {
    bool any = _station.inbox.take();
    for_each_peer([&](unsigned peer) {
        auto& in = _mesh.from_to(peer, _shard.id());
        bool replies = take_replies(in.replies);
        bool requests = take_requests(in.requests);
        if ((replies && in.replies.starved.load(std::memory_order_seq_cst)) ||
            (requests && in.requests.starved.load(std::memory_order_seq_cst))) {
            _stats.wakes += _mesh.wake_if_asleep(peer);
        }
        any |= replies || requests;
    });
    return any;
}

bool mesh::port::nothing_to_take() noexcept {
    bool nothing = _station.inbox.empty();
    for_each_peer([&](unsigned peer) {
        auto& in = _mesh.from_to(peer, _shard.id());
        nothing = nothing && in.replies.ring.empty() && in.requests.ring.empty();
    });
    return nothing;
}

bool mesh::port::flush() noexcept {
    bool any = false;
    for_each_peer([&](unsigned peer) {
        auto& out = _mesh.from_to(_shard.id(), peer);
        bool replies = out.replies.flush();
        bool requests = out.requests.flush();
        if (replies || requests) {
            _stats.wakes += _mesh.wake_if_asleep(peer);
            any = true;
        }
    });
    return any;
}

// ---- the loop

bool mesh::port::poll() noexcept {
    bool any = flush();
    return take() || any;
}

bool mesh::port::before_sleep() noexcept {
    flush();
    for_each_peer([&](unsigned peer) {
        auto& out = _mesh.from_to(_shard.id(), peer);
        out.replies.say_starved();
        out.requests.say_starved();
    });
    _station.sleep.announce_sleep();
    // The second look: for work, and for room.
    if (nothing_to_take() && !flush()) {
        return true;
    }
    after_sleep();
    return false;
}

void mesh::port::after_sleep() noexcept {
    _station.sleep.announce_wake();
    for_each_peer([&](unsigned peer) {
        auto& out = _mesh.from_to(_shard.id(), peer);
        out.replies.starved.store(false, std::memory_order_relaxed);
        out.requests.starved.store(false, std::memory_order_relaxed);
    });
}

}
