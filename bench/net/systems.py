"""The servers that echo bytes without looking at them."""
from harness import System

SYSTEMS = {
    "bare-epoll": System("net", "bare_epoll"),
    "asio": System("net", "asio_server"),
    "seastar-coroutines": System("net", "seastar_server", ["-c1"]),
    "seastar-continuations": System("net", "seastar_server", ["-c1", "--style", "continuations"]),
    "seastar-epoll": System("net", "seastar_server", ["-c1", "--reactor-backend", "epoll"]),
}
