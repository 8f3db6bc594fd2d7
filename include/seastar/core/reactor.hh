/// The reactor: what a shard's loop, node and start-up offer to programs in one object, as they know it from Seastar.
/// A thin facade: the loop is src/seastar/loop/, messages are core/smp.hh, sockets core/seastar.hh.
#pragma once

// The first of these are what it uses; the others are what programs that include nothing else expect to come along.
#include <seastar/core/future.hh>
#include <seastar/core/internal/chrono.hh>
#include <seastar/core/loop.hh>
#include <seastar/core/scheduling_specific.hh>
#include <seastar/core/shard_id.hh>
#include <seastar/core/timer.hh>
#include <seastar/util/noncopyable_function.hh>

#include <seastar/core/circular_buffer.hh>
#include <seastar/core/condition-variable.hh>
#include <seastar/core/do_with.hh>
#include <seastar/core/gate.hh>
#include <seastar/core/iostream.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/make_task.hh>
#include <seastar/core/manual_clock.hh>
#include <seastar/core/memory.hh>
#include <seastar/core/posix.hh>
#include <seastar/core/scattered_message.hh>
#include <seastar/core/seastar.hh>
#include <seastar/core/semaphore.hh>
#include <seastar/core/shared_ptr.hh>
#include <seastar/core/smp.hh>
#include <seastar/core/sstring.hh>
#include <seastar/core/temporary_buffer.hh>
#include <seastar/core/thread_cputime_clock.hh>
#include <seastar/core/with_scheduling_group.hh>
#include <seastar/util/bool_class.hh>
#include <seastar/util/later.hh>

#include <cstdint>
#include <optional>
#include <sstream>
#include <string_view>

namespace seastar {

class connected_socket;
class logger;
class network_stack;
class server_socket;
class socket_address;
struct listen_options;
namespace alien {
class instance;
}

/// The library's own log.
extern logger seastar_logger;

/// One per shard, from its start to its stop; engine() is the calling shard's.
class reactor {
public:
    struct impl; // src/seastar/app/reactor_impl.hh
    explicit reactor(impl& i) noexcept : _impl(i) {}
    reactor(const reactor&) = delete;

    shard_id cpu_id() const noexcept { return this_shard_id(); }

    /// Runs when the program stops, before the shards do, the last registered first, each after the one before it has
    /// resolved; a failure is logged and the next one runs. Shard 0's functions run first, then those of all others at
    /// once.
    void at_exit(noncopyable_function<future<>()> func);
    /// Runs when the shard's loop has ended.
    void at_destroy(noncopyable_function<void()> func);
    /// Stops the program with this exit status, as if the main function had returned it. Any shard.
    void exit(int status) noexcept; // tidy-allow(exit): its name; it ends the program by stopping it
    /// The program is stopping: at_exit functions run or have run.
    bool stopping() const noexcept;
    bool stopped() const noexcept { return stopping(); }
    /// Resolves when the program begins to stop.
    future<> wait_for_stop() noexcept;
    /// The same, or after the time is up.
    future<> wait_for_stop(std::chrono::milliseconds timeout) noexcept;

    /// Lets something go on whose result nobody waits for: a failure is logged.
    void run_in_background(future<> f) noexcept;
    template <typename Func>
    void run_in_background(Func&& func) noexcept {
        run_in_background(futurize_invoke(std::forward<Func>(func)).discard_result());
    }

    /// Calls handler on this shard whenever the signal comes (see core/signal.hh).
    void handle_signal(int signo, noncopyable_function<void()>&& handler);

    /// "io_uring" or "epoll".
    const char* get_backend_name() const noexcept;
    steady_clock_type::duration uptime() const noexcept;
    static steady_clock_type::time_point now() noexcept { return internal::timer_now<steady_clock_type>(); }
    /// Since the shard's start: asleep or looking for work; doing work; both together.
    steady_clock_type::duration total_idle_time() const noexcept;
    steady_clock_type::duration total_busy_time() const noexcept;
    steady_clock_type::duration total_awake_time() const noexcept;
    /// CPU time of the shard's thread.
    std::chrono::nanoseconds total_cpu_time() const noexcept;

    struct sched_stats {
        uint64_t tasks_processed = 0;
    };
    sched_stats get_sched_stats() const noexcept;

    /// The stall detector's threshold on this shard.
    std::chrono::milliseconds get_blocked_reactor_notify_ms() const noexcept;
    void update_blocked_reactor_notify_ms(std::chrono::milliseconds threshold) noexcept;

    void add_task(task* t) noexcept { schedule(t); }
    void add_urgent_task(task* t) noexcept { schedule_urgent(t); }

    server_socket listen(socket_address address);
    server_socket listen(socket_address address, listen_options options);
    future<connected_socket> connect(socket_address address);

    // Files by name, as in core/seastar.hh.
    future<file> open_file_dma(std::string_view name, open_flags flags) noexcept;
    future<file> open_file_dma(std::string_view name, open_flags flags, file_open_options options) noexcept;
    future<file> open_directory(std::string_view name) noexcept;
    future<> make_directory(std::string_view name,
                            file_permissions permissions = file_permissions::default_dir_permissions) noexcept;
    future<> touch_directory(std::string_view name,
                             file_permissions permissions = file_permissions::default_dir_permissions) noexcept;
    future<> remove_file(std::string_view name) noexcept;
    future<> rename_file(std::string_view old_name, std::string_view new_name) noexcept;
    future<> link_file(std::string_view old_name, std::string_view new_name) noexcept;
    future<> chmod(std::string_view name, file_permissions permissions) noexcept;
    future<> chown(std::string_view name, uid_t owner, gid_t group) noexcept;
    future<std::optional<directory_entry_type>> file_type(std::string_view name,
                                                          follow_symlink follow = follow_symlink::yes) noexcept;
    future<stat_data> file_stat(std::string_view name, follow_symlink follow = follow_symlink::yes) noexcept;
    future<uint64_t> file_size(std::string_view name) noexcept;
    future<bool> file_accessible(std::string_view name, access_flags flags) noexcept;
    future<bool> file_exists(std::string_view name) noexcept;
    future<fs_type> file_system_at(std::string_view name) noexcept;
    future<struct ::statvfs> statvfs(std::string_view name) noexcept;

    /// Where sockets come from (net/api.hh).
    network_stack& net() noexcept;

    /// For threads that are no shard.
    alien::instance& alien() noexcept;

    impl& internals() noexcept { return _impl; }

private:
    impl& _impl;
};

/// The calling shard's. Requires: engine_is_ready().
reactor& engine() noexcept;
/// Whether the calling thread is a shard that runs.
bool engine_is_ready() noexcept;

}
