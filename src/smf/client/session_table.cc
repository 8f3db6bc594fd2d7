/// Giving out numbers.
#include "session_table.hh"

namespace smf {

pending_call* session_table::open() {
    if (_used == numbers) {
        return nullptr;
    }
    auto session = static_cast<uint16_t>(_last + 1);
    for (;;) {
        auto& c = _slots[session & _mask];
        if (c.status == pending_call::state::free) {
            break;
        }
        if (c.session == session || _used <= _mask / 2) {
            ++session; // a slow call has the place
        } else {
            grow();
        }
    }
    _last = session;
    ++_used;
    auto& c = _slots[session & _mask];
    c.reply = seastar::promise<rpc_recv_context>();
    c.session = session;
    c.status = pending_call::state::prepared;
    return &c;
}

void session_table::grow() {
    auto size = 2 * (_mask + 1);
    auto slots = std::make_unique<pending_call[]>(size);
    for (uint32_t i = 0; i <= _mask; ++i) {
        if (_slots[i].status != pending_call::state::free) {
            slots[_slots[i].session & (size - 1)] = std::move(_slots[i]);
        }
    }
    _slots = std::move(slots);
    _mask = size - 1;
}

}
