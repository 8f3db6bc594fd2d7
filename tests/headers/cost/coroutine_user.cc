/// A file as servers are made of: a sharded service that listens, its connections coroutines.
#include <seastar/core/coroutine.hh>
#include <seastar/core/gate.hh>
#include <seastar/core/iostream.hh>
#include <seastar/core/seastar.hh>
#include <seastar/core/sharded.hh>
#include <seastar/coroutine/maybe_yield.hh>
#include <seastar/coroutine/parallel_for_each.hh>
#include <seastar/net/api.hh>

#include <string>
#include <unordered_map>
#include <utility>

namespace {

class store : public seastar::peering_sharded_service<store> {
public:
    seastar::future<> start(uint16_t port) {
        seastar::listen_options options;
        options.reuse_address = true;
        _listener = seastar::listen(seastar::socket_address(seastar::ipv4_addr("127.0.0.1", port)), options);
        (void)seastar::with_gate(_gate, [this] { return accept(); }).handle_exception([](std::exception_ptr) {});
        co_return;
    }
    seastar::future<> stop() {
        _listener.abort_accept();
        return _gate.close();
    }

    seastar::future<> put(std::string key, std::string value) {
        auto shard = std::hash<std::string>()(key) % seastar::smp::count;
        co_await container().invoke_on(shard, &store::put_here, std::move(key), std::move(value));
    }
    seastar::future<size_t> size() {
        return container().map_reduce0([](store& s) { return s._entries.size(); }, size_t(0), std::plus<size_t>());
    }

private:
    seastar::future<> put_here(std::string key, std::string value) {
        _entries.insert_or_assign(std::move(key), std::move(value));
        return seastar::make_ready_future<>();
    }
    seastar::future<> accept() {
        for (;;) {
            auto accepted = co_await _listener.accept();
            auto connection = [this, socket = std::move(accepted.connection)]() mutable {
                return serve(std::move(socket));
            };
            (void)seastar::try_with_gate(_gate, std::move(connection)).handle_exception([](std::exception_ptr) {});
        }
    }
    seastar::future<> serve(seastar::connected_socket socket) {
        auto in = socket.input();
        auto out = socket.output();
        while (auto line = co_await in.read()) {
            co_await put(std::string(line.get(), line.size()), "seen");
            co_await out.write("ok\n");
            co_await out.flush();
            co_await seastar::coroutine::maybe_yield();
        }
        co_await out.close();
    }

    seastar::server_socket _listener;
    seastar::gate _gate;
    std::unordered_map<std::string, std::string> _entries;
};

}

seastar::future<size_t> use(seastar::sharded<store>& stores, uint16_t port) {
    co_await stores.start();
    co_await stores.invoke_on_all(&store::start, port);
    std::pair<std::string, std::string> entries[] = {{"a", "1"}, {"b", "2"}};
    auto& local = stores.local();
    auto put = [&local](auto& e) -> seastar::future<> { co_await local.put(e.first, e.second); };
    co_await seastar::coroutine::parallel_for_each(entries, put);
    auto size = co_await local.size();
    co_await stores.stop();
    co_return size;
}
