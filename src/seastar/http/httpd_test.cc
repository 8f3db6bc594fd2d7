#include <seastar/http/httpd.hh>

#include <seastar/http/exception.hh>
#include <seastar/http/function_handlers.hh>
#include <seastar/http/json_path.hh>

#include "net/net_fixture.hh"

#include <fmt/format.h>

#include <algorithm>

namespace seastar::httpd {
namespace {

using net::backend_name;
using net::both_rings;
using net::raw_socket;

class HttpServer : public net::net_fixture {
protected:
    std::optional<http_server> server;
    promise<> slow; ///< what GET /slow waits for

    void start() {
        server.emplace("test");
        auto& r = server->_routes;
        r.put(GET, "/hello", new function_handler([](const_req) { return sstring("hello"); }, "txt"));
        r.put(GET, "/large",
              new function_handler([](const_req) { return sstring(std::string(3'000'000, 'x')); }, "txt"));
        r.put(POST, "/echo", new function_handler([](const_req req) { return req.content; }, "txt"));
        r.put(GET, "/throws",
              new function_handler([](const_req) -> sstring { throw std::runtime_error("secret"); }, "txt"));
        r.put(GET, "/refuses",
              new function_handler([](const_req) -> sstring { throw bad_param_exception("no such thing"); }, "txt"));
        r.put(GET, "/nothing",
              new function_handler(
                  [](const_req, http::reply& rep) {
                      rep.set_status(http::reply::status_type::no_content);
                      return sstring();
                  },
                  "txt"));
        r.put(GET, "/split",
              new function_handler(
                  [](const_req, http::reply& rep) {
                      rep.add_header("X-Evil", "a\r\nInjected: b");
                      rep.add_header("Content-Length", "99");
                      return sstring("ok");
                  },
                  "txt"));
        r.put(GET, "/slow",
              new function_handler(
                  future_handler_function([this](std::unique_ptr<http::request>, std::unique_ptr<http::reply> rep) {
                      return slow.get_future().then([rep = std::move(rep)]() mutable {
                          rep->_content = "at last";
                          return std::move(rep);
                      });
                  }),
                  "txt"));
        r.put(GET, "/stream",
              new function_handler(
                  future_handler_function([](std::unique_ptr<http::request>, std::unique_ptr<http::reply> rep) {
                      rep->write_body("txt", [](output_stream<char>&& out) {
                          return do_with_stream(std::move(out), [](output_stream<char>& out) {
                              return out.write("first ").then([&out] { return out.flush(); }).then([&out] {
                                  return out.write("second");
                              });
                          });
                      });
                      return make_ready_future<std::unique_ptr<http::reply>>(std::move(rep));
                  }),
                  "txt"));
        r.add(GET, url("/files").remainder("path"),
              new function_handler([](const_req req) { return req.get_path_param("path"); }, "txt"));
        run(server->listen(anywhere()));
    }
    template <typename Func>
    static future<> do_with_stream(output_stream<char> out, Func func) {
        auto held = std::make_unique<output_stream<char>>(std::move(out));
        auto& ref = *held;
        return func(ref).then([&ref] { return ref.close(); }).finally([held = std::move(held)] {});
    }
    ~HttpServer() override {
        if (server) {
            run(server->stop());
        }
    }
    raw_socket client() { return raw_socket(server->addresses().front()); }

    /// Until the text is there.
    std::string until(raw_socket& c, std::string_view text) {
        std::string got;
        run_until([&] {
            got += c.receive(16384);
            return got.find(text) != std::string::npos;
        });
        return got;
    }
    std::string ask(std::string_view request) {
        auto c = client();
        c.send(request);
        c.shutdown(SHUT_WR);
        return rest_of(c);
    }
    static std::string status_line(const std::string& reply) { return reply.substr(0, reply.find("\r\n")); }
    static std::string body_of(const std::string& reply) {
        auto at = reply.find("\r\n\r\n");
        return at == std::string::npos ? "" : reply.substr(at + 4);
    }
    static size_t count(const std::string& text, std::string_view word) {
        size_t n = 0;
        for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
            ++n;
        }
        return n;
    }
};
INSTANTIATE_TEST_SUITE_P(, HttpServer, both_rings(), backend_name);

TEST_P(HttpServer, AnswersAndGoesOn) {
    start();
    auto c = client();
    for (int i = 0; i < 3; ++i) {
        c.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        auto reply = until(c, "hello");
        EXPECT_EQ(status_line(reply), "HTTP/1.1 200 OK");
        EXPECT_NE(reply.find("Content-Length: 5\r\n"), std::string::npos);
        EXPECT_NE(reply.find("Content-Type: text/plain\r\n"), std::string::npos);
    }
    EXPECT_EQ(server->requests_served(), 3u);
    EXPECT_EQ(server->current_connections(), 1u);
}

TEST_P(HttpServer, ClosesWhenAsked) {
    start();
    auto c = client();
    c.send("GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n");
    auto reply = rest_of(c);
    EXPECT_EQ(body_of(reply), "hello");
    EXPECT_NE(reply.find("Connection: close\r\n"), std::string::npos);
    auto old = client();
    old.send("GET /hello HTTP/1.0\r\n\r\n");
    EXPECT_EQ(status_line(rest_of(old)), "HTTP/1.0 200 OK");
}

TEST_P(HttpServer, AnswersPipelinedRequestsInOrder) {
    start();
    auto reply = ask(
        "GET /files/a HTTP/1.1\r\n\r\nPOST /echo HTTP/1.1\r\nContent-Length: 1\r\n\r\nbGET /files/c HTTP/1.1\r\n\r\n");
    EXPECT_EQ(count(reply, "200 OK"), 3u);
    auto a = reply.find("\r\n\r\na"), b = reply.find("\r\n\r\nb"), c = reply.find("\r\n\r\nc");
    EXPECT_LT(a, b);
    EXPECT_LT(b, c);
    EXPECT_NE(c, std::string::npos);
}

TEST_P(HttpServer, TakesRequestsOneByteAtATime) {
    start();
    auto c = client();
    for (char byte :
         std::string_view("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) {
        c.send(std::string_view(&byte, 1));
        settle();
    }
    EXPECT_EQ(status_line(until(c, "abc")), "HTTP/1.1 200 OK");
}

TEST_P(HttpServer, HeadGivesTheHeadersOnly) {
    start();
    auto reply = ask("HEAD /hello HTTP/1.1\r\n\r\n");
    EXPECT_NE(reply.find("Content-Length: 5\r\n"), std::string::npos);
    EXPECT_EQ(body_of(reply), "");
}

TEST_P(HttpServer, ChunksABodyOfUnknownLength) {
    start();
    EXPECT_EQ(body_of(ask("GET /stream HTTP/1.1\r\n\r\n")), "6\r\nfirst \r\n6\r\nsecond\r\n0\r\n\r\n");
    EXPECT_EQ(body_of(ask("GET /stream HTTP/1.0\r\n\r\n")), "first second");
}

TEST_P(HttpServer, SendsLargeBodies) {
    start();
    EXPECT_EQ(body_of(ask("GET /large HTTP/1.1\r\n\r\n")).size(), 3'000'000u);
}

TEST_P(HttpServer, SaysWhenItContinues) {
    start();
    auto c = client();
    c.send("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    until(c, "HTTP/1.1 100 Continue\r\n\r\n");
    c.send("body");
    until(c, "body");
}

TEST_P(HttpServer, TellsOfErrorsWithoutTellingSecrets) {
    start();
    auto reply = ask("GET /throws HTTP/1.1\r\n\r\n");
    EXPECT_EQ(status_line(reply), "HTTP/1.1 500 Internal Server Error");
    EXPECT_EQ(reply.find("secret"), std::string::npos);
    reply = ask("GET /refuses HTTP/1.1\r\n\r\n");
    EXPECT_EQ(status_line(reply), "HTTP/1.1 400 Bad Request");
    EXPECT_NE(reply.find("no such thing"), std::string::npos);
    EXPECT_EQ(status_line(ask("GET /none HTTP/1.1\r\n\r\n")), "HTTP/1.1 404 Not Found");
    EXPECT_EQ(status_line(ask("BREW / HTTP/1.1\r\n\r\n")), "HTTP/1.1 501 Not Implemented");
}

TEST_P(HttpServer, ErrorsAreJson) {
    start();
    EXPECT_EQ(body_of(ask("GET /refuses HTTP/1.1\r\n\r\n")), "{\"message\": \"no such thing\", \"code\": 400}");
    server->_routes.put(GET, "/odd", new function_handler([](const_req) -> sstring {
        throw base_exception("a \"quote\"\n", http::reply::status_type::conflict);
    }, "txt"));
    auto reply = ask("GET /odd HTTP/1.1\r\n\r\n");
    EXPECT_EQ(body_of(reply), "{\"message\": \"a \\\"quote\\\"\\n\", \"code\": 409}");
    EXPECT_NE(reply.find("Content-Type: application/json\r\n"), std::string::npos);
}

TEST_P(HttpServer, FunctionsReturnJson) {
    start();
    auto& r = server->_routes;
    r.put(GET, "/list", new function_handler([](const_req req) {
        return std::vector<int>{1, static_cast<int>(req.query_parameters.size())};
    }));
    r.put(GET, "/later", new function_handler([](std::unique_ptr<http::request>) {
        return sleep(std::chrono::milliseconds(1)).then([] { return json::json_return_type("late"); });
    }));
    r.put(GET, "/streamed", new function_handler([](const_req) {
        return json::json_return_type(json::stream_object(std::vector<int>{4, 5}));
    }));
    auto reply = ask("GET /list?a=1 HTTP/1.1\r\n\r\n");
    EXPECT_EQ(body_of(reply), "[1,1]");
    EXPECT_NE(reply.find("Content-Type: application/json\r\n"), std::string::npos);
    EXPECT_EQ(body_of(ask("GET /later HTTP/1.1\r\n\r\n")), "\"late\"");
    EXPECT_EQ(body_of(ask("GET /streamed HTTP/1.0\r\n\r\n")), "[4,5]");
}

TEST_P(HttpServer, RoutesCanBeDescribedAsData) {
    start();
    auto& r = server->_routes;
    auto tell = [](const_req req) { return req.get_path_param("id") + "-" + req.get_path_param("rest"); };
    using type = path_description::url_component_type;
    path_description one("/one", GET, "one", std::vector<std::pair<sstring, bool>>{{"id", false}, {"rest", true}},
                         {"must"});
    path_description two("/two", GET, "two", {{"id"}, {"/fixed", type::FIXED_STRING}}, {});
    path_description plain("/plain", GET, "plain", std::vector<std::pair<sstring, bool>>(), {});
    for (auto* d : {&one, &two, &plain}) {
        d->set(r, tell);
    }
    EXPECT_EQ(body_of(ask("GET /one/7/a/b?must=1 HTTP/1.1\r\n\r\n")), "\"7-a/b\"");
    EXPECT_EQ(status_line(ask("GET /one/7/a HTTP/1.1\r\n\r\n")), "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(body_of(ask("GET /two/8/fixed HTTP/1.1\r\n\r\n")), "\"8-\"");
    EXPECT_EQ(status_line(ask("GET /two/8/other HTTP/1.1\r\n\r\n")), "HTTP/1.1 404 Not Found");
    EXPECT_EQ(body_of(ask("GET /plain HTTP/1.1\r\n\r\n")), "\"-\"");
    for (auto* d : {&one, &two, &plain}) {
        d->unset(r);
    }
    EXPECT_EQ(status_line(ask("GET /two/8/fixed HTTP/1.1\r\n\r\n")), "HTTP/1.1 404 Not Found");
    EXPECT_EQ(status_line(ask("GET /plain HTTP/1.1\r\n\r\n")), "HTTP/1.1 404 Not Found");
}

TEST_P(HttpServer, AsksExceptionHandlersTheLastFirst) {
    start();
    auto& r = server->_routes;
    auto reply_with = [](http::reply::status_type status) { return std::make_unique<http::reply>(status); };
    r.register_exeption_handler([&](std::exception_ptr) { return reply_with(http::reply::status_type::gone); });
    auto id = r.register_exeption_handler([&](std::exception_ptr ex) -> std::unique_ptr<http::reply> {
        try {
            std::rethrow_exception(ex);
        } catch (const bad_param_exception&) {
            return reply_with(http::reply::status_type::conflict);
        }
    });
    EXPECT_EQ(status_line(ask("GET /refuses HTTP/1.1\r\n\r\n")), "HTTP/1.1 409 Conflict");
    EXPECT_EQ(status_line(ask("GET /throws HTTP/1.1\r\n\r\n")), "HTTP/1.1 410 Gone");
    r.remove_exception_handler(id);
    EXPECT_EQ(status_line(ask("GET /refuses HTTP/1.1\r\n\r\n")), "HTTP/1.1 410 Gone");
}

TEST_P(HttpServer, RoutesCanBeTakenOutAgain) {
    start();
    auto& r = server->_routes;
    function_handler handler(request_function([](const_req) { return sstring("here"); }), "txt");
    {
        handler_registration registration(r, handler, "/for_now", GET);
        EXPECT_EQ(body_of(ask("GET /for_now HTTP/1.1\r\n\r\n")), "here");
    }
    EXPECT_EQ(status_line(ask("GET /for_now HTTP/1.1\r\n\r\n")), "HTTP/1.1 404 Not Found");
    auto* rule = new match_rule(new function_handler(request_function([](const_req) { return sstring("r"); }), "txt"));
    rule->add_str("/rule").add_param("p");
    auto cookie = r.add_cookie(rule, GET);
    EXPECT_EQ(body_of(ask("GET /rule/x HTTP/1.1\r\n\r\n")), "r");
    std::unique_ptr<match_rule> taken(r.del_cookie(cookie, GET));
    EXPECT_EQ(taken.get(), rule);
    EXPECT_EQ(status_line(ask("GET /rule/x HTTP/1.1\r\n\r\n")), "HTTP/1.1 404 Not Found");
    std::unique_ptr<handler_base> dropped(r.drop(GET, "/hello"));
    EXPECT_TRUE(dropped);
    EXPECT_FALSE(r.drop(GET, "/hello"));
}

TEST(HttpMatchers, TellWhereTheirPieceOfAPathEnds) {
    parameters params;
    str_matcher text("/hello");
    EXPECT_EQ(text.match("/abc/hello", 4, params), 10u);
    EXPECT_EQ(text.match("/abc/hello/x", 4, params), 10u);
    EXPECT_EQ(text.match("/abc/hellox", 4, params), sstring::npos);
    EXPECT_EQ(text.match("/abc/hell", 4, params), sstring::npos);
    param_matcher one("one");
    EXPECT_EQ(one.match("/abc/hello/x", 4, params), 10u);
    EXPECT_EQ(params.path("one"), "/hello");
    EXPECT_EQ(one.match("/abc/", 4, params), sstring::npos);
    EXPECT_EQ(one.match("/abc", 4, params), sstring::npos);
    param_matcher all("all", true);
    EXPECT_EQ(all.match("/abc/hello/x", 4, params), 12u);
    EXPECT_EQ(params["all"], "hello/x");
    EXPECT_EQ(all.match("/abc", 4, params), 4u);
}

TEST(HttpMatchers, OfAProgramsOwnTakePartInRules) {
    struct digits final : matcher {
        size_t match(const sstring& url, size_t at, parameters& params) override {
            auto end = std::min(std::string_view(url).find_first_not_of("0123456789", at + 1), url.size());
            params.set("number", url.substr(at, end - at));
            return end > at + 1 ? end : sstring::npos;
        }
    };
    auto* handler = new function_handler([](const_req) { return 1; });
    match_rule rule(handler);
    rule.add_str("/item").add_matcher(new digits).add_str("/price");
    parameters params;
    EXPECT_EQ(rule.get("/item/12/price", params), handler);
    EXPECT_EQ(params["number"], "12");
    EXPECT_EQ(rule.get("/item/x/price", params), nullptr);
}

TEST(HttpRoutes, LeaveAHandlerToTheCallerThatTheyDoNotTake) {
    routes r;
    auto make = [] { return new function_handler([](const_req) { return 1; }); };
    std::unique_ptr<handler_base> first(make());
    auto* second = make();
    handler_registration registered(r, *first, "/x/", GET);
    EXPECT_THROW(r.put(GET, "/x/", second), std::runtime_error);
    EXPECT_THROW(handler_registration(r, *first, "/x/", GET), std::runtime_error);
    parameters params;
    EXPECT_EQ(r.get_handler(GET, "/x/", params), first.get());
    r.put(GET, "/y", second);
    EXPECT_EQ(r.get_handler(GET, "/y", params), second);
}

TEST_P(HttpServer, ServesRequestsThatProgramsMakeWithoutAMethod) {
    start();
    auto request = std::make_unique<http::request>();
    auto reply = run(server->_routes.handle("/hello", std::move(request), std::make_unique<http::reply>()));
    EXPECT_EQ(reply->_content, "hello");
}

TEST(HttpReply, ItsStatusPrintsWithItsReason) {
    EXPECT_EQ(fmt::format("{}", http::reply::status_type::not_found), "404 Not Found");
    EXPECT_EQ(http::reply(http::reply::status_type::ok).response_line(), "HTTP/1.1 200 OK\r\n");
    base_exception no("no", http::reply::status_type::bad_request);
    EXPECT_EQ(fmt::format("{}", no), "no");
}

TEST_P(HttpServer, ServesListenersThatItWasGiven) {
    start();
    auto& listeners = http_server_tester::listeners(*server);
    listeners.push_back(seastar::listen(anywhere()));
    run(server->do_accepts(1));
    raw_socket c(listeners[1].local_address());
    c.send("GET /hello HTTP/1.1\r\n\r\n");
    EXPECT_EQ(status_line(until(c, "hello")), "HTTP/1.1 200 OK");
}

TEST_P(HttpServer, SetsCookiesServerAndDate) {
    start();
    server->_routes.put(GET, "/cookies", new function_handler([](const_req, http::reply& rep) {
        rep.set_cookie("a", "1; Path=/").set_cookie("b", "2");
        return sstring("x");
    }, "txt"));
    auto reply = ask("GET /cookies HTTP/1.1\r\n\r\n");
    EXPECT_NE(reply.find("Set-Cookie: a=1; Path=/\r\n"), std::string::npos);
    EXPECT_NE(reply.find("Set-Cookie: b=2\r\n"), std::string::npos);
    EXPECT_NE(reply.find("Server: Seastar httpd\r\n"), std::string::npos);
    auto date = reply.find("Date: ");
    ASSERT_NE(date, std::string::npos);
    EXPECT_EQ(reply.find(" GMT\r\n", date), date + 31);
    server->set_server_header("");
    server->set_generate_date_header(false);
    reply = ask("GET /hello HTTP/1.1\r\n\r\n");
    EXPECT_EQ(reply.find("Server: "), std::string::npos);
    EXPECT_EQ(reply.find("Date: "), std::string::npos);
}

/// Answers with the body's size, and its first bytes, without having it all in memory.
class HttpStreaming : public HttpServer {
protected:
    size_t largest_piece = 0;

    void start_streaming() {
        start();
        server->set_content_streaming(true);
        server->set_content_length_limit(10'000'000);
        auto summary = [this](std::unique_ptr<http::request> req, std::unique_ptr<http::reply> rep) {
            auto* in = req->content_stream;
            EXPECT_TRUE(in && req->content.empty());
            auto size = std::make_unique<size_t>(0);
            auto* n = size.get();
            return in->consume([this, n](temporary_buffer<char> piece) {
                *n += piece.size();
                largest_piece = std::max(largest_piece, piece.size());
                bool end = piece.empty();
                return make_ready_future<consumption_result<char>>(
                    end ? consumption_result<char>(stop_consuming<char>(std::move(piece)))
                        : consumption_result<char>(continue_consuming()));
            }).then([size = std::move(size), rep = std::move(rep)]() mutable {
                rep->_content = std::to_string(*size);
                return std::move(rep);
            });
        };
        server->_routes.put(POST, "/size", new function_handler(future_handler_function(summary), "txt"));
        server->_routes.put(POST, "/ignore", new function_handler([](const_req) { return sstring("ignored"); }, "txt"));
    }
    static std::string post(std::string_view path, std::string_view body) {
        auto length = "Content-Length: " + std::to_string(body.size());
        return "POST " + std::string(path) + " HTTP/1.1\r\n" + length + "\r\n\r\n" + std::string(body);
    }
};
INSTANTIATE_TEST_SUITE_P(, HttpStreaming, both_rings(), backend_name);

TEST_P(HttpStreaming, HandlersReadTheBodyAsItComes) {
    start_streaming();
    auto c = client();
    std::string half(500'000, 'x');
    c.send("POST /size HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
    size_t sent = 0;
    run_until([&] { // the server has to read for it all to fit
        auto n = ::send(c.fd(), half.data(), std::min(half.size(), 1'000'000 - sent), MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += n > 0 ? static_cast<size_t>(n) : 0;
        return sent == 1'000'000;
    });
    EXPECT_EQ(body_of(until(c, "1000000")), "1000000");
    EXPECT_LT(largest_piece, 500'000u);
    c.send(post("/size", "abc")); // and the connection goes on
    EXPECT_EQ(body_of(until(c, "\r\n\r\n3")), "3");
}

TEST_P(HttpStreaming, ChunksAreTakenApart) {
    start_streaming();
    auto c = client();
    c.send("POST /size HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    settle();
    c.send("4\r\ndefg\r\n0\r\n\r\n" + post("/size", "hi"));
    auto replies = until(c, "\r\n\r\n2");
    EXPECT_NE(replies.find("\r\n\r\n7"), std::string::npos);
}

TEST_P(HttpStreaming, ABodyThatNobodyReadsIsPassedOver) {
    start_streaming();
    auto c = client();
    c.send(post("/ignore", std::string(100'000, 'x')) + post("/size", "abcd"));
    auto replies = until(c, "\r\n\r\n4");
    EXPECT_NE(replies.find("ignored"), std::string::npos);
}

TEST_P(HttpStreaming, WhatDoesNotComeAsAnnouncedFailsTheReader) {
    start_streaming();
    EXPECT_EQ(status_line(ask("POST /size HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")), "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(status_line(ask("POST /size HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")),
              "HTTP/1.1 400 Bad Request");
    server->set_content_length_limit(5);
    EXPECT_EQ(status_line(ask("POST /size HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n0\r\n\r\n")),
              "HTTP/1.1 413 Payload Too Large");
    EXPECT_EQ(status_line(ask(post("/size", "abcdef"))), "HTTP/1.1 413 Payload Too Large");
}

TEST_P(HttpStreaming, APeerThatStopsSendingIsGivenUp) {
    start_streaming();
    server->limits().header_timeout = std::chrono::milliseconds(30);
    auto c = client();
    c.send("POST /size HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
    rest_of(c); // ends
    run_until([&] { return server->current_connections() == 0; });
}

TEST_P(HttpServer, SendsNoBodyWhereNoneMayBe) {
    start();
    auto reply = ask("GET /nothing HTTP/1.1\r\n\r\n");
    EXPECT_EQ(status_line(reply), "HTTP/1.1 204 No Content");
    EXPECT_EQ(reply.find("Content-Length"), std::string::npos);
}

TEST_P(HttpServer, LetsNoHandlerSplitAReply) {
    start();
    auto reply = ask("GET /split HTTP/1.1\r\n\r\n");
    EXPECT_EQ(reply.find("\r\nInjected"), std::string::npos);
    EXPECT_EQ(count(reply, "Content-Length"), 1u);
    EXPECT_NE(reply.find("Content-Length: 2\r\n"), std::string::npos);
}

TEST_P(HttpServer, RefusesBadRequestsAndCloses) {
    start();
    for (std::string_view request :
         {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\nA : b\r\n\r\n", "POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
          "POST /echo HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "\x16\x03\x01\r\n\r\n"}) {
        auto c = client();
        c.send(request);
        EXPECT_EQ(status_line(rest_of(c)), "HTTP/1.1 400 Bad Request") << request;
    }
    auto c = client();
    c.send("POST /echo HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n");
    EXPECT_EQ(status_line(rest_of(c)), "HTTP/1.1 413 Payload Too Large");
    EXPECT_EQ(server->requests_served(), 0u);
    settle();
    EXPECT_EQ(server->current_connections(), 0u);
}

TEST_P(HttpServer, RefusesTooManyAndTooLongHeaders) {
    start();
    auto c = client();
    c.send("GET /" + std::string(server->limits().header_bytes + 1, 'x'));
    EXPECT_EQ(status_line(rest_of(c)), "HTTP/1.1 431 Request Header Fields Too Large");
    std::string many = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < 101; ++i) {
        many += "A: b\r\n";
    }
    EXPECT_EQ(status_line(ask(many + "\r\n")), "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST_P(HttpServer, ClosesOnThoseWhoTakeTooLong) {
    start();
    server->limits().header_timeout = std::chrono::milliseconds(50);
    auto in_header = client();
    in_header.send("GET / HT");
    EXPECT_EQ(rest_of(in_header), "");
    auto in_body = client();
    in_body.send("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\n");
    // One byte now and then makes no difference.
    std::string got;
    auto began = ring().now();
    run_until([&] {
        ::send(in_body.fd(), "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        char c;
        auto n = ::recv(in_body.fd(), &c, 1, MSG_DONTWAIT);
        return n == 0 || (n < 0 && errno != EAGAIN) || n == 1 || ring().now() - began > 5'000'000'000;
    });
    EXPECT_LT(ring().now() - began, 5'000'000'000);
    server->limits().idle_timeout = std::chrono::milliseconds(50);
    auto silent = client();
    EXPECT_EQ(rest_of(silent), "");
}

TEST_P(HttpServer, ClosesOnThoseWhoDoNotReadTheirReply) {
    start();
    server->limits().idle_timeout = std::chrono::milliseconds(50);
    auto c = client();
    for (int i = 0; i < 10; ++i) {
        c.send("GET /large HTTP/1.1\r\n\r\n");
    }
    run_until([&] { return server->total_connections() == 1; });
    run_until([&] { return server->current_connections() == 0; });
    EXPECT_EQ(server->reply_errors(), 1u);
}

TEST_P(HttpServer, LimitsItsConnections) {
    start();
    server->limits().connections = 2;
    auto a = client(), b = client();
    run_until([&] { return server->current_connections() == 2; });
    auto c = client();
    EXPECT_EQ(rest_of(c), "");
    a.close();
    run_until([&] { return server->current_connections() == 1; });
    auto d = client();
    d.send("GET /hello HTTP/1.1\r\n\r\n");
    until(d, "hello");
}

TEST_P(HttpServer, SurvivesResets) {
    start();
    for (std::string_view sent :
         {"", "GET", "GET /hello HTTP/1.1\r\n\r\n", "POST /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\n1234"}) {
        auto c = client();
        c.send(sent);
        settle();
        c.reset();
    }
    run_until([&] { return server->total_connections() == 4 && server->current_connections() == 0; });
    EXPECT_EQ(body_of(ask("GET /hello HTTP/1.1\r\n\r\n")), "hello");
}

TEST_P(HttpServer, StopsWithIdleConnectionsAndAfterTheReplyThatIsDue) {
    start();
    auto idle = client();
    auto waiting = client();
    waiting.send("GET /slow HTTP/1.1\r\n\r\n");
    run_until([&] { return server->current_connections() == 2; });
    settle();
    auto f = server->stop();
    settle();
    EXPECT_FALSE(f.available());
    slow.set_value();
    run(std::move(f));
    EXPECT_EQ(body_of(rest_of(waiting)), "at last");
    EXPECT_EQ(rest_of(idle), "");
    server.reset();
}

TEST_P(HttpServer, GivesTheRestOfAPathDecodedOrNot) {
    start();
    EXPECT_EQ(body_of(ask("GET /files/a%2Fb/../c HTTP/1.1\r\n\r\n")), "a/b/../c");
    EXPECT_EQ(status_line(ask("GET /filesystem HTTP/1.1\r\n\r\n")), "HTTP/1.1 404 Not Found");
    EXPECT_EQ(body_of(ask("GET /hello/ HTTP/1.1\r\n\r\n")), "hello");
}

TEST(ServerNames, AreEachUsedOnce) {
    EXPECT_NE(http_server_control::generate_server_name(), http_server_control::generate_server_name());
}

}
}
