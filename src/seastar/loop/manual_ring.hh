/// A ring for tests of the loop: no kernel, a clock that the test moves.
#pragma once

#include "kernel/ring.hh"

namespace seastar::loop {

class manual_ring : public kernel::ring {
public:
    kernel::nanoseconds time = 1'000'000'000;
    kernel::nanoseconds step = 0; ///< every reading of the clock moves it so much
    kernel::nanoseconds last_deadline = 0;
    int waits = 0;

    const char* name() const noexcept override { return "manual"; }
    void prepare(kernel::operation&) noexcept override {}
    void cancel(kernel::operation&) noexcept override {}
    void close(int) noexcept override {}
    bool poll() noexcept override { return false; }
    void wait(kernel::nanoseconds deadline) noexcept override {
        ++waits;
        last_deadline = deadline;
        if (deadline != kernel::never && deadline > time) {
            time = deadline;
        }
    }
    void wake() noexcept override {}
    kernel::nanoseconds now() noexcept override { return time += step; }
};

}
