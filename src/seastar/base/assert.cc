#include <seastar/util/assert.hh>

#include <cstdio>
#include <cstdlib>

namespace seastar::internal {

void assert_fail(const char* expression, const char* file, int line, const char* function) noexcept {
    std::fprintf(stderr, "%s:%d: %s: assertion failed: %s\n", file, line, function, expression);
    std::fflush(stderr);
    std::abort();
}

}
