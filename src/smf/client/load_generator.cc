/// The parts of the load generator that do not depend on the client's type.
#include <smf/load_generator.h>

#include <smf/human_bytes.h>
#include <smf/lz4_filter.h>
#include <smf/zstd_filter.h>

#include <chrono>
#include <ostream>
#include <stdexcept>

namespace smf {

namespace {
constexpr uint64_t memory_min = 16 << 20;
constexpr uint32_t compressed_min = 1024;

template <typename Compress>
void add_compression(rpc_client& c) {
    c.outgoing_filters().push_back(Compress(compressed_min));
    c.incoming_filters().push_back(typename Compress::inverse());
}
}

std::ostream& operator<<(std::ostream& o, const load_generator_args& a) {
    return o << "generator_args={ip=" << a.ip << ", port=" << a.port << ", num_of_req=" << a.num_of_req
             << ", concurrency=" << a.concurrency << ", memory_per_core=" << human_bytes(a.memory_per_core)
             << ", compression=" << rpc::to_string(a.compression) << "}";
}

uint64_t load_generator_duration::duration_in_millis() const noexcept {
    auto took = std::chrono::duration_cast<std::chrono::milliseconds>(end - begin).count();
    return took > 0 ? static_cast<uint64_t>(took) : 0;
}

uint64_t load_generator_duration::qps() const noexcept {
    auto seconds = std::chrono::duration<double>(end - begin).count();
    return seconds > 0 ? static_cast<uint64_t>(static_cast<double>(num_of_req) / seconds) : 0;
}

std::ostream& operator<<(std::ostream& o, const load_generator_duration& d) {
    return o << "generator_duration={ test_duration= " << d.duration_in_millis() << "ms, qps=" << d.qps()
             << ", total_bytes=" << human_bytes(d.total_bytes) << "(" << d.total_bytes << ") }";
}

namespace internal {

rpc_client_opts load_client_opts(const load_generator_args& a) {
    if (a.concurrency == 0) {
        throw std::invalid_argument("load_generator_args::concurrency is 0");
    }
    if (a.concurrency > 1 && a.memory_per_core < memory_min) {
        throw std::invalid_argument("load_generator_args::memory_per_core: several connections need 16 MiB");
    }
    rpc_client_opts o;
    o.server_addr = seastar::ipv4_addr(a.ip, a.port);
    o.credentials = a.credentials;
    o.memory_avail_for_client = a.memory_per_core / a.concurrency;
    return o;
}

void prepare_load_client(rpc_client& c, rpc::compression_flags compression) {
    c.enable_histogram_metrics();
    if (compression == rpc::compression_flags::compression_flags_zstd) {
        add_compression<zstd_compression_filter>(c);
    } else if (compression == rpc::compression_flags::compression_flags_lz4) {
        add_compression<lz4_compression_filter>(c);
    }
}

}

}
