// Names that need no network: numbers, and those in /etc/hosts.
#include "io/file_fixture.hh"

#include <seastar/core/when_all.hh>
#include <seastar/net/dns.hh>

#include <fstream>
#include <iterator>
#include <netdb.h>
#include <regex>
#include <string>

namespace seastar::net {
namespace {

class dns_test : public io::file_fixture {
protected:
    /// Whether this machine knows its own name without asking anybody.
    static bool knows_localhost() {
        std::ifstream hosts("/etc/hosts");
        std::string text{std::istreambuf_iterator<char>(hosts), {}};
        return std::regex_search(text, std::regex("(^|\\n)127\\.0\\.0\\.1[ \\t][^\\n]*\\blocalhost\\b"));
    }
    template <typename T>
    std::error_code code_of(future<T> f) {
        try {
            run(std::move(f));
        } catch (const std::system_error& e) {
            return e.code();
        }
        return {};
    }
};

TEST_P(dns_test, names_have_addresses) {
    EXPECT_EQ(run(dns::resolve_name("127.0.0.1")), inet_address("127.0.0.1"));
    EXPECT_EQ(run(dns::resolve_name("::1")), inet_address("::1"));
    auto host = run(dns::get_host_by_name("127.0.0.1"));
    ASSERT_EQ(host.addr_list.size(), 1u);
    EXPECT_EQ(host.addr_entries.front().addr, host.addr_list.front());
    EXPECT_EQ(host.names.size(), 1u);
    EXPECT_EQ(run(inet_address::find("127.0.0.1")), inet_address("127.0.0.1"));
    EXPECT_EQ(run(inet_address::find_all("127.0.0.1")).size(), 1u);
}

TEST_P(dns_test, this_machine_has_a_name) {
    if (!knows_localhost()) {
        GTEST_SKIP() << "/etc/hosts does not say what localhost is";
    }
    EXPECT_TRUE(run(dns::resolve_name("localhost", inet_address::family::INET)).is_loopback());
    EXPECT_FALSE(run(dns::resolve_addr(inet_address("127.0.0.1"))).empty());
    EXPECT_EQ(run(inet_address("127.0.0.1").hostname()), run(inet_address("127.0.0.1").aliases()).front());
}

TEST_P(dns_test, failures_have_codes_and_name_what_was_looked_for) {
    EXPECT_EQ(code_of(dns::resolve_name("::1", inet_address::family::INET)).category(), dns::error_category());
    EXPECT_NE(message_of(dns::resolve_name("::1", inet_address::family::INET)).find("::1"), std::string::npos);
    EXPECT_EQ(code_of(dns::resolve_name(sstring("127.0.0.1\0.example.com", 21))),
              std::error_code(EAI_NONAME, dns::error_category()));
    EXPECT_FALSE(dns::error_category().message(EAI_NONAME).empty());
}

TEST_P(dns_test, many_are_asked_for_at_once) {
    std::vector<future<inet_address>> all;
    for (int i = 0; i < 50; ++i) {
        all.push_back(dns::resolve_name("127.0.0." + std::to_string(i + 1)));
    }
    auto found = run(when_all_succeed(all.begin(), all.end()));
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(found[static_cast<size_t>(i)], inet_address(sstring("127.0.0." + std::to_string(i + 1))));
    }
}

TEST_P(dns_test, a_resolver_has_its_own_limits) {
    dns_resolver::options options;
    options.timeout = std::chrono::seconds(60);
    dns_resolver resolver(options);
    auto pending = resolver.resolve_name("127.0.0.1");
    run(resolver.close());
    EXPECT_TRUE(pending.available());
    EXPECT_EQ(run(std::move(pending)), inet_address("127.0.0.1"));
    EXPECT_THROW(run(resolver.resolve_name("127.0.0.1")), gate_closed_exception);
    options.servers.emplace();
    EXPECT_THROW(dns_resolver{options}, std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(rings, dns_test, io::both_rings(), io::backend_name);

}
}
