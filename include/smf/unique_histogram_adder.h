/// The sum of all shards' histograms:
///
///     server.map_reduce(smf::unique_histogram_adder(), &smf::rpc_server::copy_histogram)
#pragma once

#include <smf/histogram.h>

#include <memory>
#include <utility>

namespace smf {

/// A reducer. Lives on the shard that asks; what it is given may have been made on others.
class unique_histogram_adder {
    std::unique_ptr<histogram> _sum;

public:
    /// Takes the first one over; later ones are added to it.
    void operator()(std::unique_ptr<histogram> h) {
        if (_sum) {
            *_sum += *h;
        } else {
            _sum = std::move(h);
        }
    }
    /// Once; null if there were none.
    std::unique_ptr<histogram> get() { return std::move(_sum); }
};

}
