/// What nearly every program compiles has to compile fast: a std::unique_ptr costs each type that is owned 6 ms.
#pragma once

#include <utility>

namespace seastar::internal {

/// Owns an object, or none. As std::unique_ptr, T may be incomplete where the owner is neither made nor destroyed.
template <typename T>
class owned {
    T* _object = nullptr;

public:
    owned() noexcept = default;
    explicit owned(T* object) noexcept : _object(object) {}
    owned(owned&& other) noexcept : _object(std::exchange(other._object, nullptr)) {}
    owned& operator=(owned&& other) noexcept {
        delete std::exchange(_object, std::exchange(other._object, nullptr));
        return *this;
    }
    ~owned() { delete _object; }

    explicit operator bool() const noexcept { return _object != nullptr; }
    T* get() const noexcept { return _object; }
    T* operator->() const noexcept { return _object; }
    T& operator*() const noexcept { return *_object; }
    void reset(T* object = nullptr) noexcept { delete std::exchange(_object, object); }
};

}
