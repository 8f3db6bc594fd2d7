"""The servers that echo 64 bytes in RPC frames, or in what their protocol has for them."""
from harness import System

SYSTEMS = {
    "bare-epoll": System("rpc", "bare_epoll"),
    "bare-uring": System("rpc", "bare_uring"),
    "smf-uring": System("rpc", "smf_server", ["-c1", "--reactor-backend", "io_uring"], counters=True),
    "smf-epoll": System("rpc", "smf_server", ["-c1", "--reactor-backend", "epoll"], counters=True),
    "grpc": System("rpc", "grpc_server", client="grpc_load"),
}
