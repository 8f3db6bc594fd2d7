/// Durations, points in time and clocks: the part of <chrono> that a runtime needs. The other part, calendars and their
/// way to streams, takes compilers four times as long, and programs that want it include <chrono>.
#pragma once

#if __has_include(<bits/chrono.h>)
#include <bits/chrono.h> // libstdc++ from 12 on; itself included by <mutex>, <thread> and <condition_variable>
#else
#include <chrono>
#endif
