#include "smfc/schema.hh"

#include "smfc/testing/schema_dir.hh"

#include <gmock/gmock.h>

namespace smfc {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class smfc_schema : public schema_dir {
protected:
    std::string error_of(std::string_view text) {
        try {
            load_schema(write("bad.fbs", text), {});
        } catch (const schema_error& e) {
            return e.what();
        }
        return "no error";
    }
    std::string line(int n) const { return (dir / "bad.fbs").string() + ":" + std::to_string(n) + ":"; }
};

TEST_F(smfc_schema, numbers_are_those_of_the_wire) {
    auto demo = load_schema(write("demo.fbs", "namespace smf_gen.demo; table Request {} table Response {}\n"
                                              "rpc_service SmfStorage { Get(Request):Response; }"),
                            {});
    ASSERT_EQ(demo.services.size(), 1u);
    auto& get = demo.services[0].methods[0];
    EXPECT_EQ(demo.services[0].id, 212494116u);
    EXPECT_EQ(get.id, 1719559449u);
    EXPECT_EQ(demo.services[0].dispatch_id(get), 1792279101u);

    auto kv = load_schema(write("kv.fbs", "namespace kvstore.fbs; table PutRequest {} table PutResponse {}\n"
                                          "rpc_service MemoryNode { Put(PutRequest):PutResponse; }"),
                          {});
    EXPECT_EQ(kv.services[0].id, 504045560u);
    EXPECT_EQ(kv.services[0].methods[0].id, 3345117782u);
    EXPECT_EQ(kv.services[0].dispatch_id(kv.services[0].methods[0]), 3647565230u);
}

TEST_F(smfc_schema, messages_of_an_included_file_keep_their_namespace_and_its_services_are_left_out) {
    write("types/types.fbs", "namespace bad.msg; table test {} table ack {} rpc_service other { go(test):ack; }");
    auto path = write("svc.fbs", "include \"types.fbs\"; namespace bad.svc;\n"
                                 "rpc_service bad_svc { go(bad.msg.test):bad.msg.ack; }");
    auto s = load_schema(path, {dir / "types"});
    ASSERT_EQ(s.services.size(), 1u);
    auto& svc = s.services[0];
    EXPECT_THAT(svc.name.scope, ElementsAre("bad", "svc"));
    EXPECT_EQ(svc.id, 1180215471u);
    EXPECT_EQ(svc.methods[0].id, 2787279928u);
    EXPECT_EQ(svc.dispatch_id(svc.methods[0]), 3766103191u);
    EXPECT_THAT(svc.methods[0].input.scope, ElementsAre("bad", "msg"));
    EXPECT_THAT(s.files, ElementsAre(HasSubstr("svc.fbs"), HasSubstr("types.fbs")));
}

TEST_F(smfc_schema, an_include_beside_the_schema_is_found_from_any_folder) {
    write("sub/types.fbs", "table T {}");
    EXPECT_EQ(load_schema(write("sub/svc.fbs", "include \"types.fbs\"; rpc_service S { m(T):T; }"), {}).services.size(),
              1u);
}

TEST_F(smfc_schema, services_keep_their_own_namespace_order_lines_and_comments) {
    auto s = load_schema(write("many.fbs", "namespace a; table T {}\n"
                                           "/// Says more.\n"
                                           "rpc_service One {\n"
                                           "  /// Does it.\n"
                                           "  m(T):T;\n"
                                           "  n(T):T (streaming: \"server\"); }\n"
                                           "namespace b.c; rpc_service Two { m(a.T):a.T; }\n"
                                           "namespace; rpc_service Three { m(a.T):a.T; }"),
                         {});
    ASSERT_EQ(s.services.size(), 3u);
    EXPECT_THAT(s.services[0].name.scope, ElementsAre("a"));
    EXPECT_EQ(s.services[0].line, 3);
    EXPECT_THAT(s.services[0].comment, ElementsAre(" Says more."));
    EXPECT_EQ(s.services[0].methods[0].line, 5);
    EXPECT_THAT(s.services[0].methods[0].comment, ElementsAre(" Does it."));
    EXPECT_EQ(s.services[0].methods[0].streaming, "");
    EXPECT_EQ(s.services[0].methods[1].streaming, "server");
    EXPECT_THAT(s.services[1].name.scope, ElementsAre("b", "c"));
    EXPECT_EQ(s.services[1].line, 7);
    EXPECT_TRUE(s.services[2].name.scope.empty());
}

TEST_F(smfc_schema, errors_name_the_file_and_the_line_that_is_wrong) {
    EXPECT_THAT(error_of("table T {}\nrpc_service S {\n  m(T):Missing;\n}\n\n"),
                StartsWith(line(3) + " error: type referenced"));
    EXPECT_THAT(error_of("table T {}\nrpc_service S {\n  m(T):T;\n  m(T):T;\n}"), StartsWith(line(4)));
    EXPECT_THAT(error_of("struct T { x:int; }\nrpc_service S { m(T):T; }"), StartsWith(line(2)));
    EXPECT_THAT(error_of("table T {\n  x:int"), StartsWith(line(2)));
    EXPECT_THAT(error_of("\ninclude \"absent.fbs\";"), StartsWith(line(2)));
}

TEST_F(smfc_schema, an_error_in_an_included_file_names_that_file) {
    auto included = write("broken.fbs", "table T {\n  x int; }");
    EXPECT_THAT(error_of("include \"broken.fbs\";"), StartsWith(included + ":2:"));
}

TEST_F(smfc_schema, what_is_no_schema_is_refused) {
    EXPECT_THROW(load_schema(dir / "absent.fbs", {}), failure);
    EXPECT_THROW(load_schema(dir, {}), failure);
    EXPECT_THROW(load_schema(write("binary.fbs", std::string_view("table T {}\0x", 12)), {}), failure);
    EXPECT_THROW(load_schema(write("empty.fbs", ""), {}), schema_error);
}

}
