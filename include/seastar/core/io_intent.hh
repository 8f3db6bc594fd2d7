/// io_intent: the way to call off reads and writes of files that have not begun.
#pragma once

#include <exception>

namespace seastar {

/// What a request that was called off fails with.
class cancelled_error : public std::exception {
public:
    const char* what() const noexcept override { return "cancelled"; }
};

/// Given along with requests; cancel() makes those fail that are made with it afterwards. What the kernel has already
/// is not called off. Shard: that of the requests. Must live until they have resolved.
class io_intent {
public:
    io_intent() noexcept = default;
    io_intent(io_intent&&) noexcept = default;
    io_intent& operator=(io_intent&&) noexcept = default;

    void cancel() noexcept { _cancelled = true; }
    bool is_cancelled() const noexcept { return _cancelled; }

private:
    bool _cancelled = false;
};

}
