# Compiler cache, linker, warnings, sanitizers.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths relative to the source tree: clones share one cache. What it must overlook to cache a file that uses a
  # precompiled header is in its manual.
  set(MILLRACE_CCACHE_SLOPPINESS)
  if(MILLRACE_PRECOMPILE)
    set(MILLRACE_CCACHE_SLOPPINESS CCACHE_SLOPPINESS=pch_defines,time_macros)
    add_compile_options(-pthread $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)  # the same for all, or it cannot be shared
  endif()
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${MILLRACE_CCACHE_SLOPPINESS} ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

find_program(MOLD mold)
find_program(LLD ld.lld)
if(MOLD)
  add_link_options(-fuse-ld=mold)
elseif(LLD)
  add_link_options(-fuse-ld=lld)
endif()

add_library(millrace_warnings INTERFACE)
target_compile_options(millrace_warnings INTERFACE
  -Wall -Wextra -Werror -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -Wno-missing-field-initializers  # what a struct's own initialisers fill in is not missing
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-designated-field-initializers>
  # libstdc++ 12 uses what it deprecates in its own std::stable_sort, and only g++ overlooks that
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
# g++ 12 at -O2 sees strings overlap and overflow where libstdc++ puts two together (its bugs 105329 and 105651),
# and optional strings read before they are set.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_compile_options(-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread
                      -Wno-maybe-uninitialized)
endif()

add_compile_options(-fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS)
if(MILLRACE_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(MILLRACE_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -Wno-tsan)
  add_link_options(-fsanitize=thread)
endif()
if(MILLRACE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # a fuzzer sees which branches an input reached
endif()
