#include <seastar/core/reactor_config.hh>

namespace seastar {

reactor_options::reactor_options(program_options::option_group* parent)
    : option_group(parent, "Event loop"),
      reactor_backend(*this, "reactor-backend", {},
                      "io_uring or epoll (default: io_uring where this process may use it)"),
      poll_mode(*this, "poll-mode", {}, "never sleep: 100% of each CPU, lowest latency"),
      idle_poll_time_us(*this, "idle-poll-time-us", {},
                        "how long an idle shard looks for work before it sleeps, in microseconds (default: 10, and "
                        "only while that costs less CPU time than sleeping; 0 with --overprovisioned)"),
      task_quota_ms(*this, "task-quota-ms", 0.5, "longest time between two looks at the network, in milliseconds"),
      blocked_reactor_notify_ms(*this, "blocked-reactor-notify-ms", 25,
                                "report tasks that keep a shard busy for longer, in milliseconds; 0: do not"),
      blocked_reactor_reports_per_minute(*this, "blocked-reactor-reports-per-minute", 5,
                                         "largest number of such reports per minute and shard"),
      overprovisioned(*this, "overprovisioned", {},
                      "share the CPUs with other programs: shards are not bound to CPUs, and may be more than those"),
      no_handle_interrupt(*this, "no-handle-interrupt", {}, "leave SIGINT alone"),
      network_stack(*this, "network-stack", {}, "network stack: posix"),
      max_networking_io_control_blocks(*this, "max-networking-io-control-blocks", 10000,
                                       "number of connections to plan for (not used: there is no such limit)"),
      kernel_page_cache(*this, "kernel-page-cache", {}, "let files use the kernel's page cache (not used yet)"),
      unsafe_bypass_fsync(*this, "unsafe-bypass-fsync", {}, "ignore fsync, for tests (not used yet)"),
      max_task_backlog(*this, "max-task-backlog", {}, "largest number of tasks before input waits (not used yet)"),
      relaxed_dma(*this, "relaxed-dma", {}, "allow files without direct I/O (not used yet)"),
      abort_on_seastar_bad_alloc(*this, "abort-on-seastar-bad-alloc", {},
                                 "end the program when memory runs out"),
      metrics_hostname(*this, "metrics-hostname", {}, "host name of the exported metrics (not used yet)") {}

}
