#include "io/blocking_call.hh"

#include "io/file_fixture.hh"
#include "kernel/sim/world.hh"

#include <atomic>
#include <csignal>
#include <latch>
#include <pthread.h>
#include <string>
#include <thread>
#include <vector>

namespace seastar::io {
namespace {

class BlockingCalls : public file_fixture {};
INSTANTIATE_TEST_SUITE_P(, BlockingCalls, both_rings(), backend_name);

TEST_P(BlockingCalls, AnswerFromAnotherThread) {
    EXPECT_EQ(calls().threads(), 0u);
    EXPECT_NE(run(call_blocking([] { return std::this_thread::get_id(); })), std::this_thread::get_id());
    EXPECT_EQ(calls().pending(), 0u);
    EXPECT_EQ(calls().threads(), 1u);
}

TEST_P(BlockingCalls, WakeAShardThatSleeps) {
    for (int i = 0; i < 1000; ++i) {
        ASSERT_EQ(run(call_blocking([i] { return i; })), i);
    }
}

TEST_P(BlockingCalls, RunAsManyAtOnceAsThereAreThreads) {
    std::latch together(blocking_calls::threads_max);
    std::vector<future<int>> answers;
    for (unsigned i = 0; i < blocking_calls::threads_max; ++i) {
        answers.push_back(call_blocking([&together] {
            together.arrive_and_wait();
            return 1;
        }));
    }
    EXPECT_EQ(calls().pending(), blocking_calls::threads_max);
    for (auto& answer : answers) {
        EXPECT_EQ(run(std::move(answer)), 1);
    }
    EXPECT_EQ(calls().threads(), blocking_calls::threads_max);
}

TEST_P(BlockingCalls, OneAfterTheOtherNeedOneThread) {
    for (int i = 0; i < 100; ++i) {
        run(call_blocking([] { return 0; }));
    }
    EXPECT_EQ(calls().threads(), 1u);
}

TEST_P(BlockingCalls, AnswerThousands) {
    uint64_t sum = 0;
    std::vector<future<>> answers;
    for (uint64_t i = 0; i < 5000; ++i) {
        answers.push_back(call_blocking([i] { return i; }).then([&sum](uint64_t n) { sum += n; }));
    }
    for (auto& answer : answers) {
        run(std::move(answer));
    }
    EXPECT_EQ(sum, 5000u * 4999 / 2);
    EXPECT_LE(calls().threads(), blocking_calls::threads_max);
}

TEST_P(BlockingCalls, LeadToFurtherCalls) {
    struct again final : blocking_calls::call {
        int left;
        promise<> done;
        again(int n, promise<> p) : left(n), done(std::move(p)) {}
        void run() noexcept override {}
        void finish() noexcept override {
            if (left == 0) {
                done.set_value();
            } else {
                blocking_calls::local().submit(std::make_unique<again>(left - 1, std::move(done)));
            }
        }
    };
    promise<> p;
    auto done = p.get_future();
    calls().submit(std::make_unique<again>(100, std::move(p)));
    run(std::move(done));
    EXPECT_EQ(calls().pending(), 0u);
}

TEST_P(BlockingCalls, TakeNoSignals) {
    auto blocked = run(call_blocking([] {
        sigset_t set;
        ::pthread_sigmask(SIG_SETMASK, nullptr, &set);
        return set;
    }));
    for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGALRM, SIGRTMIN + 1}) {
        EXPECT_EQ(sigismember(&blocked, signal), 1) << signal;
    }
    sigset_t mine;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mine);
    EXPECT_EQ(sigismember(&mine, SIGUSR1), 0);
}

TEST_P(BlockingCalls, RunOnThreadsWithAName) {
    auto name = run(call_blocking([] {
        char text[16] = "";
        ::pthread_getname_np(::pthread_self(), text, sizeof(text));
        return std::string(text);
    }));
    EXPECT_EQ(name, "blocking-0");
}

/// All threads have a call, which waits for go(), and as many calls wait.
struct twice_as_many {
    static constexpr unsigned running = blocking_calls::threads_max;
    std::latch begun{running};
    std::latch may_go{1};
    std::atomic<unsigned> ran{0};
    std::vector<future<int>> answers;

    twice_as_many() {
        for (unsigned i = 0; i < 2 * running; ++i) {
            answers.push_back(call_blocking([this, first = i < running] {
                if (first) {
                    begun.count_down();
                }
                may_go.wait();
                ++ran;
                return 1;
            }));
        }
        begun.wait();
    }
    void go() { may_go.count_down(); }
};

TEST_P(BlockingCalls, ThatRunFinishAfterAStopAndTheOthersAreDropped) {
    twice_as_many some;
    calls().stop();
    EXPECT_TRUE(calls().stopped());
    EXPECT_EQ(calls().pending(), some.running);
    some.go();
    for (unsigned i = 0; i < some.running; ++i) {
        EXPECT_EQ(run(std::move(some.answers[i])), 1);
    }
    for (unsigned i = some.running; i < 2 * some.running; ++i) {
        EXPECT_THROW(run(std::move(some.answers[i])), broken_promise);
    }
    EXPECT_THROW(run(call_blocking([] { return 0; })), broken_promise);
    EXPECT_EQ(calls().pending(), 0u);
    EXPECT_EQ(some.ran, some.running);
}

TEST_P(BlockingCalls, ThatRunAreAwaitedAtTheEnd) {
    twice_as_many some;
    std::thread opener([&] { some.go(); });
    end_calls();
    opener.join();
    EXPECT_GE(some.ran, some.running);
    for (auto& answer : some.answers) {
        EXPECT_THROW(run(std::move(answer)), broken_promise);
    }
}

TEST_P(BlockingCalls, RunOnTheShardItselfUnderASubstitute) {
    kernel::sim::world world(kernel::sim::options{});
    kernel::substitute_scope scope(&world);
    EXPECT_EQ(run(call_blocking([] { return std::this_thread::get_id(); })), std::this_thread::get_id());
    EXPECT_EQ(calls().threads(), 0u);
}

}
}
