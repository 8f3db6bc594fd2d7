#include <seastar/core/iostream.hh>

#include <seastar/core/scattered_message.hh>
#include <seastar/net/packet.hh>

#include "future/test_loop.hh"

#include <deque>
#include <stdexcept>

namespace seastar {
namespace {

using buffer = temporary_buffer<char>;
using testing::loop_fixture;

buffer bytes(std::string_view s) { return buffer::copy_of(s); }
std::string text(const buffer& b) { return std::string(b.get(), b.size()); }

// ---- reading

/// Pieces that are ready, and pieces that come when the test says so.
struct script {
    std::deque<std::string> ready;
    bool ended = true; ///< when the pieces are used up: the end, or waiting
    bool has_end_flag = false;
    bool end_met = false;
    std::optional<promise<buffer>> waiting;
    int gets = 0;
    bool closed = false;
};

class script_source final : public data_source_impl {
    script& _s;

public:
    explicit script_source(script& s) : _s(s) {}
    future<buffer> get() override {
        ++_s.gets;
        if (!_s.ready.empty()) {
            auto piece = bytes(_s.ready.front());
            _s.ready.pop_front();
            return make_ready_future<buffer>(std::move(piece));
        }
        if (_s.ended) {
            _s.end_met = true;
            return make_ready_future<buffer>();
        }
        _s.waiting.emplace();
        return _s.waiting->get_future();
    }
    future<> close() override {
        _s.closed = true;
        return make_ready_future<>();
    }
    const bool* end_flag() const noexcept override { return _s.has_end_flag ? &_s.end_met : nullptr; }
};

class InputStream : public loop_fixture {
protected:
    script s;
    input_stream<char> over(std::deque<std::string> pieces, bool ended = true) {
        s.ready = std::move(pieces);
        s.ended = ended;
        return input_stream<char>(data_source(std::make_unique<script_source>(s)));
    }
    void arrive(std::string_view piece) {
        auto p = std::move(*s.waiting);
        s.waiting.reset();
        p.set_value(bytes(piece));
    }
};

TEST_F(InputStream, ReadGivesPiecesAsTheyComeAndAnEmptyOneAtTheEnd) {
    auto in = over({"ab", "c"});
    EXPECT_EQ(text(run(in.read())), "ab");
    EXPECT_EQ(text(run(in.read())), "c");
    EXPECT_FALSE(in.eof());
    EXPECT_TRUE(run(in.read()).empty());
    EXPECT_TRUE(in.eof());
    EXPECT_TRUE(run(in.read()).empty());
    EXPECT_EQ(s.gets, 3) << "a stream that has ended is not asked again";
}

TEST_F(InputStream, ReadWaitsForAPiece) {
    auto in = over({}, false);
    auto f = in.read();
    settle();
    EXPECT_FALSE(f.available());
    arrive("late");
    EXPECT_EQ(text(run(std::move(f))), "late");
}

TEST_F(InputStream, ReadLeavesLookingForTheEndToASourceWithAFlag) {
    s.has_end_flag = true;
    auto in = over({}, false);
    auto f = in.read();
    arrive("late");
    ASSERT_TRUE(f.available()) << "a task stands between source and reader";
    EXPECT_EQ(text(run(std::move(f))), "late");
    EXPECT_FALSE(in.eof());
    s.ended = true;
    EXPECT_TRUE(run(in.read()).empty());
    EXPECT_TRUE(in.eof());
    auto moved = std::move(in);
    EXPECT_TRUE(moved.eof());
    EXPECT_TRUE(run(moved.read()).empty());
    EXPECT_TRUE(run(moved.read_exactly(1)).empty());
    EXPECT_TRUE(run(moved.read_up_to(1)).empty());
}

TEST_F(InputStream, IsNotAtItsEndWhileAConsumerLeftSomething) {
    s.has_end_flag = true;
    auto in = over({});
    run(in.consume([](buffer) {
        return make_ready_future<consumption_result<char>>(stop_consuming<char>(bytes("left")));
    }));
    EXPECT_TRUE(s.end_met);
    EXPECT_FALSE(in.eof());
    EXPECT_EQ(text(run(in.read())), "left");
    EXPECT_TRUE(in.eof());
}

TEST_F(InputStream, ReadExactlyJoinsAndSplitsPiecesAtEveryBoundary) {
    const std::string whole = "0123456789";
    for (size_t first = 1; first < whole.size(); ++first) {
        for (size_t n = 1; n <= whole.size(); ++n) {
            auto in = over({whole.substr(0, first), whole.substr(first)});
            std::string got;
            while (got.size() < whole.size()) {
                auto piece = run(in.read_exactly(n));
                EXPECT_EQ(piece.size(), std::min(n, whole.size() - got.size()));
                got += text(piece);
            }
            EXPECT_EQ(got, whole);
            EXPECT_TRUE(run(in.read_exactly(n)).empty());
        }
    }
}

TEST_F(InputStream, ReadExactlyGivesLessOnlyAtTheEnd) {
    auto in = over({"abc"});
    EXPECT_EQ(text(run(in.read_exactly(5))), "abc");
    EXPECT_TRUE(in.eof());
}

TEST_F(InputStream, ReadExactlyOfNothingIsReady) {
    auto in = over({}, false);
    EXPECT_TRUE(run(in.read_exactly(0)).empty());
}

TEST_F(InputStream, ReadExactlyWithinOnePieceCopiesNothing) {
    auto in = over({"abcdef"});
    auto a = run(in.read_exactly(2));
    auto b = run(in.read_exactly(4));
    EXPECT_EQ(a.get() + 2, b.get());
}

TEST_F(InputStream, ReadExactlyWaitsAcrossManyPieces) {
    auto in = over({"a"}, false);
    auto f = in.read_exactly(4);
    for (auto piece : {"b", "c", "d"}) {
        settle();
        EXPECT_FALSE(f.available());
        arrive(piece);
    }
    EXPECT_EQ(text(run(std::move(f))), "abcd");
}

TEST_F(InputStream, ReadUpToLeavesTheRest) {
    auto in = over({"abcdef", "gh"});
    EXPECT_EQ(text(run(in.read_up_to(4))), "abcd");
    EXPECT_EQ(text(run(in.read_up_to(4))), "ef");
    EXPECT_EQ(text(run(in.read_up_to(4))), "gh");
    EXPECT_TRUE(run(in.read_up_to(4)).empty());
    EXPECT_TRUE(in.eof());
}

TEST_F(InputStream, SkipPassesOverPiecesAndDoesNotWaitForWhatFollows) {
    auto in = over({"abc", "def", "ghi"}, false);
    run(in.skip(4));
    EXPECT_EQ(text(run(in.read())), "ef");
    auto f = in.skip(3);
    EXPECT_TRUE(f.available()) << "the three bytes are there";
    run(std::move(f));
    EXPECT_FALSE(in.eof());
    auto next = in.read();
    settle();
    arrive("j");
    EXPECT_EQ(text(run(std::move(next))), "j");
}

TEST_F(InputStream, SkipStopsAtTheEnd) {
    auto in = over({"abc"});
    run(in.skip(100));
    EXPECT_TRUE(run(in.read()).empty());
    EXPECT_TRUE(in.eof());
}

TEST_F(InputStream, AnErrorOfTheSourceReachesEveryKindOfRead) {
    auto failing = [](input_stream<char>& in, int kind) -> future<> {
        switch (kind) {
        case 0:
            return in.read().discard_result();
        case 1:
            return in.read_exactly(3).discard_result();
        case 2:
            return in.read_up_to(3).discard_result();
        case 3:
            return in.skip(3);
        default:
            return in.consume([](buffer) { return make_ready_future<consumption_result<char>>(continue_consuming()); });
        }
    };
    for (int kind = 0; kind < 5; ++kind) {
        auto in = over({"a"}, false);
        EXPECT_EQ(text(run(in.read())), "a");
        auto f = failing(in, kind);
        settle();
        s.waiting->set_exception(std::runtime_error("torn"));
        EXPECT_THROW(run(std::move(f)), std::runtime_error) << kind;
        s.waiting.reset();
    }
}

TEST_F(InputStream, CloseClosesTheSource) {
    auto in = over({});
    run(in.close());
    EXPECT_TRUE(s.closed);
}

TEST_F(InputStream, AMovedStreamGoesOnWhereItWas) {
    auto in = over({"abcd"});
    EXPECT_EQ(text(run(in.read_exactly(1))), "a");
    auto moved = std::move(in);
    EXPECT_EQ(text(run(moved.read())), "bcd");
}

TEST_F(InputStream, DetachGivesTheSourceAway) {
    auto in = over({"abcd", "ef"});
    EXPECT_EQ(text(run(in.read_exactly(1))), "a");
    EXPECT_THROW(std::move(in).detach(), std::logic_error);
    EXPECT_EQ(text(run(in.read())), "bcd");
    auto source = std::move(in).detach();
    EXPECT_EQ(text(run(source.get())), "ef");
}

using result = consumption_result<char>;

TEST_F(InputStream, ConsumeHandsOnPiecesUntilTheConsumerHasEnough) {
    auto in = over({"ab", "cd", "ef"});
    std::string got;
    run(in.consume([&](buffer b) {
        got += text(b);
        if (got.size() < 4) {
            return make_ready_future<result>(continue_consuming());
        }
        return make_ready_future<result>(stop_consuming<char>(b.share(1, 1)));
    }));
    EXPECT_EQ(got, "abcd");
    EXPECT_EQ(text(run(in.read())), "d") << "what was not used is still to be read";
    EXPECT_EQ(text(run(in.read())), "ef");
}

TEST_F(InputStream, ConsumeTellsTheConsumerOfTheEndOnce) {
    auto in = over({"ab"});
    std::vector<size_t> sizes;
    run(in.consume([&](buffer b) {
        sizes.push_back(b.size());
        return make_ready_future<result>(continue_consuming());
    }));
    EXPECT_EQ(sizes, (std::vector<size_t>{2, 0}));
    EXPECT_TRUE(in.eof());
}

TEST_F(InputStream, ConsumeSkips) {
    auto in = over({"ab", "cdef", "gh"});
    std::vector<std::string> got;
    run(in.consume([&](buffer b) {
        got.push_back(text(b));
        return make_ready_future<result>(got.size() == 1 ? result(skip_bytes(4)) : result(continue_consuming()));
    }));
    EXPECT_EQ(got, (std::vector<std::string>{"ab", "gh", ""}));
}

TEST_F(InputStream, ConsumeWaitsForPiecesAndForTheConsumer) {
    auto in = over({}, false);
    promise<result> slow;
    std::string got;
    auto f = in.consume([&](buffer b) {
        got += text(b);
        return slow.get_future();
    });
    settle();
    arrive("x");
    settle();
    EXPECT_EQ(got, "x");
    EXPECT_FALSE(f.available());
    slow.set_value(stop_consuming<char>(buffer()));
    run(std::move(f));
    EXPECT_FALSE(in.eof());
}

TEST_F(InputStream, ConsumeTakesTheOlderProtocolAndAConsumerByReference) {
    struct {
        std::string got;
        future<std::optional<buffer>> operator()(buffer b) {
            got += text(b);
            return make_ready_future<std::optional<buffer>>(got.size() < 3 ? std::nullopt
                                                                            : std::optional<buffer>(buffer()));
        }
    } consumer;
    auto in = over({"ab", "cd", "ef"});
    run(in.consume(consumer));
    EXPECT_EQ(consumer.got, "abcd");
}

TEST_F(InputStream, ConsumePassesTheConsumersErrorOn) {
    auto in = over({"ab"});
    EXPECT_THROW(run(in.consume([](buffer) -> future<result> { throw std::runtime_error("no"); })), std::runtime_error);
}

TEST_F(InputStream, ConsumeOfManyReadyPiecesNeedsNoStack) {
    class endless final : public data_source_impl {
        int _left = 100'000;

    public:
        future<buffer> get() override {
            return make_ready_future<buffer>(_left-- > 0 ? buffer("x", 1) : buffer());
        }
    };
    input_stream<char> in(data_source(std::make_unique<endless>()));
    size_t n = 0;
    run(in.consume([&](buffer b) {
        n += b.size();
        return make_ready_future<result>(continue_consuming());
    }));
    EXPECT_EQ(n, 100'000u);
}

// ---- writing

/// What a sink was given: one entry a put().
struct record {
    std::vector<std::string> puts;
    std::optional<promise<>> waiting; ///< set: put() waits for it
    bool wait = false;
    bool fail = false;
    int flushes = 0;
    int closes = 0;
    bool batch_failed = false;
    bool batches = false;
};

class record_sink final : public data_sink_impl {
    record& _r;

public:
    explicit record_sink(record& r) : _r(r) {}
    using data_sink_impl::put;
    future<> put(std::span<buffer> data) override {
        std::string all;
        for (auto& b : data) {
            all += text(b);
        }
        _r.puts.push_back(all);
        if (_r.fail) {
            return make_exception_future<>(std::runtime_error("broken"));
        }
        if (_r.wait) {
            _r.waiting.emplace();
            return _r.waiting->get_future();
        }
        return make_ready_future<>();
    }
    future<> flush() override {
        ++_r.flushes;
        return make_ready_future<>();
    }
    future<> close() override {
        ++_r.closes;
        return make_ready_future<>();
    }
    bool can_batch_flushes() const noexcept override { return _r.batches; }
    void on_batch_flush_error() noexcept override { _r.batch_failed = true; }
};

class OutputStream : public loop_fixture {
protected:
    record r;
    using puts = std::vector<std::string>;
    output_stream<char> over(size_t size, bool batches = false, bool trim = false) {
        r.batches = batches;
        output_stream_options options;
        options.batch_flushes = batches;
        options.trim_to_size = trim;
        return output_stream<char>(data_sink(std::make_unique<record_sink>(r)), size, options);
    }
    void let_go() {
        r.wait = false;
        auto p = std::move(*r.waiting);
        r.waiting.reset();
        p.set_value();
    }
};

TEST_F(OutputStream, SmallWritesAreBufferedUntilFlush) {
    auto out = over(16);
    run(out.write("ab"));
    run(out.write(sstring("cd")));
    run(out.write(std::string("ef")));
    run(out.write("gh!", 2));
    EXPECT_TRUE(r.puts.empty());
    run(out.flush());
    EXPECT_EQ(r.puts, puts{"abcdefgh"});
    EXPECT_EQ(r.flushes, 1);
    run(out.close());
    EXPECT_EQ(r.closes, 1);
    EXPECT_EQ(r.puts.size(), 1u) << "nothing was left to send";
}

TEST_F(OutputStream, AFullBufferIsSent) {
    auto out = over(4);
    run(out.write("abcdef"));
    EXPECT_EQ(r.puts.size(), 1u);
    run(out.close());
    std::string all;
    for (auto& p : r.puts) {
        all += p;
    }
    EXPECT_EQ(all, "abcdef");
}

TEST_F(OutputStream, BytesArriveInOrderWhateverTheSizes) {
    for (size_t size : {1u, 2u, 7u, 64u, 200u}) {
        for (bool trim : {false, true}) {
            r = {};
            auto out = over(size, false, trim);
            std::string expected;
            for (size_t n = 0; n < 40; ++n) {
                std::string piece(n * 3 % 17, static_cast<char>('a' + n % 26));
                expected += piece;
                if (n % 2) {
                    run(out.write(piece));
                } else {
                    run(out.write(bytes(piece)));
                }
            }
            run(out.close());
            std::string all;
            for (auto& p : r.puts) {
                EXPECT_TRUE(!trim || p.size() <= size) << p.size() << " > " << size;
                all += p;
            }
            EXPECT_EQ(all, expected);
        }
    }
}

TEST_F(OutputStream, ABufferIsPassedOnWithoutACopy) {
    struct address_sink final : data_sink_impl {
        const char*& at;
        explicit address_sink(const char*& a) : at(a) {}
        using data_sink_impl::put;
        future<> put(buffer b) override {
            at = b.get();
            return make_ready_future<>();
        }
        future<> close() override { return make_ready_future<>(); }
    };
    const char* seen = nullptr;
    output_stream<char> out(data_sink(std::make_unique<address_sink>(seen)), 8);
    auto b = bytes("0123456789");
    auto* given = b.get();
    run(out.write(std::move(b)));
    EXPECT_EQ(seen, given);
    run(out.close());
}

TEST_F(OutputStream, MessagesOfManyPartsAreWrittenWhole) {
    auto out = over(64);
    std::vector<buffer> parts;
    parts.push_back(bytes("ab"));
    parts.push_back(buffer());
    parts.push_back(bytes("cd"));
    run(out.write(std::span(parts)));
    net::packet p("ef", 2);
    p.append(net::packet("gh", 2));
    run(out.write(std::move(p)));
    scattered_message<char> m;
    m.append_static("ij");
    m.append(sstring("kl"));
    bool deleted = false;
    m.on_delete([&] { deleted = true; });
    run(out.write(std::move(m)));
    run(out.flush());
    EXPECT_EQ(r.puts, puts{"abcdefghijkl"});
    EXPECT_TRUE(deleted);
    run(out.close());
}

TEST_F(OutputStream, WriteWaitsForTheSink) {
    auto out = over(4);
    r.wait = true;
    auto f = out.write("abcdef");
    settle();
    EXPECT_FALSE(f.available());
    let_go();
    run(std::move(f));
    run(out.close());
}

TEST_F(OutputStream, AnErrorOfTheSinkIsTheWritersAndCloseStillCloses) {
    auto out = over(4);
    r.fail = true;
    EXPECT_THROW(run(out.write("abcdef")), std::runtime_error);
    run(out.write("x"));
    EXPECT_THROW(run(out.close()), std::runtime_error);
    EXPECT_EQ(r.closes, 1);
}

TEST_F(OutputStream, AStreamOfSizeZeroStillWorks) {
    auto out = over(0);
    run(out.write("abc"));
    run(out.close());
    EXPECT_EQ(r.puts, puts{"abc"});
}

TEST_F(OutputStream, DetachGivesTheSinkAway) {
    auto out = over(8);
    run(out.write("y"));
    EXPECT_THROW(std::move(out).detach(), std::logic_error);
    run(out.flush());
    r.puts.clear();
    auto sink = std::move(out).detach();
    run(sink.put(bytes("x")));
    EXPECT_EQ(r.puts, puts{"x"});
    run(sink.close());
}

TEST_F(OutputStream, FlushesOfOneTurnLeaveTogether) {
    auto out = over(64, true);
    for (auto part : {"a", "b", "c"}) {
        run(out.write(part));
        auto f = out.flush();
        EXPECT_TRUE(f.available());
        run(std::move(f));
    }
    EXPECT_TRUE(r.puts.empty());
    settle();
    EXPECT_EQ(r.puts, puts{"abc"});
    run(out.close());
    EXPECT_EQ(r.closes, 1);
}

TEST_F(OutputStream, WhatIsFlushedDuringASendFollowsIt) {
    auto out = over(64, true);
    r.wait = true;
    run(out.write("a"));
    run(out.flush());
    settle();
    run(out.write("b"));
    run(out.flush());
    settle();
    EXPECT_EQ(r.puts, puts{"a"}) << "one put() at a time";
    let_go();
    settle();
    EXPECT_EQ(r.puts, (puts{"a", "b"}));
    run(out.close());
}

TEST_F(OutputStream, WritingDuringASendWaitsWhenTheBufferIsFull) {
    auto out = over(4, true);
    r.wait = true;
    run(out.write("a"));
    run(out.flush());
    settle();
    run(out.write("bcd"));
    auto f = out.write("efg");
    settle();
    EXPECT_FALSE(f.available());
    let_go();
    run(std::move(f));
    run(out.close());
    std::string all;
    for (auto& p : r.puts) {
        all += p;
    }
    EXPECT_EQ(all, "abcdefg");
}

TEST_F(OutputStream, AnErrorOfABatchedFlushComesFromTheNextOperation) {
    auto out = over(64, true);
    r.fail = true;
    run(out.write("a"));
    run(out.flush());
    settle();
    EXPECT_TRUE(r.batch_failed);
    EXPECT_THROW(run(out.write("b")), std::runtime_error);
    EXPECT_THROW(run(out.write(bytes("b"))), std::runtime_error);
    EXPECT_THROW(run(out.flush()), std::runtime_error);
    EXPECT_THROW(run(out.close()), std::runtime_error);
    EXPECT_EQ(r.closes, 1);
    EXPECT_EQ(r.puts.size(), 1u);
}

TEST_F(OutputStream, AnErrorOfABatchedFlushReachesTheWriterThatWaits) {
    auto out = over(4, true);
    r.wait = true;
    run(out.write("a"));
    run(out.flush());
    settle();
    auto f = out.write("bcdefgh");
    auto p = std::move(*r.waiting);
    r.waiting.reset();
    p.set_exception(std::runtime_error("broken"));
    EXPECT_THROW(run(std::move(f)), std::runtime_error);
    EXPECT_THROW(run(out.close()), std::runtime_error);
}

TEST_F(OutputStream, CloseWaitsForABatchedSendAndSendsTheRest) {
    auto out = over(64, true);
    r.wait = true;
    run(out.write("a"));
    run(out.flush());
    settle();
    run(out.write("b"));
    auto f = out.close();
    settle();
    EXPECT_FALSE(f.available());
    EXPECT_EQ(r.closes, 0);
    let_go();
    run(std::move(f));
    EXPECT_EQ(r.puts, (puts{"a", "b"}));
    EXPECT_EQ(r.closes, 1);
}

TEST_F(OutputStream, AStreamMayGoWhileABatchedSendIsUnderWay) {
    std::optional<output_stream<char>> out = over(64, true);
    r.wait = true;
    run(out->write("a"));
    run(out->flush());
    settle();
    out.reset();
    let_go();
    settle();
    EXPECT_EQ(r.closes, 0);
}

TEST_F(OutputStream, AStreamMayGoBeforeItsBatchedFlush) {
    {
        auto out = over(64, true);
        run(out.write("a"));
        run(out.flush());
    }
    settle();
    EXPECT_TRUE(r.puts.empty());
}

TEST_F(OutputStream, AMovedStreamKeepsWhatItWasDoing) {
    auto out = over(64, true);
    run(out.write("a"));
    run(out.flush());
    auto second = std::move(out); // queued for the turn's end
    r.wait = true;
    settle();
    EXPECT_EQ(r.puts, puts{"a"});
    run(second.write("b"));
    run(second.flush());
    output_stream<char> third;
    third = std::move(second); // a send under way, another to follow
    let_go();
    settle();
    EXPECT_EQ(r.puts, (puts{"a", "b"}));
    run(third.close());
    EXPECT_EQ(r.closes, 1);
}

TEST_F(OutputStream, CopyMovesEverything) {
    script s;
    s.ready = {"ab", "cd", "ef"};
    input_stream<char> in(data_source(std::make_unique<script_source>(s)));
    auto out = over(64);
    run(copy(in, out));
    run(out.close());
    EXPECT_EQ(r.puts, puts{"abcdef"});
}

// ---- sinks that override one put() each

std::string joined(std::span<buffer> data) {
    std::string s;
    for (auto& b : data) {
        s += text(b);
    }
    return s;
}

struct counting_sink : data_sink_impl {
    std::vector<std::string>& calls;
    explicit counting_sink(std::vector<std::string>& c) : calls(c) {}
    future<> note(std::string s) {
        calls.push_back(std::move(s));
        return make_ready_future<>();
    }
    future<> close() override { return make_ready_future<>(); }
};
struct span_sink final : counting_sink {
    using counting_sink::counting_sink;
    using data_sink_impl::put;
    future<> put(std::span<buffer> d) override { return note(joined(d)); }
};
struct vector_sink final : counting_sink {
    using counting_sink::counting_sink;
    using data_sink_impl::put;
    future<> put(std::vector<buffer> d) override { return note(joined(d)); }
};
struct buffer_sink final : counting_sink {
    using counting_sink::counting_sink;
    using data_sink_impl::put;
    future<> put(buffer d) override { return note(text(d)); }
};
struct packet_sink final : counting_sink {
    using counting_sink::counting_sink;
    using data_sink_impl::put;
    future<> put(net::packet p) override { return note(joined(std::move(p).release())); }

private:
    static std::string joined(std::vector<buffer> d) { return seastar::joined(d); }
};

template <typename Sink>
class AnySink : public loop_fixture {};
using sinks = ::testing::Types<span_sink, vector_sink, buffer_sink, packet_sink>;
TYPED_TEST_SUITE(AnySink, sinks);

TYPED_TEST(AnySink, GetsEveryKindOfPut) {
    std::vector<std::string> calls;
    data_sink sink(std::make_unique<TypeParam>(calls));
    auto two = [] {
        std::vector<buffer> v;
        v.push_back(bytes("a"));
        v.push_back(bytes("b"));
        return v;
    };
    auto all = [&] {
        std::string s;
        for (auto& c : calls) {
            s += c;
        }
        return s;
    };
    auto v = two();
    this->run(sink.put(std::span(v)));
    this->run(sink.put(two()));
    this->run(sink.put(bytes("c")));
    this->run(sink.put(net::packet(two())));
    EXPECT_EQ(all(), "ababcab");
    EXPECT_EQ(calls.size(), (std::is_same_v<TypeParam, buffer_sink> ? 7u : 4u)) << "what came together stays together";
}

}
}
