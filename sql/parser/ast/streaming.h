// Our own statements, beyond PostgreSQL's grammar: sources, connections, secrets, SHOW lists.
#pragma once

#include "sql/parser/ast/define.h"

namespace millrace::sql::ast {

// One option of a parenthesised list: SASL PASSWORD SECRET s, START OFFSET (0, 10), RATE 10000.
struct SourceOption {
  std::string name;  // words in lower case: "start offset"
  std::vector<std::string> values;
  bool is_list = false;
  bool is_secret = false;  // SECRET name
  Location location = -1;
  Location value_location = -1;
};

struct CreateSecret {
  ObjectName name;
  std::string value;
  bool if_not_exists = false;
};

struct CreateConnection {
  ObjectName name;
  std::string kind;  // "kafka", "confluent schema registry", ...
  Location kind_location = -1;
  std::vector<SourceOption> options;
  std::vector<SourceOption> with;
  bool if_not_exists = false;
};

struct ValidateConnection {
  ObjectName name;
};

struct CreateSource {
  ObjectName name;
  bool has_columns = false;
  std::vector<ColumnDefinition> columns;
  std::vector<Constraint> constraints;
  std::string from;       // "kafka", "load generator", ...
  std::string generator;  // "counter", "auction", ..., "key value"
  Location from_location = -1;
  ObjectName connection;
  std::vector<SourceOption> options;
  std::string key_format;
  std::string format;  // "json", "avro", ...; empty: none
  Location format_location = -1;
  std::string envelope;  // empty: none given
  Location envelope_location = -1;
  std::vector<std::string> include;  // "key", "partition", ...
  Location include_location = -1;
  std::vector<SourceOption> with;
  bool all_tables = false;
  bool if_not_exists = false;
};

// SHOW SOURCES | VIEWS | COLUMNS FROM r ... [FROM schema] [LIKE 'pattern']
struct ShowObjects {
  enum class What : uint8_t {
    kSources,
    kSinks,
    kViews,
    kMaterializedViews,
    kTables,
    kIndexes,
    kConnections,
    kSecrets,
    kSchemas,
    kObjects,
    kColumns,
  };
  What what;
  ObjectName from;  // a schema; kColumns, kIndexes: a relation
  std::string like;
  bool has_like = false;
};

struct ShowCreate {
  ObjectKind kind;
  ObjectName name;
};

}  // namespace millrace::sql::ast
