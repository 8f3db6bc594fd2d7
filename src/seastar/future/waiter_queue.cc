#include <seastar/core/internal/waiter_queue.hh>

namespace seastar::internal {

future<> waiter_queue::add(waiter* w) noexcept {
    w->_prev = _last;
    (_last ? _last->_next : _first) = w;
    _last = w;
    ++_size;
    return future_of(w->_promise);
}

void waiter_queue::remove(waiter& w) noexcept {
    (w._prev ? w._prev->_next : _first) = w._next;
    (w._next ? w._next->_prev : _last) = w._prev;
    --_size;
    delete &w;
}

void waiter_queue::wake_front() noexcept {
    _first->_promise.set_value();
    remove(*_first);
}

void waiter_queue::fail(waiter& w, std::exception_ptr ex) noexcept {
    w._promise.set_exception(std::move(ex));
    remove(w);
}

void waiter_queue::fail_all(const std::exception_ptr& ex) noexcept {
    while (_first) {
        fail(*_first, ex);
    }
}

}
