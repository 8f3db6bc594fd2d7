/// The lists through which a shard finds its sockets again when it stops.
#pragma once

#include <utility>

namespace seastar::net::posix {

/// Doubly linked through the members _next and _prev of its items, which it does not own.
template <typename Item>
class shard_list {
    Item* _first = nullptr;

public:
    void add(Item& item) noexcept {
        item._prev = nullptr;
        item._next = _first;
        if (_first) {
            _first->_prev = &item;
        }
        _first = &item;
    }
    void remove(Item& item) noexcept {
        (item._prev ? item._prev->_next : _first) = item._next;
        if (item._next) {
            item._next->_prev = item._prev;
        }
    }
    /// func may remove the item that it is given.
    template <typename Func>
    void for_each(Func func) {
        for (auto* item = _first; item;) {
            auto* next = item->_next;
            func(*item);
            item = next;
        }
    }
    /// The first item that pred accepts, or null.
    template <typename Pred>
    Item* find(Pred pred) const {
        auto* item = _first;
        while (item && !pred(*item)) {
            item = item->_next;
        }
        return item;
    }
};

}
