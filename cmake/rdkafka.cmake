# The target `rdkafka`, 2.6.1 or newer: before it, SCRAM logins to Kafka 4 are refused and a truncated log goes unnoticed.
# First choice is the backport that `./dev setup` builds into build/deps where the system's is older; then the system's.
set(RDKAFKA_BACKPORT ${CMAKE_SOURCE_DIR}/build/deps/librdkafka)

if(EXISTS ${RDKAFKA_BACKPORT}/lib/librdkafka.a)
  find_package(ZLIB REQUIRED)
  find_library(RDKAFKA_ZSTD zstd REQUIRED)
  find_library(RDKAFKA_LZ4 lz4 REQUIRED)
  find_library(RDKAFKA_SASL sasl2 REQUIRED)
  add_library(rdkafka STATIC IMPORTED)
  set_target_properties(rdkafka PROPERTIES
    IMPORTED_LOCATION ${RDKAFKA_BACKPORT}/lib/librdkafka.a
    INTERFACE_INCLUDE_DIRECTORIES ${RDKAFKA_BACKPORT}/include
    INTERFACE_LINK_LIBRARIES
      "OpenSSL::SSL;OpenSSL::Crypto;ZLIB::ZLIB;${RDKAFKA_ZSTD};${RDKAFKA_LZ4};${RDKAFKA_SASL};Threads::Threads;${CMAKE_DL_LIBS};m")
else()
  pkg_check_modules(rdkafka_pc QUIET IMPORTED_TARGET rdkafka>=2.6.1)
  add_library(rdkafka INTERFACE)
  if(rdkafka_pc_FOUND)
    target_link_libraries(rdkafka INTERFACE PkgConfig::rdkafka_pc)
  else()
    # Only who links it is told.
    target_link_libraries(rdkafka INTERFACE librdkafka_is_too_old::run_dev_setup)
  endif()
endif()
