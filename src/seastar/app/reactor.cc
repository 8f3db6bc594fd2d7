#include <seastar/core/reactor.hh>
#include <seastar/core/do_with.hh>
#include <seastar/core/file.hh>
#include <seastar/core/seastar.hh>
#include <seastar/core/signal.hh>
#include <seastar/core/sleep.hh>
#include <seastar/core/smp.hh>
#include <seastar/core/with_timeout.hh>
#include <seastar/util/log.hh>

#include "app/reactor_impl.hh"
#include "kernel/clock.hh"
#include "kernel/signals.hh"

#include <csignal>

namespace seastar {

namespace {
constinit thread_local reactor* current_reactor [[gnu::tls_model("initial-exec")]] = nullptr;
}

reactor& engine() noexcept {
    SEASTAR_ASSERT(current_reactor);
    return *current_reactor;
}

bool engine_is_ready() noexcept { return current_reactor != nullptr; }

// ---- impl

reactor::impl::impl(app::program& p, loop::shard& s, shard::member& m)
    : program(p), shard(s), member(m), facade(*this) {
    current_reactor = &facade;
}

reactor::impl::~impl() {
    current_reactor = nullptr;
    internal::stop_source() = abort_source(); // the thread may run another program
}

void reactor::impl::announce_stop() noexcept {
    stopping = true;
    internal::stop_source().request_abort();
    for (auto& waiter : std::exchange(stop_waiters, {})) {
        waiter.set_value();
    }
}

future<> reactor::impl::run_exit_functions() noexcept {
    if (exit_functions.empty()) {
        return make_ready_future<>();
    }
    auto last = std::move(exit_functions.back());
    exit_functions.pop_back();
    auto run = do_with(std::move(last), [](auto& function) { return futurize_invoke(function); });
    return run.then_wrapped([this](future<> f) {
        if (f.failed()) {
            seastar_logger.error("an at_exit function failed: {}", f.get_exception());
        }
        return run_exit_functions();
    });
}

void reactor::impl::run_destroy_functions() noexcept {
    while (!destroy_functions.empty()) {
        auto last = std::move(destroy_functions.back());
        destroy_functions.pop_back();
        last();
    }
}

void reactor::impl::call_signal_handler(int signo) noexcept {
    if (auto found = signal_handlers.find(signo); found != signal_handlers.end()) {
        auto handler = found->second; // it may take another's place
        try {
            (*handler)();
        } catch (...) {
            seastar_logger.error("the handler of signal {} failed: {}", signo, std::current_exception());
        }
    }
}

// ---- the end

void reactor::at_exit(noncopyable_function<future<>()> func) { _impl.exit_functions.push_back(std::move(func)); }

void reactor::at_destroy(noncopyable_function<void()> func) { _impl.destroy_functions.push_back(std::move(func)); }

void reactor::exit(int status) noexcept {
    (void)smp::submit_to(0, [&program = _impl.program, status] { program.stop(status); });
}

bool reactor::stopping() const noexcept { return _impl.stopping; }

future<> reactor::wait_for_stop() noexcept {
    if (_impl.stopping) {
        return make_ready_future<>();
    }
    try {
        return _impl.stop_waiters.emplace_back().get_future();
    } catch (...) {
        return current_exception_as_future<>();
    }
}

future<> reactor::wait_for_stop(std::chrono::milliseconds timeout) noexcept {
    return with_timeout(internal::timer_now<steady_clock_type>() + timeout, wait_for_stop())
        .handle_exception_type([](timed_out_error&) {});
}

// ---- signals

namespace {

void watch(app::program& program, int signo, unsigned shard, bool once) {
    (void)smp::invoke_on_all([signo] {
        auto set = kernel::make_signal_set({signo});
        ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    }).then([&program, signo, shard, once] {
        return smp::submit_to(0, [&program, signo, shard, once] {
            program.watch_signal(signo, app::program::signal_handler{shard, once});
        });
    }).handle_exception([signo](std::exception_ptr ex) {
        seastar_logger.error("cannot watch signal {}: {}", signo, ex);
    });
}

}

void reactor::handle_signal(int signo, noncopyable_function<void()>&& handler) {
    _impl.signal_handlers[signo] = make_lw_shared<noncopyable_function<void()>>(std::move(handler));
    watch(_impl.program, signo, cpu_id(), false);
}

void handle_signal(int signo, noncopyable_function<void()>&& handler, bool once) {
    auto& r = engine().internals();
    r.signal_handlers[signo] = make_lw_shared<noncopyable_function<void()>>(std::move(handler));
    watch(r.program, signo, this_shard_id(), once);
}

// ---- the rest

void reactor::run_in_background(future<> f) noexcept {
    (void)f.handle_exception([](std::exception_ptr ex) { seastar_logger.error("in the background: {}", ex); });
}

const char* reactor::get_backend_name() const noexcept { return _impl.shard.ring().name(); }

steady_clock_type::duration reactor::uptime() const noexcept {
    return std::chrono::nanoseconds(_impl.shard.ring().now() - _impl.shard.start_time());
}

steady_clock_type::duration reactor::total_idle_time() const noexcept {
    return std::chrono::nanoseconds(_impl.shard.idle_time());
}

steady_clock_type::duration reactor::total_busy_time() const noexcept { return uptime() - total_idle_time(); }

steady_clock_type::duration reactor::total_awake_time() const noexcept { return total_busy_time(); }

std::chrono::nanoseconds reactor::total_cpu_time() const noexcept {
    return std::chrono::nanoseconds(kernel::thread_cpu_now());
}

reactor::sched_stats reactor::get_sched_stats() const noexcept { return {_impl.shard.queue().tasks_run()}; }

std::chrono::milliseconds reactor::get_blocked_reactor_notify_ms() const noexcept {
    auto* alarms = _impl.shard.alarms();
    return std::chrono::milliseconds(alarms ? alarms->stall_threshold() / 1'000'000 : 0);
}

void reactor::update_blocked_reactor_notify_ms(std::chrono::milliseconds threshold) noexcept {
    if (auto* alarms = _impl.shard.alarms()) {
        alarms->set_stall_threshold(threshold.count() * 1'000'000);
    }
}

server_socket reactor::listen(socket_address address) { return seastar::listen(address); }

server_socket reactor::listen(socket_address address, listen_options options) {
    return seastar::listen(address, std::move(options));
}

future<connected_socket> reactor::connect(socket_address address) { return seastar::connect(address); }

future<file> reactor::open_file_dma(std::string_view name, open_flags flags) noexcept {
    return seastar::open_file_dma(name, flags);
}

future<file> reactor::open_file_dma(std::string_view name, open_flags flags, file_open_options options) noexcept {
    return seastar::open_file_dma(name, flags, options);
}

future<file> reactor::open_directory(std::string_view name) noexcept { return seastar::open_directory(name); }

future<> reactor::make_directory(std::string_view name, file_permissions permissions) noexcept {
    return seastar::make_directory(name, permissions);
}

future<> reactor::touch_directory(std::string_view name, file_permissions permissions) noexcept {
    return seastar::touch_directory(name, permissions);
}

future<> reactor::remove_file(std::string_view name) noexcept { return seastar::remove_file(name); }

future<> reactor::rename_file(std::string_view old_name, std::string_view new_name) noexcept {
    return seastar::rename_file(old_name, new_name);
}

future<> reactor::link_file(std::string_view old_name, std::string_view new_name) noexcept {
    return seastar::link_file(old_name, new_name);
}

future<> reactor::chmod(std::string_view name, file_permissions permissions) noexcept {
    return seastar::chmod(name, permissions);
}

future<> reactor::chown(std::string_view name, uid_t owner, gid_t group) noexcept {
    return seastar::chown(name, owner, group);
}

future<std::optional<directory_entry_type>> reactor::file_type(std::string_view name, follow_symlink follow) noexcept {
    return seastar::file_type(name, follow);
}

future<stat_data> reactor::file_stat(std::string_view name, follow_symlink follow) noexcept {
    return seastar::file_stat(name, follow);
}

future<uint64_t> reactor::file_size(std::string_view name) noexcept { return seastar::file_size(name); }

future<bool> reactor::file_accessible(std::string_view name, access_flags flags) noexcept {
    return seastar::file_accessible(name, flags);
}

future<bool> reactor::file_exists(std::string_view name) noexcept { return seastar::file_exists(name); }

future<fs_type> reactor::file_system_at(std::string_view name) noexcept { return seastar::file_system_at(name); }

future<struct ::statvfs> reactor::statvfs(std::string_view name) noexcept { return internal::file_system_stat(name); }

network_stack& reactor::net() noexcept { return *_impl.stack; }

alien::instance& reactor::alien() noexcept { return _impl.program.alien(); }

}
