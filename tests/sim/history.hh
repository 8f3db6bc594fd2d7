/// What the clients of a key/value store saw, and whether one store without any concurrency could have shown them that:
/// linearizability, key by key (it is a local property). The sources: Herlihy, Wing, "Linearizability", 1990; Wing,
/// Gong, "Testing and verifying concurrent objects", 1993; Lowe, "Testing for linearizability", 2017 (the memory).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sim_test {

struct operation {
    enum class kind : uint8_t { put, get, erase } what = kind::get;
    std::optional<std::string> value; ///< put: the new one; get: the answer, none if there was none
    bool found = false;               ///< erase: the answer
    uint64_t begin = 0;
    uint64_t end = UINT64_MAX; ///< UINT64_MAX: no answer came; a put or erase may happen at any later time, or never
};

/// Times are of one counter that never stands still, so no two are equal.
class history {
public:
    size_t begin(const std::string& key, operation::kind what, std::optional<std::string> value = std::nullopt);
    /// The answer. Operations that get none stay open.
    void end(const std::string& key, size_t number, std::optional<std::string> value, bool found);

    /// The keys of which no order of the operations explains the answers.
    std::vector<std::string> not_linearizable() const;
    std::string describe(const std::string& key) const;
    size_t answered() const noexcept { return _answered; }

private:
    std::map<std::string, std::vector<operation>> _operations;
    uint64_t _time = 0;
    size_t _answered = 0;
};

/// One key that does not exist at the beginning.
bool linearizable(const std::vector<operation>& operations);

}
