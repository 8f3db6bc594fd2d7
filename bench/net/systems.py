"""The servers that echo bytes without looking at them."""
from harness import WHEN_COUNTED, System

SYSTEMS = {
    "bare-epoll": System("net", "bare_epoll"),
    "asio": System("net", "asio_server"),
    "seastar-coroutines": System("net", "seastar_server", ["-c1"], when_counted=WHEN_COUNTED),
    "seastar-continuations": System("net", "seastar_server", ["-c1", "--style", "continuations"],
                                    when_counted=WHEN_COUNTED),
    "seastar-epoll": System("net", "seastar_server", ["-c1", "--reactor-backend", "epoll"], when_counted=WHEN_COUNTED),
}
