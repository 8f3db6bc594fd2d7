#include <seastar/core/semaphore.hh>

#include <stdexcept>

namespace seastar {

const char* broken_semaphore::what() const noexcept { return "Semaphore broken"; }
const char* semaphore_timed_out::what() const noexcept { return "Semaphore timedout"; }
const char* semaphore_aborted::what() const noexcept { return "Semaphore aborted"; }

namespace {
sstring about(std::string_view what, std::string_view name) {
    sstring text(what.data(), what.size());
    text.append(": ", 2);
    text.append(name.data(), name.size());
    return text;
}
}

named_semaphore_timed_out::named_semaphore_timed_out(std::string_view name)
    : _msg(about("Semaphore timed out", name)) {}
broken_named_semaphore::broken_named_semaphore(std::string_view name) : _msg(about("Semaphore broken", name)) {}
named_semaphore_aborted::named_semaphore_aborted(std::string_view name) : _msg(about("Semaphore aborted", name)) {}

void internal::throw_too_many_units() {
    throw std::invalid_argument("Cannot take more units than those protected by the semaphore");
}

}
