#include <seastar/core/scheduling.hh>

#include "loop/shard.hh" // tidy-allow(cycle): a group is a number in tasks; what it means, the shard keeps

namespace seastar {

const sstring& scheduling_group::name() const noexcept { return loop::this_shard().names(_id).name; }

const sstring& scheduling_group::short_name() const noexcept { return loop::this_shard().names(_id).short_name; }

void scheduling_group::set_shares(float shares) noexcept { loop::this_shard().queue().set_shares(_id, shares); }

float scheduling_group::get_shares() const noexcept { return loop::this_shard().queue().shares(_id); }

}
