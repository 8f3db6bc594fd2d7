#include "smfc/output.hh"

#include "smfc/model.hh"
#include "smfc/testing/schema_dir.hh"

#include <chrono>

namespace smfc {

class smfc_output : public schema_dir {};

TEST_F(smfc_output, a_changed_text_replaces_the_file_and_an_equal_one_leaves_it_alone) {
    auto path = write("f", "old");
    write_if_changed(path, "new");
    EXPECT_EQ(read(path), "new");
    auto before = std::filesystem::file_time_type() + std::chrono::hours(24);
    std::filesystem::last_write_time(path, before);
    write_if_changed(path, "new");
    EXPECT_EQ(std::filesystem::last_write_time(path), before);
    EXPECT_EQ(file_count(), 1u);
}

TEST_F(smfc_output, a_new_file_has_the_permissions_of_any_other) {
    write_if_changed(dir / "f", "text");
    EXPECT_EQ(std::filesystem::status(dir / "f").permissions(),
              std::filesystem::status(write("other", "text")).permissions());
}

TEST_F(smfc_output, a_failure_leaves_nothing_behind) {
    EXPECT_THROW(write_if_changed(dir / "absent/f", "text"), failure);
    std::filesystem::create_directory(dir / "taken");
    EXPECT_THROW(write_if_changed(dir / "taken", "text"), failure);
    EXPECT_EQ(file_count(), 1u);
}

}
