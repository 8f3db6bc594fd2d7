#include <seastar/core/app-template.hh>
#include <seastar/core/alien.hh>
#include <seastar/core/memory.hh>
#include <seastar/core/resource.hh>
#include <seastar/util/conversions.hh>
#include <seastar/util/log-cli.hh>

#include "app/runtime.hh"
#include "kernel/machine.hh"
#include "kernel/operating_system.hh"

#include <iostream>
#include <sstream>
#include <stdexcept>

namespace seastar {

namespace bpo = boost::program_options;

void validate(boost::any& result, const std::vector<std::string>& values, sstring*, int) {
    bpo::validators::check_first_occurrence(result);
    result = sstring(bpo::validators::get_single_string(values));
}

std::ostream& operator<<(std::ostream& os, const std::vector<sstring>& texts) {
    const char* between = "";
    for (auto& text : texts) {
        os << std::exchange(between, " ") << text;
    }
    return os;
}

app_template::seastar_options::seastar_options()
    : option_group(nullptr, "seastar"), reactor_opts(this), smp_opts(this) {}

struct app_template::impl {
    seastar_options library;
    bpo::options_description program; ///< the program's own options
    bpo::options_description conf_file{"Options of the configuration file"};
    bpo::positional_options_description positional;
    bpo::variables_map configuration;
    configuration_reader reader;
    alien::instance alien;

    explicit impl(seastar_options&& opts) : library(std::move(opts)), program(std::string(library.name) + " options") {}

    bpo::options_description library_options() const;
    /// The exit status, when there is nothing to run: help was asked for, or the command line makes no sense.
    std::optional<int> parse(int argc, char** argv);
    void print_help(bool program_too) const;
    void report_unused() const;
    app::runtime_options runtime_options() const;
};

namespace {

app_template::seastar_options options_of(const app_template::config& cfg) {
    app_template::seastar_options library;
    library.name = cfg.name;
    library.description = cfg.description;
    library.auto_handle_sigint_sigterm = cfg.auto_handle_sigint_sigterm;
    library.reactor_opts.task_quota_ms.set_default_value(cfg.default_task_quota.count() * 1000);
    library.reactor_opts.max_networking_io_control_blocks.set_default_value(cfg.max_networking_aio_io_control_blocks);
    return library;
}

}

app_template::app_template(config cfg) : app_template(options_of(cfg)) {}

app_template::app_template(seastar_options opts) : _impl(new impl(std::move(opts))) {
    _impl->program.add_options()("help,h", "show this help")("help-seastar", "show the library's options")(
        "help-loggers", "show the names of the loggers");
}

app_template::~app_template() = default;

const app_template::seastar_options& app_template::options() const noexcept { return _impl->library; }

app_template::seastar_options& app_template::options() noexcept { return _impl->library; }

bpo::options_description& app_template::get_options_description() noexcept { return _impl->program; }

bpo::options_description& app_template::get_conf_file_options_description() noexcept { return _impl->conf_file; }

bpo::options_description_easy_init app_template::add_options() { return _impl->program.add_options(); }

void app_template::add_positional_options(std::initializer_list<positional_option> options) {
    for (auto& o : options) {
        _impl->program.add_options()(o.name, o.value_semantic, o.help);
        _impl->positional.add(o.name, o.max_count);
    }
}

void app_template::set_configuration_reader(configuration_reader reader) { _impl->reader = std::move(reader); }

bpo::variables_map& app_template::configuration() noexcept { return _impl->configuration; }

alien::instance& app_template::alien() noexcept { return _impl->alien; }

// ---- the command line

bpo::options_description app_template::impl::library_options() const {
    bpo::options_description all("Seastar options");
    library.describe(all);
    all.add(log_cli::get_options_description());
    return all;
}

void app_template::impl::print_help(bool program_too) const {
    if (program_too) {
        if (!library.description.empty()) {
            std::cout << library.description << "\n\n";
        }
        std::cout << program << "\n";
    }
    std::cout << library_options() << "\n" << std::flush;
}

std::optional<int> app_template::impl::parse(int argc, char** argv) {
    configuration = {};
    try {
        bpo::options_description all;
        all.add(program).add(library_options());
        bpo::store(bpo::command_line_parser(argc, argv).options(all).positional(positional).run(), configuration);
        if (reader) {
            reader(configuration);
        }
        if (configuration.count("help")) {
            print_help(true);
            return 0;
        }
        if (configuration.count("help-seastar")) {
            print_help(false);
            return 0;
        }
        if (configuration.count("help-loggers")) {
            log_cli::print_available_loggers(std::cout);
            return 0;
        }
        bpo::notify(configuration);
        library.mutate(configuration);
        apply_logging_settings(log_cli::extract_settings(configuration));
        return {};
    } catch (const std::exception& e) {
        std::cerr << "error: " << e.what() << "\n\nTry --help.\n";
        return 2;
    }
}

void app_template::impl::report_unused() const {
    auto& r = library.reactor_opts;
    auto& s = library.smp_opts;
    auto report = [](const auto&... options) {
        ((options.defaulted() ? void()
                              : seastar_logger.info("--{} is accepted, and nothing is behind it yet", options.name())),
         ...);
    };
    report(s.hugepages, s.lock_memory, s.mbind, s.io_properties_file, s.io_properties, s.num_io_groups,
           r.kernel_page_cache, r.unsafe_bypass_fsync, r.max_task_backlog, r.relaxed_dma, r.metrics_hostname);
}

// ---- what to start

namespace {

resource::configuration wanted_resources(const smp_options& options, bool overprovisioned) {
    resource::configuration c;
    c.overprovisioned = overprovisioned;
    if (options.smp) {
        c.cpus = options.smp.get_value();
    }
    if (options.cpuset) {
        c.cpu_set = resource::parse_cpuset(options.cpuset.get_value());
        if (!c.cpu_set) {
            throw std::invalid_argument("--cpuset " + options.cpuset.get_value() + ": not a list of CPUs");
        }
    }
    if (options.memory) {
        c.total_memory = parse_memory_size(options.memory.get_value());
    }
    if (options.reserve_memory) {
        c.reserve_memory = parse_memory_size(options.reserve_memory.get_value());
    }
    return c;
}

/// One line about what is there, beside the exception that only says that it is not enough.
void hint(resource::configuration& c, std::string_view failure) {
    if (failure == "insufficient processing units") {
        seastar_logger.error(
            "{} shards need as many CPUs, and this process may use {}; --overprovisioned lets shards share CPUs",
            c.cpus.value_or(0), resource::nr_processing_units(c));
    } else if (failure == "insufficient physical memory") {
        auto usable = kernel::usable_memory(kernel::physical_memory(), kernel::read_cgroup_limits());
        seastar_logger.error("memory asked for: {} bytes; left to the system: {}; there are {}",
                             c.total_memory.value_or(0),
                             c.reserve_memory.value_or(c.total_memory ? 0 : kernel::default_reserve(usable)), usable);
    }
}

}

app::runtime_options app_template::impl::runtime_options() const {
    constexpr unsigned default_idle_poll_us = 10;
    constexpr size_t shard_memory_min = size_t(1) << 20; // to start, and to say so when it runs out
    auto& r = library.reactor_opts;
    auto& s = library.smp_opts;
    bool overprovisioned = bool(r.overprovisioned);
    auto wanted = wanted_resources(s, overprovisioned);
    resource::resources found;
    try {
        found = resource::allocate(wanted);
    } catch (const std::runtime_error& e) {
        hint(wanted, e.what());
        throw;
    }

    app::runtime_options o;
    for (auto& cpu : found.cpus) {
        o.cpus.push_back(cpu.cpu_id);
        size_t memory = 0; // of all NUMA nodes that it has some of
        for (auto& part : cpu.mem) {
            memory += part.bytes;
        }
        o.memory.push_back(memory);
        if (memory < shard_memory_min) {
            seastar_logger.error("{} bytes of memory for a shard are not enough: {} are", memory, shard_memory_min);
            throw std::runtime_error("insufficient physical memory");
        }
    }
    o.bind_to_cpus = !overprovisioned && s.thread_affinity.get_value();
    if (r.abort_on_seastar_bad_alloc) {
        memory::set_abort_on_allocation_failure(true);
    }
    o.node.abort_on_leaked_service = bool(s.abort_on_leaked_service);
    o.loop.poll_mode = bool(r.poll_mode);
    o.loop.idle_poll_time =
        kernel::nanoseconds(1000) * get_or_default(r.idle_poll_time_us, overprovisioned ? 0 : default_idle_poll_us);
    o.loop.idle_poll_always = bool(r.idle_poll_time_us);
    o.loop.task_quota = static_cast<kernel::nanoseconds>(r.task_quota_ms.get_value() * 1e6);
    o.loop.stall_threshold = kernel::nanoseconds(1'000'000) * r.blocked_reactor_notify_ms.get_value();
    o.loop.stall_reports_per_minute = r.blocked_reactor_reports_per_minute.get_value();
    o.stop_signals = library.auto_handle_sigint_sigterm && !r.no_handle_interrupt;
    if (r.reactor_backend) {
        o.backend = r.reactor_backend.get_value();
        if (o.backend != "io_uring" && o.backend != "epoll") {
            throw std::invalid_argument("--reactor-backend " + std::string(o.backend) +
                                        ": there are io_uring and epoll");
        }
    }
    if (kernel::substitute()) {
        // Nothing that depends on the real machine's time, processors or signals.
        o.bind_to_cpus = false;
        o.stop_signals = false;
        o.loop.poll_mode = false;
        o.loop.idle_poll_time = 0;
        o.loop.stall_threshold = 0;
        o.loop.preempt = false;
        o.loop.randomize = true;
    }
    if (o.loop.task_quota <= 0) {
        throw std::invalid_argument("--task-quota-ms must be more than 0");
    }
    if (auto stack = get_or_default(r.network_stack, std::string("posix")); stack != "posix") {
        throw std::invalid_argument("--network-stack " + stack + ": there is posix");
    }
    return o;
}

int app_template::run_main(int argc, char** argv, main_function_t func, bool stop_when_done) {
    if (auto status = _impl->parse(argc, argv)) {
        return *status;
    }
    app::runtime_options options;
    try {
        options = _impl->runtime_options();
    } catch (const std::logic_error& e) { // of the command line; what the machine lacks is a runtime_error
        std::cerr << "error: " << e.what() << "\n\nTry --help.\n";
        return 2;
    }
    options.stop_when_done = stop_when_done;
    _impl->report_unused();
    app::runtime runtime(options, _impl->alien);
    return runtime.run(std::move(func));
}

}
