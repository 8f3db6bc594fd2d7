/// What has to happen when a buffer is no longer needed, as an object: free memory, destroy what owns the bytes, call a
/// function. Several buffers may share one deleter; the last one to go runs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <type_traits>
#include <utility>

namespace seastar {

/// Movable, empty by default. One word: a pointer to a counted impl, or, with the lowest bit set, a block from malloc()
/// that needs no impl of its own.
/// Shard: the count is not atomic; copies made by share() stay on one shard.
class deleter final {
public:
    struct impl;
    struct raw_object_tag {};

    deleter() noexcept = default;
    explicit deleter(impl* i) noexcept : _impl(i) {} ///< Takes over one count.
    deleter(raw_object_tag, void* object) noexcept : _impl(from_raw_object(object)) {} ///< free(object)
    deleter(deleter&& other) noexcept : _impl(std::exchange(other._impl, nullptr)) {}
    deleter& operator=(deleter&& other) noexcept {
        if (this != &other) {
            reset_impl(std::exchange(other._impl, nullptr));
        }
        return *this;
    }
    deleter(const deleter&) = delete;
    deleter& operator=(const deleter&) = delete;
    ~deleter() { reset_impl(nullptr); }

    /// Another holder of the same obligation. Allocates only for a raw object, and that only once.
    deleter share();

    explicit operator bool() const noexcept { return _impl != nullptr; }
    void reset(impl* i) noexcept { reset_impl(i); }

    /// Makes `d` run too, after what this has already, when this deleter (not those that share its parts) goes.
    /// Allocates only where a part is shared or a raw object.
    void append(deleter d);

private:
    static bool is_raw_object(impl* i) noexcept { return reinterpret_cast<uintptr_t>(i) & 1; }
    static void* to_raw_object(impl* i) noexcept {
        return reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(i) & ~uintptr_t(1));
    }
    static impl* from_raw_object(void* object) noexcept {
        return reinterpret_cast<impl*>(reinterpret_cast<uintptr_t>(object) | 1);
    }

    // Drops what is held and holds `i` instead.
    void reset_impl(impl* i) noexcept;
    static void destroy(impl* i) noexcept;
    [[gnu::noinline]] static void destroy_chain(impl* i) noexcept;

    impl* _impl = nullptr;
};

/// The base of everything a deleter can do; the destructor of the derived class does it.
struct deleter::impl {
    unsigned refs = 1;
    deleter next; ///< runs after this one

    impl() noexcept = default;
    explicit impl(deleter next) noexcept : next(std::move(next)) {}
    impl(const impl&) = delete;
    impl& operator=(const impl&) = delete;
    virtual ~impl() = default;
};

inline void deleter::reset_impl(impl* i) noexcept {
    impl* old = std::exchange(_impl, i);
    if (old == nullptr) {
        return;
    }
    if (is_raw_object(old)) {
        std::free(to_raw_object(old));
    } else if (--old->refs == 0) {
        destroy(old);
    }
}

namespace internal {

template <typename Func>
struct lambda_deleter_impl final : deleter::impl {
    Func func;
    lambda_deleter_impl(deleter next, Func&& f) : impl(std::move(next)), func(std::move(f)) {}
    ~lambda_deleter_impl() override { func(); }
};

template <typename Object>
struct object_deleter_impl final : deleter::impl {
    Object object;
    object_deleter_impl(deleter next, Object&& o) : impl(std::move(next)), object(std::move(o)) {}
};

/// A block of memory with its impl in front, so that a buffer of any size and all that share it cost one allocation.
/// Small ones come from the free lists of task_allocator.hh. The bytes follow the object, aligned to 16.
struct alignas(16) buffer_deleter_impl final : deleter::impl {
    size_t size; ///< of the whole block

    /// Throws std::bad_alloc.
    static buffer_deleter_impl* make(size_t buffer_size);
    char* data() noexcept { return reinterpret_cast<char*>(this + 1); }

    static void operator delete(buffer_deleter_impl* self, std::destroying_delete_t) noexcept;

private:
    explicit buffer_deleter_impl(size_t size) noexcept : size(size) {}
    [[gnu::noinline]] static buffer_deleter_impl* make_anew(size_t buffer_size);
};

}

/// Calls `func()` when the buffer goes, then runs `next`. `func` must not throw.
template <typename Func>
deleter make_deleter(deleter next, Func func) {
    return deleter(new internal::lambda_deleter_impl<Func>(std::move(next), std::move(func)));
}
template <typename Func>
deleter make_deleter(Func func) {
    return make_deleter(deleter(), std::move(func));
}

/// free(object) when the buffer goes; a null object gives an empty deleter. Allocates nothing.
inline deleter make_free_deleter(void* object) {
    return object ? deleter(deleter::raw_object_tag(), object) : deleter();
}
deleter make_free_deleter(deleter next, void* object);

/// Keeps `object` until the buffer goes. Where the bytes live inside the object, take their address afterwards.
template <typename Object>
deleter make_object_deleter(Object object) {
    return deleter(new internal::object_deleter_impl<Object>(deleter(), std::move(object)));
}
template <typename Object>
deleter make_object_deleter(deleter next, Object object) {
    return deleter(new internal::object_deleter_impl<Object>(std::move(next), std::move(object)));
}

}
