/// The verification of bodies. Two passes where the size could make the stock verifier quadratic: see verify.h.
#include <smf/verify.h>

#include <cstring>
#include <utility>

namespace smf::internal {

namespace fb = flatbuffers;

namespace {

constexpr unsigned depth_max = verified_depth_max;
constexpr uint64_t visits_per_byte = 4;

/// Sizes of the elements of a vector by ElementaryType; 0: it holds offsets or structs.
constexpr uint8_t scalar_sizes[] = {1, 1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 0, 0};
static_assert(sizeof(scalar_sizes) == fb::ET_SEQUENCE + 1);

/// Follows every offset of a buffer once per reference, as the stock verifier does, and adds up what it visits. Looks
/// at nothing outside the buffer; leaves to the stock verifier what cannot be visited twice.
class counting_walk {
    const uint8_t* _data;
    uint64_t _size;
    uint64_t _budget;

    template <typename T>
    T read(uint64_t at) const noexcept {
        T v;
        std::memcpy(&v, _data + at, sizeof(v));
        return v;
    }
    bool fits(uint64_t at, uint64_t n) const noexcept { return at <= _size && n <= _size - at; }
    bool spend(uint64_t n) noexcept {
        if (n > _budget) {
            return false;
        }
        _budget -= n;
        return true;
    }
    /// Where the offset at `at` points to, with at least four bytes there.
    bool follow(uint64_t at, uint64_t& target) const noexcept {
        if (!fits(at, sizeof(fb::uoffset_t))) {
            return false;
        }
        target = at + read<fb::uoffset_t>(at);
        return fits(target, sizeof(fb::uoffset_t));
    }

    bool string(uint64_t at) noexcept {
        auto length = uint64_t(read<fb::uoffset_t>(at));
        return fits(at + 4, length + 1) && spend(length + 5);
    }

    static const fb::TypeTable* type_of(const fb::TypeTable& owner, const fb::TypeCode& code) noexcept {
        return code.sequence_ref >= 0 ? owner.type_refs[code.sequence_ref]() : nullptr;
    }

    /// A string or table that an offset points to.
    bool object(uint64_t at, unsigned elementary, const fb::TypeTable* type, unsigned depth) noexcept {
        if (elementary == fb::ET_STRING) {
            return string(at);
        }
        // Structs in unions lie behind an offset too; they hold no offsets.
        return type && (type->st == fb::ST_STRUCT ? spend(struct_size(*type)) : table(at, *type, depth));
    }
    static uint64_t struct_size(const fb::TypeTable& type) noexcept {
        return type.values ? static_cast<uint64_t>(type.values[type.num_elems]) : 1;
    }

    /// One value of a union, whose type is the number that stands beside it.
    bool union_value(uint64_t at, const fb::TypeTable& type, uint8_t number, unsigned depth) noexcept {
        auto index = size_t(number);
        if (type.values) {
            for (index = 0; index < type.num_elems && type.values[index] != number; ++index) {
            }
        }
        if (number == 0 || index >= type.num_elems) {
            return true; // none, or a newer schema's: nobody will look at it
        }
        const auto& code = type.type_codes[index];
        return object(at, code.base_type, type_of(type, code), depth);
    }

    bool vector(uint64_t at, const fb::TypeCode& code, const fb::TypeTable* type, uint64_t union_types,
                unsigned depth) noexcept {
        auto count = uint64_t(read<fb::uoffset_t>(at));
        auto first = at + 4;
        uint64_t element = scalar_sizes[code.base_type];
        auto inline_struct = code.base_type == fb::ET_SEQUENCE && type && type->st == fb::ST_STRUCT;
        if (inline_struct) {
            element = struct_size(*type);
        }
        auto offsets = element == 0;
        auto bytes = count * (offsets ? sizeof(fb::uoffset_t) : element);
        if (!fits(first, bytes) || !spend(bytes + 4)) {
            return false;
        }
        if (!offsets) {
            return true;
        }
        auto unions = type && type->st == fb::ST_UNION;
        if (unions && (union_types == 0 || read<fb::uoffset_t>(union_types) != count)) {
            return false; // each value needs its type
        }
        for (uint64_t i = 0; i < count; ++i) {
            uint64_t target;
            if (unions && read<uint8_t>(union_types + 4 + i) == 0) {
                continue;
            }
            if (!follow(first + i * 4, target)) {
                return false;
            }
            auto good = unions ? union_value(target, *type, read<uint8_t>(union_types + 4 + i), depth)
                               : object(target, code.base_type, type, depth);
            if (!good) {
                return false;
            }
        }
        return true;
    }

    bool table(uint64_t at, const fb::TypeTable& type, unsigned depth) noexcept {
        if (depth >= depth_max || !fits(at, sizeof(fb::soffset_t))) {
            return false;
        }
        auto vtable = int64_t(at) - read<fb::soffset_t>(at);
        if (vtable < 0 || !fits(uint64_t(vtable), 4)) {
            return false;
        }
        auto vtable_size = read<fb::voffset_t>(uint64_t(vtable));
        auto table_size = read<fb::voffset_t>(uint64_t(vtable) + 2);
        if (vtable_size < 4 || vtable_size % 2 || !fits(uint64_t(vtable), vtable_size) || table_size < 4 ||
            !fits(at, table_size) || !spend(uint64_t(vtable_size) + table_size)) {
            return false;
        }
        uint8_t union_type = 0;
        uint64_t union_types = 0; // the vector of them, or 0
        for (size_t i = 0; i < type.num_elems; ++i) {
            auto slot = 4 + 2 * i;
            if (slot + 2 > vtable_size) {
                break; // an older schema's table
            }
            auto field = read<fb::voffset_t>(uint64_t(vtable) + slot);
            const auto& code = type.type_codes[i];
            auto previous_union_type = std::exchange(union_type, 0);
            auto previous_union_types = std::exchange(union_types, 0);
            if (field == 0) {
                continue;
            }
            auto where = at + field;
            auto sequence = type_of(type, code);
            auto is_offset = code.is_repeating || code.base_type == fb::ET_STRING ||
                             (code.base_type == fb::ET_SEQUENCE && sequence && sequence->st != fb::ST_STRUCT);
            if (!is_offset) {
                if (code.base_type == fb::ET_UTYPE && fits(where, 1)) {
                    union_type = read<uint8_t>(where);
                }
                continue;
            }
            uint64_t target;
            if (!follow(where, target)) {
                return false;
            }
            auto good = true;
            if (code.is_repeating) {
                good = vector(target, code, sequence, previous_union_types, depth + 1);
                if (code.base_type == fb::ET_UTYPE) {
                    union_types = target;
                }
            } else if (sequence && sequence->st == fb::ST_UNION) {
                good = union_value(target, *sequence, previous_union_type, depth + 1);
            } else {
                good = object(target, code.base_type, sequence, depth + 1);
            }
            if (!good) {
                return false;
            }
        }
        return true;
    }

public:
    counting_walk(const uint8_t* data, size_t size) noexcept
        : _data(data), _size(size), _budget(visits_per_byte * uint64_t(size)) {}
    bool run(const fb::TypeTable& root) noexcept {
        uint64_t target;
        return follow(0, target) && table(target, root, 0);
    }
};

}

bool visits_few_bytes(const uint8_t* body, size_t size, const fb::TypeTable* types) noexcept {
    return types && counting_walk(body, size).run(*types);
}

}
