/// For programs that include Seastar's second half of core/iostream.hh: it is all there.
#pragma once

#include <seastar/core/iostream.hh>
