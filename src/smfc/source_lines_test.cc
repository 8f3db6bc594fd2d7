#include "smfc/source_lines.hh"

#include <gtest/gtest.h>

namespace smfc {

TEST(smfc_source_lines, finds_services_and_methods_among_comments_and_strings) {
    auto found = find_service_lines(R"(// rpc_service no { no(A):A; }
/* rpc_service no {
   } */ attribute "rpc_service { \" ";
rpc_service
  One { a(A):A; b
    (A):A (streaming: "none; x"); /// c(A):A;

  d(A):A; }
table rpc_services { x:int; }
rpc_service Two { e(A):A;
})");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].line, 5);
    EXPECT_EQ(found[0].methods[0], 5);
    EXPECT_EQ(found[0].methods[1], 5);
    EXPECT_EQ(found[0].methods[2], 8);
    EXPECT_EQ(found[1].line, 10);
    EXPECT_EQ(found[1].methods[0], 10);
}

TEST(smfc_source_lines, stops_at_the_end_of_a_broken_text) {
    for (auto text :
         {"", "rpc_service", "rpc_service S {", "rpc_service S { a(", "/*", "\"", "\"\\", "// x", "rpc_service \""}) {
        EXPECT_LE(find_service_lines(text).size(), 1u) << text;
    }
}

}
