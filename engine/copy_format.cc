#include "engine/copy_format.h"

#include <algorithm>

namespace millrace::engine {
namespace {

bool is_octal(char c) { return c >= '0' && c <= '7'; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What follows a backslash in the text form; moves `i` behind it.
char unescape(std::string_view line, size_t& i) {
  const char c = line[i++];
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    default: break;
  }
  if (is_octal(c)) {
    int value = c - '0';
    for (int digits = 1; digits < 3 && i < line.size() && is_octal(line[i]); ++digits)
      value = value * 8 + (line[i++] - '0');
    return static_cast<char>(value);
  }
  if (c == 'x' && i < line.size() && hex_digit(line[i]) >= 0) {
    int value = hex_digit(line[i++]);
    if (i < line.size() && hex_digit(line[i]) >= 0) value = value * 16 + hex_digit(line[i++]);
    return static_cast<char>(value);
  }
  return c;
}

}  // namespace

// The next whole line without its end. In CSV a line end inside quotes belongs to the field.
std::optional<std::string_view> CopyDecoder::next_line() {
  const bool csv = options_.format == sql::CopyFormat::kCsv;
  const std::string_view rest = std::string_view(buffer_).substr(consumed_);
  for (size_t i = scanned_; i < rest.size(); ++i) {
    const char c = rest[i];
    if (csv && c == options_.quote) {
      in_quotes_ = !in_quotes_;
      continue;
    }
    if (csv && in_quotes_ && c == options_.escape && options_.escape != options_.quote) {
      ++i;  // The escaped character cannot end the quotes.
      continue;
    }
    if (!csv && c == '\\') {
      ++i;  // An escaped line end is data.
      continue;
    }
    if (in_quotes_ || (c != '\n' && c != '\r')) continue;
    size_t end_bytes = 1;
    if (c == '\r') {
      if (i + 1 == rest.size() && !ended_) {
        scanned_ = i;
        return std::nullopt;  // Perhaps the \n comes with the next piece.
      }
      if (i + 1 < rest.size() && rest[i + 1] == '\n') end_bytes = 2;
    }
    consumed_ += i + end_bytes;
    scanned_ = 0;
    return rest.substr(0, i);
  }
  if (ended_ && !rest.empty()) {
    consumed_ = buffer_.size();
    return rest;
  }
  // The last byte may be an escape whose character is still to come.
  const bool open_escape = !rest.empty() && rest.back() == (csv ? options_.escape : '\\');
  if (!csv || !in_quotes_) scanned_ = open_escape ? scanned_ : rest.size();
  if (csv || open_escape) {
    scanned_ = 0;  // Quotes are counted again from the line's start.
    in_quotes_ = false;
  }
  return std::nullopt;
}

Result<bool> CopyDecoder::next(std::vector<std::optional<std::string>>& fields) {
  if (consumed_ > (size_t{1} << 20)) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  while (!finished_) {
    const std::optional<std::string_view> line = next_line();
    if (!line) {
      if (buffer_.size() - consumed_ > kCopyLineBytesMax) {
        return SqlError(sqlstate::kProgramLimitExceeded, "a line of the copy data is too long");
      }
      return false;
    }
    ++line_number_;
    if (*line == "\\.") {
      finished_ = true;
      return false;
    }
    if (line_number_ == 1 && options_.header) continue;
    fields.clear();
    if (options_.format == sql::CopyFormat::kCsv) {
      TRY(split_csv(*line, fields));
    } else {
      TRY(split_text(*line, fields));
    }
    return true;
  }
  return false;
}

Status CopyDecoder::split_text(std::string_view line, std::vector<std::optional<std::string>>& fields) const {
  size_t i = 0;
  while (true) {
    const size_t begin = i;
    std::string field;
    while (i < line.size() && line[i] != options_.delimiter) {
      if (line[i] == '\\' && i + 1 < line.size()) {
        ++i;
        field += unescape(line, i);
      } else {
        field += line[i++];
      }
    }
    if (line.substr(begin, i - begin) == options_.null_text) {
      fields.emplace_back();
    } else {
      fields.emplace_back(std::move(field));
    }
    if (i == line.size()) return {};
    ++i;
  }
}

Status CopyDecoder::split_csv(std::string_view line, std::vector<std::optional<std::string>>& fields) const {
  size_t i = 0;
  while (true) {
    std::string field;
    bool quoted = false;
    bool in_quotes = false;
    while (i < line.size() && (in_quotes || line[i] != options_.delimiter)) {
      const char c = line[i++];
      if (in_quotes && c == options_.escape && i < line.size() &&
          (line[i] == options_.quote || line[i] == options_.escape)) {
        field += line[i++];
      } else if (c == options_.quote) {
        in_quotes = !in_quotes;
        quoted = true;
      } else {
        field += c;
      }
    }
    if (in_quotes) return SqlError(sqlstate::kBadCopyFileFormat, "unterminated CSV quoted field");
    if (!quoted && field == options_.null_text) {
      fields.emplace_back();
    } else {
      fields.emplace_back(std::move(field));
    }
    if (i == line.size()) return {};
    ++i;
  }
}

namespace {

void append_text_field(std::string_view field, char delimiter, std::string& out) {
  for (const char c : field) {
    switch (c) {
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\v': out += "\\v"; break;
      case '\\': out += "\\\\"; break;
      default:
        if (c == delimiter) out += '\\';
        out += c;
    }
  }
}

void append_csv_field(std::string_view field, const sql::CopyOptions& options, bool alone, std::string& out) {
  const bool quote =
      field == options.null_text || (alone && field == "\\.") ||
      field.find_first_of(std::string{options.delimiter, options.quote, '\n', '\r'}) != std::string::npos;
  if (!quote) {
    out += field;
    return;
  }
  out += options.quote;
  for (const char c : field) {
    if (c == options.quote || c == options.escape) out += options.escape;
    out += c;
  }
  out += options.quote;
}

}  // namespace

void append_copy_line(const std::vector<std::optional<std::string>>& fields, const sql::CopyOptions& options,
                      std::string& out) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += options.delimiter;
    if (!fields[i]) {
      out += options.null_text;
    } else if (options.format == sql::CopyFormat::kCsv) {
      append_csv_field(*fields[i], options, fields.size() == 1, out);
    } else {
      append_text_field(*fields[i], options.delimiter, out);
    }
  }
  out += '\n';
}

}  // namespace millrace::engine
