/// A pointer that turns null when its object goes. The object owns nothing and allocates nothing for it: its pointers
/// are linked into a list that it holds.
#pragma once

#include <cstddef>
#include <utility>

namespace seastar {

template <typename T>
class weak_ptr;
template <typename T>
class weakly_referencable;

namespace internal {

/// A link of the ring of an object's weak pointers.
struct weak_link {
    weak_link* next = this;
    weak_link* prev = this;

    weak_link() noexcept = default;
    weak_link(const weak_link&) = delete;
    weak_link& operator=(const weak_link&) = delete;
    ~weak_link() { unlink(); }

    void unlink() noexcept {
        prev->next = next;
        next->prev = prev;
        next = prev = this;
    }
    /// Requires: this is linked nowhere.
    void link_after(weak_link& other) noexcept {
        next = other.next;
        prev = &other;
        next->prev = this;
        other.next = this;
    }
};

}

/// Movable and copyable, on the object's shard only. Outliving the object is what it is for.
template <typename T>
class weak_ptr : private internal::weak_link {
    T* _ptr = nullptr;

    explicit weak_ptr(T* object, internal::weak_link& list) noexcept : _ptr(object) { link_after(list); }
    template <typename>
    friend class weakly_referencable;

    void follow(const weak_ptr& other) noexcept {
        _ptr = other._ptr;
        if (_ptr) {
            link_after(const_cast<weak_ptr&>(other));
        }
    }
    void drop() noexcept {
        unlink();
        _ptr = nullptr;
    }

public:
    using element_type = T;

    weak_ptr() noexcept = default;
    weak_ptr(std::nullptr_t) noexcept {}
    weak_ptr(const weak_ptr& other) noexcept : internal::weak_link() { follow(other); }
    weak_ptr(weak_ptr&& other) noexcept {
        follow(other);
        other.drop();
    }
    weak_ptr& operator=(const weak_ptr& other) noexcept {
        if (this != &other) {
            drop();
            follow(other);
        }
        return *this;
    }
    weak_ptr& operator=(weak_ptr&& other) noexcept {
        if (this != &other) {
            drop();
            follow(other);
            other.drop();
        }
        return *this;
    }

    explicit operator bool() const noexcept { return _ptr != nullptr; }
    T* get() const noexcept { return _ptr; }
    T* operator->() const noexcept { return _ptr; }
    T& operator*() const noexcept { return *_ptr; }

    friend bool operator==(const weak_ptr& a, const weak_ptr& b) noexcept { return a._ptr == b._ptr; }
    friend bool operator==(const weak_ptr& a, std::nullptr_t) noexcept { return a._ptr == nullptr; }
};

/// The base class of T that gives out weak_ptr<T>. Moving the object takes its weak pointers along.
template <typename T>
class weakly_referencable {
    internal::weak_link _list;

    // Every link of the ring but the object's own is the base of a weak_ptr<T>.
    template <typename Func>
    void for_each(Func func) noexcept {
        for (internal::weak_link* link = _list.next; link != &_list;) {
            auto* pointer = static_cast<weak_ptr<T>*>(link);
            link = link->next;
            func(*pointer);
        }
    }

public:
    weakly_referencable() noexcept = default;
    weakly_referencable(weakly_referencable&& other) noexcept {
        // Called while T is being constructed: its address is known, more is not needed.
        T* self = static_cast<T*>(this);
        other.for_each([this, self](weak_ptr<T>& p) noexcept {
            p.unlink();
            p.link_after(_list);
            p._ptr = self;
        });
    }
    weakly_referencable& operator=(weakly_referencable&&) = delete;
    weakly_referencable(const weakly_referencable&) = delete;
    weakly_referencable& operator=(const weakly_referencable&) = delete;
    ~weakly_referencable() noexcept {
        for_each([](weak_ptr<T>& p) noexcept { p.drop(); });
    }

    weak_ptr<T> weak_from_this() noexcept { return weak_ptr<T>(static_cast<T*>(this), _list); }
};

}
