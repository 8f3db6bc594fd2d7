# What leaves this build: the CMake packages Seastar and smf, pkg-config files, headers, static libraries, tools; and
# seastar.pc for programs compiled against the build folder.
include(CMakePackageConfigHelpers)

# Variables that projects written for smf set before add_subdirectory(). They are accepted; here dependencies come from
# the system and programs and tests follow BUILD_TESTING and SEASTAR_EXAMPLES, so there is nothing for them to do.
foreach(variable IN ITEMS SMF_MANAGE_DEPS SMF_BUILD_PROGRAMS SMF_ENABLE_TESTS SMF_ENABLE_UNIT_TESTS SMF_INSTALL
    SMF_ENABLE_INTEGRATION_TESTS SMF_ENABLE_BENCHMARK_TESTS SMF_ENABLE_HWLOC SMF_ENABLE_DPDK SMF_DPDK_MACHINE)
  set(without_effect "${${variable}}") # having been read, it is not reported as unused
endforeach()

# In the build folder seastar.pc names the sources and the fresh library.
set(pc_prefix "${PROJECT_BINARY_DIR}")
set(pc_includedir "${PROJECT_SOURCE_DIR}/include")
set(pc_libdir "$<TARGET_FILE_DIR:seastar>")
configure_file(cmake/seastar.pc.in seastar.pc.build @ONLY)
file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/seastar.pc" INPUT "${PROJECT_BINARY_DIR}/seastar.pc.build")

if(NOT SEASTAR_INSTALL)
  return()
endif()

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake")

# seastar_install_package(NAME VERSION_RULE): lib/cmake/NAME from cmake/NAMEConfig.cmake.in and the export NAMETargets.
function(seastar_install_package name compatibility)
  configure_package_config_file(cmake/${name}Config.cmake.in ${name}Config.cmake
    INSTALL_DESTINATION ${package_dir}/${name} NO_SET_AND_CHECK_MACRO)
  write_basic_package_version_file(${name}ConfigVersion.cmake VERSION ${PROJECT_VERSION} COMPATIBILITY ${compatibility})
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}Config.cmake ${CMAKE_CURRENT_BINARY_DIR}/${name}ConfigVersion.cmake
    DESTINATION ${package_dir}/${name})
  install(EXPORT ${name}Targets NAMESPACE ${name}:: DESTINATION ${package_dir}/${name})
endfunction()

install(TARGETS seastar seastar_interface seastar_perf_testing EXPORT SeastarTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET seastar_testing)
  # An export of its own: its targets exist for users who have Boost.Test.
  install(TARGETS seastar_testing EXPORT SeastarTestingTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT SeastarTestingTargets NAMESPACE Seastar:: DESTINATION ${package_dir}/Seastar)
  install(FILES cmake/seastar-testing.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
install(DIRECTORY include/seastar DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hh")
seastar_install_package(Seastar SameMinorVersion)

# Relative to the file itself, so that an installation can be moved; the libraries' folder is one or more levels deep.
string(REGEX REPLACE "[^/]+" ".." pc_up "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
set(pc_prefix "\${pcfiledir}/${pc_up}")
set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
configure_file(cmake/seastar.pc.in seastar.pc.install @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/seastar.pc.install DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig RENAME seastar.pc)

install(PROGRAMS tools/seastar-addr2line DESTINATION ${CMAKE_INSTALL_BINDIR})

if(TARGET smfc)
  install(TARGETS smfc EXPORT smfTargets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(PROGRAMS $<TARGET_FILE:smfc> DESTINATION ${CMAKE_INSTALL_BINDIR} RENAME smf_gen) # its older name
endif()
if(TARGET smf)
  install(TARGETS smf EXPORT smfTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY include/smf DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.hh")
  install(FILES cmake/smfc_generator.cmake DESTINATION ${package_dir}/smf)
  seastar_install_package(smf SameMinorVersion)
endif()
