/// Reference-counted pointers of one shard: the counts are plain integers, so a pointer, its copies and the object stay
/// on the shard that made them (foreign_ptr carries one elsewhere and back).
///
/// - lw_shared_ptr<T>: one word, the count stands with the object; no conversion to a base class.
/// - shared_ptr<T>: two words, converts to pointers to base classes, interfaces and members, as std::shared_ptr does.
///
/// Use on two shards at once is a data race.
#pragma once

#include <seastar/core/internal/printing.hh>
#include <seastar/util/assert.hh>
#include <seastar/util/is_smart_ptr.hh>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <typeindex> // the lightest header that declares std::hash
#include <utility>

namespace seastar {

using shared_ptr_counter_type = long;

template <typename T>
class lw_shared_ptr;
template <typename T>
class shared_ptr;
template <typename T>
class enable_lw_shared_from_this;
template <typename T>
class enable_shared_from_this;

template <typename T, typename... A>
lw_shared_ptr<T> make_lw_shared(A&&... a);
template <typename T>
lw_shared_ptr<T> make_lw_shared(T&& a);
template <typename T>
lw_shared_ptr<T> make_lw_shared(T& a);
template <typename T, typename... A>
shared_ptr<T> make_shared(A&&... a);
template <typename T>
shared_ptr<T> make_shared(T&& a);

// lw_shared_ptr

/// The count of an object that an lw_shared_ptr may point to; a base of enable_lw_shared_from_this.
class lw_shared_ptr_counter_base {
    shared_ptr_counter_type _count = 0;
    template <typename>
    friend class lw_shared_ptr;
    template <typename>
    friend class enable_lw_shared_from_this;
};

namespace internal {

template <typename T>
struct lw_shared_ptr_accessors;

template <typename Ptr>
std::ostream& print_pointee(std::ostream& os, const Ptr& p) {
    if (!p) {
        return print_text(os, "null", 4);
    }
    os << *p;
    return os;
}

/// Formats what a pointer points to, or null.
struct pointee_formatter : plain_formatter {
    template <typename Ptr, typename Context>
    typename Context::iterator format(const Ptr& p, Context& context) const {
        // format_to is fmt's, found through its iterator.
        return p ? format_to(context.out(), "{}", *p) : write_text(context.out(), "null", 4);
    }
};

/// An object of a type that knows nothing of its count, and the count.
template <typename T>
struct shared_ptr_no_esft final : lw_shared_ptr_counter_base {
    T value;

    shared_ptr_no_esft() = default;
    template <typename... A>
    explicit shared_ptr_no_esft(A&&... a) : value(std::forward<A>(a)...) {}
};

}

/// To be specialised where T is incomplete for those who hold pointers to it: declare `static void dispose(T*)` in the
/// specialisation and define it (`delete p`) where T is complete. Requires: T's first base is
/// enable_lw_shared_from_this.
template <typename T>
struct lw_shared_ptr_deleter;

/// A base class that lets a T hand out pointers to itself. Requires: the object was made by make_lw_shared().
template <typename T>
class enable_lw_shared_from_this : private lw_shared_ptr_counter_base {
public:
    lw_shared_ptr<T> shared_from_this() noexcept;
    lw_shared_ptr<const T> shared_from_this() const noexcept;
    shared_ptr_counter_type use_count() const noexcept { return _count; }

    enable_lw_shared_from_this() noexcept = default;
    enable_lw_shared_from_this(enable_lw_shared_from_this&&) noexcept {}
    enable_lw_shared_from_this(const enable_lw_shared_from_this&) noexcept {}
    enable_lw_shared_from_this& operator=(const enable_lw_shared_from_this&) noexcept { return *this; }
    enable_lw_shared_from_this& operator=(enable_lw_shared_from_this&&) noexcept { return *this; }

    template <typename>
    friend class lw_shared_ptr;
    template <typename>
    friend struct internal::lw_shared_ptr_accessors;
};

namespace internal {

/// How to get from the count to the object and back, and to make and destroy them.
template <typename T>
struct lw_shared_ptr_accessors {
    // Asked only inside functions, when T is complete.
    static constexpr bool counts_itself() noexcept { return std::is_base_of_v<enable_lw_shared_from_this<T>, T>; }

    static T* to_value(lw_shared_ptr_counter_base* counter) noexcept {
        if constexpr (counts_itself()) {
            return static_cast<T*>(static_cast<enable_lw_shared_from_this<T>*>(counter));
        } else {
            return &static_cast<shared_ptr_no_esft<T>*>(counter)->value;
        }
    }
    static void dispose(T* value) noexcept {
        if constexpr (counts_itself()) {
            delete value;
        } else {
            // The value is the only member behind its base, the count.
            constexpr size_t align = alignof(T);
            constexpr size_t offset = (sizeof(lw_shared_ptr_counter_base) + align - 1) / align * align;
            void* holder = reinterpret_cast<char*>(const_cast<std::remove_const_t<T>*>(value)) - offset;
            delete static_cast<shared_ptr_no_esft<T>*>(holder);
        }
    }
    template <typename... A>
    static lw_shared_ptr_counter_base* make(A&&... a) {
        if constexpr (counts_itself()) {
            return static_cast<enable_lw_shared_from_this<T>*>(new T(std::forward<A>(a)...));
        } else {
            return new shared_ptr_no_esft<T>(std::forward<A>(a)...);
        }
    }
};

template <typename T>
    requires requires { lw_shared_ptr_deleter<T>::dispose(static_cast<T*>(nullptr)); }
struct lw_shared_ptr_accessors<T> {
    static T* to_value(lw_shared_ptr_counter_base* counter) noexcept { return reinterpret_cast<T*>(counter); }
    static void dispose(T* value) noexcept { lw_shared_ptr_deleter<T>::dispose(value); }
    template <typename... A>
    static lw_shared_ptr_counter_base* make(A&&... a) {
        T* value = new T(std::forward<A>(a)...);
        lw_shared_ptr_counter_base* counter = static_cast<enable_lw_shared_from_this<T>*>(value);
        SEASTAR_ASSERT(to_value(counter) == value);
        return counter;
    }
};

}

/// One word. T may be const, and incomplete as long as nothing looks at the object.
template <typename T>
class lw_shared_ptr {
    using value_type = std::remove_const_t<T>;
    using accessors = internal::lw_shared_ptr_accessors<value_type>;

    lw_shared_ptr_counter_base* _p = nullptr;

    explicit lw_shared_ptr(lw_shared_ptr_counter_base* p) noexcept : _p(p) {
        if (_p) {
            ++_p->_count;
        }
    }

    template <typename>
    friend class lw_shared_ptr;
    template <typename>
    friend class enable_lw_shared_from_this;
    template <typename X, typename... A>
    friend lw_shared_ptr<X> make_lw_shared(A&&...);
    template <typename U>
    friend lw_shared_ptr<U> make_lw_shared(U&&);
    template <typename U>
    friend lw_shared_ptr<U> make_lw_shared(U&);

public:
    using element_type = T;

    lw_shared_ptr() noexcept = default;
    lw_shared_ptr(std::nullptr_t) noexcept {}
    lw_shared_ptr(const lw_shared_ptr& x) noexcept : lw_shared_ptr(x._p) {}
    lw_shared_ptr(lw_shared_ptr&& x) noexcept : _p(std::exchange(x._p, nullptr)) {}
    [[gnu::always_inline]] ~lw_shared_ptr() {
        if (_p && --_p->_count == 0) {
            accessors::dispose(accessors::to_value(_p));
        }
    }
    lw_shared_ptr& operator=(const lw_shared_ptr& x) noexcept {
        lw_shared_ptr(x).swap(*this);
        return *this;
    }
    lw_shared_ptr& operator=(lw_shared_ptr&& x) noexcept {
        lw_shared_ptr(std::move(x)).swap(*this);
        return *this;
    }
    lw_shared_ptr& operator=(std::nullptr_t) noexcept {
        lw_shared_ptr().swap(*this);
        return *this;
    }
    lw_shared_ptr& operator=(T&& x) {
        *this = make_lw_shared<T>(std::move(x));
        return *this;
    }

    T& operator*() const noexcept { return *accessors::to_value(_p); }
    T* operator->() const noexcept { return accessors::to_value(_p); }
    T* get() const noexcept { return _p ? accessors::to_value(_p) : nullptr; }

    /// Destroys what release() gave.
    struct disposer {
        void operator()(T* value) const noexcept { accessors::dispose(const_cast<value_type*>(value)); }
    };
    /// What release() gives: the object's only owner, or nothing. Converts to std::unique_ptr<T, disposer>.
    class released {
    public:
        explicit released(T* value) noexcept : _value(value) {}
        released(released&& x) noexcept : _value(std::exchange(x._value, nullptr)) {}
        released& operator=(released&& x) noexcept {
            std::swap(_value, x._value);
            return *this;
        }
        ~released() {
            if (_value) {
                disposer()(_value);
            }
        }
        T* get() const noexcept { return _value; }
        T& operator*() const noexcept { return *_value; }
        T* operator->() const noexcept { return _value; }
        explicit operator bool() const noexcept { return _value != nullptr; }
        template <typename Ptr>
            requires std::is_same_v<typename Ptr::deleter_type, disposer>
        operator Ptr() && noexcept {
            return Ptr(std::exchange(_value, nullptr));
        }

    private:
        T* _value;
    };

    /// Gives the object up; when this was its last holder it is not destroyed but handed to the caller.
    released release() noexcept {
        lw_shared_ptr_counter_base* p = std::exchange(_p, nullptr);
        return released(p && --p->_count == 0 ? accessors::to_value(p) : nullptr);
    }

    shared_ptr_counter_type use_count() const noexcept { return _p ? _p->_count : 0; }
    bool owned() const noexcept { return use_count() == 1; }

    operator lw_shared_ptr<const T>() const noexcept { return lw_shared_ptr<const T>(_p); }
    explicit operator bool() const noexcept { return _p != nullptr; }

    void swap(lw_shared_ptr& other) noexcept { std::swap(_p, other._p); }

    friend bool operator==(const lw_shared_ptr& a, std::nullptr_t) noexcept { return a._p == nullptr; }
    template <typename U>
        requires std::is_same_v<std::remove_const_t<U>, value_type>
    bool operator==(const lw_shared_ptr<U>& x) const noexcept {
        return _p == x._p;
    }
    friend bool operator<(const lw_shared_ptr& a, const lw_shared_ptr& b) noexcept { return a._p < b._p; }

    /// Prints the object, or null.
    friend std::ostream& operator<<(std::ostream& os, const lw_shared_ptr& p)
        requires internal::printable<T>
    {
        return internal::print_pointee(os, p);
    }
};

template <typename T, typename... A>
inline lw_shared_ptr<T> make_lw_shared(A&&... a) {
    return lw_shared_ptr<T>(internal::lw_shared_ptr_accessors<std::remove_const_t<T>>::make(std::forward<A>(a)...));
}
template <typename T>
inline lw_shared_ptr<T> make_lw_shared(T&& a) {
    return lw_shared_ptr<T>(internal::lw_shared_ptr_accessors<std::remove_const_t<T>>::make(std::move(a)));
}
template <typename T>
inline lw_shared_ptr<T> make_lw_shared(T& a) {
    return lw_shared_ptr<T>(internal::lw_shared_ptr_accessors<std::remove_const_t<T>>::make(a));
}

template <typename T>
inline lw_shared_ptr<T> enable_lw_shared_from_this<T>::shared_from_this() noexcept {
    return lw_shared_ptr<T>(static_cast<lw_shared_ptr_counter_base*>(this));
}
template <typename T>
inline lw_shared_ptr<const T> enable_lw_shared_from_this<T>::shared_from_this() const noexcept {
    return lw_shared_ptr<const T>(
        const_cast<lw_shared_ptr_counter_base*>(static_cast<const lw_shared_ptr_counter_base*>(this)));
}

// shared_ptr

/// The count of an object that a shared_ptr may point to, and its destructor.
struct shared_ptr_count_base {
    shared_ptr_counter_type count = 0;
    virtual ~shared_ptr_count_base() = default;
};

namespace internal {

template <typename T>
struct shared_ptr_count_for final : shared_ptr_count_base {
    T data;
    template <typename... A>
    explicit shared_ptr_count_for(A&&... a) : data(std::forward<A>(a)...) {}
};

}

/// A base class that lets a T hand out pointers to itself. Requires: the object was made by make_shared().
template <typename T>
class enable_shared_from_this : private shared_ptr_count_base {
public:
    shared_ptr<T> shared_from_this() noexcept;
    shared_ptr<const T> shared_from_this() const noexcept;
    shared_ptr_counter_type use_count() const noexcept { return count; }

    enable_shared_from_this() noexcept = default;
    enable_shared_from_this(const enable_shared_from_this&) noexcept : shared_ptr_count_base() {}
    enable_shared_from_this& operator=(const enable_shared_from_this&) noexcept { return *this; }
};

/// Two words: the count and the object. Converts as `T*` does, and through the casts below.
template <typename T>
class shared_ptr {
    shared_ptr_count_base* _b = nullptr;
    T* _p = nullptr;

    explicit shared_ptr(internal::shared_ptr_count_for<std::remove_const_t<T>>* b) noexcept : shared_ptr(b, &b->data) {}
    shared_ptr(shared_ptr_count_base* b, T* p) noexcept : _b(b), _p(p) {
        if (_b) {
            ++_b->count;
        }
    }

    template <typename>
    friend class shared_ptr;
    template <typename>
    friend class enable_shared_from_this;
    template <typename X, typename... A>
    friend shared_ptr<X> make_shared(A&&...);

public:
    using element_type = T;

    shared_ptr() noexcept = default;
    shared_ptr(std::nullptr_t) noexcept {}
    shared_ptr(const shared_ptr& x) noexcept : shared_ptr(x._b, x._p) {}
    shared_ptr(shared_ptr&& x) noexcept : _b(std::exchange(x._b, nullptr)), _p(std::exchange(x._p, nullptr)) {}
    template <typename U>
        requires std::is_convertible_v<U*, T*>
    shared_ptr(const shared_ptr<U>& x) noexcept : shared_ptr(x._b, x._p) {}
    template <typename U>
        requires std::is_convertible_v<U*, T*>
    shared_ptr(shared_ptr<U>&& x) noexcept : _b(std::exchange(x._b, nullptr)), _p(std::exchange(x._p, nullptr)) {}
    /// Points to a part of what `x` keeps alive.
    template <typename U>
    shared_ptr(const shared_ptr<U>& x, T* part) noexcept : shared_ptr(x._b, part) {}
    ~shared_ptr() {
        if (_b && --_b->count == 0) {
            delete _b;
        }
    }
    shared_ptr& operator=(const shared_ptr& x) noexcept {
        shared_ptr(x).swap(*this);
        return *this;
    }
    shared_ptr& operator=(shared_ptr&& x) noexcept {
        shared_ptr(std::move(x)).swap(*this);
        return *this;
    }
    shared_ptr& operator=(std::nullptr_t) noexcept {
        shared_ptr().swap(*this);
        return *this;
    }
    template <typename U>
        requires std::is_convertible_v<U*, T*>
    shared_ptr& operator=(const shared_ptr<U>& x) noexcept {
        shared_ptr(x).swap(*this);
        return *this;
    }
    template <typename U>
        requires std::is_convertible_v<U*, T*>
    shared_ptr& operator=(shared_ptr<U>&& x) noexcept {
        shared_ptr(std::move(x)).swap(*this);
        return *this;
    }

    explicit operator bool() const noexcept { return _p != nullptr; }
    std::add_lvalue_reference_t<T> operator*() const noexcept { return *_p; }
    T* operator->() const noexcept { return _p; }
    T* get() const noexcept { return _p; }
    shared_ptr_counter_type use_count() const noexcept { return _b ? _b->count : 0; }

    void swap(shared_ptr& other) noexcept {
        std::swap(_b, other._b);
        std::swap(_p, other._p);
    }

    template <typename U>
    bool operator==(const shared_ptr<U>& x) const noexcept {
        return _p == x.get();
    }
    bool operator==(std::nullptr_t) const noexcept { return _p == nullptr; }
    template <typename U>
    bool operator<(const shared_ptr<U>& x) const noexcept {
        return _p < x.get();
    }
    template <typename U>
    bool operator>(const shared_ptr<U>& x) const noexcept {
        return _p > x.get();
    }
    template <typename U>
    bool operator<=(const shared_ptr<U>& x) const noexcept {
        return _p <= x.get();
    }
    template <typename U>
    bool operator>=(const shared_ptr<U>& x) const noexcept {
        return _p >= x.get();
    }

    /// Prints the object, or null.
    friend std::ostream& operator<<(std::ostream& os, const shared_ptr& p)
        requires internal::printable<T>
    {
        return internal::print_pointee(os, p);
    }
};

template <typename T, typename... A>
inline shared_ptr<T> make_shared(A&&... a) {
    using value_type = std::remove_const_t<T>;
    if constexpr (std::is_base_of_v<shared_ptr_count_base, value_type>) {
        auto* p = new value_type(std::forward<A>(a)...);
        // A C cast, because the base is private.
        return shared_ptr<T>((shared_ptr_count_base*)p, p);
    } else {
        return shared_ptr<T>(new internal::shared_ptr_count_for<value_type>(std::forward<A>(a)...));
    }
}
template <typename T>
inline shared_ptr<T> make_shared(T&& a) {
    using value_type = std::remove_const_t<T>;
    return ::seastar::make_shared<T, value_type>(std::move(a)); // not std's
}

template <typename T>
inline shared_ptr<T> enable_shared_from_this<T>::shared_from_this() noexcept {
    return shared_ptr<T>(static_cast<shared_ptr_count_base*>(this), static_cast<T*>(this));
}
template <typename T>
inline shared_ptr<const T> enable_shared_from_this<T>::shared_from_this() const noexcept {
    auto* self = const_cast<enable_shared_from_this*>(this);
    return shared_ptr<const T>(static_cast<shared_ptr_count_base*>(self), static_cast<const T*>(this));
}

template <typename T, typename U>
inline shared_ptr<T> static_pointer_cast(const shared_ptr<U>& p) {
    return shared_ptr<T>(p, static_cast<T*>(p.get()));
}
/// Null when the object is no T.
template <typename T, typename U>
inline shared_ptr<T> dynamic_pointer_cast(const shared_ptr<U>& p) {
    auto* object = dynamic_cast<T*>(p.get());
    return object ? shared_ptr<T>(p, object) : nullptr;
}
template <typename T, typename U>
inline shared_ptr<T> const_pointer_cast(const shared_ptr<U>& p) {
    return shared_ptr<T>(p, const_cast<T*>(p.get()));
}

/// Equal when what they point to is equal; for unordered containers keyed by pointers.
template <typename T>
struct shared_ptr_equal_by_value {
    bool operator()(const shared_ptr<T>& a, const shared_ptr<T>& b) const {
        return !a || !b ? !a && !b : *a == *b;
    }
};
template <typename T>
struct shared_ptr_value_hash {
    size_t operator()(const shared_ptr<T>& p) const { return p ? std::hash<T>()(*p) : 0; }
};

}

template <typename T>
struct std::hash<seastar::lw_shared_ptr<T>> {
    size_t operator()(const seastar::lw_shared_ptr<T>& p) const noexcept { return std::hash<T*>()(p.get()); }
};
template <typename T>
struct std::hash<seastar::shared_ptr<T>> {
    size_t operator()(const seastar::shared_ptr<T>& p) const noexcept { return std::hash<T*>()(p.get()); }
};

namespace fmt {
template <typename T>
const void* ptr(const seastar::lw_shared_ptr<T>& p) {
    return p.get();
}
template <typename T>
const void* ptr(const seastar::shared_ptr<T>& p) {
    return p.get();
}
}

template <typename T>
struct fmt::formatter<seastar::lw_shared_ptr<T>, char, void> : seastar::internal::pointee_formatter {};
template <typename T>
struct fmt::formatter<seastar::shared_ptr<T>, char, void> : seastar::internal::pointee_formatter {};
