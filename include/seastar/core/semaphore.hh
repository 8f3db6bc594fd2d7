/// Semaphores: limit how much goes on at once, in units of anything (requests, bytes).
///
///     static thread_local semaphore limit(100);
///     return with_semaphore(limit, 1, [] { return slow(); });
#pragma once

#include <seastar/core/internal/waiter_queue.hh>
#include <seastar/core/sstring.hh>
#include <seastar/core/timed_out_error.hh>
#include <seastar/core/timer.hh>

#include <limits>
#include <optional>
#include <sys/types.h>

namespace seastar {

/// The semaphore was declared broken, which fails all who wait now or later.
class broken_semaphore : public std::exception {
public:
    const char* what() const noexcept override;
};
class semaphore_timed_out : public timed_out_error {
public:
    const char* what() const noexcept override;
};
class semaphore_aborted : public abort_requested_exception {
public:
    const char* what() const noexcept override;
};

/// Makes the exceptions of a basic_semaphore.
struct semaphore_default_exception_factory {
    static semaphore_timed_out timeout() noexcept { return {}; }
    static broken_semaphore broken() noexcept { return {}; }
    static semaphore_aborted aborted() noexcept { return {}; }
};

class named_semaphore_timed_out : public semaphore_timed_out {
    sstring _msg;

public:
    explicit named_semaphore_timed_out(std::string_view name);
    const char* what() const noexcept override { return _msg.c_str(); }
};
class broken_named_semaphore : public broken_semaphore {
    sstring _msg;

public:
    explicit broken_named_semaphore(std::string_view name);
    const char* what() const noexcept override { return _msg.c_str(); }
};
class named_semaphore_aborted : public semaphore_aborted {
    sstring _msg;

public:
    explicit named_semaphore_aborted(std::string_view name);
    const char* what() const noexcept override { return _msg.c_str(); }
};

/// Exceptions that say which semaphore it was.
struct named_semaphore_exception_factory {
    sstring name;
    named_semaphore_timed_out timeout() const { return named_semaphore_timed_out(name); }
    broken_named_semaphore broken() const { return broken_named_semaphore(name); }
    named_semaphore_aborted aborted() const { return named_semaphore_aborted(name); }
};

/// A counter of units that one can wait for. Shard: one, on which it lives and is used; may be made before there is an
/// engine. Waiters are served in order: a large request that waits is not overtaken by a small one. wait() never
/// throws. A wait for more units than there ever are does not end by itself. Movable while nobody waits.
/// ExceptionFactory: has timeout(), broken() and aborted(). Clock: as timer<Clock>.
template <typename ExceptionFactory, typename Clock = typename timer<>::clock>
class basic_semaphore : private ExceptionFactory {
public:
    using clock = Clock;
    using duration = typename timer<clock>::duration;
    using time_point = typename timer<clock>::time_point;
    using exception_factory = ExceptionFactory;

    static constexpr size_t max_counter() noexcept { return std::numeric_limits<ssize_t>::max(); }

    constexpr explicit basic_semaphore(size_t count) noexcept(noexcept(exception_factory())) : _count(count) {}
    constexpr basic_semaphore(size_t count, exception_factory&& factory) noexcept
        : exception_factory(std::move(factory)), _count(count) {}
    basic_semaphore(basic_semaphore&&) noexcept = default;
    basic_semaphore& operator=(basic_semaphore&&) noexcept = default;

    /// Takes nr units; ready at once, without an allocation, if they are there and nobody waits. Give them back with
    /// signal().
    future<> wait(size_t nr = 1) noexcept {
        if (auto done = at_once(nr)) {
            return std::move(*done);
        }
        return internal::wait_in(_waiters, [nr] { return new internal::waiter(nr); });
    }
    /// The same until a time; then it fails with the factory's timeout() and takes nothing.
    future<> wait(time_point timeout, size_t nr = 1) noexcept {
        if (auto done = at_once(nr)) {
            return std::move(*done);
        }
        if (timeout == time_point::max()) {
            return wait(nr);
        }
        if (timeout <= internal::timer_now<Clock>()) {
            return make_exception_future<>(factory().timeout());
        }
        using waiter = internal::timed_waiter<basic_semaphore, timer<clock>>;
        return internal::wait_in(_waiters, [&] { return new waiter(nr, *this, timeout); });
    }
    future<> wait(duration timeout, size_t nr = 1) noexcept { return wait(from_now(timeout), nr); }
    /// The same until an abort is requested; then it fails with the factory's aborted().
    future<> wait(abort_source& as, size_t nr = 1) noexcept {
        if (auto done = at_once(nr)) {
            return std::move(*done);
        }
        if (as.abort_requested()) {
            return make_exception_future<>(factory().aborted());
        }
        using waiter = internal::abortable_waiter<basic_semaphore>;
        return internal::wait_in(_waiters, [&] { return new waiter(nr, *this, as); });
    }

    /// Gives nr units to those who wait, or to those who come. No effect when broken.
    void signal(size_t nr = 1) noexcept {
        if (!_broken) {
            _count += nr;
            grant();
        }
    }
    /// Takes nr units without waiting, even if they are not there: available_units() may become negative.
    void consume(size_t nr = 1) noexcept {
        if (!_broken) {
            _count -= nr;
        }
    }
    /// Takes nr units if that needs no waiting.
    bool try_wait(size_t nr = 1) noexcept {
        bool can = may_proceed(nr);
        if (can) {
            _count -= nr;
        }
        return can;
    }

    size_t current() const noexcept { return _count > 0 ? static_cast<size_t>(_count) : 0; }
    ssize_t available_units() const noexcept { return _count; }
    size_t waiters() const noexcept { return _waiters.size(); }

    /// Fails who waits and who will wait. There is no way back.
    void broken() noexcept { broken(std::make_exception_ptr(factory().broken())); }
    template <typename Exception>
        requires(!std::is_same_v<std::decay_t<Exception>, std::exception_ptr>)
    void broken(const Exception& ex) noexcept {
        broken(std::make_exception_ptr(ex));
    }
    void broken(std::exception_ptr ex) noexcept {
        _count = 0;
        _broken.set(std::move(ex));
        _waiters.fail_all(_broken.get());
    }

    /// Compat: waiters are allocated one by one here, from the shard's free lists; there is nothing to prepare.
    void ensure_space_for_waiters(size_t) noexcept {}

private:
    template <typename Owner, typename Timer>
    friend class internal::timed_waiter;
    template <typename Owner>
    friend class internal::abortable_waiter;

    const exception_factory& factory() const noexcept { return *this; }
    bool has_units(size_t nr) const noexcept { return _count >= 0 && static_cast<size_t>(_count) >= nr; }
    bool may_proceed(size_t nr) const noexcept { return _waiters.empty() && has_units(nr) && !_broken; }
    std::optional<future<>> at_once(size_t nr) noexcept {
        if (_broken) {
            return make_exception_future<>(_broken.get());
        }
        if (!try_wait(nr)) {
            return std::nullopt;
        }
        return make_ready_future<>();
    }
    static time_point from_now(duration d) noexcept {
        auto now = internal::timer_now<Clock>();
        return d > time_point::max() - now ? time_point::max() : now + d;
    }
    void grant() noexcept {
        while (!_waiters.empty() && has_units(_waiters.front().weight())) {
            _count -= _waiters.front().weight();
            _waiters.wake_front();
        }
    }
    // The next in the queue may need less than the one that gave up.
    void timed_out(internal::waiter& w) noexcept {
        _waiters.fail(w, std::make_exception_ptr(factory().timeout()));
        grant();
    }
    void aborted(internal::waiter& w) noexcept {
        _waiters.fail(w, std::make_exception_ptr(factory().aborted()));
        grant();
    }

    ssize_t _count;
    internal::waiter_queue _waiters;
    internal::late_exception _broken;
};

namespace internal {
[[noreturn]] void throw_too_many_units();
}

/// Units that go back when this is destroyed. Movable. The semaphore must outlive it.
template <typename ExceptionFactory = semaphore_default_exception_factory, typename Clock = typename timer<>::clock>
class semaphore_units {
    using semaphore_type = basic_semaphore<ExceptionFactory, Clock>;
    semaphore_type* _sem = nullptr;
    size_t _n = 0;

public:
    semaphore_units() noexcept = default;
    /// Of units that were taken already.
    semaphore_units(semaphore_type& sem, size_t n) noexcept : _sem(&sem), _n(n) {}
    semaphore_units(semaphore_type* sem, size_t n) noexcept : _sem(sem), _n(n) {}
    semaphore_units(semaphore_units&& other) noexcept : _sem(other._sem), _n(std::exchange(other._n, 0)) {}
    semaphore_units& operator=(semaphore_units&& other) noexcept {
        if (this != &other) {
            return_all();
            _sem = other._sem;
            _n = std::exchange(other._n, 0);
        }
        return *this;
    }
    semaphore_units(const semaphore_units&) = delete;
    ~semaphore_units() noexcept { return_all(); }

    /// Gives some back; how many are left. Throws std::invalid_argument when there are not that many.
    size_t return_units(size_t units) {
        take(units);
        _sem->signal(units);
        return _n;
    }
    void return_all() noexcept {
        if (_n) {
            _sem->signal(std::exchange(_n, 0));
        }
    }
    /// The caller answers for the units from now on.
    size_t release() noexcept { return std::exchange(_n, 0); }
    /// A part of them. Throws std::invalid_argument when there are not that many.
    semaphore_units split(size_t units) {
        take(units);
        return semaphore_units(*_sem, units);
    }
    /// Takes over units of the same semaphore.
    void adopt(semaphore_units&& other) noexcept {
        SEASTAR_ASSERT(!_sem || !other._sem || _sem == other._sem);
        _sem = other._sem ? other._sem : _sem;
        _n += other.release();
    }
    size_t count() const noexcept { return _n; }
    explicit operator bool() const noexcept { return _n != 0; }

private:
    void take(size_t units) {
        if (units > _n) {
            internal::throw_too_many_units();
        }
        _n -= units;
    }
};

namespace internal {

template <typename ExceptionFactory, typename Clock>
auto units_after(future<>&& wait, basic_semaphore<ExceptionFactory, Clock>& sem, size_t units) noexcept {
    return std::move(wait).then([&sem, units] { return semaphore_units<ExceptionFactory, Clock>(sem, units); });
}

template <typename Units, typename Func>
auto run_with_units(future<Units>&& wait, Func&& func) noexcept {
    return std::move(wait).then([func = std::forward<Func>(func)](auto units) mutable {
        return futurize_invoke(std::move(func)).finally([units = std::move(units)] {});
    });
}

}

/// Waits for units, which go back when the semaphore_units is destroyed.
template <typename ExceptionFactory, typename Clock>
future<semaphore_units<ExceptionFactory, Clock>> get_units(basic_semaphore<ExceptionFactory, Clock>& sem,
                                                           size_t units) noexcept {
    return internal::units_after(sem.wait(units), sem, units);
}
template <typename ExceptionFactory, typename Clock>
future<semaphore_units<ExceptionFactory, Clock>>
get_units(basic_semaphore<ExceptionFactory, Clock>& sem, size_t units,
          typename basic_semaphore<ExceptionFactory, Clock>::time_point timeout) noexcept {
    return internal::units_after(sem.wait(timeout, units), sem, units);
}
template <typename ExceptionFactory, typename Clock>
future<semaphore_units<ExceptionFactory, Clock>>
get_units(basic_semaphore<ExceptionFactory, Clock>& sem, size_t units,
          typename basic_semaphore<ExceptionFactory, Clock>::duration timeout) noexcept {
    return internal::units_after(sem.wait(timeout, units), sem, units);
}
template <typename ExceptionFactory, typename Clock>
future<semaphore_units<ExceptionFactory, Clock>> get_units(basic_semaphore<ExceptionFactory, Clock>& sem, size_t units,
                                                           abort_source& as) noexcept {
    return internal::units_after(sem.wait(as, units), sem, units);
}
/// Nothing if one would have to wait.
template <typename ExceptionFactory, typename Clock>
std::optional<semaphore_units<ExceptionFactory, Clock>> try_get_units(basic_semaphore<ExceptionFactory, Clock>& sem,
                                                                      size_t units) noexcept {
    if (!sem.try_wait(units)) {
        return std::nullopt;
    }
    return semaphore_units<ExceptionFactory, Clock>(sem, units);
}
/// Takes them whether they are there or not.
template <typename ExceptionFactory, typename Clock>
semaphore_units<ExceptionFactory, Clock> consume_units(basic_semaphore<ExceptionFactory, Clock>& sem,
                                                       size_t units) noexcept {
    sem.consume(units);
    return semaphore_units<ExceptionFactory, Clock>(sem, units);
}

/// Waits for units, calls func, and gives the units back when its future has resolved, or func failed.
template <typename ExceptionFactory, typename Clock, typename Func>
auto with_semaphore(basic_semaphore<ExceptionFactory, Clock>& sem, size_t units, Func&& func) noexcept {
    return internal::run_with_units(get_units(sem, units), std::forward<Func>(func));
}
template <typename ExceptionFactory, typename Clock, typename Func>
auto with_semaphore(basic_semaphore<ExceptionFactory, Clock>& sem, size_t units,
                    typename basic_semaphore<ExceptionFactory, Clock>::duration timeout, Func&& func) noexcept {
    return internal::run_with_units(get_units(sem, units, timeout), std::forward<Func>(func));
}
template <typename ExceptionFactory, typename Clock, typename Func>
auto with_semaphore(basic_semaphore<ExceptionFactory, Clock>& sem, size_t units, abort_source& as,
                    Func&& func) noexcept {
    return internal::run_with_units(get_units(sem, units, as), std::forward<Func>(func));
}

using semaphore = basic_semaphore<semaphore_default_exception_factory>;
using named_semaphore = basic_semaphore<named_semaphore_exception_factory>;

}
