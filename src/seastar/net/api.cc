#include <seastar/net/api.hh>

#include <seastar/net/stack.hh>

#include <system_error>

namespace seastar {

connected_socket::connected_socket() noexcept = default;
connected_socket::connected_socket(std::unique_ptr<net::connected_socket_impl> csi) noexcept : _csi(csi.release()) {}
connected_socket::connected_socket(connected_socket&&) noexcept = default;
connected_socket& connected_socket::operator=(connected_socket&&) noexcept = default;
connected_socket::~connected_socket() = default;

input_stream<char> connected_socket::input(connected_socket_input_stream_config config) {
    return input_stream<char>(_csi->source(config));
}
output_stream<char> connected_socket::output(size_t buffer_size) {
    output_stream_options options;
    options.batch_flushes = true;
    return output_stream<char>(_csi->sink(), buffer_size, options);
}
void connected_socket::set_nodelay(bool nodelay) { _csi->set_nodelay(nodelay); }
bool connected_socket::get_nodelay() const { return _csi->get_nodelay(); }
void connected_socket::set_keepalive(bool keepalive) { _csi->set_keepalive(keepalive); }
bool connected_socket::get_keepalive() const { return _csi->get_keepalive(); }
void connected_socket::set_keepalive_parameters(const net::keepalive_params& p) { _csi->set_keepalive_parameters(p); }
net::keepalive_params connected_socket::get_keepalive_parameters() const { return _csi->get_keepalive_parameters(); }
void connected_socket::set_sockopt(int level, int optname, const void* data, size_t len) {
    _csi->set_sockopt(level, optname, data, len);
}
int connected_socket::get_sockopt(int level, int optname, void* data, size_t len) const {
    return _csi->get_sockopt(level, optname, data, len);
}
socket_address connected_socket::local_address() const noexcept { return _csi->local_address(); }
socket_address connected_socket::remote_address() const noexcept { return _csi->remote_address(); }
void connected_socket::shutdown_output() { _csi->shutdown_output(); }
void connected_socket::shutdown_input() { _csi->shutdown_input(); }
future<> connected_socket::wait_input_shutdown() { return _csi->wait_input_shutdown(); }

socket::socket() noexcept = default;
socket::socket(std::unique_ptr<net::socket_impl> si) noexcept : _si(si.release()) {}
socket::socket(socket&&) noexcept = default;
socket& socket::operator=(socket&&) noexcept = default;
socket::~socket() = default;

future<connected_socket> socket::connect(socket_address sa, socket_address local, transport proto) {
    return _si->connect(sa, local, proto);
}
void socket::set_reuseaddr(bool reuseaddr) { _si->set_reuseaddr(reuseaddr); }
bool socket::get_reuseaddr() const { return _si->get_reuseaddr(); }
void socket::shutdown() { _si->shutdown(); }

server_socket::server_socket() noexcept = default;
server_socket::server_socket(std::unique_ptr<net::server_socket_impl> ssi) noexcept : _ssi(ssi.release()) {}
server_socket::server_socket(server_socket&&) noexcept = default;
server_socket& server_socket::operator=(server_socket&&) noexcept = default;
server_socket::~server_socket() = default;

future<accept_result> server_socket::accept() {
    if (_aborted) {
        return make_exception_future<accept_result>(
            std::system_error(ECONNABORTED, std::system_category(), "accept was aborted"));
    }
    return _ssi->accept();
}
void server_socket::abort_accept() {
    _ssi->abort_accept();
    _aborted = true;
}
socket_address server_socket::local_address() const noexcept { return _ssi->local_address(); }

namespace net {

datagram::datagram(std::unique_ptr<datagram_impl> impl) noexcept : _impl(impl.release()) {}
datagram::datagram(datagram&&) noexcept = default;
datagram& datagram::operator=(datagram&&) noexcept = default;
datagram::~datagram() = default;
socket_address datagram::get_src() const { return _impl->get_src(); }
socket_address datagram::get_dst() const { return _impl->get_dst(); }
uint16_t datagram::get_dst_port() const { return _impl->get_dst_port(); }
packet& datagram::get_data() {
    if (!_data) {
        for (auto& buffer : _impl->get_buffers()) {
            _data = packet(std::move(_data), buffer.share());
        }
    }
    return _data;
}
std::span<temporary_buffer<char>> datagram::get_buffers() { return _impl->get_buffers(); }

datagram_channel::datagram_channel() noexcept = default;
datagram_channel::datagram_channel(std::unique_ptr<datagram_channel_impl> impl) noexcept : _impl(impl.release()) {}
datagram_channel::datagram_channel(datagram_channel&&) noexcept = default;
datagram_channel& datagram_channel::operator=(datagram_channel&&) noexcept = default;
datagram_channel::~datagram_channel() = default;
socket_address datagram_channel::local_address() const { return _impl->local_address(); }
future<datagram> datagram_channel::receive() { return _impl->receive(); }
future<> datagram_channel::send(const socket_address& dst, const char* message) { return _impl->send(dst, message); }
future<> datagram_channel::send(const socket_address& dst, packet p) { return _impl->send(dst, std::move(p)); }
future<> datagram_channel::send(const socket_address& dst, std::span<temporary_buffer<char>> buffers) {
    return _impl->send(dst, buffers);
}
void datagram_channel::shutdown_input() { _impl->shutdown_input(); }
void datagram_channel::shutdown_output() { _impl->shutdown_output(); }
bool datagram_channel::is_closed() const { return _impl->is_closed(); }
void datagram_channel::close() { _impl->close(); }

}

network_interface::network_interface(shared_ptr<net::network_interface_impl> impl) noexcept : _impl(std::move(impl)) {}
network_interface::network_interface(network_interface&&) noexcept = default;
network_interface::network_interface(const network_interface&) noexcept = default;
network_interface& network_interface::operator=(network_interface&&) noexcept = default;
network_interface& network_interface::operator=(const network_interface&) noexcept = default;
network_interface::~network_interface() = default;
uint32_t network_interface::index() const { return _impl->index(); }
uint32_t network_interface::mtu() const { return _impl->mtu(); }
const sstring& network_interface::name() const { return _impl->name(); }
const sstring& network_interface::display_name() const { return _impl->display_name(); }
const std::vector<net::inet_address>& network_interface::addresses() const { return _impl->addresses(); }
const std::vector<uint8_t>& network_interface::hardware_address() const { return _impl->hardware_address(); }
bool network_interface::is_loopback() const { return _impl->is_loopback(); }
bool network_interface::is_virtual() const { return _impl->is_virtual(); }
bool network_interface::is_up() const { return _impl->is_up(); }
bool network_interface::supports_ipv6() const { return _impl->supports_ipv6(); }

future<connected_socket> network_stack::connect(socket_address sa, socket_address local, transport proto) {
    return socket().connect(sa, local, proto);
}
net::udp_channel network_stack::make_udp_channel(const socket_address& local) {
    return make_bound_datagram_channel(local.is_unspecified() ? socket_address(ipv4_addr(0)) : local);
}

}
