/// Reaching shards from threads that are none: those of other libraries, or main() beside a runtime on other threads.
#pragma once

#include <seastar/core/future.hh>

#include <future>
#include <memory>

namespace seastar::alien {

/// The shards that alien threads talk to: app_template::alien(). Any thread; outlives those who use it.
class instance {
public:
    struct impl; // src/seastar/shard/alien.hh

    instance();
    ~instance();
    instance(const instance&) = delete;
    impl& internals() noexcept { return *_impl; }

private:
    std::unique_ptr<impl> _impl;
};

namespace internal {

/// A function on its way to a shard. It runs and is destroyed there, or, when there is no such shard, is destroyed
/// here.
class work {
public:
    virtual ~work() = default;
    virtual void run() noexcept = 0;
};
void send(instance& instance, unsigned shard, std::unique_ptr<work> w);

template <typename Func>
class call final : public work {
    Func _func;

public:
    explicit call(Func&& func) : _func(std::move(func)) {}
    void run() noexcept override { _func(); }
};

template <typename Func>
using result_of = typename seastar::futurize<decltype(std::declval<Func&>()())>::value_type;

}

/// Runs func on a shard, some time; it must not throw. The work is dropped when the shards do not run. Throws
/// std::bad_alloc.
template <typename Func>
void run_on(instance& instance, unsigned shard, Func func) {
    internal::send(instance, shard, std::make_unique<internal::call<Func>>(std::move(func)));
}

/// Runs func on a shard and brings its result back: a value, nothing, or what the seastar::future that it returns
/// resolves to. The result is std::future_error (broken promise) when the shards do not run. Throws std::bad_alloc.
template <typename Func, typename T = internal::result_of<Func>>
std::future<T> submit_to(instance& instance, unsigned shard, Func func) {
    std::promise<T> promise;
    auto result = promise.get_future();
    run_on(instance, shard, [promise = std::move(promise), func = std::move(func)]() mutable {
        // The function lives until its future is there.
        auto kept = std::make_unique<Func>(std::move(func));
        auto done = seastar::futurize_invoke(*kept);
        (void)done.then_wrapped([promise = std::move(promise), kept = std::move(kept)](seastar::future<T> f) mutable {
            try {
                if constexpr (std::is_void_v<T>) {
                    f.get();
                    promise.set_value();
                } else {
                    promise.set_value(f.get());
                }
            } catch (...) {
                promise.set_exception(std::current_exception());
            }
        });
    });
    return result;
}

}
