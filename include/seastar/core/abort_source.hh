/// abort_source: one call that ends many waits.
#pragma once

#include <seastar/util/noncopyable_function.hh>
#include <seastar/util/optimized_optional.hh>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace seastar {

/// The failure of a wait that was aborted.
class abort_requested_exception : public std::exception {
public:
    const char* what() const noexcept override { return "abort requested"; }
};

/// Lives on one shard. Who waits subscribes; request_abort() calls the subscribers, in order, once.
class abort_source {
public:
    /// A function that runs when the abort is requested; never after the subscription is gone. Movable.
    class subscription {
        friend class abort_source;
        noncopyable_function<void(const std::optional<std::exception_ptr>&) noexcept> _target;
        abort_source* _source = nullptr;
        subscription* _next = nullptr;
        subscription* _prev = nullptr;

        explicit subscription(abort_source& source,
                              noncopyable_function<void(const std::optional<std::exception_ptr>&) noexcept> target) noexcept
            : _target(std::move(target)) {
            link(source);
        }
        void link(abort_source& source) noexcept;
        void unlink() noexcept;

    public:
        subscription() noexcept = default;
        subscription(subscription&& other) noexcept;
        subscription& operator=(subscription&& other) noexcept;
        ~subscription() {
            if (_source) {
                unlink();
            }
        }
        explicit operator bool() const noexcept { return _source != nullptr; }
        /// Calls the function, once, as request_abort() would.
        void on_abort(const std::optional<std::exception_ptr>& ex) noexcept;
    };

    abort_source() = default;
    virtual ~abort_source() = default;
    abort_source(abort_source&& other) noexcept;
    abort_source& operator=(abort_source&&) = delete;

    /// `f()` or `f(const std::optional<std::exception_ptr>&)`, noexcept. Empty when the abort was requested already.
    template <typename Func>
    [[nodiscard]] optimized_optional<subscription> subscribe(Func&& f) {
        if (abort_requested()) {
            return {};
        }
        if constexpr (std::is_invocable_v<Func, const std::optional<std::exception_ptr>&>) {
            return {subscription(*this, std::forward<Func>(f))};
        } else {
            return {subscription(*this, [f = std::forward<Func>(f)](const std::optional<std::exception_ptr>&) mutable noexcept { f(); })};
        }
    }

    void request_abort() noexcept { do_request_abort(std::nullopt); }
    void request_abort_ex(std::exception_ptr ex) noexcept { do_request_abort(std::move(ex)); }
    template <typename Exception>
        requires(!std::is_same_v<std::decay_t<Exception>, std::exception_ptr>)
    void request_abort_ex(Exception&& ex) noexcept {
        do_request_abort(std::make_exception_ptr(std::forward<Exception>(ex)));
    }

    bool abort_requested() const noexcept { return _ex.has_value(); }
    const std::exception_ptr& abort_requested_exception_ptr() const noexcept { return *_ex; }
    /// Throws the abort's exception once it was requested.
    void check() const {
        if (abort_requested()) {
            std::rethrow_exception(*_ex);
        }
    }
    virtual std::exception_ptr get_default_exception() const noexcept {
        return std::make_exception_ptr(abort_requested_exception());
    }

private:
    void do_request_abort(std::optional<std::exception_ptr> ex) noexcept;
    subscription* _first = nullptr;
    subscription* _last = nullptr;
    std::optional<std::exception_ptr> _ex;
};

}
