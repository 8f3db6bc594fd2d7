#include <seastar/core/abort_source.hh>

namespace seastar {

const char* abort_requested_exception::what() const noexcept { return "abort requested"; }

namespace internal {

void abort_link::unlink() noexcept {
    _prev->_next = _next;
    _next->_prev = _prev;
    _next = _prev = this;
}

void abort_link::insert_before(abort_link& at) noexcept {
    SEASTAR_ASSERT(!linked());
    _next = &at;
    _prev = at._prev;
    _prev->_next = this;
    at._prev = this;
}

void abort_link::take_place_of(abort_link& other) noexcept {
    if (other.linked()) {
        insert_before(other);
        other.unlink();
    }
}

}

void abort_source::subscription::on_abort(exception_type ex) noexcept {
    if (linked()) {
        unlink();
        _target(ex); // may destroy this
    }
}

abort_source::subscription abort_source::link(subscription&& s) noexcept {
    s.insert_before(_subscribers);
    return std::move(s);
}

void abort_source::forget_all() noexcept {
    while (_subscribers.linked()) {
        _subscribers.next()->unlink();
    }
}

std::exception_ptr abort_source::get_default_exception() const noexcept {
    return std::make_exception_ptr(abort_requested_exception());
}

void abort_source::request(std::optional<std::exception_ptr> ex) {
    if (abort_requested()) {
        return;
    }
    _ex = ex ? *ex : get_default_exception();
    // A function may destroy this source, and subscriptions of others with it: the list moves out of it first.
    list_head called;
    called.take_place_of(_subscribers);
    while (called.linked()) {
        static_cast<subscription*>(called.next())->on_abort(ex);
    }
}

}
