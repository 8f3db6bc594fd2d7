/// The yardstick: an echo of bytes over bare epoll.
#include "../common/epoll_server.hh"
#include "../common/listener.hh"

int main(int argc, char** argv) {
    bench::serve_on_epoll(bench::open_listener(argc, argv), [](char*, size_t bytes) { return bytes; });
}
