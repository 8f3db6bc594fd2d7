/// Handlers made of functions.
#pragma once

#include <seastar/http/handlers.hh>

#include <functional>

namespace seastar::httpd {

/// Returns the body.
using request_function = std::function<sstring(const_req req)>;
/// The same, and may set more of the reply.
using handle_function = std::function<sstring(const_req req, http::reply& rep)>;
using future_handler_function = std::function<future<std::unique_ptr<http::reply>>(
    std::unique_ptr<http::request> req, std::unique_ptr<http::reply> rep)>;

class function_handler : public handler_base {
    future_handler_function _f;
    sstring _type;

public:
    function_handler(const handle_function& f, const sstring& type)
        : _f([f](std::unique_ptr<http::request> req, std::unique_ptr<http::reply> rep) {
              rep->_content += f(*req, *rep);
              return make_ready_future<std::unique_ptr<http::reply>>(std::move(rep));
          }),
          _type(type) {}
    function_handler(const future_handler_function& f, const sstring& type) : _f(f), _type(type) {}
    function_handler(const request_function& f, const sstring& type)
        : function_handler(handle_function([f](const_req req, http::reply&) { return f(req); }), type) {}

    future<std::unique_ptr<http::reply>> handle(const sstring&, std::unique_ptr<http::request> req,
                                                std::unique_ptr<http::reply> rep) override {
        return _f(std::move(req), std::move(rep)).then([this](std::unique_ptr<http::reply> rep) {
            if (!rep->_body_writer) {
                rep->done(_type);
            }
            return rep;
        });
    }
};

}
