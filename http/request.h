// The head of an HTTP/1.x request: read strictly, within limits, or refused with a status.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::http {

inline constexpr size_t kHeadBytesMax = 8 * 1024;
inline constexpr size_t kHeadersMax = 100;
inline constexpr size_t kBodyBytesMax = 64 * 1024;  // of a body nobody reads

struct Request {
  std::string method;
  std::string path;  // without the query
  bool keep_alive = true;
  size_t head_bytes = 0;  // the empty line included
  size_t body_bytes = 0;
};

struct ParsedHead {
  bool complete = false;
  int refusal = 0;  // a status, when it is no request we take: the connection is closed after it
  Request request;
};

// The head at the front of `input`.
ParsedHead parse_head(std::string_view input);

}  // namespace millrace::http
