// The guide's third page: shards, and what passes between them.
#include <seastar/core/alien.hh>
#include <seastar/core/app-template.hh>
#include <seastar/core/scheduling.hh>
#include <seastar/core/sharded.hh>
#include <seastar/core/thread.hh>
#include <seastar/core/with_scheduling_group.hh>
#include <seastar/util/assert.hh>
#include <seastar/util/closeable.hh>

#include <thread>
#include <unordered_map>

namespace {

// snippet: service
class counters : public seastar::peering_sharded_service<counters> {
    std::unordered_map<seastar::sstring, uint64_t> _counts; // this shard's keys only

    static unsigned owner(const seastar::sstring& key) {
        return std::hash<seastar::sstring>()(key) % seastar::smp::count;
    }

public:
    // May be called on any shard; the key's own shard counts.
    seastar::future<uint64_t> add(seastar::sstring key) {
        auto shard = owner(key);
        return container().invoke_on(shard, [key = std::move(key)](counters& there) { return ++there._counts[key]; });
    }
    size_t size() const { return _counts.size(); }
    seastar::future<> stop() { return seastar::make_ready_future<>(); }
};
// end

void count_on_all_shards() {
    // snippet: start
    seastar::sharded<counters> all;
    all.start().get();
    auto stop = seastar::deferred_stop(all); // stop() before the destructor is mandatory

    // From every shard at once; each call reaches the shard that owns the key.
    all.invoke_on_all([](counters& here) {
        return here.add("requests").discard_result();
    }).get();

    uint64_t requests = all.local().add("requests").get();
    size_t keys = all.map_reduce0(&counters::size, size_t(0), std::plus<size_t>()).get();
    // end
    SEASTAR_ASSERT(requests == seastar::smp::count + 1 && keys == 1);
}

// snippet: submit
seastar::future<unsigned> number_of(unsigned shard) {
    return seastar::smp::submit_to(shard, [] { return seastar::this_shard_id(); });
}
// end

// snippet: foreign
using report = std::vector<uint64_t>;
using report_ptr = seastar::foreign_ptr<std::unique_ptr<report>>;

// The report stays on the shard that made it, and is destroyed there.
seastar::future<report_ptr> report_of(unsigned shard) {
    return seastar::smp::submit_to(shard, [] {
        return seastar::make_foreign(std::make_unique<report>(1000, seastar::this_shard_id()));
    });
}
// end

void share_the_cpu() {
    // snippet: groups
    auto background = seastar::create_scheduling_group("background", 100).get(); // the default group has 1000 shares
    auto ran_in = seastar::with_scheduling_group(background, [] {
        return seastar::current_scheduling_group().name(); // what starts here belongs to the group, too
    }).get();
    seastar::destroy_scheduling_group(background).get();
    // end
    SEASTAR_ASSERT(ran_in == "background");
}

// snippet: alien
// Waits without blocking the shard for what an ordinary thread finds out.
unsigned ask_from_a_thread(seastar::alien::instance& alien) {
    seastar::promise<unsigned> found;
    auto last = seastar::smp::count - 1;
    std::thread other([&alien, &found, last] {
        std::future<unsigned> answer = seastar::alien::submit_to(alien, last, [] {
            return seastar::make_ready_future<unsigned>(seastar::this_shard_id());
        });
        unsigned number = answer.get(); // blocks this thread, which is none of the shards'
        seastar::alien::run_on(alien, 0, [&found, number] { found.set_value(number); });
    });
    unsigned number = found.get_future().get();
    other.join();
    return number;
}
// end

}

int main(int argc, char** argv) {
    seastar::app_template app;
    return app.run(argc, argv, [&app] {
        return seastar::async([&app] {
            auto last = seastar::smp::count - 1;
            count_on_all_shards();
            SEASTAR_ASSERT(number_of(last).get() == last);
            auto r = report_of(last).get();
            SEASTAR_ASSERT(r->size() == 1000 && r->back() == last && r.get_owner_shard() == last);
            share_the_cpu();
            SEASTAR_ASSERT(ask_from_a_thread(app.alien()) == last);
        });
    });
}
