#include <seastar/http/file_handler.hh>
#include <seastar/http/httpd.hh>

#include "io/file_fixture.hh"
#include "net/net_fixture.hh"

#include <algorithm>

namespace seastar::httpd {
namespace {

/// Everything in capitals.
class capitals final : public file_transformer {
    class sink final : public data_sink_impl {
        output_stream<char> _out;

    public:
        explicit sink(output_stream<char> out) : _out(std::move(out)) {}
        future<> put(temporary_buffer<char> data) override {
            std::transform(data.begin(), data.end(), data.get_write(),
                           [](char c) { return static_cast<char>(::toupper(c)); });
            return _out.write(std::move(data));
        }
        future<> flush() override { return _out.flush(); }
        future<> close() override { return _out.close(); }
    };

public:
    output_stream<char> transform(std::unique_ptr<http::request>, const sstring& extension,
                                  output_stream<char>&& out) override {
        return extension == "txt" ? output_stream<char>(data_sink(std::make_unique<sink>(std::move(out))), 1024)
                                  : std::move(out);
    }
};

class file_handler_test : public net::net_fixture {
protected:
    io::temporary_directory directory;
    std::optional<io::blocking_calls> calls;
    std::optional<http_server> server;
    capitals to_capitals;
    std::string large = std::string(1'000'000, 'x') + "end";

    void SetUp() override {
        net::net_fixture::SetUp();
        if (IsSkipped()) {
            return;
        }
        calls.emplace(shard());
        std::filesystem::create_directories(directory.path("root/sub"));
        std::filesystem::create_directories(directory.path("root/bare"));
        directory.write("secret", "secret");
        directory.write("root/page.html", "<p>page</p>");
        directory.write("root/large.bin", large);
        directory.write("root/empty", "");
        directory.write("root/sub/index.html", "index");
        directory.write("root/a b.txt", "spaced");
        server.emplace("test");
        auto& r = server->_routes;
        r.add(GET, url("/files").remainder("path"), new directory_handler(directory.path("root")));
        r.add(GET, url("/loud").remainder("path"), new directory_handler(directory.path("root"), &to_capitals));
        r.put(GET, "/one", new file_handler(directory.path("root/page.html"), nullptr, false));
        r.put(GET, "/gone", new file_handler(directory.path("root/missing"), nullptr, false));
        r.put(GET, "/forced", new file_handler(directory.path("root/page.html")));
        run(server->listen(anywhere()));
    }
    void TearDown() override {
        if (server) {
            run(server->stop());
            settle();
            server.reset();
            calls.reset();
        }
    }

    std::string ask(std::string_view path) {
        net::raw_socket c(server->addresses().front());
        c.send("GET " + std::string(path) + " HTTP/1.0\r\nHost: here\r\n\r\n");
        return rest_of(c);
    }
    static std::string body_of(const std::string& reply) { return reply.substr(reply.find("\r\n\r\n") + 4); }
    static std::string status_of(const std::string& reply) { return reply.substr(9, 3); }
};

TEST_P(file_handler_test, serves_files_with_their_types) {
    auto page = ask("/files/page.html");
    EXPECT_EQ(status_of(page), "200");
    EXPECT_NE(page.find("Content-Type: text/html"), page.npos) << page;
    EXPECT_EQ(body_of(page), "<p>page</p>");
    EXPECT_EQ(body_of(ask("/one")), "<p>page</p>");
    EXPECT_EQ(body_of(ask("/files/a%20b.txt")), "spaced");
    EXPECT_EQ(body_of(ask("/files/large.bin")), large);
    EXPECT_EQ(status_of(ask("/files/empty")), "200");
    EXPECT_EQ(body_of(ask("/files/empty")), "");
}

TEST_P(file_handler_test, serves_the_index_of_a_directory) {
    auto moved = ask("/files/sub");
    EXPECT_EQ(status_of(moved), "301");
    EXPECT_NE(moved.find("Location: http://here/files/sub/\r\n"), moved.npos) << moved;
    EXPECT_EQ(body_of(ask("/files/sub/")), "index");
    EXPECT_EQ(status_of(ask("/files/bare/")), "404");
    EXPECT_EQ(status_of(ask("/forced")), "301");
}

TEST_P(file_handler_test, nothing_outside_of_the_directory_exists) {
    for (auto path :
         {"/files/../secret", "/files/sub/../../secret", "/files/%2e%2e/secret", "/files/..%2fsecret", "/files/sub/..",
          "/files/page.html%00.txt", "/files/missing", "/files/page.html/below", "/gone"}) {
        auto reply = ask(path);
        EXPECT_EQ(status_of(reply), "404") << path;
        EXPECT_EQ(reply.find("secret\n"), reply.npos) << path;
        EXPECT_EQ(reply.find(directory.path()), reply.npos) << path << " tells where files are";
    }
}

TEST_P(file_handler_test, what_is_no_regular_file_does_not_exist) {
    ASSERT_EQ(::mkfifo(directory.path("root/fifo").c_str(), 0600), 0);
    std::filesystem::create_symlink("/dev/zero", directory.path("root/zero"));
    EXPECT_EQ(status_of(ask("/files/fifo")), "404");
    EXPECT_EQ(status_of(ask("/files/zero")), "404");
}

TEST_P(file_handler_test, a_transformer_changes_what_is_sent) {
    EXPECT_EQ(body_of(ask("/loud/a%20b.txt")), "SPACED");
    EXPECT_EQ(body_of(ask("/loud/page.html")), "<p>page</p>");
}

TEST_P(file_handler_test, a_client_that_goes_leaves_nothing_open) {
    {
        net::raw_socket c(server->addresses().front());
        c.send("GET /files/large.bin HTTP/1.1\r\nHost: here\r\n\r\n");
        run_until([&] { return !c.receive(1000).empty(); });
    }
    run_until([&] { return server->current_connections() == 0; });
    // Descriptors that are left open are for the fixture to see.
}

INSTANTIATE_TEST_SUITE_P(rings, file_handler_test, net::both_rings(), net::backend_name);

}
}
