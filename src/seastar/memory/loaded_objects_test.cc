#include "memory/frame_walk.hh"
#include "memory/loaded_objects.hh"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

using namespace seastar;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

void own_function() {}

TEST(loaded_objects, names_shared_objects_and_not_the_program) {
    memory::loaded_objects objects;
    auto foreign = reinterpret_cast<uintptr_t>(::dlsym(RTLD_DEFAULT, "getpagesize"));
    Dl_info info{};
    ASSERT_TRUE(::dladdr(reinterpret_cast<void*>(foreign), &info));
    auto place = objects.find(foreign);
    EXPECT_EQ(place.object, info.dli_fname);
    EXPECT_EQ(place.offset, foreign - reinterpret_cast<uintptr_t>(info.dli_fbase));

    auto own = objects.find(reinterpret_cast<uintptr_t>(&own_function));
    EXPECT_EQ(own.object, "");
    EXPECT_LT(own.offset, size_t(1) << 32) << "where the program was mapped";
}

TEST(loaded_objects, leaves_alone_what_is_in_none) {
    int variable = 0;
    auto address = reinterpret_cast<uintptr_t>(&variable);
    auto place = memory::loaded_objects().find(address);
    EXPECT_EQ(place.object, "");
    EXPECT_EQ(place.offset, address);
}

// What stands for a stack: words, of which the first is the innermost.
std::vector<uintptr_t> walked(const std::vector<uintptr_t>& stack, uintptr_t frame, size_t limit = 100) {
    std::vector<uintptr_t> found;
    memory::walk_frames(reinterpret_cast<uintptr_t>(stack.data()), frame, limit,
                        [&](uintptr_t address) { found.push_back(address); });
    return found;
}

TEST(frame_walk, visits_the_calls_from_the_inside) {
    std::vector<uintptr_t> stack(8);
    auto at = [&](size_t i) { return reinterpret_cast<uintptr_t>(&stack[i]); };
    stack[2] = at(4), stack[3] = 10'001;
    stack[4] = at(6), stack[5] = 20'001;
    stack[6] = 0, stack[7] = 30'001;
    EXPECT_THAT(walked(stack, at(2)), ElementsAre(10'000, 20'000, 30'000));
    EXPECT_THAT(walked(stack, at(2), 2), ElementsAre(10'000, 20'000));
    stack[5] = 0; // where a thread began
    EXPECT_THAT(walked(stack, at(2)), ElementsAre(10'000));
}

TEST(frame_walk, does_not_touch_what_can_be_no_frame) {
    std::vector<uintptr_t> stack(8);
    auto at = [&](size_t i) { return reinterpret_cast<uintptr_t>(&stack[i]); };
    stack[2] = at(2), stack[3] = 10'001;
    EXPECT_THAT(walked(stack, at(2)), ElementsAre(10'000)) << "a frame inside of itself";
    EXPECT_THAT(walked(stack, 0), IsEmpty());
    EXPECT_THAT(walked(stack, at(0)), IsEmpty());
    EXPECT_THAT(walked(stack, at(2) + 1), IsEmpty());
    EXPECT_THAT(walked(stack, at(2) + (size_t(2) << 20)), IsEmpty());
    EXPECT_THAT(walked(stack, UINTPTR_MAX - 7), IsEmpty());
}

}
