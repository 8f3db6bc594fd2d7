/// The percentile table in the form that HdrHistogram's tools read: five ticks per halving of the distance to 100 %.
#include <smf/histogram.h>

#include <algorithm>
#include <cinttypes>
#include <cmath>

namespace smf {

int print_percentiles(const histogram& h, std::FILE* out) {
    constexpr double ticks_per_half = 5;
    std::fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    uint64_t seen = 0;
    double tick = 0; // percent; the next line comes once that many are seen
    for (size_t i = 0; h._total > 0 && seen < h._total; ++i) {
        if (h._counts[i] == 0) {
            continue;
        }
        seen += h._counts[i];
        auto reached = 100 * static_cast<double>(seen) / static_cast<double>(h._total);
        while (tick <= reached) {
            auto value = static_cast<double>(std::min(histogram::highest_value_at(i), h._max));
            if (seen == h._total) {
                std::fprintf(out, "%12.3f %2.12f %10" PRIu64 "\n", value, 1.0, seen);
                break;
            }
            std::fprintf(out, "%12.3f %2.12f %10" PRIu64 " %14.2f\n", value, tick / 100, seen, 1 / (1 - tick / 100));
            auto halvings = std::floor(std::log2(100 / (100 - tick))) + 1;
            tick += 100 / (ticks_per_half * std::exp2(halvings));
        }
    }
    std::fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", h.mean(), h.stddev());
    std::fprintf(out, "#[Max     = %12.3f, Total count    = %12" PRIu64 "]\n", static_cast<double>(h.max()), h._total);
    std::fprintf(out, "#[Buckets = %12zu, SubBuckets     = %12d]\n", h._counts.size() / 1024 - 1, 2048);
    return std::ferror(out) ? -1 : 0;
}

int histogram::print(std::FILE* out) const {
    return print_percentiles(*this, out);
}

}
