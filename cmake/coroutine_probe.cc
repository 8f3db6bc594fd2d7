// Does this compiler destroy what a lambda inside a co_await expression captured exactly once? g++ 12 does it twice (GCC
// bug 101367). Exit status 0: once.
#include <coroutine>

namespace {

int alive = 0;

struct counted {
    counted() { ++alive; }
    counted(const counted&) { ++alive; }
    ~counted() { --alive; }
};

struct task {
    struct promise_type {
        task get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() {}
    };
};

struct awaitable {
    bool await_ready() { return false; }
    bool await_suspend(std::coroutine_handle<>) { return false; }
    void await_resume() {}
};

template <typename Function>
awaitable apply(Function function) {
    function();
    return {};
}

task shapes() {
    counted value;
    co_await apply([value] { (void)value; });
    co_await apply([copy = value] { (void)copy; });
    co_await [value]() -> awaitable { return {}; }();
}

}

int main() {
    shapes();
    return alive == 0 ? 0 : 1;
}
