// The guide's second page: futures and coroutines.
#include <seastar/core/abort_source.hh>
#include <seastar/core/app-template.hh>
#include <seastar/core/coroutine.hh>
#include <seastar/core/format.hh>
#include <seastar/core/gate.hh>
#include <seastar/core/sleep.hh>
#include <seastar/core/thread.hh>
#include <seastar/core/when_all.hh>
#include <seastar/core/with_timeout.hh>
#include <seastar/coroutine/as_future.hh>
#include <seastar/coroutine/exception.hh>
#include <seastar/util/assert.hh>
#include <seastar/util/later.hh>
#include <seastar/util/log.hh>

#include <string>

using namespace std::chrono_literals;

namespace {

seastar::logger futures_log("futures");

// snippet: then
seastar::future<int> answer() { return seastar::make_ready_future<int>(42); }

seastar::future<seastar::sstring> described() {
    return answer().then([](int n) { return seastar::format("the answer is {}", n); });
}

seastar::future<seastar::sstring> described_by_a_coroutine() {
    int n = co_await answer();
    co_return seastar::format("the answer is {}", n);
}
// end

// snippet: errors
seastar::future<int> parsed(seastar::sstring text) {
    if (text.empty()) {
        co_return seastar::coroutine::make_exception(std::invalid_argument("nothing to parse"));
    }
    co_return std::stoi(text); // what it throws fails the future, too
}

seastar::future<int> parsed_or(seastar::sstring text, int otherwise) {
    auto f = co_await seastar::coroutine::as_future(parsed(std::move(text)));
    if (f.failed()) {
        f.ignore_ready_future();
        co_return otherwise;
    }
    co_return f.get();
}
// end

// snippet: lifetimes
seastar::future<size_t> total_size(std::vector<seastar::sstring> words) {
    return seastar::do_with(std::move(words), size_t(0), [](auto& words, size_t& total) {
        return seastar::do_for_each(words, [&total](const seastar::sstring& word) {
            total += word.size();
            return seastar::yield();
        }).then([&total] { return total; });
    });
}
// end

// snippet: gate
class cache {
    seastar::gate _refreshing;
    unsigned _refreshed = 0;

    seastar::future<> refresh() {
        co_await seastar::sleep(1ms);
        ++_refreshed;
    }

public:
    // Does not wait for the work: stop() does.
    void refresh_in_background() {
        (void)seastar::try_with_gate(_refreshing, [this] { return refresh(); })
            .handle_exception([](std::exception_ptr e) { futures_log.warn("refreshing: {}", e); });
    }
    seastar::future<> stop() { return _refreshing.close(); }
    unsigned refreshed() const { return _refreshed; }
};
// end

struct downloads {
    unsigned running = 0;
    unsigned most = 0;

    seastar::future<> one(int) {
        most = std::max(most, ++running);
        co_await seastar::sleep(1ms);
        --running;
    }
};

// snippet: loops
seastar::future<unsigned> most_downloads_at_once(std::vector<int> ids) {
    downloads d;
    auto start = [&d](int id) { return d.one(id); };
    co_await seastar::max_concurrent_for_each(ids, 3, start);
    co_return d.most;
}
// end

// snippet: together
seastar::future<int> sum_of_both() {
    auto [a, b] = co_await seastar::when_all_succeed(answer(), parsed("8"));
    co_return a + b;
}
// end

// snippet: timeout
seastar::future<bool> comes_in_time(seastar::future<> f) {
    auto deadline = seastar::steady_clock_type::now() + 2ms;
    auto waited = co_await seastar::coroutine::as_future(seastar::with_timeout(deadline, std::move(f)));
    bool in_time = !waited.failed();
    waited.ignore_ready_future();
    co_return in_time;
}
// end

// snippet: abort
seastar::future<bool> gives_up_when_told() {
    seastar::abort_source stop;
    auto nap = seastar::sleep_abortable(1h, stop);
    stop.request_abort();
    auto slept = co_await seastar::coroutine::as_future(std::move(nap));
    bool gave_up = slept.failed(); // with sleep_aborted
    slept.ignore_ready_future();
    co_return gave_up;
}
// end

// snippet: thread
seastar::future<int> sum_in_a_thread(std::vector<seastar::sstring> texts) {
    return seastar::async([texts = std::move(texts)] {
        int sum = 0;
        for (auto& text : texts) {
            sum += parsed(text).get(); // other tasks run meanwhile
        }
        return sum;
    });
}
// end

// snippet: gcc
seastar::future<int> answer_and(int more) {
    auto add = [more](int n) { return n + more; }; // not inside the co_await expression: g++ 12
    co_return co_await answer().then(add);
}
// end

seastar::future<> check_all() {
    std::vector<seastar::sstring> words{"one", "three"}, numbers{"1", "2", "3"};
    std::vector<int> ids{1, 2, 3, 4, 5, 6, 7};
    SEASTAR_ASSERT(co_await described() == "the answer is 42");
    SEASTAR_ASSERT(co_await described_by_a_coroutine() == "the answer is 42");
    SEASTAR_ASSERT(co_await parsed_or("17", 5) == 17 && co_await parsed_or("", 5) == 5);
    SEASTAR_ASSERT(co_await total_size(words) == 8);
    cache c;
    c.refresh_in_background();
    co_await c.stop();
    c.refresh_in_background(); // too late: a line in the log
    SEASTAR_ASSERT(c.refreshed() == 1);
    SEASTAR_ASSERT(co_await most_downloads_at_once(ids) == 3);
    SEASTAR_ASSERT(co_await sum_of_both() == 50);
    SEASTAR_ASSERT(co_await comes_in_time(seastar::make_ready_future<>()));
    seastar::promise<> late;
    SEASTAR_ASSERT(!co_await comes_in_time(late.get_future()));
    late.set_value();
    SEASTAR_ASSERT(co_await gives_up_when_told());
    SEASTAR_ASSERT(co_await sum_in_a_thread(numbers) == 6);
    SEASTAR_ASSERT(co_await answer_and(1) == 43);
}

}

int main(int argc, char** argv) {
    seastar::app_template app;
    return app.run(argc, argv, check_all);
}
