"""The servers that answer 64 bytes in RPC frames, or in what their protocol has for them."""
from harness import WHEN_COUNTED, System

SYSTEMS = {
    "bare-epoll": System("rpc", "bare_epoll"),
    "bare-uring": System("rpc", "bare_uring"),
    "smf-uring": System("rpc", "smf_server", ["-c1", "--reactor-backend", "io_uring"], counters=True,
                        when_counted=WHEN_COUNTED),
    "smf-epoll": System("rpc", "smf_server", ["-c1", "--reactor-backend", "epoll"], counters=True,
                        when_counted=WHEN_COUNTED),
    "grpc": System("rpc", "grpc_server", client="grpc_load"),
    "capnp": System("rpc", "capnp_server", client="capnp_load"),
    # No configuration file, and nothing is read from a file or written to one.
    "redis": System("rpc", "redis_server", ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dbfilename",
                                            "none"], client="redis_load", ready="Ready to accept connections"),
}
