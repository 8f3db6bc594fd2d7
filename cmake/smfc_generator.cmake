# smfc_gen(CPP TARGET_NAME <name> OUTPUT_DIRECTORY <dir> SOURCES <schema.fbs>... [INCLUDE_DIRS <dir>...])
#
# Makes <schema>.smf.fb.h (services and clients, by smfc) and <schema>_generated.h (tables, by flatc) of each schema, in
# OUTPUT_DIRECTORY, when something that is built needs them; sets the variable <name> to their list, for
# add_executable(). A schema is made again when it or one that it includes changes. Relative paths are the caller's.
# Schemas that others include are listed too, in this call or in another, as their _generated.h is included.
#
# Works in a build that has the target smfc and beside an installed smf. SMFC_EXECUTABLE and FLATC_EXECUTABLE, when set,
# say which tools are run; flatc must be of the version that smfc was built with (the generated code asserts it).
set(_smfc_gen_dir "${CMAKE_CURRENT_LIST_DIR}")
if(NOT TARGET smfc AND NOT TARGET smf::smfc)
  # lib/cmake/smf, with one or more levels of folders for lib
  find_program(SMFC_EXECUTABLE smfc HINTS
    "${_smfc_gen_dir}/../../../bin" "${_smfc_gen_dir}/../../../../bin" DOC "The code generator of smf")
endif()
find_program(FLATC_EXECUTABLE flatc DOC "The compiler of FlatBuffers")

cmake_policy(PUSH)
cmake_policy(VERSION 3.24) # a function keeps the policies of its definition: DEPFILE needs CMP0116

function(smfc_gen)
  cmake_parse_arguments(PARSE_ARGV 0 arg "CPP;GOLANG;VERBOSE" "TARGET_NAME;OUTPUT_DIRECTORY" "SOURCES;INCLUDE_DIRS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "smfc_gen: what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  if(arg_GOLANG)
    message(FATAL_ERROR "smfc_gen: GOLANG is not supported yet")
  endif()
  foreach(needed IN ITEMS CPP TARGET_NAME OUTPUT_DIRECTORY SOURCES)
    if(NOT arg_${needed})
      message(FATAL_ERROR "smfc_gen: ${needed} is missing")
    endif()
  endforeach()
  _smfc_gen_tools(smfc smfc_target)

  get_filename_component(out "${arg_OUTPUT_DIRECTORY}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
  set(includes "")
  foreach(dir IN LISTS arg_INCLUDE_DIRS)
    get_filename_component(dir "${dir}" ABSOLUTE)
    list(APPEND includes "${dir}")
  endforeach()
  set(schemas "")
  foreach(schema IN LISTS arg_SOURCES)
    get_filename_component(schema "${schema}" ABSOLUTE)
    if(NOT EXISTS "${schema}")
      get_property(generated SOURCE "${schema}" PROPERTY GENERATED)
      if(NOT generated)
        message(FATAL_ERROR "smfc_gen: there is no ${schema}")
      endif()
    endif()
    list(APPEND schemas "${schema}")
  endforeach()

  set(headers "")
  foreach(schema IN LISTS schemas)
    _smfc_gen_rule("${schema}" made)
    list(APPEND headers ${made})
  endforeach()
  set(${arg_TARGET_NAME} "${headers}" PARENT_SCOPE)

  # Generators for make give each target that lists the headers a rule of its own to make them, and two would run at
  # once; so all targets of this folder wait for one that runs first. They are known at the end of the folder only.
  string(MD5 id "${CMAKE_CURRENT_BINARY_DIR};${out};${schemas}")
  string(SUBSTRING "${id}" 0 8 id)
  set(order "smfc_gen_${arg_TARGET_NAME}_${id}")
  add_custom_target(${order} DEPENDS ${headers})
  cmake_language(EVAL CODE "cmake_language(DEFER CALL _smfc_gen_order [[${order}]] [[${headers}]])")
endfunction()

# Sets the command that runs smfc, and what to depend on so that it is there.
function(_smfc_gen_tools command target)
  if(NOT FLATC_EXECUTABLE)
    message(FATAL_ERROR "smfc_gen: flatc was not found (Debian: flatbuffers-compiler); FLATC_EXECUTABLE names it")
  endif()
  set(${target} "" PARENT_SCOPE)
  if(SMFC_EXECUTABLE)
    set(${command} "${SMFC_EXECUTABLE}" PARENT_SCOPE)
  elseif(TARGET smfc)
    set(${command} "$<TARGET_FILE:smfc>" PARENT_SCOPE)
    set(${target} smfc PARENT_SCOPE)
  elseif(TARGET smf::smfc)
    set(${command} "$<TARGET_FILE:smf::smfc>" PARENT_SCOPE)
    set(${target} smf::smfc PARENT_SCOPE)
  else()
    message(FATAL_ERROR "smfc_gen: smfc was not found; SMFC_EXECUTABLE names it")
  endif()
endfunction()

# The rule for one schema; sets `made` to its two headers. Uses the variables of smfc_gen().
function(_smfc_gen_rule schema made)
  get_filename_component(base "${schema}" NAME_WLE)
  set(services "${out}/${base}.smf.fb.h")
  set(tables "${out}/${base}_generated.h")
  set(flatc_includes "")
  foreach(dir IN LISTS includes)
    list(APPEND flatc_includes -I "${dir}")
  endforeach()
  set(smfc_includes "")
  if(includes)
    list(JOIN includes "," smfc_includes)
    set(smfc_includes --include_dirs "${smfc_includes}")
  endif()
  # Type tables are what large bodies are checked by (--reflect-names); all headers lie in one folder, so that their
  # #include lines have no folders (no --keep-prefix). smfc leaves an unchanged file alone, which make would take for
  # one that is out of date: touch.
  add_custom_command(OUTPUT "${services}" "${tables}"
    COMMAND ${CMAKE_COMMAND} -E make_directory "${out}"
    COMMAND "${FLATC_EXECUTABLE}" --cpp --gen-name-strings --gen-object-api --gen-compare --gen-mutable --reflect-names
      --force-empty --cpp-str-type seastar::sstring --cpp-str-flex-ctor --cpp-include seastar/core/sstring.hh
      ${flatc_includes} -o "${out}" "${schema}"
    COMMAND "${smfc}" --filename "${schema}" ${smfc_includes} --output_path "${out}" --depfile "${services}.d"
    COMMAND ${CMAKE_COMMAND} -E touch "${services}"
    DEPENDS "${schema}" ${smfc_target} DEPFILE "${services}.d"
    COMMENT "Generating ${base}.smf.fb.h and ${base}_generated.h" VERBATIM)
  set(${made} "${services}" "${tables}" PARENT_SCOPE)
endfunction()

function(_smfc_gen_order order headers)
  get_property(targets DIRECTORY PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(sources ${target} SOURCES)
    foreach(header IN LISTS headers)
      if(header IN_LIST sources AND NOT target STREQUAL order)
        add_dependencies(${target} ${order})
        break()
      endif()
    endforeach()
  endforeach()
endfunction()

cmake_policy(POP)
