#include "shard/specific_values.hh"

#include <seastar/core/internal/hot.hh>
#include <seastar/core/internal/specific_value_type.hh>
#include <seastar/util/assert.hh>

#include <new>
#include <utility>

namespace seastar::shard {

namespace {

/// What happens in its life is done in that group.
class in_group {
    unsigned char _before;

public:
    explicit in_group(unsigned group) noexcept
        : _before(std::exchange(internal::hot.current_group, static_cast<unsigned char>(group))) {}
    ~in_group() { internal::hot.current_group = _before; }
    in_group(const in_group&) = delete;
};

}

specific_values::specific_values() noexcept { _groups.set(0); }

specific_values::~specific_values() {
    for (unsigned group = 0; group < max_scheduling_groups(); ++group) {
        remove_group(group);
    }
}

void specific_values::key_values::make(unsigned group) {
    auto alignment = std::align_val_t(type->alignment);
    void* at = ::operator new(type->size, alignment);
    in_group scope(group);
    try {
        type->construct(at);
    } catch (...) {
        ::operator delete(at, alignment);
        throw;
    }
    values[group] = at;
}

void specific_values::key_values::drop(unsigned group) noexcept {
    if (void* at = std::exchange(values[group], nullptr)) {
        in_group scope(group);
        type->destroy(at);
        ::operator delete(at, std::align_val_t(type->alignment));
    }
}

void specific_values::add_key(unsigned key, internal::owned<internal::specific_value_type> type) {
    if (_keys.size() <= key) {
        _keys.resize(key + 1);
    }
    auto& k = _keys[key];
    k.type = std::move(type);
    try {
        for (unsigned group = 0; group < max_scheduling_groups(); ++group) {
            if (_groups[group]) {
                k.make(group);
            }
        }
    } catch (...) {
        remove_key(key);
        throw;
    }
}

void specific_values::remove_key(unsigned key) noexcept {
    if (key < _keys.size()) {
        auto& k = _keys[key];
        for (unsigned group = 0; group < max_scheduling_groups(); ++group) {
            k.drop(group);
        }
        k.type.reset();
    }
}

void specific_values::add_group(unsigned group) {
    try {
        for (auto& k : _keys) {
            if (k.type) {
                k.make(group);
            }
        }
    } catch (...) {
        remove_group(group);
        throw;
    }
    _groups.set(group);
}

void specific_values::remove_group(unsigned group) noexcept {
    for (auto& k : _keys) {
        k.drop(group);
    }
    _groups.reset(group);
}

void specific_values::rename_group(unsigned group) {
    in_group scope(group);
    for (auto& k : _keys) {
        if (k.values[group]) {
            k.type->rename(k.values[group]);
        }
    }
}

void* specific_values::get(unsigned group, unsigned key, const std::type_info& type) const noexcept {
    SEASTAR_ASSERT(key < _keys.size() && _keys[key].type && *_keys[key].type->type == type);
    return _keys[key].values[group];
}

}
