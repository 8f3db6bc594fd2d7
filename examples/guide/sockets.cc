// The guide's page about sockets: an echo server on every shard, its client, and datagrams.
#include <seastar/core/abort_source.hh>
#include <seastar/core/app-template.hh>
#include <seastar/core/byteorder.hh>
#include <seastar/core/coroutine.hh>
#include <seastar/core/gate.hh>
#include <seastar/core/seastar.hh>
#include <seastar/core/sharded.hh>
#include <seastar/core/timer.hh>
#include <seastar/net/dns.hh>
#include <seastar/util/assert.hh>
#include <seastar/util/log.hh>
#include <seastar/util/short_streams.hh>

using namespace std::chrono_literals;

namespace {

seastar::logger echo_log("echo");

// snippet: server
class echo_server {
    seastar::server_socket _listener;
    seastar::abort_source _stopping;
    seastar::gate _running;

public:
    // Port 0: any free one. Returns the port.
    uint16_t listen(uint16_t port) {
        _listener = seastar::listen(seastar::ipv4_addr("127.0.0.1", port));
        in_background([this] { return accept_all(); });
        return _listener.local_address().port();
    }
    seastar::future<> stop() {
        _listener.abort_accept();
        _stopping.request_abort();
        return _running.close();
    }

private:
    template <typename Work>
    void in_background(Work work) {
        (void)seastar::try_with_gate(_running, std::move(work)).handle_exception([](std::exception_ptr e) {
            echo_log.debug("{}", e);
        });
    }
    seastar::future<> accept_all() {
        while (!_stopping.abort_requested()) {
            auto accepted = co_await _listener.accept(); // fails after abort_accept()
            in_background([this, c = std::move(accepted.connection)]() mutable { return serve(std::move(c)); });
        }
    }
    seastar::future<> serve(seastar::connected_socket connection);
};
// end

// snippet: serve
seastar::future<> echo_server::serve(seastar::connected_socket connection) {
    auto in = connection.input();
    auto out = connection.output();
    auto break_off = [&connection]() noexcept {
        connection.shutdown_input();  // a pending read finds the end of the stream
        connection.shutdown_output(); // a pending write fails
    };
    auto subscription = _stopping.subscribe(break_off);
    seastar::timer<> deadline(break_off);
    while (true) {
        deadline.rearm(seastar::timer<>::clock::now() + 30s);
        auto piece = co_await in.read();
        if (piece.empty()) {
            break;
        }
        co_await out.write(std::move(piece)); // waits while the peer does not read
        co_await out.flush();
    }
    co_await out.close();
}
// end

// snippet: client
seastar::future<seastar::sstring> echo_of(seastar::socket_address server, seastar::sstring text) {
    auto connection = co_await seastar::connect(server);
    auto in = connection.input();
    auto out = connection.output();
    co_await out.write(text);
    co_await out.close(); // sends what is buffered, then half-closes: the server reads the end of the stream
    co_return co_await seastar::util::read_entire_stream_contiguous(in); // until the server closes, too
}
// end

// snippet: names
seastar::future<seastar::connected_socket> connect_to(seastar::sstring host, uint16_t port) {
    auto found = co_await seastar::net::dns::get_host_by_name(host);
    std::exception_ptr failure;
    for (auto& address : found.addr_list) {
        try {
            co_return co_await seastar::connect(seastar::socket_address(address, port));
        } catch (...) {
            failure = std::current_exception(); // that of the last one is told
        }
    }
    std::rethrow_exception(failure);
}
// end

// snippet: message
constexpr uint32_t message_size_max = 64 * 1024;

// Four bytes of size, then the message; an empty buffer at the end of the stream.
seastar::future<seastar::temporary_buffer<char>> read_message(seastar::input_stream<char>& in) {
    auto header = co_await in.read_exactly(4);
    if (header.empty()) {
        co_return header;
    }
    auto size = header.size() == 4 ? seastar::read_be<uint32_t>(header.get()) : 0;
    if (size == 0 || size > message_size_max) {
        throw std::runtime_error("no message"); // before anything of that size is allocated
    }
    auto message = co_await in.read_exactly(size);
    if (message.size() < size) {
        throw std::runtime_error("a message was cut off");
    }
    co_return message;
}
// end

seastar::future<unsigned> messages_until_nonsense(seastar::socket_address server) {
    auto connection = co_await seastar::connect(server);
    auto in = connection.input();
    auto out = connection.output();
    for (uint32_t size : {3u, 0xffffffffu}) {
        char header[4];
        seastar::write_be(header, size);
        co_await out.write(header, sizeof(header));
        co_await out.write("abc");
    }
    co_await out.close();
    unsigned messages = 0;
    try {
        while (!(co_await read_message(in)).empty()) {
            ++messages;
        }
    } catch (const std::runtime_error&) {
        co_return messages;
    }
    co_return 0;
}

// snippet: datagrams
seastar::future<size_t> send_and_receive() {
    auto receiver = seastar::make_bound_datagram_channel(seastar::ipv4_addr("127.0.0.1", 0));
    auto sender = seastar::make_unbound_datagram_channel(AF_INET);
    co_await sender.send(receiver.local_address(), "ping");
    auto datagram = co_await receiver.receive();
    co_return datagram.get_data().len();
}
// end

seastar::future<> check_all(seastar::sharded<echo_server>& servers) {
    // snippet: listen
    co_await servers.start();
    auto port = servers.local().listen(0);
    co_await servers.invoke_on_others(&echo_server::listen, port);
    // end
    seastar::ipv4_addr address("127.0.0.1", port);
    for (int i = 0; i < 10; ++i) {
        SEASTAR_ASSERT(co_await echo_of(address, "hello") == "hello");
    }
    auto by_name = co_await connect_to("127.0.0.1", port);
    SEASTAR_ASSERT(by_name.remote_address() == seastar::socket_address(address));
    SEASTAR_ASSERT(co_await messages_until_nonsense(address) == 1);
    SEASTAR_ASSERT(co_await send_and_receive() == 4);
    auto idle = co_await seastar::connect(address); // does not hold up the end
    co_await servers.stop();
}

}

int main(int argc, char** argv) {
    seastar::app_template app;
    seastar::sharded<echo_server> servers;
    return app.run(argc, argv, [&servers] { return check_all(servers); });
}
