#include <seastar/core/sstring.hh>

#include "memory/task_lists.hh"

#include <cstdio>
#include <istream>
#include <new>
#include <stdexcept>

namespace seastar::internal {

void throw_sstring_out_of_range(const char* where) {
    throw std::out_of_range(where);
}

void throw_sstring_overflow() {
    throw std::overflow_error("sstring overflow");
}

void* allocate_sstring(size_t size) {
    return memory::allocate_task_inline(size);
}

void free_sstring(void* p, size_t size) noexcept {
    memory::free_task_inline(p, size);
}

std::istream& read_word(std::istream& is, std::string& word) {
    return is >> word;
}

size_t print_double(double value, char* buffer, size_t size) noexcept {
    return size_t(std::snprintf(buffer, size, "%g", value));
}

}
