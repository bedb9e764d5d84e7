// For tests: tables of scalar expressions with PostgreSQL 15's answers, taken from a running one. An
// error's answer is as psql prints it with VERBOSITY verbose.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>

#include "expr/example_reader_test.h"

namespace millrace::expr {

inline void expect_answers(std::initializer_list<std::pair<const char*, const char*>> answers) {
  for (const auto& [sql, expected] : answers) EXPECT_EQ(answer(sql), expected) << sql;
}

}  // namespace millrace::expr
