/// The older name of what is now in several headers: loops, do_with(), when_all(), sleep().
#pragma once

#include <seastar/core/do_with.hh>
#include <seastar/core/loop.hh>
#include <seastar/core/sleep.hh>
#include <seastar/core/when_all.hh>
#include <seastar/core/with_timeout.hh>
#include <seastar/util/later.hh>

#include <ranges> // for programs: parallel_for_each(std::views::iota(0u, smp::count), ...)
