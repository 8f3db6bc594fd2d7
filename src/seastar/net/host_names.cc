#include "net/host_names.hh"

#include "io/blocking_call.hh"

#include <seastar/core/semaphore.hh>

#include <netdb.h>
#include <string>
#include <string_view>
#include <utility>

namespace seastar::net {
namespace {

// A server that does not answer keeps a thread for long; files need some, too.
constexpr size_t asked_at_once = io::blocking_calls::threads_max / 2;

semaphore& places() {
    thread_local semaphore s{asked_at_once};
    return s;
}

class eai_category final : public std::error_category {
public:
    const char* name() const noexcept override { return "dns"; }
    std::string message(int code) const override { return ::gai_strerror(code); }
};

std::exception_ptr failure(int code, const std::string& what) {
    return std::make_exception_ptr(std::system_error(code, names_error_category(), what));
}

/// What call(Result&), on a thread, finds; or its code becomes a failure that says what was looked for.
template <typename Result, typename Call>
future<Result> asked(std::string what, Call call) noexcept {
    // C strings end where a name with a zero in it does not.
    if (what.find('\0') != what.npos) {
        return make_exception_future<Result>(failure(EAI_NONAME, "a name with a zero byte in it"));
    }
    struct answer {
        int code = 0;
        Result result;
    };
    return get_units(places(), 1).then([what = std::move(what), call = std::move(call)](auto place) mutable {
        return io::call_blocking([call = std::move(call)] {
                   answer a;
                   a.code = call(a.result);
                   return a;
               })
            .then([what = std::move(what), place = std::move(place)](answer a) {
                return a.code != 0 ? make_exception_future<Result>(failure(a.code, what))
                                   : make_ready_future<Result>(std::move(a.result));
            });
    });
}

}

const std::error_category& names_error_category() noexcept {
    static const eai_category category;
    return category;
}

future<kernel::host> ask_for_host(const sstring& name, int family) noexcept {
    return asked<kernel::host>(name, [name = std::string(name), family](kernel::host& found) {
        return kernel::find_host(name.c_str(), family, found);
    });
}

future<sstring> ask_for_name(const kernel::endpoint& address, const sstring& shown) noexcept {
    return asked<std::string>(shown, [address](std::string& name) {
               return kernel::find_name(address, name);
           }).then([](std::string name) { return sstring(name); });
}

future<std::vector<kernel::service_record>> ask_for_services(const sstring& name) noexcept {
    using records = std::vector<kernel::service_record>;
    return asked<records>(name, [name = std::string(name)](records& found) {
        return kernel::find_services(name.c_str(), found);
    });
}

}
