# Every third-party library, found once. The Debian packages are listed in tools/packages.txt.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)
if(MILLRACE_TESTS)
  find_package(GTest REQUIRED)
endif()
find_package(benchmark QUIET)
