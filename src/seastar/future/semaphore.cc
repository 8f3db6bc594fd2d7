#include <seastar/core/semaphore.hh>

namespace seastar::internal {

semaphore_waiters::~semaphore_waiters() {
    while (_first) {
        auto* w = _first;
        remove(*w);
        delete w; // whose future is broken by that
    }
}

void semaphore_waiters::push_back(semaphore_waiter& w) noexcept {
    w._prev = _last;
    (_last ? _last->_next : _first) = &w;
    _last = &w;
    ++_size;
}

void semaphore_waiters::remove(semaphore_waiter& w) noexcept {
    (w._prev ? w._prev->_next : _first) = w._next;
    (w._next ? w._next->_prev : _last) = w._prev;
    w._next = w._prev = nullptr;
    --_size;
}

void semaphore_waiters::resolve(semaphore_waiter& w, std::exception_ptr error) noexcept {
    remove(w);
    auto promise = std::move(w._promise);
    delete &w;
    if (error) {
        promise.set_exception(std::move(error));
    } else {
        promise.set_value();
    }
}

}
