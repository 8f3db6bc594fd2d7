#include <smf/rpc_handle_router.h>

#include "hex.hh"

#include <gtest/gtest.h>

#include <sstream>

namespace smf {
namespace {

using method_list = std::vector<std::pair<const char*, uint32_t>>;

/// Answers with its own name's length as status.
class named_service : public rpc_service {
public:
    named_service(const char* name, uint32_t id, method_list methods)
        : _name(name), _id(id), _methods(std::move(methods)) {}
    const char* service_name() const override { return _name; }
    uint32_t service_id() const override { return _id; }
    std::vector<rpc_service_method_handle> methods() override {
        std::vector<rpc_service_method_handle> handles;
        for (auto& [name, id] : _methods) {
            handles.emplace_back(name, id, [this](rpc_recv_context c) {
                ++calls;
                rpc_envelope e;
                e.set_status(201);
                e.letter.header.mutate_session(c.session());
                return seastar::make_ready_future<rpc_envelope>(std::move(e));
            });
        }
        return handles;
    }
    int calls = 0;

private:
    const char* _name;
    uint32_t _id;
    method_list _methods;
};

TEST(Router, FindsEveryMethodAndNoOther) {
    rpc_handle_router r;
    EXPECT_EQ(r.get_handle_for_request(0), nullptr);
    EXPECT_EQ(r.get_handle_for_request(7), nullptr);
    for (uint32_t s = 1; s <= 20; ++s) {
        method_list methods;
        for (uint32_t m = 1; m <= 10; ++m) {
            methods.emplace_back("m", m << 20);
        }
        r.register_service(std::make_unique<named_service>("s", s, methods));
    }
    EXPECT_EQ(r.service_count(), 20u);
    for (uint32_t s = 1; s <= 20; ++s) {
        for (uint32_t m = 1; m <= 10; ++m) {
            auto handle = r.get_handle_for_request(s ^ (m << 20));
            ASSERT_NE(handle, nullptr);
            EXPECT_EQ(handle->method_id, m << 20);
        }
        EXPECT_EQ(r.get_handle_for_request(s), nullptr);
    }
    EXPECT_EQ(r.get_handle_for_request(0), nullptr);
    EXPECT_EQ(r.get_handle_for_request(0xffffffff), nullptr);
}

TEST(Router, NamesBothMethodsThatCollide) {
    rpc_handle_router r;
    r.register_service(std::make_unique<named_service>("First", 1, method_list{{"a", 6}}));
    try {
        r.register_service(
            std::make_unique<named_service>("Second", 2, method_list{{"b", 5}}));
        FAIL();
    } catch (const std::invalid_argument& e) {
        EXPECT_NE(std::string(e.what()).find("Second.b"), std::string::npos);
        EXPECT_NE(std::string(e.what()).find("First.a"), std::string::npos);
    }
    EXPECT_EQ(r.service_count(), 1u);
    EXPECT_NE(r.get_handle_for_request(7), nullptr);
    EXPECT_THROW(r.register_service(std::make_unique<named_service>("Twice", 8, method_list{{"a", 1}, {"b", 1}})),
                 std::invalid_argument);
    EXPECT_THROW(r.register_service(std::make_unique<named_service>("Zero", 9, method_list{{"a", 9}})),
                 std::invalid_argument);
    EXPECT_THROW(r.register_rpc_service(nullptr), std::invalid_argument);
}

TEST(Router, PrintsServicesAndMethods) {
    rpc_handle_router r;
    r.register_rpc_service(
        new named_service("MemoryNode", 1, method_list{{"Put", 2}}));
    std::ostringstream out;
    out << r;
    EXPECT_EQ(out.str(),
              "rpc_handle_router{rpc_service{name=MemoryNode,handles=rpc_service_method_handle{name=Put}}}");
}

TEST(Router, AnswersByItself) {
    rpc_handle_router r;
    r.register_service(std::make_unique<named_service>("s", 1, method_list{{"m", 6}}));
    auto ask = [&r](uint32_t id) {
        rpc_recv_context c;
        c.header.mutate_meta(id);
        c.header.mutate_session(5);
        auto f = r.handle(std::move(c));
        EXPECT_TRUE(f.available());
        auto e = f.get();
        EXPECT_EQ(e.letter.header.session(), 5);
        return e.letter.header.meta();
    };
    EXPECT_EQ(ask(7), 201u);
    EXPECT_EQ(ask(8), 404u);
}

}
}
