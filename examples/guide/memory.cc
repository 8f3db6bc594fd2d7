// The guide's page on memory: what a shard has, and a cache that gives way.
#include <seastar/core/app-template.hh>
#include <seastar/core/memory.hh>
#include <seastar/core/temporary_buffer.hh>
#include <seastar/core/thread.hh>
#include <seastar/util/assert.hh>

#include <list>
#include <new>
#include <unordered_map>
#include <vector>

namespace {

// snippet: cache
/// Pages by number, the one that was used last at the front. One on each shard.
class page_cache {
    struct entry {
        uint64_t number;
        std::vector<char> bytes;
    };
    std::list<entry> _entries;
    std::unordered_map<uint64_t, std::list<entry>::iterator> _by_number;
    seastar::memory::reclaimer _reclaimer;

    seastar::memory::reclaiming_result give_way(size_t bytes) {
        auto freed = size_t(0);
        while (freed < bytes && !_entries.empty()) {
            freed += _entries.back().bytes.size();
            _by_number.erase(_entries.back().number);
            _entries.pop_back();
        }
        return freed > 0 ? seastar::memory::reclaiming_result::reclaimed_something
                         : seastar::memory::reclaiming_result::reclaimed_nothing;
    }

public:
    page_cache()
        : _reclaimer([this](seastar::memory::reclaimer::request r) { return give_way(r.bytes_to_reclaim); }) {}

    const std::vector<char>* find(uint64_t number) {
        auto found = _by_number.find(number);
        if (found == _by_number.end()) {
            return nullptr;
        }
        _entries.splice(_entries.begin(), _entries, found->second);
        return &found->second->bytes;
    }
    void insert(uint64_t number, std::vector<char> bytes) {
        _entries.push_front({number, std::move(bytes)});
        _by_number[number] = _entries.begin();
    }
    size_t size() const { return _entries.size(); }
};
// end

void fill_a_cache() {
    page_cache pages;
    constexpr size_t page = 256 * 1024;
    // snippet: fill
    auto twice_what_there_is = 2 * seastar::memory::stats().total_memory() / page;
    for (uint64_t number = 0; number < twice_what_there_is; ++number) {
        pages.insert(number, std::vector<char>(page));
        seastar::thread::maybe_yield(); // reclaimers are tasks: the loop must get a turn
    }
    // end
    SEASTAR_ASSERT(pages.find(twice_what_there_is - 1));
    SEASTAR_ASSERT(!pages.find(0) && pages.size() > 10);
}

void ask_for_too_much() {
    // snippet: full
    auto wanted = 2 * seastar::memory::stats().total_memory();
    bool refused = false;
    try {
        seastar::temporary_buffer<char> all(wanted);
    } catch (const std::bad_alloc&) {
        refused = true; // this shard goes on, and so do the others
    }
    // end
    SEASTAR_ASSERT(refused);
}

}

int main(int argc, char** argv) {
    seastar::app_template app;
    return app.run(argc, argv, [] {
        return seastar::async([] {
            if (!seastar::memory::shard_heaps) {
                return; // the C library allocates, without a limit
            }
            fill_a_cache();
            ask_for_too_much();
        });
    });
}
