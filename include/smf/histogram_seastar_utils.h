/// Histograms and files.
#pragma once

#include <smf/histogram.h>

#include <seastar/core/future.hh>
#include <seastar/core/sstring.hh>

namespace smf {

struct histogram_seastar_utils {
    /// Writes the percentile table to a file, which it replaces.
    static seastar::future<> write(seastar::sstring filename, std::unique_ptr<histogram> h);
    static seastar::future<> write_histogram(seastar::sstring filename, seastar::lw_shared_ptr<histogram> h);
};

}
