// The text and CSV forms of COPY: lines to fields and back.
//
// Formats as PostgreSQL's COPY documentation has them. Decoding is incremental: data arrives in any
// pieces, lines may end in \n, \r\n or \r, and quoted CSV fields may hold line ends. Bounded: a line
// longer than kCopyLineBytesMax is refused (54000).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/bound_statement.h"

namespace millrace::engine {

inline constexpr size_t kCopyLineBytesMax = size_t{256} << 20;

// Splits a stream into records of fields. Threads: one.
class CopyDecoder {
 public:
  explicit CopyDecoder(const sql::CopyOptions& options) : options_(options) {}

  // Takes the next piece of the stream.
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  // The stream has ended: what is left is the last line.
  void end() { ended_ = true; }

  // The next record's fields, std::nullopt standing for NULL; false when more data is needed (or, after
  // end(), when there is none). The fields live until the next call. Errors: 22P04.
  Result<bool> next(std::vector<std::optional<std::string>>& fields);

  // 1-based, for error contexts.
  uint64_t line_number() const { return line_number_; }

 private:
  std::optional<std::string_view> next_line();
  Status split_text(std::string_view line, std::vector<std::optional<std::string>>& fields) const;
  Status split_csv(std::string_view line, std::vector<std::optional<std::string>>& fields) const;

  const sql::CopyOptions options_;
  std::string buffer_;
  size_t consumed_ = 0;
  size_t scanned_ = 0;      // of the unconsumed rest, known to hold no line end
  bool in_quotes_ = false;  // at scanned_
  bool ended_ = false;
  bool finished_ = false;  // the "\." line was seen
  uint64_t line_number_ = 0;
};

// One line with its end, from fields already in text form.
void append_copy_line(const std::vector<std::optional<std::string>>& fields, const sql::CopyOptions& options,
                      std::string& out);

}  // namespace millrace::engine
