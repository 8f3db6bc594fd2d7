#include "kernel/names.hh"

#include <gtest/gtest.h>

#include <netdb.h>
#include <netinet/in.h>
#include <random>
#include <string_view>

namespace seastar::kernel {
namespace {

using bytes = std::vector<unsigned char>;

void put16(bytes& b, unsigned v) {
    b.push_back(static_cast<unsigned char>(v >> 8));
    b.push_back(static_cast<unsigned char>(v));
}

void put_name(bytes& b, std::string_view name) {
    while (!name.empty()) {
        auto end = std::min(name.find('.'), name.size());
        b.push_back(static_cast<unsigned char>(end));
        b.insert(b.end(), name.begin(), name.begin() + static_cast<long>(end));
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    b.push_back(0);
}

/// A message with one question and these records, whose names point at the question's.
bytes message_of(const std::vector<service_record>& records, unsigned record_type = 33) {
    bytes b{0x12, 0x34, 0x81, 0x80};
    put16(b, 1);
    put16(b, static_cast<unsigned>(records.size()));
    put16(b, 0);
    put16(b, 0);
    put_name(b, "_imap._tcp.example.com");
    put16(b, 33);
    put16(b, 1);
    for (auto& r : records) {
        put16(b, 0xc00c);
        put16(b, record_type);
        put16(b, 1);
        put16(b, 0);
        put16(b, 300);
        bytes data;
        put16(data, r.priority);
        put16(data, r.weight);
        put16(data, r.port);
        put_name(data, r.target);
        put16(b, static_cast<unsigned>(data.size()));
        b.insert(b.end(), data.begin(), data.end());
    }
    return b;
}

TEST(names_test, services_are_read_from_a_message) {
    std::vector<service_record> found;
    ASSERT_EQ(parse_services(message_of({{1, 2, 143, "one.example.com"}, {10, 0, 144, "two.example.com"}}), found), 0);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].target, "one.example.com");
    EXPECT_EQ(found[0].priority, 1);
    EXPECT_EQ(found[0].weight, 2);
    EXPECT_EQ(found[0].port, 143);
    EXPECT_EQ(found[1].target, "two.example.com");
    found.clear();
    EXPECT_EQ(parse_services(message_of({{1, 2, 3, "a"}}, 1), found), 0) << "other records are passed over";
    EXPECT_TRUE(found.empty());
}

TEST(names_test, a_message_that_is_cut_or_lies_is_refused) {
    auto whole = message_of({{1, 2, 143, "one.example.com"}, {10, 0, 144, "two.example.com"}});
    for (size_t size = 0; size < whole.size(); ++size) {
        std::vector<service_record> found;
        EXPECT_EQ(parse_services(std::span(whole).first(size), found), EAI_FAIL) << size;
    }
    auto longer = whole;
    longer.back() = 5; // instead of the end of the last name
    std::vector<service_record> found;
    EXPECT_EQ(parse_services(longer, found), EAI_FAIL);
    auto loop = whole;
    loop[12] = 0xc0; // a name that points at itself
    loop[13] = 12;
    EXPECT_EQ(parse_services(loop, found), EAI_FAIL);
}

TEST(names_test, any_bytes_are_survived) {
    std::mt19937 dice(7);
    auto whole = message_of({{1, 2, 143, "one.example.com"}, {10, 0, 144, "two.example.com"}});
    for (int round = 0; round < 20'000; ++round) {
        auto damaged = whole;
        for (auto changes = dice() % 8 + 1; changes > 0; --changes) {
            damaged[dice() % damaged.size()] = static_cast<unsigned char>(dice());
        }
        damaged.resize(dice() % damaged.size() + 1);
        std::vector<service_record> found;
        (void)parse_services(damaged, found);
        EXPECT_LE(found.size(), damaged.size() / 10);
    }
}

TEST(names_test, addresses_in_numbers_are_hosts) {
    host found;
    ASSERT_EQ(find_host("127.0.0.1", AF_UNSPEC, found), 0);
    ASSERT_EQ(found.addresses.size(), 1u);
    EXPECT_EQ(found.addresses[0].storage.ss_family, AF_INET);
    host six;
    ASSERT_EQ(find_host("::1", AF_INET6, six), 0);
    EXPECT_EQ(six.addresses[0].storage.ss_family, AF_INET6);
    EXPECT_NE(find_host("::1", AF_INET, six), 0);
    EXPECT_NE(find_host("", AF_UNSPEC, six), 0);
}

}
}
