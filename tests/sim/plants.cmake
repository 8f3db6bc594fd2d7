# Programs with a bug planted in them: one source of the library is copied with a text replaced, and compiled in front
# of the library that has the right one. Fails when the source no longer reads as it did.
function(sim_plant name source before after)
  file(READ ${PROJECT_SOURCE_DIR}/${source} text)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${source})
  string(FIND "${text}" "${before}" first)
  string(FIND "${text}" "${before}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "the bug '${name}' cannot be planted: '${before}' is not once in ${source}")
  endif()
  string(REPLACE "${before}" "${after}" text "${text}")
  set(planted ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc)
  file(CONFIGURE OUTPUT ${planted} CONTENT "${text}" @ONLY)
  cmake_path(GET source PARENT_PATH folder)
  add_executable(kvstore_sim_${name} main.cc ${planted})
  target_include_directories(kvstore_sim_${name} PRIVATE
    ${PROJECT_SOURCE_DIR}/${folder} ${PROJECT_SOURCE_DIR}/src/seastar ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(kvstore_sim_${name} PRIVATE seastar_private_options kvstore_run)
  add_test(NAME kvstore_sim_${name}_test COMMAND kvstore_sim_${name} --seeds 500 --until-failure)
  set_tests_properties(kvstore_sim_${name}_test PROPERTIES LABELS coroutines TIMEOUT 900
    PASS_REGULAR_EXPRESSION "seed [0-9]+ FAILED")
endfunction()

# A shard that goes to sleep does not look a second time for what others have published meanwhile.
sim_plant(lost_wake src/seastar/shard/mesh.cc "if (nothing_to_take() && !flush()) {" "if (true) {")
if(SEASTAR_SANITIZE MATCHES address) # without it nothing shows that memory is used after it was freed
  # A connection goes although requests of its are still running, whose replies are then written to it.
  sim_plant(freed_connection src/smf/server/connection.cc "_queued || _running != 0 || _out.busy()"
    "_queued || _out.busy()")
endif()
# The memory reserved for a body is kept when the connection is reset before the body is whole.
sim_plant(kept_units src/smf/server/connection.cc "} else if (_reserved) {"
  "} else if (_reserved && why != close_reason::reset) {")
