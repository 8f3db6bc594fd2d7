/// foreign_ptr: a pointer that may travel to other shards and whose object stays at home. Part of core/sharded.hh.
#pragma once

#include <seastar/core/smp.hh>

#include <memory>
#include <type_traits>
#include <utility>

namespace seastar {

/// Wraps a smart pointer (std::unique_ptr, shared_ptr, lw_shared_ptr ...) made on one shard. Movable to, and usable on,
/// any shard, as far as the object may be read there; when the wrapper is destroyed, the pointer is destroyed at home,
/// by a message that nobody waits for. Not copyable: copy() fetches a copy from home.
template <typename PtrType>
class [[nodiscard]] foreign_ptr {
    PtrType _value;
    unsigned _home;

public:
    using element_type = typename std::pointer_traits<PtrType>::element_type;
    using pointer = element_type*;

    /// Points to nothing.
    foreign_ptr() noexcept(std::is_nothrow_default_constructible_v<PtrType>) : _value(), _home(this_shard_id()) {}
    foreign_ptr(std::nullptr_t) noexcept(std::is_nothrow_default_constructible_v<PtrType>) : foreign_ptr() {}
    /// The calling shard is the pointer's home from now on.
    foreign_ptr(PtrType value) noexcept(std::is_nothrow_move_constructible_v<PtrType>)
        : _value(std::move(value)), _home(this_shard_id()) {}
    foreign_ptr(const foreign_ptr&) = delete;
    foreign_ptr(foreign_ptr&& other) noexcept(std::is_nothrow_move_constructible_v<PtrType>)
        : _value(std::move(other._value)), _home(other._home) {}
    foreign_ptr& operator=(foreign_ptr&& other) noexcept(std::is_nothrow_move_assignable_v<PtrType>) {
        if (this != &other) {
            send_home();
            _value = std::move(other._value);
            _home = other._home;
        }
        return *this;
    }
    ~foreign_ptr() { send_home(); }

    /// Destroys the pointer at home; resolves when that is done.
    future<> destroy() noexcept { return destroy_on(std::move(_value), _home); }

    /// Another foreign_ptr to the same object; PtrType must be copyable. Requires: this one stays where it is
    /// meanwhile.
    future<foreign_ptr> copy() const noexcept {
        return smp::submit_to(_home, [this] { return foreign_ptr(PtrType(_value)); });
    }

    element_type& operator*() const noexcept(noexcept(*_value)) { return *_value; }
    element_type* operator->() const noexcept { return &*_value; }
    pointer get() const noexcept { return _value ? &*_value : nullptr; }
    unsigned get_owner_shard() const noexcept { return _home; }
    operator bool() const noexcept { return static_cast<bool>(_value); }

    /// Gives the pointer out. Requires: at home.
    PtrType release() noexcept(std::is_nothrow_default_constructible_v<PtrType>) {
        SEASTAR_ASSERT(_home == this_shard_id());
        return std::exchange(_value, PtrType());
    }
    /// Destroys the pointer, at home, and takes another whose home is this shard.
    void reset(PtrType value) noexcept(std::is_nothrow_move_constructible_v<PtrType>) {
        send_home();
        _value = std::move(value);
        _home = this_shard_id();
    }
    void reset(std::nullptr_t = nullptr) noexcept(std::is_nothrow_default_constructible_v<PtrType>) {
        reset(PtrType());
    }

    /// The pointer itself. Requires: at home.
    PtrType unwrap_on_owner_shard() noexcept(std::is_nothrow_move_constructible_v<PtrType>) {
        SEASTAR_ASSERT(_home == this_shard_id());
        return std::move(_value);
    }

private:
    static future<> destroy_on(PtrType value, unsigned home) noexcept {
        if (!value) {
            return make_ready_future<>();
        }
        return smp::submit_to(home, [value = std::move(value)]() mutable noexcept {
            // Here, not when the message is destroyed on the shard that sent it.
            [[maybe_unused]] auto last = std::move(value);
        });
    }
    void send_home() noexcept {
        // Without shards (before they start, after they have stopped) there is one thread only.
        if (_value && _home != this_shard_id() && smp::count > 0) {
            (void)destroy_on(std::move(_value), _home);
        }
    }
};

/// The calling shard is the pointer's home.
template <typename PtrType>
foreign_ptr<PtrType> make_foreign(PtrType ptr) {
    return foreign_ptr<PtrType>(std::move(ptr));
}

}
