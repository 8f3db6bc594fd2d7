/// match_rule, the path of a route in parts, is part of routes.hh.
#pragma once

#include <seastar/http/routes.hh>
