/// The options about shards and memory.
#pragma once

#include <seastar/util/program-options.hh>

namespace seastar {

enum class memory_allocator {
    seastar,  ///< each shard its own
    standard, ///< the C library's
};

/// Options of the command line; programs may set them before app_template::run().
struct smp_options : program_options::option_group {
    program_options::value<unsigned> smp;               ///< number of shards
    program_options::value<std::string> cpuset;         ///< "0-3,8": CPUs to use
    program_options::value<std::string> memory;         ///< "4G": of all shards together
    program_options::value<std::string> reserve_memory; ///< left to the system when `memory` is not given
    program_options::value<bool> thread_affinity;       ///< bind each shard to its CPU
    program_options::value<> abort_on_leaked_service;
    // Accepted; nothing is behind them yet.
    program_options::value<std::string> hugepages;
    program_options::value<bool> lock_memory;
    program_options::value<bool> mbind;
    program_options::value<std::string> io_properties_file;
    program_options::value<std::string> io_properties;
    program_options::value<unsigned> num_io_groups;

    explicit smp_options(program_options::option_group* parent);
};

}
