#include <seastar/util/noncopyable_function.hh>

#include <functional>

namespace seastar::internal {

void throw_bad_function_call() {
    throw std::bad_function_call();
}

}
