/// The smallest program.
#include <seastar/core/app-template.hh>
#include <seastar/core/reactor.hh>

#include <iostream>

int main(int argc, char** argv) {
    seastar::app_template app;
    return app.run(argc, argv, [] {
        std::cout << "Hello world\n";
        return seastar::make_ready_future<>();
    });
}
