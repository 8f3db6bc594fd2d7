/// The line on stderr that says for how long a shard has been stalled, and where: first the instruction that the alarm
/// interrupted, then the calls that led there, as far as they have frame pointers.
#pragma once

#include "kernel/thread_timer.hh"
#include "memory/loaded_objects.hh"

#include <cstdint>

namespace seastar::loop {

/// Made at the shard's start; printing is async-signal-safe. Code that was loaded later is written as it is mapped.
class stall_report {
public:
    void print(unsigned shard, int64_t stalled_ms, kernel::interrupted_code at) const noexcept;

private:
    memory::loaded_objects _objects;
};

}
