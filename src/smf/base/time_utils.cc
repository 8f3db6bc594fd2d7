/// Readings of the shard's wall clock.
#include <smf/time_utils.h>

#include <seastar/core/lowres_clock.hh>

#include <ctime>

namespace smf {

namespace {
template <typename Unit>
uint64_t since_epoch() noexcept {
    auto t = seastar::lowres_system_clock::now().time_since_epoch();
    return static_cast<uint64_t>(std::chrono::duration_cast<Unit>(t).count());
}
}

uint64_t time_now_millis() noexcept {
    return since_epoch<std::chrono::milliseconds>();
}
uint64_t time_now_micros() noexcept {
    return since_epoch<std::chrono::microseconds>();
}
uint64_t lowres_time_now_millis() noexcept {
    return time_now_millis();
}

seastar::sstring time_as_iso_8601(uint64_t millis_since_epoch) {
    auto seconds = static_cast<std::time_t>(millis_since_epoch / 1000);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    char text[40];
    auto n = std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return seastar::sstring(text, n);
}

}
