#include <seastar/util/log-cli.hh>

#include <ostream>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

namespace seastar::log_cli {

namespace bpo = boost::program_options;

bpo::options_description get_options_description() {
    bpo::options_description options("Logging options");
    auto add = options.add_options();
    add("default-log-level", bpo::value<std::string>()->default_value("info"),
        "level of loggers: error, warn, info, debug or trace");
    add("logger-log-level", bpo::value<std::vector<std::string>>(),
        "level of one logger, as NAME=LEVEL[:NAME=LEVEL...]; may be given several times");
    add("logger-stdout-timestamps", bpo::value<logger_timestamp_style>()->default_value(logger_timestamp_style::real),
        "what begins a line: none, boot (seconds since the machine started) or real (local time)");
    add("logger-ostream-type", bpo::value<logger_ostream_type>()->default_value(logger_ostream_type::cerr),
        "where lines go: none, stderr or stdout");
    add("log-to-stdout", bpo::value<bool>()->default_value(true), "write lines to the stream of logger-ostream-type");
    add("log-to-syslog", bpo::value<bool>()->default_value(false), "write lines to syslog");
    add("log-with-color", bpo::value<bool>()->default_value(false), "colour levels");
    return options;
}

log_level parse_log_level(const sstring& text) {
    for (log_level level : {log_level::error, log_level::warn, log_level::info, log_level::debug, log_level::trace}) {
        if (text == level_name(level)) {
            return level;
        }
    }
    throw std::runtime_error(fmt::format("unknown log level '{}'", text));
}

void parse_logger_levels(std::string_view text, std::unordered_map<sstring, log_level>& levels) {
    while (!text.empty()) {
        auto one = text.substr(0, text.find(':'));
        text.remove_prefix(one.size() < text.size() ? one.size() + 1 : text.size());
        auto equals = one.find('=');
        if (equals == 0 || equals == one.npos) {
            throw std::runtime_error(fmt::format("not a logger's level: '{}', NAME=LEVEL is expected", one));
        }
        levels[sstring(one.substr(0, equals))] = parse_log_level(sstring(one.substr(equals + 1)));
    }
}

logging_settings extract_settings(const bpo::variables_map& vars) {
    logging_settings settings;
    settings.default_level = parse_log_level(vars["default-log-level"].as<std::string>());
    if (vars.count("logger-log-level")) {
        for (const auto& text : vars["logger-log-level"].as<std::vector<std::string>>()) {
            parse_logger_levels(text, settings.logger_levels);
        }
    }
    settings.stdout_timestamp_style = vars["logger-stdout-timestamps"].as<logger_timestamp_style>();
    settings.logger_ostream = vars["logger-ostream-type"].as<logger_ostream_type>();
    settings.stdout_enabled = vars["log-to-stdout"].as<bool>();
    settings.syslog_enabled = vars["log-to-syslog"].as<bool>();
    settings.with_color = vars["log-with-color"].as<bool>();
    return settings;
}

void print_available_loggers(std::ostream& os) {
    for (const auto& name : global_logger_registry().get_all_logger_names()) {
        os << name << '\n';
    }
}

}
