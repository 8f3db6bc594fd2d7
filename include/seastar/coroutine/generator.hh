/// Generators: coroutines that co_yield one value after the other, and may co_await futures in between.
///
///     generator<int> count(int n) {
///         for (int i = 0; i < n; ++i) {
///             co_await sleep(1ms);
///             co_yield i;
///         }
///     }
///     auto numbers = count(3);
///     while (std::optional<int> i = co_await numbers()) { ... }
///
/// A generator with a container of its own runs ahead of its consumer, while there is room: its first parameter says
/// how much.
///
///     generator<int, circular_buffer> count(buffer_size_t room, int n);
#pragma once

#include <seastar/core/coroutine.hh>

#include <algorithm>
#include <coroutine>
#include <exception>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

namespace seastar::coroutine::experimental {

/// How many values a buffered generator keeps for its consumer.
enum class buffer_size_t : size_t;

template <typename T, template <typename...> class Container = std::optional>
class generator;

/// co_yield elements_of(g): yields all that g, a generator or a range, has.
template <typename Source>
struct elements_of {
    Source source;
    explicit elements_of(Source s) : source(std::move(s)) {}
};

namespace internal {

template <typename T, typename Buffer>
inline constexpr bool is_slot = std::is_same_v<Buffer, std::optional<T>>;

/// What forwarder reads from: wait(task) as a generator's, take() a value or nothing.
template <typename Range>
class range_source {
    Range _range;
    decltype(std::begin(_range)) _at = std::begin(_range);

public:
    explicit range_source(Range&& range) : _range(std::move(range)) {}
    range_source(const range_source&) = delete;
    bool wait(task&) const noexcept { return false; }
    auto take() {
        using value = std::decay_t<decltype(*_at)>;
        return _at != std::end(_range) ? std::optional<value>(std::move(*_at++)) : std::optional<value>();
    }
};
template <typename Generator>
class generator_source {
    Generator _generator;

public:
    explicit generator_source(Generator&& generator) noexcept : _generator(std::move(generator)) {}
    bool wait(task& waiter) noexcept { return _generator().wait(waiter); }
    auto take() { return _generator().await_resume(); }
};

/// The coroutine's state. At any time it rests (not started, or at a co_yield), runs, waits for a future, or has ended.
/// It is destroyed with its generator<>, or, if it waits then, where it would next have rested.
template <typename T, typename Buffer>
class generator_promise final : public task {
    Buffer _buffer;
    size_t _capacity = 1;
    task* _resting = nullptr;  ///< what goes on when a value is wanted: this, or a forwarder
    task* _consumer = nullptr; ///< waits for a value
    bool _inline = false;      ///< the consumer called us: it sees what there is when we return
    bool _ended = false;
    bool _abandoned = false;
    std::exception_ptr _failure;

    using handle = std::coroutine_handle<generator_promise>;

    bool full() const noexcept {
        if constexpr (is_slot<T, Buffer>) {
            return _buffer.has_value();
        } else {
            return _buffer.size() >= _capacity;
        }
    }
    bool empty() const noexcept {
        if constexpr (is_slot<T, Buffer>) {
            return !_buffer.has_value();
        } else {
            return _buffer.empty();
        }
    }
    template <typename U>
    void push(U&& value) {
        if constexpr (is_slot<T, Buffer>) {
            _buffer.emplace(std::forward<U>(value));
        } else {
            _buffer.push_back(T(std::forward<U>(value)));
        }
        wake();
    }
    void wake() noexcept {
        if (_consumer && !_inline) {
            ::seastar::schedule(std::exchange(_consumer, nullptr));
        }
    }
    template <typename First, typename... Rest>
    static size_t room(const First& first, const Rest&... rest) noexcept {
        if constexpr (std::is_same_v<First, buffer_size_t>) {
            return std::max<size_t>(static_cast<size_t>(first), 1);
        } else {
            static_assert(sizeof...(Rest) > 0, "the first parameter of a buffered generator is a buffer_size_t");
            return room(rest...);
        }
    }

    /// Rests, as whatever goes on when the next value is wanted. If nobody wants any more, that is the end.
    void rest(task& goes_on) noexcept {
        if (_abandoned) {
            handle::from_promise(*this).destroy();
        } else {
            _resting = &goes_on;
        }
    }
    bool must_rest() const noexcept { return _abandoned || full() || need_preempt(); }

    struct yield_awaiter {
        generator_promise& owner;
        bool await_ready() const noexcept { return !owner.must_rest(); }
        void await_suspend(handle) noexcept { owner.rest(owner); }
        void await_resume() noexcept {}
    };
    /// co_yield elements_of: passes on one value after the other, in the coroutine's stead.
    template <typename Source>
    class forwarder final : public task {
        generator_promise& _owner;
        Source _source;
        std::exception_ptr _failure;

        /// False: there are no more values; else this rests, waits, or is gone.
        bool forward() noexcept {
            try {
                do {
                    if (_source.wait(*this)) {
                        return true;
                    }
                    auto value = _source.take();
                    if (!value) {
                        return false;
                    }
                    _owner.push(std::move(*value));
                } while (!_owner.must_rest());
                _owner.rest(*this);
                return true;
            } catch (...) {
                _failure = std::current_exception();
                return false;
            }
        }

    public:
        template <typename From>
        forwarder(generator_promise& owner, From&& from) : _owner(owner), _source(std::forward<From>(from)) {}

        bool await_ready() const noexcept { return false; }
        bool await_suspend(handle) noexcept { return forward(); }
        void await_resume() {
            if (_failure) {
                std::rethrow_exception(std::move(_failure));
            }
        }
        void run_and_dispose() noexcept override {
            if (!forward()) {
                _owner.run_and_dispose();
            }
        }
        task* waiting_task() noexcept override { return &_owner; }
    };
    struct end_awaiter {
        bool await_ready() const noexcept { return false; }
        void await_suspend(handle coroutine) noexcept {
            auto& owner = coroutine.promise();
            owner._ended = true;
            owner.wake();
            if (owner._abandoned) {
                coroutine.destroy();
            }
        }
        void await_resume() noexcept {}
    };
public:
    generator_promise() noexcept
        requires is_slot<T, Buffer>
    = default;
    template <typename... Args>
        requires(!is_slot<T, Buffer>)
    explicit generator_promise(Args&... args) noexcept : _capacity(room(args...)) {}

    static void* operator new(size_t size) { return memory::allocate_task(size); }
    static void operator delete(void* p, size_t size) noexcept { memory::free_task(p, size); }

    handle get_return_object() noexcept {
        _resting = this;
        return handle::from_promise(*this);
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    end_awaiter final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { _failure = std::current_exception(); }
    void return_void() noexcept {}
    template <typename U>
        requires std::is_constructible_v<T, U&&>
    yield_awaiter yield_value(U&& value) {
        push(std::forward<U>(value));
        return yield_awaiter{*this};
    }
    template <typename U, template <typename...> class Container>
    auto yield_value(elements_of<generator<U, Container>> elements) {
        return forwarder<generator_source<generator<U, Container>>>(*this, std::move(elements.source));
    }
    template <typename Range>
    auto yield_value(elements_of<Range> elements) {
        return forwarder<range_source<Range>>(*this, std::move(elements.source));
    }

    void run_and_dispose() noexcept override { handle::from_promise(*this).resume(); }
    task* waiting_task() noexcept override { return _consumer; }
    scheduling_group set_scheduling_group(scheduling_group g) noexcept { return task::set_scheduling_group(g); }

    // ---- The consumer's side.

    bool has_result() const noexcept { return !empty() || _ended; }
    /// Goes on until there is a result. False: there is one at once.
    bool wait_for_result(task& consumer) noexcept {
        if (!has_result()) {
            _consumer = &consumer;
            if (auto* t = std::exchange(_resting, nullptr)) {
                if (t->group() != current_scheduling_group()) {
                    ::seastar::schedule(t);
                } else {
                    _inline = true;
                    t->run_and_dispose();
                    _inline = false;
                }
            }
            if (!has_result()) {
                return true;
            }
            _consumer = nullptr;
        }
        if (need_preempt()) {
            ::seastar::schedule(&consumer);
            return true;
        }
        return false;
    }
    std::optional<T> take() {
        std::optional<T> value;
        if (!empty()) {
            if constexpr (is_slot<T, Buffer>) {
                value = std::exchange(_buffer, std::nullopt);
            } else {
                value.emplace(std::move(_buffer.front()));
                _buffer.pop_front();
            }
        } else if (_failure) {
            std::rethrow_exception(std::exchange(_failure, nullptr));
        }
        return value;
    }
    /// The consumer goes away.
    void abandon() noexcept {
        if (_resting || _ended) {
            handle::from_promise(*this).destroy();
        } else {
            _abandoned = true;
            _consumer = nullptr;
        }
    }
};

}

/// A generator's coroutine starts with the first call. Shard: one. Movable, while nobody waits for a value. May be
/// destroyed at any time; a coroutine that waits for a future then ends at its next co_yield.
/// Container: std::optional (one value at a time), or any with push_back(), front(), pop_front(), size(), empty().
template <typename T, template <typename...> class Container>
class [[nodiscard]] generator {
    static_assert(std::is_object_v<T>, "generators yield objects");

public:
    using promise_type = internal::generator_promise<T, Container<T>>;
    using value_type = T;

    generator(std::coroutine_handle<promise_type> coroutine) noexcept : _coroutine(coroutine) {}
    generator(generator&& other) noexcept : _coroutine(std::exchange(other._coroutine, {})) {}
    generator& operator=(generator&& other) noexcept {
        std::swap(_coroutine, other._coroutine);
        return *this;
    }
    ~generator() {
        if (_coroutine) {
            _coroutine.promise().abandon();
        }
    }

    class [[nodiscard]] awaiter {
        promise_type& _promise;

    public:
        explicit awaiter(promise_type& promise) noexcept : _promise(promise) {}
        bool await_ready() const noexcept { return _promise.has_result() && !need_preempt(); }
        template <typename Promise>
        bool await_suspend(std::coroutine_handle<Promise> consumer) noexcept {
            return wait(consumer.promise());
        }
        /// The consumer is scheduled when there is a result. False: there is one at once.
        bool wait(task& consumer) noexcept { return _promise.wait_for_result(consumer); }
        std::optional<T> await_resume() { return _promise.take(); }
    };

    /// co_await g(): the next value; nothing when there are no more. Throws what the coroutine threw. Requires: not
    /// moved from; the call before has been answered.
    awaiter operator()() noexcept { return awaiter(_coroutine.promise()); }

private:
    std::coroutine_handle<promise_type> _coroutine;
};

}
