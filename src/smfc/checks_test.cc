#include "smfc/checks.hh"

#include "smfc/schema.hh"
#include "smfc/testing/schema_dir.hh"

#include <gmock/gmock.h>

namespace smfc {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class smfc_checks : public schema_dir {
protected:
    std::vector<std::string> check(std::string_view text) {
        return check_schema(load_schema(write("s.fbs", text), {}));
    }
    /// The error without the file's name.
    std::string error_of(std::string_view text) {
        try {
            check(text);
        } catch (const schema_error& e) {
            return std::string(e.what()).substr((dir / "s.fbs").string().size());
        }
        return "no error";
    }
};

TEST_F(smfc_checks, an_ordinary_schema_passes_without_a_word) {
    EXPECT_THAT(check("namespace a; table T {} rpc_service S { Get(T):T; Put(T):T (streaming: \"none\"); stop(T):T; }"),
                IsEmpty());
}

TEST_F(smfc_checks, two_methods_of_a_service_with_one_number_are_both_named) {
    // crc32("plumless") == crc32("buckeroo")
    EXPECT_THAT(error_of("table T {}\nrpc_service S {\n  plumless(T):T;\n  buckeroo(T):T; }"),
                AllOf(StartsWith(":4: error: "), HasSubstr("S.plumless (line 3)"), HasSubstr("S.buckeroo")));
}

TEST_F(smfc_checks, two_services_that_no_server_can_offer_together_are_a_warning) {
    EXPECT_THAT(check("namespace a; table T {} rpc_service S { m(T):T; }\nnamespace b; rpc_service S { m(a.T):a.T; }"),
                ElementsAre(HasSubstr("s.fbs:2: warning: S.m (line 1) and S.m have the same number")));
}

TEST_F(smfc_checks, streams_are_refused) {
    for (std::string kind : {"client", "server", "bidi"}) {
        EXPECT_EQ(error_of("table T {}\nrpc_service S {\n  m(T):T (streaming: \"" + kind + "\"); }"),
                  ":3: error: method m: streaming \"" + kind + "\" is not supported");
    }
}

TEST_F(smfc_checks, classes_that_would_have_a_name_that_is_taken_are_refused) {
    EXPECT_THAT(error_of("table A {}\nrpc_service A { m(A):A; }"),
                AllOf(StartsWith(":2:"), HasSubstr("taken by the type A")));
    EXPECT_THAT(error_of("table SClient {}\nrpc_service S { m(SClient):SClient; }"),
                HasSubstr("the client of rpc_service S"));
    EXPECT_THAT(error_of("table A {}\nrpc_service AT { m(A):A; }"), HasSubstr("taken by the object type of A"));
    EXPECT_THAT(error_of("table A {}\nrpc_service ABuilder { m(A):A; }"), HasSubstr("taken by the builder of A"));
    EXPECT_THAT(error_of("table A {}\nenum E:int { x }\nrpc_service E { m(A):A; }"), StartsWith(":3:"));
    EXPECT_THAT(error_of("table A {}\nrpc_service S { m(A):A; }\nrpc_service SClient { m(A):A; }"),
                AllOf(StartsWith(":3:"), HasSubstr("taken by the client of rpc_service S")));
    EXPECT_EQ(error_of("namespace a; table A {} namespace b; rpc_service A { m(a.A):a.A; }"), "no error");
}

TEST_F(smfc_checks, members_that_would_have_a_name_that_is_taken_are_refused) {
    EXPECT_THAT(error_of("table T {}\nrpc_service S { Get(T):T;\n RawGet(T):T; }"),
                AllOf(StartsWith(":3:"), HasSubstr("taken by the raw form of method Get")));
    EXPECT_THAT(error_of("table T {}\nrpc_service S {\n S(T):T; }"), StartsWith(":3:"));
    EXPECT_THAT(error_of("table T {}\nrpc_service s {\n s_client(T):T; }"), StartsWith(":3:"));
    EXPECT_THAT(error_of("table T {}\nrpc_service S { delete(T):T;\n delete_(T):T; }"), StartsWith(":3:"));
}

TEST_F(smfc_checks, keywords_that_flatc_does_not_make_compile_are_told) {
    EXPECT_THAT(error_of("namespace a.delete; table T {}\nrpc_service S { m(T):T; }"),
                StartsWith(":2: error: the namespace a::delete"));
    EXPECT_THAT(error_of("namespace new; table T {} namespace a;\nrpc_service S { m(new.T):new.T; }"),
                StartsWith(":2:"));
    EXPECT_THAT(check("table class {} rpc_service S { m(class):class; }"),
                ElementsAre(HasSubstr("warning: the type class")));
}

}
