/// Calls that block, for a shard that must not: they run on threads of their own, and the answer is a future.
#pragma once

#include "loop/shard.hh"

#include <seastar/core/future.hh>

#include <memory>
#include <optional>
#include <type_traits>

namespace seastar::io {

/// The threads of one shard, made when there is something for them to do, at most `threads_max`. Lives on the shard as
/// long as its loop turns; the runtime makes one. When it goes, it waits for what runs, and the rest never runs; the
/// futures of both are broken promises by then.
class blocking_calls {
public:
    static constexpr unsigned threads_max = 4;

    explicit blocking_calls(loop::shard& shard);
    ~blocking_calls();
    blocking_calls(const blocking_calls&) = delete;

    /// The shard's. Requires: it has one.
    static blocking_calls& local() noexcept;

    /// A call on its way. Made on the shard, run by a thread, finished and deleted on the shard.
    class call {
    public:
        virtual ~call() = default;
        virtual void run() noexcept = 0;    ///< on a thread
        virtual void finish() noexcept = 0; ///< on the shard

    private:
        friend class blocking_calls;
        call* _next = nullptr;
    };
    /// Throws std::system_error where there is no thread and none can be made.
    void submit(std::unique_ptr<call> c);
    /// Calls that were submitted and have not finished.
    size_t pending() const noexcept;
    unsigned threads() const noexcept;

    /// From now on nothing begins: neither what waits nor what is submitted later. What runs finishes as ever.
    void stop() noexcept;
    bool stopped() const noexcept;

private:
    struct state;
    std::unique_ptr<state> _state;
};

/// Runs func on a thread; what it returns. Func is noexcept by nature: it makes one system call or few, and touches
/// nothing of the shard's. Shard: the caller's.
template <typename Func>
future<std::invoke_result_t<Func&>> call_blocking(Func func) noexcept {
    using result = std::invoke_result_t<Func&>;
    struct made_call final : blocking_calls::call {
        Func func;
        std::optional<result> answer;
        promise<result> done;
        explicit made_call(Func&& f) : func(std::move(f)) {}
        void run() noexcept override { answer.emplace(func()); }
        void finish() noexcept override { done.set_value(std::move(*answer)); }
    };
    try {
        auto c = std::make_unique<made_call>(std::move(func));
        auto answer = c->done.get_future();
        blocking_calls::local().submit(std::move(c));
        return answer;
    } catch (...) {
        return current_exception_as_future<result>();
    }
}

}
