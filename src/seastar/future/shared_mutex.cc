#include <seastar/core/shared_mutex.hh>

namespace seastar {

bool shared_mutex::try_lock_shared() noexcept {
    bool can = _waiters.empty() && may_read();
    _readers += can;
    return can;
}

bool shared_mutex::try_lock() noexcept {
    bool can = _waiters.empty() && may_write();
    _writer |= can;
    return can;
}

future<> shared_mutex::lock_shared() noexcept {
    if (try_lock_shared()) {
        return make_ready_future<>();
    }
    return internal::wait_in(_waiters, [] { return new internal::waiter(shared); });
}

future<> shared_mutex::lock() noexcept {
    if (try_lock()) {
        return make_ready_future<>();
    }
    return internal::wait_in(_waiters, [] { return new internal::waiter(exclusive); });
}

void shared_mutex::unlock_shared() noexcept {
    SEASTAR_ASSERT(_readers > 0);
    --_readers;
    wake();
}

void shared_mutex::unlock() noexcept {
    SEASTAR_ASSERT(_writer);
    _writer = false;
    wake();
}

void shared_mutex::wake() noexcept {
    while (!_waiters.empty()) {
        if (_waiters.front().weight() == exclusive) {
            if (!may_write()) {
                return;
            }
            _writer = true;
        } else {
            if (!may_read()) {
                return;
            }
            ++_readers;
        }
        _waiters.wake_front();
    }
}

future<std::shared_lock<shared_mutex>> get_shared_lock(shared_mutex& mutex) noexcept {
    return mutex.lock_shared().then([&mutex] { return std::shared_lock<shared_mutex>(mutex, std::adopt_lock); });
}

future<std::unique_lock<shared_mutex>> get_unique_lock(shared_mutex& mutex) noexcept {
    return mutex.lock().then([&mutex] { return std::unique_lock<shared_mutex>(mutex, std::adopt_lock); });
}

}
