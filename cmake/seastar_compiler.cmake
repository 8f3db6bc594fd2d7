# Tells in one line when programs had better not use coroutines with this compiler. The library itself contains none.
if(CMAKE_CROSSCOMPILING)
  return()
endif()
if(NOT DEFINED SEASTAR_COROUTINES_TRUSTED)
  try_run(status compiled "${CMAKE_CURRENT_BINARY_DIR}/coroutine_probe" "${CMAKE_CURRENT_LIST_DIR}/coroutine_probe.cc"
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON)
  set(trusted OFF)
  if(compiled AND status EQUAL 0)
    set(trusted ON)
  endif()
  set(SEASTAR_COROUTINES_TRUSTED ${trusted} CACHE INTERNAL "The compiler treats captures in co_await expressions right")
endif()
if(NOT SEASTAR_COROUTINES_TRUSTED)
  message(NOTICE "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} destroys captures of lambdas in co_await "
    "expressions twice (GCC bug 101367): build programs that use coroutines with clang++-19 or another compiler")
endif()
