#include <seastar/core/task.hh>

#include "loop/shard.hh"

namespace seastar {

void schedule(task* t) noexcept { loop::this_shard().queue().push(t); }

void schedule_urgent(task* t) noexcept { loop::this_shard().queue().push_front(t); }

}
