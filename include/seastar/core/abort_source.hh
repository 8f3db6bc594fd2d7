/// abort_source: tells many waiters at once that they should give up.
///
///     auto sub = as.subscribe([&] () noexcept { socket.shutdown(); });
#pragma once

#include <seastar/util/assert.hh>
#include <seastar/util/noncopyable_function.hh>
#include <seastar/util/optimized_optional.hh>

#include <exception>
#include <optional>

namespace seastar {

/// What an operation fails with that was given up through an abort_source.
class abort_requested_exception : public std::exception {
public:
    const char* what() const noexcept override;
};

namespace internal {

/// A node of a circular list. Unlinked: points at itself.
class abort_link {
    abort_link* _next = this;
    abort_link* _prev = this;

protected:
    abort_link() noexcept = default;
    ~abort_link() { unlink(); }
    abort_link(const abort_link&) = delete;
    void operator=(const abort_link&) = delete;

public:
    bool linked() const noexcept { return _next != this; }
    abort_link* next() noexcept { return _next; }
    void unlink() noexcept;
    void insert_before(abort_link& at) noexcept;
    /// Requires: not linked.
    void take_place_of(abort_link& other) noexcept;
};

}

/// Shard: lives, is asked and asks on one shard. The functions that subscribed run inside request_abort(), in the order
/// of their subscription, each at most once.
class abort_source {
    struct list_head : internal::abort_link {};

public:
    using exception_type = const std::optional<std::exception_ptr>&;

    /// While it lives, its function is called when an abort is requested. Movable. False after that call, and when it
    /// was made too late.
    class subscription : private internal::abort_link {
        friend class abort_source;
        noncopyable_function<void(exception_type) noexcept> _target;

        explicit subscription(noncopyable_function<void(exception_type) noexcept>&& target) noexcept
            : _target(std::move(target)) {}

    public:
        subscription() noexcept = default;
        subscription(subscription&& other) noexcept : _target(std::move(other._target)) { take_place_of(other); }
        subscription& operator=(subscription&& other) noexcept {
            if (this != &other) {
                this->~subscription();
                new (this) subscription(std::move(other));
            }
            return *this;
        }
        explicit operator bool() const noexcept { return linked(); }
        /// Calls the function now, and not again. No effect when it was called before.
        void on_abort(exception_type ex) noexcept;
    };

    abort_source() noexcept = default;
    abort_source(abort_source&& other) noexcept : _ex(std::move(other._ex)) {
        _subscribers.take_place_of(other._subscribers);
    }
    abort_source& operator=(abort_source&& other) noexcept {
        if (this != &other) {
            _ex = std::move(other._ex);
            forget_all();
            _subscribers.take_place_of(other._subscribers);
        }
        return *this;
    }
    virtual ~abort_source() { forget_all(); }

    /// func(), or func(const std::optional<std::exception_ptr>&): the exception that request_abort_ex() was given.
    /// Returns nothing when an abort was requested already: func will not be called.
    template <typename Func>
        requires std::is_nothrow_invocable_v<Func&> || std::is_nothrow_invocable_v<Func&, exception_type>
    [[nodiscard]] optimized_optional<subscription> subscribe(Func&& func) {
        if (abort_requested()) {
            return std::nullopt;
        }
        if constexpr (std::is_nothrow_invocable_v<Func&, exception_type>) {
            return link(subscription(std::forward<Func>(func)));
        } else {
            return link(subscription([func = std::forward<Func>(func)](exception_type) mutable noexcept { func(); }));
        }
    }

    /// The first request calls everybody; later ones have no effect.
    void request_abort() { request(std::nullopt); }
    void request_abort_ex(std::exception_ptr ex) { request(std::move(ex)); }
    template <typename Exception>
        requires(!std::is_same_v<std::decay_t<Exception>, std::exception_ptr>)
    void request_abort_ex(Exception&& ex) {
        request_abort_ex(std::make_exception_ptr(std::forward<Exception>(ex)));
    }

    bool abort_requested() const noexcept { return _ex.has_value(); }
    /// Throws the exception of the request, if there was one.
    void check() const {
        if (abort_requested()) {
            std::rethrow_exception(*_ex);
        }
    }
    /// Requires: abort_requested().
    const std::exception_ptr& abort_requested_exception_ptr() const noexcept {
        SEASTAR_ASSERT(abort_requested());
        return *_ex;
    }
    /// What request_abort() without an exception stands for.
    virtual std::exception_ptr get_default_exception() const noexcept;

private:
    void request(std::optional<std::exception_ptr> ex);
    subscription link(subscription&& s) noexcept;
    void forget_all() noexcept;

    list_head _subscribers;
    std::optional<std::exception_ptr> _ex;
};

}

template <>
struct fmt::formatter<seastar::abort_requested_exception, char, void> : seastar::internal::what_formatter {};
