/// app_template: parses the command line, starts one shard per CPU, runs a program's main function on shard 0, and
/// stops everything in order when it is done.
///
///     int main(int argc, char** argv) {
///         seastar::app_template app;
///         app.add_options()("port", boost::program_options::value<uint16_t>()->default_value(80), "listen on");
///         return app.run(argc, argv, [&app] { return serve(app.configuration()["port"].as<uint16_t>()); });
///     }
#pragma once

#include <seastar/core/internal/chrono.hh>
#include <seastar/core/internal/exception_text.hh>
#include <seastar/core/internal/owned.hh>
#include <seastar/core/reactor.hh>
#include <seastar/core/reactor_config.hh>
#include <seastar/core/sharded.hh> // for programs that include nothing else
#include <seastar/core/smp.hh>
#include <seastar/core/smp_options.hh>
#include <seastar/core/sstring.hh>
#include <seastar/util/noncopyable_function.hh>

#include <boost/program_options.hpp>

#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <vector>

namespace seastar {

namespace alien {
class instance;
}

/// For options whose value is a text: as it stands, spaces and all.
void validate(boost::any& result, const std::vector<std::string>& values, sstring*, int);
/// For the help on options whose default is a list: "a b c".
std::ostream& operator<<(std::ostream& os, const std::vector<sstring>& texts);

/// Lives in main(). Not a shard's: no state outlives run(), which may be called several times, one after the other, by
/// this object and by others.
class app_template {
public:
    struct config {
        sstring name = "App"; ///< heads the help
        sstring description = "";
        std::chrono::duration<double> default_task_quota = std::chrono::microseconds(500);
        /// SIGINT and SIGTERM stop the program; a second one ends it at once.
        bool auto_handle_sigint_sigterm = true;
        unsigned max_networking_aio_io_control_blocks = 10000;
        config() {}
    };

    /// All options of the library, to be set by programs that do without the command line.
    struct seastar_options : program_options::option_group {
        sstring name = "App";
        sstring description = "";
        bool auto_handle_sigint_sigterm = true;
        reactor_options reactor_opts;
        smp_options smp_opts;
        seastar_options();
    };

    struct positional_option {
        const char* name;
        const boost::program_options::value_semantic* value_semantic;
        const char* help;
        int max_count; ///< -1: as many as come
    };

    /// Reads more options, from a file say; what the command line says goes first.
    using configuration_reader = std::function<void(boost::program_options::variables_map&)>;

    explicit app_template(config cfg = config());
    explicit app_template(seastar_options opts);
    ~app_template();
    app_template(const app_template&) = delete;
    app_template& operator=(const app_template&) = delete;

    /// The library's options, with the values of the command line once run() has parsed it.
    const seastar_options& options() const noexcept;
    seastar_options& options() noexcept;

    /// The program's own options. add_options()("name,n", value, "help")("flag", "help")...
    boost::program_options::options_description& get_options_description() noexcept;
    boost::program_options::options_description& get_conf_file_options_description() noexcept;
    boost::program_options::options_description_easy_init add_options();
    void add_positional_options(std::initializer_list<positional_option> options);
    void set_configuration_reader(configuration_reader reader);
    /// What was parsed. Filled by run().
    boost::program_options::variables_map& configuration() noexcept;

    /// For threads that are no shard.
    alien::instance& alien() noexcept;

    /// Starts the shards, calls func on shard 0, and stops when the future that it returns resolves. The result is the
    /// exit status: 0, or the int that func or its future gives; 1 when it fails, after the line `program failed with
    /// uncaught exception: ...` on standard output; 128 + the signal when one stopped the program before func was done;
    /// 2 for a command line that makes no sense. Help that was asked for is printed, and the result is 0.
    ///
    /// The calling thread is shard 0 meanwhile, and is given back as it was. Func returns future<>, future<int>,
    /// nothing, or int. Throws std::runtime_error when there are not as many CPUs ("insufficient processing units") or
    /// not as much memory ("insufficient physical memory") as asked for, and when shards cannot be started.
    template <typename Func>
    int run(int argc, char** argv, Func&& func) {
        return run_main(argc, argv, main_function(std::forward<Func>(func)), true);
    }
    /// The same, but what func does, or its future, does not stop the program, unless it fails: a signal or
    /// engine().exit() does, and the exit status is 0 or exit()'s.
    template <typename Func>
    int run_deprecated(int argc, char** argv, Func&& func) {
        return run_main(argc, argv, main_function(std::forward<Func>(func)), false);
    }

private:
    using main_function_t = noncopyable_function<future<int>()>;
    template <typename Func>
    static main_function_t main_function(Func&& func) {
        return [func = std::forward<Func>(func)]() mutable {
            auto done = futurize_invoke(func);
            if constexpr (std::is_same_v<decltype(done), future<int>>) {
                return done;
            } else {
                return done.then([](auto&&...) { return 0; });
            }
        };
    }
    int run_main(int argc, char** argv, main_function_t func, bool stop_when_done);

    struct impl;
    internal::owned<impl> _impl;
};

}
