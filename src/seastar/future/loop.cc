#include <seastar/core/loop.hh>

namespace seastar::internal {

void parallel_state::wait_for_next() noexcept {
    while (!_waiting.empty()) {
        auto f = std::move(_waiting.back());
        _waiting.pop_back();
        if (!f.available()) {
            internal::set_callback(std::move(f), this);
            return;
        }
        if (f.failed()) {
            fail(f.get_exception());
        }
    }
    auto promise = std::move(_promise);
    auto error = std::move(_error);
    delete this;
    if (error) {
        promise.set_exception(std::move(error));
    } else {
        promise.set_value();
    }
}

void parallel_state::run_and_dispose() noexcept {
    auto f = make_future_access::from_state(take_state());
    if (f.failed()) {
        fail(f.get_exception());
    }
    wait_for_next();
}

}
