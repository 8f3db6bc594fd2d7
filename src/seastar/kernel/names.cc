#include "names.hh"

#include "operating_system.hh"

#include <algorithm>
#include <arpa/nameser.h>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

namespace seastar::kernel {
namespace {

/// Reads a DNS message from the front.
class message_reader {
    const std::span<const unsigned char> _message;
    size_t _at = 0;
    bool _good = true;

public:
    explicit message_reader(std::span<const unsigned char> message) noexcept : _message(message) {}

    bool good() const noexcept { return _good; }
    size_t at() const noexcept { return _at; }
    void skip(size_t bytes) noexcept {
        _good = _good && bytes <= _message.size() - _at;
        _at += _good ? bytes : 0;
    }
    uint16_t number() noexcept {
        auto begin = _at;
        skip(2);
        return _good ? static_cast<uint16_t>(_message[begin] << 8 | _message[begin + 1]) : uint16_t(0);
    }
    std::string name() noexcept {
        char text[NS_MAXDNAME];
        int bytes = _good ? ::dn_expand(_message.data(), _message.data() + _message.size(), _message.data() + _at, text,
                                        sizeof(text))
                          : -1;
        _good = bytes >= 0;
        skip(static_cast<size_t>(_good ? bytes : 0));
        return _good ? std::string(text) : std::string();
    }
};

int code_of(int h_errno_value) noexcept {
    switch (h_errno_value) {
    case TRY_AGAIN:
        return EAI_AGAIN;
    case NO_RECOVERY:
        return EAI_FAIL;
    default:
        return EAI_NONAME;
    }
}

}

int find_host(const char* name, int family, host& result) noexcept {
    addrinfo hints{};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM; // or each address comes once per type
    hints.ai_flags = AI_CANONNAME | (substitute() ? AI_NUMERICHOST : 0);
    addrinfo* found = nullptr;
    if (int error = ::getaddrinfo(name, nullptr, &hints, &found)) {
        return error;
    }
    std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    result.canonical_name = found->ai_canonname ? found->ai_canonname : name;
    for (auto* at = found; at; at = at->ai_next) {
        endpoint e;
        std::memcpy(&e.storage, at->ai_addr, at->ai_addrlen);
        e.length = at->ai_addrlen;
        result.addresses.push_back(e);
    }
    return 0;
}

int find_name(const endpoint& address, std::string& name) noexcept {
    if (substitute()) {
        return EAI_NONAME;
    }
    char text[NI_MAXHOST];
    int error = ::getnameinfo(address.address(), address.length, text, sizeof(text), nullptr, 0, NI_NAMEREQD);
    if (error == 0) {
        name = text;
    }
    return error;
}

int find_services(const char* name, std::vector<service_record>& result) noexcept {
    if (substitute()) {
        return EAI_NONAME;
    }
    struct __res_state resolver {};
    if (::res_ninit(&resolver) != 0) {
        return EAI_FAIL;
    }
    std::vector<unsigned char> answer(NS_MAXMSG);
    int size = ::res_nquery(&resolver, name, ns_c_in, ns_t_srv, answer.data(), static_cast<int>(answer.size()));
    int error = size < 0 ? code_of(resolver.res_h_errno) : 0;
    ::res_nclose(&resolver);
    if (error == 0) {
        error = parse_services(std::span(answer).first(std::min(static_cast<size_t>(size), answer.size())), result);
    }
    return error;
}

int parse_services(std::span<const unsigned char> message, std::vector<service_record>& result) noexcept {
    message_reader in(message);
    in.skip(4);
    unsigned questions = in.number();
    unsigned answers = in.number();
    in.skip(4);
    for (; questions > 0 && in.good(); --questions) {
        in.name();
        in.skip(4);
    }
    for (; answers > 0 && in.good(); --answers) {
        in.name();
        auto type = in.number();
        in.skip(2 + 4); // class, time to live
        size_t length = in.number();
        auto begin = in.at();
        if (type == ns_t_srv && in.good()) {
            service_record r;
            r.priority = in.number();
            r.weight = in.number();
            r.port = in.number();
            r.target = in.name();
            if (!in.good() || in.at() - begin != length) {
                return EAI_FAIL;
            }
            result.push_back(std::move(r));
        } else {
            in.skip(length);
        }
    }
    return in.good() ? 0 : EAI_FAIL;
}

}
