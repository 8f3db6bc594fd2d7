/// A first-in-first-out list through the links of operations. An operation is in one list at most.
#pragma once

#include "operation.hh"

namespace seastar::kernel {

class operation_list {
    using access = operation_access;

public:
    operation_list() = default;
    operation_list(const operation_list&) = delete;
    operation_list& operator=(const operation_list&) = delete;

    bool empty() const noexcept { return _front == nullptr; }
    size_t size() const noexcept { return _size; }

    void push_back(operation& op) noexcept {
        access::next(op) = nullptr;
        access::prev(op) = _back;
        (_back ? access::next(*_back) : _front) = &op;
        _back = &op;
        ++_size;
    }

    /// Requires: not empty.
    operation& front() const noexcept { return *_front; }

    /// From the front on. `visit` changes no list.
    template <typename Visit>
    void for_each(Visit visit) const noexcept {
        for (operation* at = _front; at; at = access::next(*at)) {
            visit(*at);
        }
    }
    /// Walks the list.
    bool contains(const operation& op) const noexcept {
        bool found = false;
        for_each([&](const operation& other) { found = found || &other == &op; });
        return found;
    }

    /// Requires: not empty.
    operation& pop_front() noexcept {
        operation& op = *_front;
        remove(op);
        return op;
    }

    /// Requires: op is in this list.
    void remove(operation& op) noexcept {
        operation* next = access::next(op);
        operation* prev = access::prev(op);
        (prev ? access::next(*prev) : _front) = next;
        (next ? access::prev(*next) : _back) = prev;
        access::next(op) = access::prev(op) = nullptr;
        --_size;
    }

private:
    operation* _front = nullptr;
    operation* _back = nullptr;
    size_t _size = 0;
};

}
