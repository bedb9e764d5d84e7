// PostgreSQL's node structs. Only the files of this folder include it: the headers define macros such
// as Min, Max and printf, so they come after everything else and nothing comes after them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "sql/parser/ast/statement.h"

extern "C" {
#include <pg_query.h>
#undef PG_VERSION
#undef PG_MAJORVERSION
#undef PG_VERSION_NUM
// clang-format off
#include <postgres.h>
#include <nodes/parsenodes.h>
#include <pg_query/pg_query_internal.h>
// clang-format on
}
