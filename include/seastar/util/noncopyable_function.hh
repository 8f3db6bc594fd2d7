/// std::function for callables that cannot be copied, without the weight of <functional>.
///
/// Callables of up to four words that move without throwing live inside the object, others in one allocation.
/// `noncopyable_function<int (char) noexcept>` takes only callables that do not throw.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

namespace seastar {

template <typename Signature>
class noncopyable_function;

namespace internal {

[[noreturn]] void throw_bad_function_call();

inline constexpr size_t inline_function_size = 4 * sizeof(void*);

union function_storage {
    alignas(std::max_align_t) char direct[inline_function_size];
    void* indirect;
};

template <typename Func, typename Ret, bool Noexcept, typename... Args>
concept callable_as = requires(Func& func, Args&&... args) {
    requires std::is_void_v<Ret> || std::is_same_v<decltype(func(std::forward<Args>(args)...)), Ret> ||
                 std::is_convertible_v<decltype(func(std::forward<Args>(args)...)), Ret>;
    requires !Noexcept || noexcept(func(std::forward<Args>(args)...));
};

template <typename Func>
inline constexpr bool stored_inline =
    sizeof(Func) <= sizeof(function_storage) && alignof(Func) <= alignof(function_storage) &&
    std::is_nothrow_move_constructible_v<Func>;

/// How to call, move and destroy one kind of callable. A null `move` means: copy the bytes; a null `destroy`: nothing
/// to do.
template <typename Ret, typename... Args>
struct function_vtable {
    Ret (*call)(function_storage&, Args...);
    void (*move)(function_storage& from, function_storage& to) noexcept;
    void (*destroy)(function_storage&) noexcept;

    static Ret call_empty(function_storage&, Args...) { throw_bad_function_call(); }
};

template <typename Ret, typename... Args>
inline constexpr function_vtable<Ret, Args...> empty_function_vtable{
    &function_vtable<Ret, Args...>::call_empty, nullptr, nullptr};

template <typename Func, typename Ret, typename... Args>
struct direct_function {
    static Func& access(function_storage& s) noexcept { return *std::launder(reinterpret_cast<Func*>(s.direct)); }
    static Ret call(function_storage& s, Args... args) {
        if constexpr (std::is_void_v<Ret>) {
            access(s)(std::forward<Args>(args)...);
        } else {
            return access(s)(std::forward<Args>(args)...);
        }
    }
    static void move(function_storage& from, function_storage& to) noexcept {
        ::new (static_cast<void*>(to.direct)) Func(std::move(access(from)));
        access(from).~Func();
    }
    static void destroy(function_storage& s) noexcept { access(s).~Func(); }

    static constexpr bool trivial = std::is_trivially_copyable_v<Func>;
    static constexpr function_vtable<Ret, Args...> vtable{
        &call, trivial ? nullptr : &move, std::is_trivially_destructible_v<Func> ? nullptr : &destroy};
};

template <typename Func, typename Ret, typename... Args>
struct indirect_function {
    static Func& access(function_storage& s) noexcept { return *static_cast<Func*>(s.indirect); }
    static Ret call(function_storage& s, Args... args) {
        if constexpr (std::is_void_v<Ret>) {
            access(s)(std::forward<Args>(args)...);
        } else {
            return access(s)(std::forward<Args>(args)...);
        }
    }
    static void destroy(function_storage& s) noexcept { delete &access(s); }

    static constexpr function_vtable<Ret, Args...> vtable{&call, nullptr, &destroy};
};

template <bool Noexcept, typename Ret, typename... Args>
class noncopyable_function_base {
public:
    using result_type = Ret;
    using signature = Ret(Args...) noexcept(Noexcept);

    noncopyable_function_base() noexcept = default;
    ~noncopyable_function_base() { clear(); }
    noncopyable_function_base(const noncopyable_function_base&) = delete;
    noncopyable_function_base& operator=(const noncopyable_function_base&) = delete;

    /// Calls the callable, as non-const as it is. Throws std::bad_function_call when empty.
    Ret operator()(Args... args) const noexcept(Noexcept) {
        return _vtable->call(_storage, std::forward<Args>(args)...);
    }

    explicit operator bool() const noexcept { return _vtable != &empty_function_vtable<Ret, Args...>; }

protected:
    template <typename Func>
    void emplace(Func&& func) {
        using callable = std::decay_t<Func>;
        if constexpr (std::is_pointer_v<callable> || std::is_member_pointer_v<callable>) {
            const callable target = func;
            if (target == nullptr) {
                return;
            }
        }
        if constexpr (stored_inline<callable>) {
            ::new (static_cast<void*>(_storage.direct)) callable(std::forward<Func>(func));
            _vtable = &direct_function<callable, Ret, Args...>::vtable;
        } else {
            _storage.indirect = new callable(std::forward<Func>(func));
            _vtable = &indirect_function<callable, Ret, Args...>::vtable;
        }
    }

    /// Requires: this is empty.
    template <bool OtherNoexcept>
    void take(noncopyable_function_base<OtherNoexcept, Ret, Args...>& other) noexcept {
        _vtable = std::exchange(other._vtable, &empty_function_vtable<Ret, Args...>);
        if (_vtable->move) {
            _vtable->move(other._storage, _storage);
        } else {
            std::memcpy(static_cast<void*>(&_storage), &other._storage, sizeof(_storage));
        }
    }

    void clear() noexcept {
        if (_vtable->destroy) {
            _vtable->destroy(_storage);
        }
        _vtable = &empty_function_vtable<Ret, Args...>;
    }

private:
    template <bool, typename, typename...>
    friend class noncopyable_function_base;

    mutable function_storage _storage = {};
    const function_vtable<Ret, Args...>* _vtable = &empty_function_vtable<Ret, Args...>;
};

}

/// Lives where its owner puts it; movable, not copyable. A moved-from function is empty.
template <typename Ret, typename... Args>
class noncopyable_function<Ret(Args...)> : public internal::noncopyable_function_base<false, Ret, Args...> {
    using base = internal::noncopyable_function_base<false, Ret, Args...>;

public:
    noncopyable_function() noexcept = default;
    noncopyable_function(std::nullptr_t) noexcept {}

    template <typename Func>
        requires(!std::is_same_v<std::decay_t<Func>, noncopyable_function> &&
                 !std::is_same_v<std::decay_t<Func>, noncopyable_function<Ret(Args...) noexcept>> &&
                 internal::callable_as<std::decay_t<Func>, Ret, false, Args...>)
    noncopyable_function(Func&& func) {
        this->emplace(std::forward<Func>(func));
    }

    noncopyable_function(noncopyable_function&& other) noexcept { this->take(other); }
    noncopyable_function(noncopyable_function<Ret(Args...) noexcept>&& other) noexcept { this->take(other); }
    noncopyable_function& operator=(noncopyable_function&& other) noexcept {
        if (this != &other) {
            this->clear();
            this->take(other);
        }
        return *this;
    }
};

template <typename Ret, typename... Args>
class noncopyable_function<Ret(Args...) noexcept> : public internal::noncopyable_function_base<true, Ret, Args...> {
    using base = internal::noncopyable_function_base<true, Ret, Args...>;

public:
    noncopyable_function() noexcept = default;
    noncopyable_function(std::nullptr_t) noexcept {}

    template <typename Func>
        requires(!std::is_same_v<std::decay_t<Func>, noncopyable_function> &&
                 internal::callable_as<std::decay_t<Func>, Ret, true, Args...>)
    noncopyable_function(Func&& func) {
        this->emplace(std::forward<Func>(func));
    }

    noncopyable_function(noncopyable_function&& other) noexcept { this->take(other); }
    noncopyable_function& operator=(noncopyable_function&& other) noexcept {
        if (this != &other) {
            this->clear();
            this->take(other);
        }
        return *this;
    }
};

}
