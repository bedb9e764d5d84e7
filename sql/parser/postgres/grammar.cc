#include "sql/parser/postgres/grammar.h"

#include "sql/parser/postgres/converter.h"

namespace millrace::sql {
namespace {

// libpg_query hands on an error's message but not its SQLSTATE and hint. Nearly all are syntax errors;
// these are the grammar's others.
struct KnownError {
  std::string_view message_prefix;
  SqlState state;
  std::string_view hint;
};

constexpr KnownError kKnownErrors[] = {
    {"LIMIT #,# syntax is not supported", sqlstate::kSyntaxError, "Use separate LIMIT and OFFSET clauses."},
    {"subquery in FROM must have an alias", sqlstate::kSyntaxError, "For example, FROM (SELECT ...) [AS] foo."},
    {"VALUES in FROM must have an alias", sqlstate::kSyntaxError, "For example, FROM (VALUES ...) [AS] foo."},
    {"invalid Unicode escape", sqlstate::kInvalidEscapeSequence, ""},
    {"invalid byte sequence", sqlstate::kCharacterNotInRepertoire, ""},
    {"frame start", sqlstate::kWindowingError, ""},
    {"frame end", sqlstate::kWindowingError, ""},
    {"frame starting", sqlstate::kWindowingError, ""},
    {"CREATE ASSERTION is not yet implemented", sqlstate::kFeatureNotSupported, ""},
    {"MATCH PARTIAL not yet implemented", sqlstate::kFeatureNotSupported, ""},
    {"WITH CHECK OPTION not supported on recursive views", sqlstate::kFeatureNotSupported, ""},
    {"current database cannot be changed", sqlstate::kFeatureNotSupported, ""},
    {"interval precision specified twice", sqlstate::kSyntaxError, ""},
    {"integer out of range", sqlstate::kNumericValueOutOfRange, ""},
};

// The byte where the 1-based character `position` begins.
ast::Location byte_of_character(std::string_view text, int position) {
  ast::Location byte = 0;
  for (int character = 1; character < position && static_cast<size_t>(byte) < text.size(); ++character) {
    do {
      ++byte;
    } while (static_cast<size_t>(byte) < text.size() && (static_cast<unsigned char>(text[byte]) & 0xC0) == 0x80);
  }
  return byte;
}

SqlError to_sql_error(const PgQueryError& error, std::string_view text, ast::Location offset) {
  const std::string_view message = error.message == nullptr ? "syntax error" : error.message;
  SqlState state = sqlstate::kSyntaxError;
  std::string hint;
  for (const KnownError& known : kKnownErrors) {
    if (message.starts_with(known.message_prefix)) {
      state = known.state;
      hint = known.hint;
    }
  }
  // The grammar's own stack: too deep, and not a mistake of syntax.
  if (message.starts_with("memory exhausted")) state = sqlstate::kStatementTooComplex;
  SqlError out(state, std::string(message));
  if (!hint.empty()) out = std::move(out).with_hint(std::move(hint));
  if (error.cursorpos > 0) out = std::move(out).at(byte_of_character(text, error.cursorpos) + offset);
  return out;
}

// Everything libpg_query allocates dies with it.
class MemoryScope {
 public:
  MemoryScope() : context_(pg_query_enter_memory_context()) {}
  ~MemoryScope() { pg_query_exit_memory_context(context_); }
  MemoryScope(const MemoryScope&) = delete;
  MemoryScope& operator=(const MemoryScope&) = delete;

 private:
  MemoryContext context_;
};

}  // namespace

Result<std::shared_ptr<ast::Statement>> parse_with_postgres(std::string_view text, ast::Location offset) {
  const std::string terminated(text);
  const MemoryScope scope;
  const PgQueryInternalParsetreeAndError parsed = pg_query_raw_parse(terminated.c_str());
  free(parsed.stderr_buffer);
  if (parsed.error != nullptr) {
    SqlError error = to_sql_error(*parsed.error, text, offset);
    pg_query_free_error(parsed.error);
    return error;
  }
  if (list_length(parsed.tree) == 0) return std::shared_ptr<ast::Statement>();
  const auto* raw = static_cast<const RawStmt*>(linitial(parsed.tree));
  Converter converter(text, offset);
  auto statement = std::make_shared<ast::Statement>(converter.statement(raw->stmt));
  if (converter.error()) return *converter.error();
  return statement;
}

}  // namespace millrace::sql
