#include "smfc/options.hh"

#include "smfc/model.hh"

#include <gmock/gmock.h>

namespace smfc {

using testing::ElementsAre;

static options parse(std::vector<std::string> arguments) {
    return parse_options(arguments);
}

TEST(smfc_options, both_spellings_of_a_value_work) {
    auto a = parse({"--filename", "x.fbs", "--include_dirs", "a,b", "--output_path", "o", "--language", "cpp,go",
                    "--depfile", "d"});
    auto b = parse({"--filename=x.fbs", "-include_dirs=a,b", "-output_path=o", "--language=cpp,go", "--depfile=d"});
    for (auto& o : {a, b}) {
        EXPECT_EQ(o.filename, "x.fbs");
        EXPECT_THAT(o.include_dirs, ElementsAre("a", "b"));
        EXPECT_EQ(o.output_path, "o");
        EXPECT_THAT(o.languages, ElementsAre("cpp", "go"));
        EXPECT_EQ(o.depfile, "d");
    }
}

TEST(smfc_options, defaults_are_cpp_and_the_current_folder) {
    auto o = parse({});
    EXPECT_THAT(o.languages, ElementsAre("cpp"));
    EXPECT_EQ(o.output_path, ".");
    EXPECT_TRUE(o.include_dirs.empty());
    EXPECT_FALSE(o.help || o.version);
}

TEST(smfc_options, logging_options_are_accepted_and_ignored) {
    auto o = parse({"--logtostderr", "--v", "3", "--v=2", "--nologtostderr", "--alsologtostderr=true", "-minloglevel=1",
                    "--filename=x"});
    EXPECT_EQ(o.filename, "x");
}

TEST(smfc_options, wrong_ones_are_refused) {
    for (auto& wrong : std::vector<std::vector<std::string>>{{"x.fbs"},
                                                             {"--nonsense"},
                                                             {"--filename"},
                                                             {"--filename="},
                                                             {"--filename=a", "--filename=b"},
                                                             {"--help=maybe"},
                                                             {"-"},
                                                             {""},
                                                             {"--"},
                                                             {"--v"},
                                                             {"--output_path", ""}}) {
        EXPECT_THROW(parse(wrong), failure) << testing::PrintToString(wrong);
    }
}

}
