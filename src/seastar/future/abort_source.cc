#include <seastar/core/abort_source.hh>

namespace seastar {

void abort_source::subscription::link(abort_source& source) noexcept {
    _source = &source;
    _prev = source._last;
    (_prev ? _prev->_next : source._first) = this;
    source._last = this;
}

void abort_source::subscription::unlink() noexcept {
    (_prev ? _prev->_next : _source->_first) = _next;
    (_next ? _next->_prev : _source->_last) = _prev;
    _next = _prev = nullptr;
    _source = nullptr;
}

abort_source::subscription::subscription(subscription&& other) noexcept : _target(std::move(other._target)) {
    if (other._source) {
        // Takes the other's place in the order.
        _source = other._source;
        _next = other._next;
        _prev = other._prev;
        (_prev ? _prev->_next : _source->_first) = this;
        (_next ? _next->_prev : _source->_last) = this;
        other._source = nullptr;
        other._next = other._prev = nullptr;
    }
}

abort_source::subscription& abort_source::subscription::operator=(subscription&& other) noexcept {
    if (this != &other) {
        this->~subscription();
        new (this) subscription(std::move(other));
    }
    return *this;
}

void abort_source::subscription::on_abort(const std::optional<std::exception_ptr>& ex) noexcept {
    if (_source) {
        unlink();
        auto target = std::move(_target);
        target(ex);
    }
}

abort_source::abort_source(abort_source&& other) noexcept
    : _first(std::exchange(other._first, nullptr)), _last(std::exchange(other._last, nullptr)),
      _ex(std::move(other._ex)) {
    for (auto* s = _first; s; s = s->_next) {
        s->_source = this;
    }
}

void abort_source::do_request_abort(std::optional<std::exception_ptr> ex) noexcept {
    if (abort_requested()) {
        return;
    }
    _ex = ex ? *ex : get_default_exception();
    while (_first) {
        _first->on_abort(ex);
    }
}

}
