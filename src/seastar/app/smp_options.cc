#include <seastar/core/smp_options.hh>

namespace seastar {

smp_options::smp_options(program_options::option_group* parent)
    : option_group(parent, "Shards and memory"),
      smp(*this, "smp,c", {}, "number of shards, one thread each (default: one per CPU)"),
      cpuset(*this, "cpuset", {}, "CPUs to use, for example 0-3,8 (default: all that this process may use)"),
      memory(*this, "memory,m", {}, "memory of all shards together: bytes, or with k, M, G, T"),
      reserve_memory(*this, "reserve-memory", {}, "memory left to the system when --memory is not given"),
      thread_affinity(*this, "thread-affinity", true, "bind each shard to a CPU of its own"),
      abort_on_leaked_service(*this, "abort-on-leaked-service", {},
                              "end the program when a sharded service is destroyed before it is stopped"),
      hugepages(*this, "hugepages", {}, "path of a mounted hugetlbfs (not used yet)"),
      lock_memory(*this, "lock-memory", {}, "lock all memory (not used yet)"),
      mbind(*this, "mbind", true, "take memory from the shard's own NUMA node (not used yet)"),
      io_properties_file(*this, "io-properties-file", {}, "file with the properties of the disks (not used yet)"),
      io_properties(*this, "io-properties", {}, "properties of the disks (not used yet)"),
      num_io_groups(*this, "num-io-groups", {}, "number of groups of shards that share a disk queue (not used yet)") {}

}
