/// Boost.Test as this library uses it: the shared library, without its main().
#pragma once

#ifndef BOOST_TEST_DYN_LINK
#define BOOST_TEST_DYN_LINK
#endif
#ifndef BOOST_TEST_NO_MAIN
#define BOOST_TEST_NO_MAIN
#endif
#include <boost/make_shared.hpp>
#include <boost/test/unit_test.hpp>
