/// Histograms as files: the percentile table that HdrHistogram's plotting tools read.
#pragma once

#include <smf/histogram.h>

#include <seastar/core/future.hh>
#include <seastar/core/sstring.hh>
#include <seastar/core/temporary_buffer.hh>

namespace smf {

struct histogram_seastar_utils {
    /// Makes the file, or replaces what is in it; by custom it is called clients_latency.hgrm or server_latency.hgrm.
    /// Fails with std::system_error, and may then have written a part. The table is some kilobytes, and is written
    /// to the page cache in pieces with other tasks in between.
    static seastar::future<> write(seastar::sstring filename, std::unique_ptr<histogram> h);
    static seastar::future<> write(seastar::sstring filename, seastar::lw_shared_ptr<histogram> h);
    /// The table's text. Requires: h lives until the future resolves.
    static seastar::future<seastar::temporary_buffer<char>> print_histogram(histogram* h);
};

}
