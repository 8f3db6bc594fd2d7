/// Handlers made of functions.
#pragma once

#include <seastar/http/handlers.hh>
#include <seastar/json/json_elements.hh>

#include <functional>

namespace seastar::httpd {

/// Returns the body.
using request_function = std::function<sstring(const_req req)>;
/// The same, and may set more of the reply.
using handle_function = std::function<sstring(const_req req, http::reply& rep)>;
using future_handler_function = std::function<future<std::unique_ptr<http::reply>>(
    std::unique_ptr<http::request> req, std::unique_ptr<http::reply> rep)>;

/// Return the body as JSON, or what streams it.
using json_request_function = std::function<json::json_return_type(const_req req)>;
using future_json_function = std::function<future<json::json_return_type>(std::unique_ptr<http::request> req)>;

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

    function_handler(const json_request_function& f)
        : function_handler(future_json_function([f](std::unique_ptr<http::request> req) {
              return make_ready_future<json::json_return_type>(f(*req));
          })) {}
    function_handler(const future_json_function& f)
        : _f([f](std::unique_ptr<http::request> req, std::unique_ptr<http::reply> rep) {
              return f(std::move(req)).then([rep = std::move(rep)](json::json_return_type result) mutable {
                  if (result._body_writer) {
                      rep->write_body("json", std::move(result._body_writer));
                  } else {
                      rep->_content += result._res;
                  }
                  return std::move(rep);
              });
          }),
          _type("json") {}
    function_handler(const function_handler&) = default;

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
