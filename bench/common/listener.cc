/// See listener.hh.
#include "listener.hh"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench {

void die(const char* what) {
    std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

uint16_t port_option(int argc, char** argv) {
    if (argc == 1) {
        return 0;
    }
    char* end = nullptr;
    const unsigned long port = argc == 3 ? std::strtoul(argv[2], &end, 10) : 0;
    if (argc != 3 || std::strcmp(argv[1], "--port") != 0 || end == argv[2] || *end != '\0' || port > 65535) {
        std::fprintf(stderr, "usage: %s [--port N]\n", argv[0]);
        std::exit(2);
    }
    return uint16_t(port);
}

int open_listener(int argc, char** argv) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        die("socket");
    }
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_option(argc, argv));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) < 0 || listen(fd, 1024) < 0 ||
        getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) < 0) {
        die("listen on 127.0.0.1");
    }
    std::printf("listening %u\n", unsigned(ntohs(address.sin_port)));
    std::fflush(stdout);
    return fd;
}

}
