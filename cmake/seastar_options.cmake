# Compilers, build types, warnings, sanitizers and dependencies, in one place.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release) # of this project only; one around it keeps its own
endif()
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_FLAGS_DEV "-g1" CACHE STRING "Dev: fast to compile, asserts on; -O1 would double the time" FORCE)
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -gdwarf-4" CACHE STRING "" FORCE)
  set(CMAKE_CXX_EXTENSIONS ON)
  find_program(CCACHE_PROGRAM ccache)
  if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # base_dir and no hash_dir: a fresh clone in another folder hits too.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
  endif()
endif()
include(seastar_compiler)
if(SEASTAR_SANITIZE)
  # Without vptr: it asks a pipe whether memory can be read, and blames the object where no descriptor is left for one.
  add_compile_options(-fsanitize=${SEASTAR_SANITIZE} -fno-sanitize-recover=all -fno-sanitize=vptr)
  add_link_options(-fsanitize=${SEASTAR_SANITIZE})
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(Boost REQUIRED COMPONENTS program_options)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(liburing REQUIRED IMPORTED_TARGET liburing)
if(BUILD_TESTING)
  enable_testing()
  find_package(GTest REQUIRED)
endif()

set(SEASTAR_ALLOCATOR shard CACHE STRING "shard: each shard has a heap of its own, malloc() is replaced; system: the C library's")
set_property(CACHE SEASTAR_ALLOCATOR PROPERTY STRINGS shard system)
if(NOT SEASTAR_ALLOCATOR MATCHES "^(shard|system)$")
  message(FATAL_ERROR "SEASTAR_ALLOCATOR is '${SEASTAR_ALLOCATOR}'; it can be shard or system")
endif()

# What our own sources are compiled with; consumers inherit none of it.
add_library(seastar_private_options INTERFACE)
target_compile_options(seastar_private_options INTERFACE
  -Wall -Wextra -fno-omit-frame-pointer -ftls-model=initial-exec
  -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=) # assertions name files as they are called here
target_compile_features(seastar_private_options INTERFACE cxx_std_20)
if(SEASTAR_ALLOCATOR STREQUAL "system")
  target_compile_definitions(seastar_private_options INTERFACE SEASTAR_INTERNAL_ALLOCATOR_SYSTEM)
endif()
