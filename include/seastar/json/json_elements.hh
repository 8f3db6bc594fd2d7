/// Objects that are written as JSON: a class derives from json_base and add()s its members, which are json_element<T>
/// and json_list<T>.
///
///     struct person : json::json_base {
///         json::json_element<std::string> name;
///         json::json_list<int> marks;
///         person() {
///             add(&name, "name", true);
///             add(&marks, "marks");
///         }
///     };
#pragma once

#include <seastar/core/chunked_fifo.hh>
#include <seastar/core/do_with.hh>
#include <seastar/core/loop.hh>
#include <seastar/json/formatter.hh>
#include <seastar/util/noncopyable_function.hh>

#include <functional>
#include <memory>
#include <vector>

namespace seastar::json {

/// What writes itself as JSON.
class jsonable {
public:
    virtual ~jsonable() = default;
    virtual std::string to_json() const = 0;
    /// The object outlives the future.
    virtual future<> write(output_stream<char>& out) const { return out.write(to_json()); }
};

/// A member of a json_base; without a value it is left out.
class json_base_element {
public:
    std::string _name;
    bool _mandatory = false;
    bool _set = false;

    virtual ~json_base_element() = default;
    json_base_element() = default;
    json_base_element(const json_base_element&) = default;
    json_base_element& operator=(const json_base_element& other) {
        _set = other._set; // the name is the place's
        return *this;
    }
    /// Whether it has a value, if it needs one.
    virtual bool is_verify() const { return !_mandatory || _set; }
    virtual std::string to_string() = 0;
    virtual future<> write(output_stream<char>& out) const = 0;
};

template <typename T>
class json_element : public json_base_element {
    T _value{};

public:
    json_element() = default;
    json_element& operator=(const T& value) {
        _value = value;
        _set = true;
        return *this;
    }
    template <typename From>
        requires(std::is_assignable_v<T&, const From&> && !std::is_base_of_v<json_base_element, From>)
    json_element& operator=(const From& value) {
        _value = value;
        _set = true;
        return *this;
    }
    const T& operator()() const { return _value; }
    std::string to_string() override { return formatter::to_json(_value); }
    future<> write(output_stream<char>& out) const override { return formatter::write(out, _value); }
};

template <typename T, typename Container>
class json_list_template : public json_base_element {
public:
    Container _elements;

    void push(const T& element) {
        _set = true;
        _elements.push_back(element);
    }
    /// Copies the elements of a range.
    template <internal::range From>
        requires(!std::is_base_of_v<json_base_element, From>)
    json_list_template& operator=(const From& range) {
        _elements.clear();
        for (auto&& element : range) {
            push(element);
        }
        _set = true;
        return *this;
    }
    std::string to_string() override { return formatter::to_json(_elements); }
    future<> write(output_stream<char>& out) const override { return formatter::write(out, _elements); }
};
template <typename T>
using json_list = json_list_template<T, std::vector<T>>;
/// For long ones: no large allocation.
template <typename T>
using json_chunked_list = json_list_template<T, chunked_fifo<T>>;

class json_base : public jsonable {
public:
    std::vector<json_base_element*> _elements;

    json_base() = default;
    json_base(const json_base&) {} // the copy's constructor add()s its own members
    json_base& operator=(const json_base&) { return *this; }

    std::string to_json() const override;
    future<> write(output_stream<char>& out) const override;
    /// Whether all mandatory members have values.
    virtual bool is_verify() const;
    /// The member is this object's own.
    virtual void add(json_base_element* element, std::string name, bool mandatory = false);
};

/// Nothing: an empty reply.
class json_void : public jsonable {
public:
    std::string to_json() const override { return ""; }
};

/// What a handler returns: any value as JSON, or a function that writes it and closes the stream.
struct json_return_type {
    using body_writer = noncopyable_function<future<>(output_stream<char>&&)>;
    std::string _res;
    body_writer _body_writer;

    json_return_type(body_writer&& writer) : _body_writer(std::move(writer)) {}
    template <typename Writer>
        requires std::is_invocable_r_v<future<>, Writer&, output_stream<char>&&>
    json_return_type(Writer&& writer) : _body_writer(std::forward<Writer>(writer)) {}
    template <typename T>
        requires requires(const T& value) { formatter::to_json(value); }
    json_return_type(const T& value) : _res(formatter::to_json(value)) {}
    json_return_type(json_return_type&&) noexcept = default;
    json_return_type& operator=(json_return_type&&) noexcept = default;
};

/// Writes an array of fun(element), one after the other, and closes the stream.
template <typename Container, typename Func>
std::function<future<>(output_stream<char>&&)> stream_range_as_array(Container container, Func fun) {
    auto shared = std::make_shared<Container>(std::move(container));
    return [shared, fun](output_stream<char>&& stream) {
        return do_with(std::move(stream), fun, "[", [shared](auto& out, auto& fun, const char*& before) {
            auto write_one = [&out, &fun, &before](auto& element) {
                using result = std::remove_cvref_t<decltype(fun(element))>;
                return out.write(std::exchange(before, ",")).then([&out, &fun, &element] {
                    return do_with(result(fun(element)), [&out](auto& value) { return formatter::write(out, value); });
                });
            };
            return do_for_each(*shared, std::move(write_one)).then([&out, &before] {
                return out.write(before == std::string_view("[") ? "[]" : "]");
            }).finally([&out, shared] { return out.close(); });
        });
    };
}

/// Writes an object and closes the stream.
template <typename T>
std::function<future<>(output_stream<char>&&)> stream_object(T value) {
    auto shared = std::make_shared<T>(std::move(value));
    return [shared](output_stream<char>&& stream) {
        return do_with(std::move(stream), [shared](output_stream<char>& out) {
            return formatter::write(out, *shared).finally([&out, shared] { return out.close(); });
        });
    };
}

}
