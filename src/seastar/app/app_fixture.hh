/// Running programs in tests: in a child where the process itself matters (signals, standard output, the exit status),
/// in place where it does not.
#pragma once

#include <seastar/core/app-template.hh>

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace seastar::app {

/// argc and argv of a program that is called "program".
class arguments {
public:
    arguments(std::initializer_list<std::string> args) : _texts(args) {
        _texts.insert(_texts.begin(), "program");
        for (auto& t : _texts) {
            _pointers.push_back(t.data());
        }
        _pointers.push_back(nullptr);
    }
    int count() const { return static_cast<int>(_texts.size()); }
    char** pointers() { return _pointers.data(); }

private:
    std::vector<std::string> _texts;
    std::vector<char*> _pointers;
};

/// app.run() with these arguments, quietly.
template <typename Func>
int run(app_template& app, std::initializer_list<std::string> args, Func&& func) {
    std::vector<std::string> all(args);
    all.insert(all.end(), {"--default-log-level", "warn", "--blocked-reactor-notify-ms", "0"});
    std::vector<char*> pointers{const_cast<char*>("program")};
    for (auto& a : all) {
        pointers.push_back(a.data());
    }
    auto count = static_cast<int>(pointers.size());
    pointers.push_back(nullptr);
    return app.run(count, pointers.data(), std::forward<Func>(func));
}
template <typename Func>
int run(std::initializer_list<std::string> args, Func&& func) {
    app_template app;
    return run(app, args, std::forward<Func>(func));
}

/// What a child left behind.
struct outcome {
    int status = 0; ///< exit status, or -signal
    std::string out;
    std::string err;
};

/// Calls func in a child process, whose exit status is func's result. `meanwhile` runs here, with the child's id and a
/// function that waits until a text has been printed on its standard output.
outcome in_child(std::function<int()> func,
                 std::function<void(int pid, std::function<void(const std::string&)> wait_for)> meanwhile = {});

}
