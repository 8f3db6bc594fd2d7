#include <seastar/core/aligned_buffer.hh>
#include <seastar/core/memory.hh>
#include <seastar/util/conversions.hh>
#include <seastar/util/critical_alloc_section.hh>
#include <seastar/util/read_first_line.hh>

#include "base/sanitizer.hh"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <unistd.h>

using namespace seastar;

namespace {

TEST(parse_memory_size, knows_powers_of_two) {
    EXPECT_EQ(parse_memory_size("0"), 0u);
    EXPECT_EQ(parse_memory_size("4096"), 4096u);
    EXPECT_EQ(parse_memory_size("64k"), 65536u);
    EXPECT_EQ(parse_memory_size("64K"), 65536u);
    EXPECT_EQ(parse_memory_size("500M"), size_t(500) << 20);
    EXPECT_EQ(parse_memory_size("2G"), size_t(2) << 30);
    EXPECT_EQ(parse_memory_size("2GB"), size_t(2) << 30);
    EXPECT_EQ(parse_memory_size("1T"), size_t(1) << 40);
    EXPECT_EQ(parse_memory_size("7B"), 7u);
}

TEST(parse_memory_size, refuses_what_is_no_size) {
    for (const char* text : {"", "M", "-1", "1.5G", "1 G", "1X", "1GG", "G1", "0x10", "1BB", "1kk"}) {
        EXPECT_THROW(parse_memory_size(text), std::invalid_argument) << text;
    }
    for (const char* text : {"99999999999999999999", "17179869184G", "18446744073709551615k"}) {
        EXPECT_THROW(parse_memory_size(text), std::out_of_range) << text;
    }
}

TEST(string2vector, copies_the_characters) {
    EXPECT_EQ(string2vector("ab"), (std::vector<char>{'a', 'b'}));
}

class read_first_line_test : public testing::Test {
protected:
    std::filesystem::path path;
    void SetUp() override {
        std::string name = testing::TempDir() + "/first_line_XXXXXX";
        int fd = ::mkstemp(name.data());
        ASSERT_GE(fd, 0);
        ::close(fd);
        path = name;
    }
    void TearDown() override { std::filesystem::remove(path); }
    void write(const std::string& text) { std::ofstream(path) << text; }
};

TEST_F(read_first_line_test, stops_at_the_newline) {
    write("12 units\nsecond");
    EXPECT_EQ(read_first_line(path), "12 units");
    EXPECT_EQ(read_first_line_as<int>(path), 12);
    write("");
    EXPECT_EQ(read_first_line(path), "");
    EXPECT_THROW(read_first_line_as<int>(path), std::invalid_argument);
    write("300");
    EXPECT_THROW(read_first_line_as<int8_t>(path), std::out_of_range);
}

TEST_F(read_first_line_test, throws_for_a_file_that_is_not_there) {
    EXPECT_THROW(read_first_line(path / "nothing"), std::system_error);
}

TEST(aligned_buffer, is_aligned) {
    auto b = allocate_aligned_buffer<char>(1000, 4096);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(b.get()) % 4096, 0u);
    b[999] = 1;
    EXPECT_TRUE(allocate_aligned_buffer<uint8_t>(0, 1));
    if (!SEASTAR_INTERNAL_ASAN && !SEASTAR_INTERNAL_TSAN) { // they end the program instead
        EXPECT_THROW(allocate_aligned_buffer<char>(PTRDIFF_MAX, 4096), std::bad_alloc);
    }
}

TEST(memory_stats, grow_with_what_is_allocated) {
    auto before = memory::stats();
    std::vector<char> v(64 << 20);
    asm volatile("" : : "r"(v.data()) : "memory"); // or the compiler leaves it out
    auto after = memory::stats();
    if (!SEASTAR_INTERNAL_ASAN && !SEASTAR_INTERNAL_TSAN) { // their allocators give no figures
        EXPECT_GE(after.allocated_memory(), before.allocated_memory() + v.size());
        EXPECT_GE(after.large_allocations(), before.large_allocations() + 1);
    }
    EXPECT_EQ(after.total_memory(), after.allocated_memory() + after.free_memory());
}

TEST(memory_settings, are_the_threads_own_and_scoped) {
    memory::set_large_allocation_warning_threshold(1000);
    {
        memory::scoped_large_allocation_warning_threshold scope(5);
        EXPECT_EQ(memory::get_large_allocation_warning_threshold(), 5u);
        memory::scoped_large_allocation_warning_disable off;
        EXPECT_EQ(memory::get_large_allocation_warning_threshold(), SIZE_MAX);
        std::thread([] { memory::set_large_allocation_warning_threshold(7); }).join();
    }
    EXPECT_EQ(memory::get_large_allocation_warning_threshold(), 1000u);
    memory::disable_large_allocation_warning();
}

TEST(critical_alloc_section, nests) {
    EXPECT_FALSE(memory::is_critical_alloc_section());
    {
        memory::scoped_critical_alloc_section a;
        {
            memory::scoped_critical_alloc_section b;
        }
        EXPECT_TRUE(memory::is_critical_alloc_section());
    }
    EXPECT_FALSE(memory::is_critical_alloc_section());
}

}
