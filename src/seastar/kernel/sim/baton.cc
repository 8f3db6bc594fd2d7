#include "baton.hh"

#include <seastar/util/assert.hh>

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace seastar::kernel::sim {

// What a turn of a shard's loop takes of the simulated time, so that nobody waits in vain for time to pass.
constexpr nanoseconds turn_time = 1'000;

baton::baton(const options& o, dice& d, trace& t, nanoseconds& now) noexcept
    : _options(o), _dice(d), _trace(t), _now(now) {}

baton::~baton() = default;

void baton::begin_all(unsigned shards) {
    _runners.clear();
    for (unsigned i = 0; i < shards; ++i) {
        _runners.push_back(std::make_unique<runner>());
    }
    _current = 0;
    _meeting = 0;
    _runners[0]->turn.release();
}

void baton::begin(unsigned shard) noexcept { _runners[shard]->turn.acquire(); }

void baton::end() noexcept {
    _runners[_current]->what = runner::state::ended;
    if (std::ranges::any_of(_runners, [](auto& r) { return r->what != runner::state::ended; })) {
        choose().turn.release();
    }
}

void baton::pass() noexcept { hand_over(); }

void baton::sleep(const sleeper& s, nanoseconds deadline) noexcept {
    auto& me = *_runners[_current];
    me.what = runner::state::sleeps;
    me.asleep = &s;
    me.deadline = deadline;
    hand_over();
    me.woken = false;
}

void baton::meet() noexcept {
    if (++_meeting < _runners.size()) {
        _runners[_current]->what = runner::state::meets;
        hand_over();
        return;
    }
    _meeting = 0;
    for (auto& r : _runners) {
        if (r->what == runner::state::meets) {
            r->what = runner::state::runs;
        }
    }
}

void baton::wake(unsigned shard) noexcept { _runners[shard]->woken = true; }

/// When the thread can go on: now or earlier, later, or never by itself.
nanoseconds baton::runs_at(const runner& r) const noexcept {
    switch (r.what) {
    case runner::state::runs:
        return 0;
    case runner::state::sleeps:
        return r.woken ? 0 : std::min(r.deadline, r.asleep->wakes_at());
    case runner::state::meets:
    case runner::state::ended:
        break;
    }
    return never;
}

/// To whom `choose` says, who may be the caller.
void baton::hand_over() noexcept {
    auto& me = *_runners[_current];
    auto& next = choose();
    if (&next != &me) {
        next.turn.release();
        me.turn.acquire();
    }
}

baton::runner& baton::choose() noexcept {
    _now += turn_time;
    if (++_turns > _options.turns_max) {
        give_up("the program does not end");
    }
    for (;;) {
        nanoseconds next = never;
        unsigned ready = 0;
        for (auto& r : _runners) {
            auto at = runs_at(*r);
            ready += at <= _now;
            next = std::min(next, at);
        }
        if (ready != 0) {
            auto left = _dice.below(ready);
            for (unsigned i = 0;; ++i) {
                auto& r = *_runners[i];
                if (runs_at(r) <= _now && left-- == 0) {
                    _current = i;
                    r.what = runner::state::runs;
                    _trace.add(_now, "shard", i);
                    return r;
                }
            }
        }
        if (next == never) {
            give_up("all shards sleep, and nothing will wake them");
        }
        _now = next;
    }
}

void baton::give_up(const char* why) const noexcept {
    std::fprintf(stderr, "simulation with seed %llu: %s\n", static_cast<unsigned long long>(_options.seed), why);
    std::fflush(stderr);
    ::_exit(3);
}

}
