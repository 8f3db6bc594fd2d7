/// Semaphores: a number of units, and waiting for them in order of arrival.
#pragma once

#include <seastar/core/abort_source.hh>
#include <seastar/core/future.hh>
#include <seastar/core/sstring.hh>
#include <seastar/core/timed_out_error.hh>
#include <seastar/core/timer.hh>

#include <chrono>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>

namespace seastar {

namespace internal {

/// One wait for units. Linked into its semaphore until it is over; then it deletes itself.
class semaphore_waiter : public task_allocated {
    friend class semaphore_waiters;
    semaphore_waiter* _next = nullptr;
    semaphore_waiter* _prev = nullptr;
    promise_base_with_type<void> _promise;

public:
    const size_t units;
    explicit semaphore_waiter(size_t units) noexcept : units(units) {}
    virtual ~semaphore_waiter() = default;
    future<> get_future() noexcept { return future_of(_promise); }
};

/// The queue. Constant-initialised: semaphores may be made before the engine.
class semaphore_waiters {
    semaphore_waiter* _first = nullptr;
    semaphore_waiter* _last = nullptr;
    size_t _size = 0;

public:
    constexpr semaphore_waiters() noexcept = default;
    semaphore_waiters(semaphore_waiters&& o) noexcept
        : _first(std::exchange(o._first, nullptr)), _last(std::exchange(o._last, nullptr)), _size(std::exchange(o._size, 0)) {}
    ~semaphore_waiters();
    bool empty() const noexcept { return !_first; }
    size_t size() const noexcept { return _size; }
    semaphore_waiter& front() noexcept { return *_first; }
    void push_back(semaphore_waiter& w) noexcept;
    void remove(semaphore_waiter& w) noexcept;
    /// Ends a wait: removes and deletes the waiter, then resolves its future.
    void resolve(semaphore_waiter& w, std::exception_ptr error = {}) noexcept;
};

}

class broken_semaphore : public std::exception {
public:
    const char* what() const noexcept override { return "Semaphore broken"; }
};
class semaphore_timed_out : public timed_out_error {
public:
    const char* what() const noexcept override { return "Semaphore timedout"; }
};
class semaphore_aborted : public abort_requested_exception {
public:
    const char* what() const noexcept override { return "Semaphore aborted"; }
};

/// How a semaphore's exceptions are made.
struct semaphore_default_exception_factory {
    static semaphore_timed_out timeout() noexcept { return {}; }
    static broken_semaphore broken() noexcept { return {}; }
    static semaphore_aborted aborted() noexcept { return {}; }
};

class named_semaphore_timed_out : public semaphore_timed_out {
    sstring _msg;

public:
    explicit named_semaphore_timed_out(std::string_view name) : _msg("Semaphore timed out: " + std::string(name)) {}
    const char* what() const noexcept override { return _msg.c_str(); }
};
class broken_named_semaphore : public broken_semaphore {
    sstring _msg;

public:
    explicit broken_named_semaphore(std::string_view name) : _msg("Semaphore broken: " + std::string(name)) {}
    const char* what() const noexcept override { return _msg.c_str(); }
};
class named_semaphore_aborted : public semaphore_aborted {
    sstring _msg;

public:
    explicit named_semaphore_aborted(std::string_view name) : _msg("Semaphore aborted: " + std::string(name)) {}
    const char* what() const noexcept override { return _msg.c_str(); }
};
struct named_semaphore_exception_factory {
    sstring name;
    named_semaphore_timed_out timeout() const { return named_semaphore_timed_out(name); }
    broken_named_semaphore broken() const { return broken_named_semaphore(name); }
    named_semaphore_aborted aborted() const { return named_semaphore_aborted(name); }
};

/// Lives on one shard, from before the engine starts if need be. Whoever waits is served first come, first served: a
/// large wait holds up the small ones behind it. Waiting for more than there ever is never ends. Waits never throw: what
/// fails, bad_alloc too, is a failed future, and has taken no units.
template <typename ExceptionFactory, typename Clock = timer<>::clock>
class basic_semaphore : private ExceptionFactory {
    ssize_t _count;
    std::exception_ptr _ex;
    internal::semaphore_waiters _waiters;

    struct timed_waiter final : internal::semaphore_waiter {
        timer<Clock> tmr;
        timed_waiter(basic_semaphore& s, size_t units, typename timer<Clock>::time_point t) : semaphore_waiter(units) {
            tmr.set_callback([this, &s] { s._waiters.resolve(*this, std::make_exception_ptr(s.timeout())); });
            tmr.arm(t);
        }
    };
    struct abortable_waiter final : internal::semaphore_waiter {
        optimized_optional<abort_source::subscription> sub;
        abortable_waiter(basic_semaphore& s, size_t units, abort_source& as) : semaphore_waiter(units) {
            sub = as.subscribe([this, &s](const std::optional<std::exception_ptr>& ex) noexcept {
                s._waiters.resolve(*this, ex ? *ex : std::make_exception_ptr(s.aborted()));
            });
        }
    };

    bool may_proceed(size_t nr) const noexcept { return has_available_units(nr) && _waiters.empty(); }
    bool has_available_units(size_t nr) const noexcept { return _count >= 0 && static_cast<size_t>(_count) >= nr; }

    template <typename Waiter, typename... A>
    future<> wait_as(size_t nr, A&&... a) noexcept {
        if (may_proceed(nr)) {
            _count -= nr;
            return make_ready_future<>();
        }
        if (_ex) {
            return make_exception_future<>(_ex);
        }
        try {
            std::unique_ptr<Waiter> w;
            if constexpr (sizeof...(A) == 0) {
                w = std::make_unique<Waiter>(nr);
            } else {
                w = std::make_unique<Waiter>(*this, nr, std::forward<A>(a)...);
            }
            auto f = w->get_future();
            _waiters.push_back(*w.release());
            return f;
        } catch (...) {
            return make_exception_future<>(std::current_exception());
        }
    }

public:
    using duration = typename timer<Clock>::duration;
    using clock = typename timer<Clock>::clock;
    using time_point = typename timer<Clock>::time_point;
    using exception_factory = ExceptionFactory;

    static constexpr size_t max_counter() noexcept { return std::numeric_limits<ssize_t>::max(); }

    explicit basic_semaphore(size_t count) noexcept(std::is_nothrow_default_constructible_v<ExceptionFactory>)
        : _count(static_cast<ssize_t>(count)) {}
    basic_semaphore(size_t count, exception_factory&& factory) noexcept
        : exception_factory(std::move(factory)), _count(static_cast<ssize_t>(count)) {}
    /// Requires: nobody waits with a timeout or an abort source.
    basic_semaphore(basic_semaphore&&) = default;

    /// Takes nr units when it is this caller's turn and they are there.
    future<> wait(size_t nr = 1) noexcept { return wait_as<internal::semaphore_waiter>(nr); }
    /// The same, or fails at `timeout`.
    future<> wait(time_point timeout, size_t nr = 1) noexcept { return wait_as<timed_waiter>(nr, timeout); }
    future<> wait(duration timeout, size_t nr = 1) noexcept { return wait(clock::now() + timeout, nr); }
    /// The same, or fails when the abort is requested.
    future<> wait(abort_source& as, size_t nr = 1) noexcept {
        if (as.abort_requested() && !may_proceed(nr)) {
            return make_exception_future<>(as.abort_requested_exception_ptr());
        }
        return wait_as<abortable_waiter>(nr, as);
    }

    /// Gives units back, or adds new ones. After broken() it only counts.
    void signal(size_t nr = 1) noexcept {
        if (_ex) {
            return;
        }
        _count += nr;
        while (!_waiters.empty() && has_available_units(_waiters.front().units)) {
            auto& w = _waiters.front();
            _count -= w.units;
            _waiters.resolve(w);
        }
    }
    /// Takes units without waiting; the count may become negative.
    void consume(size_t nr = 1) noexcept {
        if (!_ex) {
            _count -= nr;
        }
    }
    /// Takes units if that needs no waiting.
    bool try_wait(size_t nr = 1) noexcept {
        if (!may_proceed(nr)) {
            return false;
        }
        _count -= nr;
        return true;
    }
    size_t current() const noexcept { return _count > 0 ? static_cast<size_t>(_count) : 0; }
    ssize_t available_units() const noexcept { return _count; }
    size_t waiters() const noexcept { return _waiters.size(); }

    /// Everybody who waits, and whoever will, fails.
    void broken() noexcept { broken(std::make_exception_ptr(exception_factory::broken())); }
    template <typename Exception>
        requires(!std::is_same_v<std::decay_t<Exception>, std::exception_ptr>)
    void broken(const Exception& ex) noexcept {
        broken(std::make_exception_ptr(ex));
    }
    void broken(std::exception_ptr ex) noexcept {
        _ex = ex;
        _count = 0;
        while (!_waiters.empty()) {
            _waiters.resolve(_waiters.front(), ex);
        }
    }

    void ensure_space_for_waiters(size_t) {}
};

/// Units that give themselves back.
template <typename ExceptionFactory = semaphore_default_exception_factory, typename Clock = timer<>::clock>
class semaphore_units {
    basic_semaphore<ExceptionFactory, Clock>* _sem = nullptr;
    size_t _n = 0;

public:
    semaphore_units() noexcept = default;
    semaphore_units(basic_semaphore<ExceptionFactory, Clock>& sem, size_t n) noexcept : _sem(&sem), _n(n) {}
    semaphore_units(basic_semaphore<ExceptionFactory, Clock>* sem, size_t n) noexcept : _sem(sem), _n(n) {}
    semaphore_units(semaphore_units&& o) noexcept : _sem(o._sem), _n(std::exchange(o._n, 0)) {}
    semaphore_units& operator=(semaphore_units&& o) noexcept {
        if (this != &o) {
            return_all();
            _sem = o._sem;
            _n = std::exchange(o._n, 0);
        }
        return *this;
    }
    semaphore_units(const semaphore_units&) = delete;
    ~semaphore_units() noexcept { return_all(); }

    /// Gives `units` of them back now; returns how many are left. Throws std::invalid_argument if there are not so many.
    size_t return_units(size_t units) {
        if (units > _n) {
            throw std::invalid_argument("Cannot take more units than those protected by the semaphore");
        }
        _n -= units;
        _sem->signal(units);
        return _n;
    }
    void return_all() noexcept {
        if (auto n = std::exchange(_n, 0)) {
            _sem->signal(n);
        }
    }
    /// Forgets them without giving them back; how many there were.
    size_t release() noexcept { return std::exchange(_n, 0); }
    semaphore_units split(size_t units) {
        if (units > _n) {
            throw std::invalid_argument("Cannot take more units than those protected by the semaphore");
        }
        _n -= units;
        return semaphore_units(_sem, units);
    }
    /// Requires: of the same semaphore.
    void adopt(semaphore_units&& other) noexcept {
        SEASTAR_ASSERT(!_sem || !other._sem || other._sem == _sem);
        if (!_sem) {
            _sem = other._sem;
        }
        _n += other.release();
    }
    size_t count() const noexcept { return _n; }
    explicit operator bool() const noexcept { return _n != 0; }
};

/// Waits for units; they are given back when the result goes.
template <typename ExceptionFactory, typename Clock>
future<semaphore_units<ExceptionFactory, Clock>> get_units(basic_semaphore<ExceptionFactory, Clock>& sem,
                                                           size_t units) noexcept {
    return sem.wait(units).then([&sem, units] { return semaphore_units<ExceptionFactory, Clock>(sem, units); });
}
template <typename ExceptionFactory, typename Clock>
future<semaphore_units<ExceptionFactory, Clock>>
get_units(basic_semaphore<ExceptionFactory, Clock>& sem, size_t units,
          typename basic_semaphore<ExceptionFactory, Clock>::time_point timeout) noexcept {
    return sem.wait(timeout, units).then([&sem, units] { return semaphore_units<ExceptionFactory, Clock>(sem, units); });
}
template <typename ExceptionFactory, typename Clock>
future<semaphore_units<ExceptionFactory, Clock>>
get_units(basic_semaphore<ExceptionFactory, Clock>& sem, size_t units,
          typename basic_semaphore<ExceptionFactory, Clock>::duration timeout) noexcept {
    return get_units(sem, units, Clock::now() + timeout);
}
template <typename ExceptionFactory, typename Clock>
future<semaphore_units<ExceptionFactory, Clock>> get_units(basic_semaphore<ExceptionFactory, Clock>& sem, size_t units,
                                                           abort_source& as) noexcept {
    return sem.wait(as, units).then([&sem, units] { return semaphore_units<ExceptionFactory, Clock>(sem, units); });
}
template <typename ExceptionFactory, typename Clock>
std::optional<semaphore_units<ExceptionFactory, Clock>> try_get_units(basic_semaphore<ExceptionFactory, Clock>& sem,
                                                                      size_t units) noexcept {
    return sem.try_wait(units) ? std::optional(semaphore_units<ExceptionFactory, Clock>(sem, units)) : std::nullopt;
}
/// Takes units without waiting.
template <typename ExceptionFactory, typename Clock>
semaphore_units<ExceptionFactory, Clock> consume_units(basic_semaphore<ExceptionFactory, Clock>& sem,
                                                       size_t units) noexcept {
    sem.consume(units);
    return semaphore_units<ExceptionFactory, Clock>(sem, units);
}

/// Holds units while func runs: until its future resolves, well or not.
template <typename ExceptionFactory, typename Clock, typename Func>
auto with_semaphore(basic_semaphore<ExceptionFactory, Clock>& sem, size_t units, Func&& func) noexcept {
    return get_units(sem, units).then([func = std::forward<Func>(func)](auto units) mutable {
        return futurize_invoke(std::move(func)).finally([units = std::move(units)] {});
    });
}
template <typename ExceptionFactory, typename Clock, typename Func>
auto with_semaphore(basic_semaphore<ExceptionFactory, Clock>& sem, size_t units,
                    typename basic_semaphore<ExceptionFactory, Clock>::duration timeout, Func&& func) noexcept {
    return get_units(sem, units, timeout).then([func = std::forward<Func>(func)](auto units) mutable {
        return futurize_invoke(std::move(func)).finally([units = std::move(units)] {});
    });
}

using semaphore = basic_semaphore<semaphore_default_exception_factory>;
using named_semaphore = basic_semaphore<named_semaphore_exception_factory>;

}
