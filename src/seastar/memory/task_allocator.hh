/// The allocator of tasks, by the name that the layers above include it under. See core/internal/task_allocator.hh.
#pragma once

#include <seastar/core/internal/task_allocator.hh>
