#include "http/request.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace millrace::http {
namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view("\"(),/:;<=>?@[\\]{}").find(static_cast<char>(c)) == std::string_view::npos;
  });
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool contains_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    if (equal_ignoring_case(trimmed(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

struct Headers {
  bool host = false;
  std::optional<size_t> body_bytes;
};

// A status to refuse with, or 0.
int take_header(std::string_view line, Headers& headers, Request& request) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return 400;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (value.find('\0') != std::string_view::npos || value.find('\n') != std::string_view::npos ||
      value.find('\r') != std::string_view::npos) {
    return 400;
  }
  if (equal_ignoring_case(name, "host")) {
    if (headers.host) return 400;
    headers.host = true;
  } else if (equal_ignoring_case(name, "connection")) {
    if (contains_word(value, "close")) request.keep_alive = false;
    if (contains_word(value, "keep-alive")) request.keep_alive = true;
  } else if (equal_ignoring_case(name, "transfer-encoding")) {
    return 501;
  } else if (equal_ignoring_case(name, "content-length")) {
    size_t bytes = 0;
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), bytes);
    if (value.empty() || code != std::errc{} || end != value.data() + value.size() || headers.body_bytes) return 400;
    if (bytes > kBodyBytesMax) return 413;
    headers.body_bytes = bytes;
  }
  return 0;
}

int take_request_line(std::string_view line, bool& needs_host, Request& request) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return 400;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method)) return 400;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return version.starts_with("HTTP/") ? 505 : 400;
  if (target.empty() || target.front() != '/') return 400;
  for (const char c : target) {
    if (c <= ' ' || c == 0x7f) return 400;
  }
  request.method = method;
  request.path = target.substr(0, target.find('?'));
  request.keep_alive = needs_host = version == "HTTP/1.1";
  return 0;
}

}  // namespace

ParsedHead parse_head(std::string_view input) {
  ParsedHead parsed;
  const size_t end = input.substr(0, kHeadBytesMax).find(kEndOfHead);
  if (end == std::string_view::npos) {
    if (input.size() >= kHeadBytesMax) parsed.refusal = 431;
    return parsed;
  }
  parsed.complete = true;
  parsed.request.head_bytes = end + kEndOfHead.size();
  std::string_view rest = input.substr(0, end + 2);
  bool needs_host = false;
  Headers headers;
  for (size_t lines = 0; !rest.empty(); ++lines) {
    const size_t line_end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, line_end);
    rest.remove_prefix(line_end + 2);
    if (lines > kHeadersMax) parsed.refusal = 431;
    if (parsed.refusal == 0) {
      parsed.refusal =
          lines == 0 ? take_request_line(line, needs_host, parsed.request) : take_header(line, headers, parsed.request);
    }
  }
  if (parsed.refusal == 0 && needs_host && !headers.host) parsed.refusal = 400;
  parsed.request.body_bytes = headers.body_bytes.value_or(0);
  return parsed;
}

}  // namespace millrace::http
