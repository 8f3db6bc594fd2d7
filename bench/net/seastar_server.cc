/// What is measured: an echo of bytes over the public sockets, as a user would write it, on one shard; once with
/// coroutines and once with continuations (--style). Options are those of every program (`-c1`, `--reactor-backend`,
/// ...) and --port; prints "listening PORT".
#include <seastar/core/app-template.hh>
#include <seastar/core/coroutine.hh>
#include <seastar/core/do_with.hh>
#include <seastar/core/loop.hh>
#include <seastar/core/reactor.hh>
#include <seastar/core/seastar.hh>
#include <seastar/net/api.hh>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace bench {
namespace {

seastar::future<> echo_by_coroutine(seastar::connected_socket socket) {
    auto in = socket.input();
    auto out = socket.output();
    for (;;) {
        auto bytes = co_await in.read();
        if (bytes.empty()) {
            break;
        }
        co_await out.write(std::move(bytes));
        co_await out.flush();
    }
    co_await out.close();
}

struct streams {
    seastar::input_stream<char> in;
    seastar::output_stream<char> out;
};

seastar::future<> echo_by_continuations(seastar::connected_socket socket) {
    return seastar::do_with(streams{socket.input(), socket.output()}, [](streams& s) {
        return seastar::repeat([&s] {
                   return s.in.read().then([&s](seastar::temporary_buffer<char> bytes) {
                       if (bytes.empty()) {
                           return seastar::make_ready_future<seastar::stop_iteration>(seastar::stop_iteration::yes);
                       }
                       return s.out.write(std::move(bytes)).then([&s] { return s.out.flush(); }).then([] {
                           return seastar::stop_iteration::no;
                       });
                   });
               })
            .then([&s] { return s.out.close(); });
    });
}

using echo_function = seastar::future<>(seastar::connected_socket);

echo_function& echo_of(const std::string& style) {
    if (style == "coroutines") {
        return echo_by_coroutine;
    }
    if (style == "continuations") {
        return echo_by_continuations;
    }
    throw std::invalid_argument("--style is coroutines or continuations");
}

class server {
public:
    void start(uint16_t port, echo_function& echo) {
        _listener = seastar::listen(seastar::ipv4_addr("127.0.0.1", port), {});
        _accepting = seastar::keep_doing([this, &echo] {
                         return _listener.accept().then([&echo](seastar::accept_result accepted) {
                             accepted.connection.set_nodelay(true);
                             // A connection that breaks is its own affair.
                             (void)echo(std::move(accepted.connection)).handle_exception([](std::exception_ptr) {});
                         });
                     }).handle_exception([](std::exception_ptr) {}); // stop()
        std::printf("listening %u\n", unsigned(_listener.local_address().port()));
        std::fflush(stdout);
    }
    seastar::future<> stop() {
        _listener.abort_accept();
        return std::move(_accepting);
    }

private:
    seastar::server_socket _listener;
    seastar::future<> _accepting = seastar::make_ready_future<>();
};

}
}

int main(int argc, char** argv) {
    namespace po = boost::program_options;
    seastar::app_template app;
    app.add_options()("port", po::value<uint16_t>()->default_value(0), "on 127.0.0.1; 0: any free one");
    app.add_options()("style", po::value<std::string>()->default_value("coroutines"), "coroutines or continuations");
    bench::server server;
    return app.run_deprecated(argc, argv, [&app, &server] {
        const auto& options = app.configuration();
        server.start(options["port"].as<uint16_t>(), bench::echo_of(options["style"].as<std::string>()));
        seastar::engine().at_exit([&server] { return server.stop(); });
    });
}
