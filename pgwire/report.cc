#include "pgwire/report.h"

#include "pgwire/backend_messages.h"
#include "types/utf8.h"

namespace millrace::pgwire {
namespace {

void add_unless_empty(char letter, std::string_view value, std::vector<ReportField>& fields) {
  if (!value.empty()) fields.push_back({letter, value});
}

}  // namespace

void append_error(const SqlError& error, Severity severity, std::string_view text, std::string& out) {
  const std::string_view word = severity == Severity::kFatal ? "FATAL" : "ERROR";
  std::string position;
  if (error.location() >= 0 && static_cast<size_t>(error.location()) <= text.size() && !text.empty()) {
    position = std::to_string(utf8_length(text.substr(0, static_cast<size_t>(error.location()))) + 1);
  }
  ErrorResponse response{{{'S', word}, {'V', word}, {'C', error.state().str()}, {'M', error.message()}}};
  add_unless_empty('D', error.detail(), response.report_fields);
  add_unless_empty('H', error.hint(), response.report_fields);
  add_unless_empty('P', position, response.report_fields);
  add_unless_empty('t', error.table(), response.report_fields);
  add_unless_empty('c', error.column(), response.report_fields);
  add_unless_empty('n', error.constraint(), response.report_fields);
  encode(response, out);
}

void append_notice(const engine::Notice& notice, std::string& out) {
  NoticeResponse response{
      {{'S', notice.severity}, {'V', notice.severity}, {'C', notice.state.str()}, {'M', notice.message}}};
  add_unless_empty('D', notice.detail, response.report_fields);
  add_unless_empty('H', notice.hint, response.report_fields);
  encode(response, out);
}

}  // namespace millrace::pgwire
