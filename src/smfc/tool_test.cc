#include "smfc/tool.hh"

#include "smfc/testing/schema_dir.hh"

#include <gmock/gmock.h>

#include <vector>

namespace smfc {

using testing::HasSubstr;
using testing::StartsWith;

class smfc_tool : public schema_dir {
protected:
    std::ostringstream out, err;

    int run(std::vector<std::string> arguments) {
        out.str("");
        err.str("");
        return run_tool(arguments, out, err);
    }
};

static constexpr std::string_view good = "namespace a; table T {} rpc_service S { m(T):T; }";

TEST_F(smfc_tool, writes_the_header_and_the_rule_into_the_output_path) {
    write("types.fbs", "namespace t; table U {}");
    auto path = write("a b.fbs", std::string("include \"types.fbs\"; ") + std::string(good));
    std::filesystem::create_directory(dir / "out");
    ASSERT_EQ(run({"--filename", path, "--output_path", dir / "out", "--depfile", dir / "out/rule"}), 0) << err.str();
    EXPECT_THAT(read(dir / "out/a b.smf.fb.h"), HasSubstr("class SClient"));
    auto rule = read(dir / "out/rule");
    EXPECT_THAT(rule, StartsWith((dir / "out/").string() + "a\\ b.smf.fb.h:"));
    EXPECT_THAT(rule, HasSubstr((dir / "").string() + "a\\ b.fbs"));
    EXPECT_THAT(rule, HasSubstr((dir / "types.fbs").string()));
}

TEST_F(smfc_tool, a_wrong_schema_gives_a_message_status_1_and_no_file) {
    auto path = write("bad.fbs", "table T {}\nrpc_service S { m(T):Missing; }");
    EXPECT_EQ(run({"--filename", path, "--output_path", dir}), 1);
    EXPECT_THAT(err.str(), StartsWith(path + ":2: error: "));
    EXPECT_EQ(file_count(), 1u);
}

TEST_F(smfc_tool, a_schema_that_turned_wrong_leaves_the_old_header) {
    auto path = write("s.fbs", good);
    ASSERT_EQ(run({"--filename", path, "--output_path", dir}), 0);
    auto old = read(dir / "s.smf.fb.h");
    write("s.fbs", "table T {");
    EXPECT_EQ(run({"--filename", path, "--output_path", dir}), 1);
    EXPECT_EQ(read(dir / "s.smf.fb.h"), old);
}

TEST_F(smfc_tool, wrong_arguments_give_a_message_and_status_1) {
    auto path = write("s.fbs", good);
    for (auto& arguments : std::vector<std::vector<std::string>>{
             {},
             {"--filename", dir / "absent.fbs"},
             {"--filename", path, "--output_path", dir / "absent"},
             {"--filename", path, "--output_path", path},
             {"--filename", path, "--output_path", dir, "--depfile", dir / "absent/rule"},
             {"--filename", path, "--output_path", dir, "--language", "cobol"},
             {"--filename", path, "--output_path", dir, "--language", "cpp,go"},
             {"--filename", path, "--output_path", dir, "--language", "python"},
         }) {
        EXPECT_EQ(run(arguments), 1) << testing::PrintToString(arguments);
        EXPECT_THAT(err.str(), HasSubstr("smfc: ")) << testing::PrintToString(arguments);
    }
}

TEST_F(smfc_tool, unknown_languages_beside_a_known_one_are_skipped) {
    EXPECT_EQ(run({"--filename", write("s.fbs", good), "--output_path", dir, "--language", "cobol,cpp"}), 0);
    EXPECT_THAT(err.str(), HasSubstr("cobol is skipped"));
    EXPECT_TRUE(std::filesystem::exists(dir / "s.smf.fb.h"));
}

TEST_F(smfc_tool, help_and_version_need_no_schema) {
    EXPECT_EQ(run({"--help"}), 0);
    EXPECT_THAT(out.str(), HasSubstr("--filename"));
    EXPECT_EQ(run({"--version"}), 0);
    EXPECT_THAT(out.str(), StartsWith("smfc "));
}

}
