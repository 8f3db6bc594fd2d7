#include "smfc/naming.hh"

#include <gtest/gtest.h>

namespace smfc {

TEST(smfc_naming, affixes_follow_the_case_of_the_name) {
    EXPECT_EQ(client_name("MemoryNode"), "MemoryNodeClient");
    EXPECT_EQ(client_name("memoryNode"), "memoryNodeClient");
    EXPECT_EQ(client_name("memory_node2"), "memory_node2_client");
    EXPECT_EQ(raw_name("Put"), "RawPut");
    EXPECT_EQ(raw_name("go"), "raw_go");
}

TEST(smfc_naming, keywords_get_an_underscore) {
    EXPECT_EQ(cpp_identifier("delete"), "delete_");
    EXPECT_EQ(cpp_identifier("char8_t"), "char8_t_");
    EXPECT_EQ(cpp_identifier("Delete"), "Delete");
    EXPECT_EQ(cpp_identifier("override"), "override");
    EXPECT_EQ(cpp_identifier("alignas"), "alignas_");
    EXPECT_EQ(cpp_identifier("xor_eq"), "xor_eq_");
    EXPECT_EQ(cpp_identifier("xor_"), "xor_");
    EXPECT_EQ(client_name("delete"), "delete_client");
}

TEST(smfc_naming, paths_start_at_the_global_namespace_and_id_texts_are_not_escaped) {
    qualified_name nested{{"a", "b"}, "class"}, global{{}, "X"};
    EXPECT_EQ(cpp_path(nested), "::a::b::class_");
    EXPECT_EQ(id_text(nested), "a::b::class");
    EXPECT_EQ(cpp_path(global), "::X");
    EXPECT_EQ(id_text(global), "X");
}

TEST(smfc_naming, the_base_name_has_no_folder_and_no_extension) {
    EXPECT_EQ(base_name("/a.b/kvstore.fbs"), "kvstore");
    EXPECT_EQ(base_name("kv.store.fbs"), "kv.store");
    EXPECT_EQ(base_name("kvstore"), "kvstore");
}

}
