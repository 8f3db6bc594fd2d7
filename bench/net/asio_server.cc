/// An echo of bytes over standalone Asio: one thread, one coroutine per connection, as its own examples have it.
#include "../common/listener.hh"

#include <asio.hpp>
#include <asio/experimental/as_tuple.hpp>

#include <cstddef>
#include <utility>

namespace bench {
namespace {

using asio::ip::tcp;
constexpr auto no_throw = asio::experimental::as_tuple(asio::use_awaitable);

asio::awaitable<void> echo(tcp::socket socket) {
    socket.set_option(tcp::no_delay(true));
    char buffer[64 * 1024];
    for (;;) {
        const auto [failed, n] = co_await socket.async_read_some(asio::buffer(buffer), no_throw);
        if (failed) {
            co_return;
        }
        const auto [broken, _] = co_await asio::async_write(socket, asio::buffer(buffer, n), no_throw);
        if (broken) {
            co_return;
        }
    }
}

asio::awaitable<void> accept_all(tcp::acceptor acceptor) {
    for (;;) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        asio::co_spawn(acceptor.get_executor(), echo(std::move(socket)), asio::detached);
    }
}

}
}

int main(int argc, char** argv) {
    asio::io_context context(1);
    asio::ip::tcp::acceptor acceptor(context, asio::ip::tcp::v4(), bench::open_listener(argc, argv));
    asio::co_spawn(context, bench::accept_all(std::move(acceptor)), asio::detached);
    context.run();
}
