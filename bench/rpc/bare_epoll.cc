/// The yardstick: an echo of RPC frames over bare epoll. It looks at the size in each header and at nothing else.
#include "../common/epoll_server.hh"
#include "../common/listener.hh"
#include "frame.hh"

int main(int argc, char** argv) {
    bench::serve_on_epoll(bench::open_listener(argc, argv), bench::answer_frames);
}
