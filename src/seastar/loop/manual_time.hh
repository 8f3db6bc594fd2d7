/// The time of manual_clock: one for the whole process, by that clock's contract.
#pragma once

#include <cstdint>

namespace seastar::loop::manual_time {

int64_t now() noexcept;
void add(int64_t nanoseconds) noexcept;

}
