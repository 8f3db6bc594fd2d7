// Prints a backtrace in each of the ways in which the library prints one. decode_test.py knows by the marks at the ends
// of lines ("at: NAME") which lines must be found in it.
#include <seastar/core/app-template.hh>
#include <seastar/core/future.hh>
#include <seastar/util/backtrace.hh>

#include <iostream>
#include <poll.h>
#include <stdexcept>
#include <string_view>

namespace {

template <typename T>
struct chain {
    [[gnu::always_inline]] static T inlined(T n) {
        std::cout << seastar::current_backtrace() << std::endl; // at: inlined
        return n;
    }
    [[gnu::noinline]] static T inner(T n) {
        return inlined(n) + // at: inner
               1;
    }
};

[[gnu::noinline]] int outer(int n) {
    auto result = chain<int>::inner(n); // at: outer
    return result + 1;
}

[[gnu::noinline]] void ignore_future() {
    (void)seastar::make_exception_future<>(std::runtime_error("nobody looks")); // at: ignore_future
}

[[gnu::noinline]] void throw_exception() {
    seastar::throw_with_backtrace<std::runtime_error>("hello"); // at: throw_exception
}

[[gnu::noinline]] void spin() {
    for (volatile int i = 0; i < 1'000'000;) {
        i = i + 1;
    }
}

// Until standard input is closed.
[[gnu::noinline]] void stall() {
    pollfd input{0, POLLIN, 0};
    while (::poll(&input, 1, 0) == 0) {
        spin(); // at: stall
    }
}

}

int main(int argc, char** argv) {
    std::string_view kind = argc > 1 ? argv[1] : "";
    if (kind == "printed") {
        return outer(-2); // at: main
    } else if (kind == "ignored") {
        ignore_future();
    } else if (kind == "thrown") {
        try {
            throw_exception();
        } catch (const std::exception& e) {
            std::cout << "Caught (" << e.what() << ")" << std::endl;
        }
    } else if (kind == "stalled") {
        seastar::app_template app;
        return app.run(argc - 1, argv + 1, [] {
            stall();
            return seastar::make_ready_future<>();
        });
    } else {
        std::cerr << "usage: " << argv[0] << " printed|ignored|thrown|stalled [options]\n";
        return 1;
    }
}
