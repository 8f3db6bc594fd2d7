/// The options about the loop of each shard.
#pragma once

#include <seastar/util/program-options.hh>

namespace seastar {

/// Options of the command line; programs may set them before app_template::run().
struct reactor_options : program_options::option_group {
    program_options::value<std::string> reactor_backend; ///< "io_uring" or "epoll"
    program_options::value<> poll_mode;                  ///< never sleep
    program_options::value<unsigned> idle_poll_time_us;
    program_options::value<double> task_quota_ms;
    program_options::value<unsigned> blocked_reactor_notify_ms;
    program_options::value<unsigned> blocked_reactor_reports_per_minute;
    program_options::value<> overprovisioned;
    program_options::value<> no_handle_interrupt;
    // Accepted; nothing is behind them yet.
    program_options::value<std::string> network_stack;
    program_options::value<unsigned> max_networking_io_control_blocks;
    program_options::value<bool> kernel_page_cache;
    program_options::value<bool> unsafe_bypass_fsync;
    program_options::value<unsigned> max_task_backlog;
    program_options::value<> relaxed_dma;
    program_options::value<> abort_on_seastar_bad_alloc;
    program_options::value<std::string> metrics_hostname;

    /// Whether SIGINT and SIGTERM stop the program.
    bool auto_handle_sigint_sigterm = true;

    explicit reactor_options(program_options::option_group* parent);
};

}
