#include "smfc/cpp_printer.hh"

#include "smfc/schema.hh"
#include "smfc/testing/schema_dir.hh"

#include <gmock/gmock.h>

namespace smfc {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class smfc_cpp_printer : public schema_dir {
protected:
    std::string print(std::string_view text) { return print_cpp(load_schema(write("kvstore.fbs", text), {})); }
};

static constexpr std::string_view kvstore = R"(namespace kvstore.fbs;
table PutRequest { key: string; }
table PutResponse {}
rpc_service MemoryNode { Put(PutRequest):PutResponse; }
)";

TEST_F(smfc_cpp_printer, the_service_has_its_numbers_a_handle_and_two_stubs) {
    auto text = print(kvstore);
    for (auto part : {
             "#include \"kvstore_generated.h\"",
             "namespace kvstore::fbs {",
             "class MemoryNode : public smf::rpc_service {",
             "const char* service_name() const override { return \"MemoryNode\"; }",
             "uint32_t service_id() const override { return 504045560; }",
             "\"Put\", 3345117782, &smf::verify_body<::kvstore::fbs::PutRequest>,",
             "virtual seastar::future<smf::rpc_typed_envelope<::kvstore::fbs::PutResponse>>\n"
             "    Put(smf::rpc_recv_typed_context<::kvstore::fbs::PutRequest>&&)",
             "reply.envelope.set_status(501);",
             "virtual seastar::future<smf::rpc_envelope> RawPut(smf::rpc_recv_context&& c)",
             "return smf::internal::typed_reply(",
         }) {
        EXPECT_THAT(text, HasSubstr(part));
    }
}

TEST_F(smfc_cpp_printer, replies_of_plain_numbers_and_strings_are_packed_directly_largest_fields_first) {
    auto text = print("table T { a: ubyte; class: string; b: ulong; c: int; d: [int] (deprecated); }\n"
                      "table U { a: ubyte; class: string; b: ulong; c: int; }\n"
                      "rpc_service S { old(T):T; plain(T):U; }");
    EXPECT_THAT(text, HasSubstr("smf::internal::flat_packer<4> packer(reply.class_.size());\n"
                                "                packer.string(1, {reply.class_.data(), reply.class_.size()});\n"
                                "                packer.add(2, reply.b);\n"
                                "                packer.add(3, reply.c);\n"
                                "                packer.add_string(1);\n"
                                "                packer.add(0, reply.a);\n"
                                "                return packer.finish();\n"));
    EXPECT_EQ(text.find("packer<"), text.rfind("packer<")) << "T has a field that is not plain";
}

TEST_F(smfc_cpp_printer, fields_with_more_to_them_than_a_number_or_a_string_are_left_to_the_builder) {
    for (auto field : {"s: string (required)", "n: int = 7", "o: int = null", "e: E", "k: string (key)", "v: [int]",
                       "t: T", "p: P", "h: uint (hash: \"fnv1_32\")", "u: int (deprecated)"}) {
        auto text = print("enum E : byte { a } struct P { x: int; } table T { first: int; " + std::string(field) +
                          "; } rpc_service S { get(T):T; }");
        EXPECT_THAT(text, Not(HasSubstr("flat_packer<"))) << field;
    }
    EXPECT_THAT(print("table T {} rpc_service S { get(T):T; }"), Not(HasSubstr("flat_packer<")));
    EXPECT_THAT(print("table T (original_order) { a: byte; b: int; } rpc_service S { get(T):T; }"),
                Not(HasSubstr("flat_packer<")));
}

TEST_F(smfc_cpp_printer, the_client_has_its_constructors_and_two_overloads_per_method) {
    auto text = print(kvstore);
    for (auto part : {
             "class MemoryNodeClient : public smf::rpc_client {",
             "explicit MemoryNodeClient(seastar::ipv4_addr server)",
             "explicit MemoryNodeClient(smf::rpc_client_opts opts)",
             "MemoryNodeClient(MemoryNodeClient&&) = default;",
             "make_shared(const std::string& ip, uint16_t port)",
             "Put(smf::rpc_typed_envelope<::kvstore::fbs::PutRequest> request)",
             "Put(smf::rpc_envelope request)",
             "request.set_request_id(504045560, 3345117782);",
         }) {
        EXPECT_THAT(text, HasSubstr(part));
    }
}

TEST_F(smfc_cpp_printer, equal_schemas_give_equal_bytes_wherever_they_are) {
    auto here = print_cpp(load_schema(write("kvstore.fbs", kvstore), {}));
    auto there = print_cpp(load_schema(write("other/kvstore.fbs", kvstore), {}));
    EXPECT_EQ(here, there);
    EXPECT_THAT(here, Not(HasSubstr(dir.string())));
}

TEST_F(smfc_cpp_printer, adding_methods_and_fields_changes_no_number) {
    auto text = print(R"(namespace kvstore.fbs;
table PutRequest { key: string; more: int; }
table PutResponse {}
rpc_service Another { Put(PutRequest):PutResponse; }
rpc_service MemoryNode { Get(PutRequest):PutResponse; Put(PutRequest):PutResponse; }
)");
    EXPECT_THAT(text, AllOf(HasSubstr("return 504045560;"), HasSubstr("\"Put\", 3345117782,"),
                            HasSubstr("handles.reserve(2);")));
}

TEST_F(smfc_cpp_printer, each_service_stands_in_its_own_namespace) {
    auto text =
        print("namespace a; table T {} rpc_service One { m(T):T; } namespace b.c; rpc_service Two { m(a.T):a.T; }\n"
              "namespace; rpc_service Three { m(a.T):a.T; }");
    auto at = [&](std::string_view part) { return text.find(part); };
    ASSERT_NE(at("class Three "), std::string::npos);
    EXPECT_LT(at("namespace a {"), at("class One "));
    EXPECT_LT(at("class One "), at("} // namespace a\n"));
    EXPECT_LT(at("} // namespace a\n"), at("namespace b::c {"));
    EXPECT_LT(at("namespace b::c {"), at("class Two "));
    EXPECT_LT(at("class Two "), at("} // namespace b::c\n"));
    EXPECT_LT(at("} // namespace b::c\n"), at("class Three "));
}

TEST_F(smfc_cpp_printer, lower_case_names_and_keywords_make_lower_case_and_escaped_ones) {
    auto text = print("namespace a; table T {} rpc_service union { delete(T):T; }");
    for (auto part : {"class union_ : public", "class union_client : public", "this->delete_(", " raw_delete(",
                      "\"delete\", ", "return \"union\";"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
}

TEST_F(smfc_cpp_printer, names_that_would_hide_the_library_make_its_own_start_at_the_global_namespace) {
    EXPECT_THAT(print("namespace my.smf; table T {} rpc_service S { m(T):T; }"),
                HasSubstr("class S : public ::smf::rpc_service {"));
    EXPECT_THAT(print("table seastar {} rpc_service S { m(seastar):seastar; }"), HasSubstr("::seastar::future<"));
    EXPECT_THAT(print(kvstore), Not(HasSubstr("::smf::")));
}

TEST_F(smfc_cpp_printer, methods_do_not_hide_what_the_base_offers_under_their_name) {
    auto text = print("table T {} rpc_service S { stop(T):T; print(T):T; Get(T):T; }");
    EXPECT_THAT(text, HasSubstr("using smf::rpc_client::stop;"));
    EXPECT_THAT(text, HasSubstr("using smf::rpc_service::print;"));
    EXPECT_THAT(text, Not(HasSubstr("::Get;")));
}

TEST_F(smfc_cpp_printer, comments_of_the_schema_are_kept_and_never_swallow_code) {
    auto text = print("table T {}\n/// Serves.\nrpc_service S {\n  /// Gets \\\n  m(T):T; }");
    EXPECT_THAT(text, HasSubstr("\n\n/// Serves.\nclass S :"));
    EXPECT_THAT(text, HasSubstr("    /// Gets\n"));
}

TEST_F(smfc_cpp_printer, a_schema_without_services_gives_a_header_without_classes) {
    auto text = print("namespace a; table T {}");
    EXPECT_THAT(text, AllOf(HasSubstr("kvstore_generated.h"), Not(HasSubstr("class ")), Not(HasSubstr("namespace a"))));
}

}
