#include <seastar/core/deleter.hh>

#include "memory/task_lists.hh"

#include <seastar/util/assert.hh>

namespace seastar {

namespace internal {

namespace {
struct free_deleter_impl final : deleter::impl {
    void* object;
    free_deleter_impl(deleter next, void* object) noexcept : impl(std::move(next)), object(object) {}
    ~free_deleter_impl() override { std::free(object); }
};
}

// These three are on the way of every request: what is rare stands apart, so that they need no stack frame.

buffer_deleter_impl* buffer_deleter_impl::make(size_t buffer_size) {
    size_t size = sizeof(buffer_deleter_impl) + buffer_size;
    if (size > buffer_size) [[likely]] {
        if (void* p = memory::take_from_list(size)) [[likely]] {
            return ::new (p) buffer_deleter_impl(size);
        }
    }
    return make_anew(buffer_size);
}

buffer_deleter_impl* buffer_deleter_impl::make_anew(size_t buffer_size) {
    if (buffer_size > PTRDIFF_MAX - sizeof(buffer_deleter_impl)) {
        throw std::bad_alloc();
    }
    size_t size = sizeof(buffer_deleter_impl) + buffer_size;
    return ::new (memory::allocate_task_slow(size)) buffer_deleter_impl(size);
}

void buffer_deleter_impl::operator delete(buffer_deleter_impl* self, std::destroying_delete_t) noexcept {
    // Whoever deletes has taken `next` away (deleter::destroy), and without it there is nothing to destroy.
    SEASTAR_ASSERT(!self->next);
    memory::free_task_inline(self, self->size);
}

}

void deleter::destroy(impl* i) noexcept {
    if (i->next) [[unlikely]] {
        return destroy_chain(i);
    }
    delete i;
}

// Chains of `next` are taken apart here, one by one, so that a long one does not nest as many destructors.
void deleter::destroy_chain(impl* i) noexcept {
    while (i != nullptr) {
        impl* next = std::exchange(i->next._impl, nullptr);
        delete i;
        if (next == nullptr) {
            return;
        }
        if (is_raw_object(next)) {
            std::free(to_raw_object(next));
            return;
        }
        i = --next->refs == 0 ? next : nullptr;
    }
}

deleter deleter::share() {
    if (_impl == nullptr) {
        return deleter();
    }
    if (is_raw_object(_impl)) {
        _impl = new internal::free_deleter_impl(deleter(), to_raw_object(_impl));
    }
    ++_impl->refs;
    return deleter(_impl);
}

void deleter::append(deleter d) {
    if (!d) {
        return;
    }
    deleter* end = this;
    while (end->_impl != nullptr) {
        if (end->_impl == d._impl) {
            return; // one hold of it is enough
        }
        if (is_raw_object(end->_impl)) {
            end->_impl = new internal::free_deleter_impl(deleter(), to_raw_object(end->_impl));
        }
        if (end->_impl->refs != 1) {
            // Others hold this part, and must not come to depend on `d`: it gets a part of its own in front.
            *end = make_object_deleter(std::move(*end), std::move(d));
            return;
        }
        end = &end->_impl->next;
    }
    *end = std::move(d);
}

deleter make_free_deleter(deleter next, void* object) {
    if (object == nullptr) {
        return next;
    }
    return deleter(new internal::free_deleter_impl(std::move(next), object));
}

}
