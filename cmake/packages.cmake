# Every third-party library, found once. The Debian packages are listed in tools/packages.txt; `./dev setup` installs them.
#
#   target                          include                        note
#   fmt::fmt                        <fmt/format.h>
#   tl::expected                    <tl/expected.hpp>
#   Boost::headers                  <boost/asio.hpp>, ...          1.81, headers alone; keep out of our headers
#   date::date-tz                   <date/tz.h>                    IANA zones from the system's tzdata
#   pg_query                        <pg_query.h>, PostgreSQL 15's  one translation unit; raw parse tree
#   RocksDB::rocksdb-shared         <rocksdb/db.h>
#   rdkafka                         <librdkafka/rdkafka.h>         >= 2.6.1
#   simdjson::simdjson              <simdjson.h>
#   re2                             <re2/re2.h>
#   ICU::uc, ICU::i18n              <unicode/...>
#   OpenSSL::Crypto, OpenSSL::SSL   <openssl/...>
#   tomlplusplus::tomlplusplus      <toml++/toml.h>
#   cxxopts::cxxopts                <cxxopts.hpp>
#   TBB::tbb                        <tbb/...>                      behind the Executor seam alone
#   PostgreSQL::PostgreSQL          <libpq-fe.h>                   tests and benches
#   millrace_allocator              -                              mimalloc for the server program; empty under sanitizers and in debug
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(tl-expected REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(RocksDB REQUIRED)
find_package(simdjson REQUIRED)
find_package(TBB CONFIG REQUIRED)  # not the module that RocksDB brings along
find_package(date REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(cxxopts REQUIRED)
find_package(PostgreSQL REQUIRED)

# Debian keeps several Boosts side by side. We use headers alone, no compiled part.
find_package(Boost 1.81 REQUIRED)

pkg_check_modules(re2_pc REQUIRED IMPORTED_TARGET re2)
add_library(re2 INTERFACE)
target_link_libraries(re2 INTERFACE PkgConfig::re2_pc)

# libpg_query ships neither a .pc nor a CMake file. Its raw parse tree is made of PostgreSQL's own node structs.
find_path(PG_QUERY_INCLUDE pg_query.h REQUIRED)
find_library(PG_QUERY_LIBRARY pg_query REQUIRED)
find_path(PG_SERVER_INCLUDE nodes/parsenodes.h PATHS /usr/include/postgresql/15/server NO_DEFAULT_PATH REQUIRED)
add_library(pg_query INTERFACE)
target_include_directories(pg_query SYSTEM INTERFACE ${PG_QUERY_INCLUDE} ${PG_SERVER_INCLUDE})
target_link_libraries(pg_query INTERFACE ${PG_QUERY_LIBRARY})

include(rdkafka)

if(MILLRACE_TESTS)
  find_package(GTest REQUIRED)
endif()
find_package(benchmark QUIET)

# 3.5 to 6 times less CPU per row handed from thread to thread than malloc; a sanitizer wants its own.
add_library(millrace_allocator INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" AND NOT MILLRACE_SANITIZE)
  find_package(mimalloc REQUIRED)
  target_link_libraries(millrace_allocator INTERFACE mimalloc)
endif()
