/// What nearly every program compiles anyway: the yardstick of hello.cc.
#include <boost/program_options.hpp>

#include <iostream>

int main() {
    std::cout << boost::program_options::options_description("options") << "\n";
}
