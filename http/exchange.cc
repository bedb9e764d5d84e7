#include "http/exchange.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::http {
namespace {

constexpr std::string_view kPlain = "text/plain; charset=utf-8";
constexpr std::string_view kPrometheus = "text/plain; version=0.0.4; charset=utf-8";

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Error";  // numbers, not an enum of ours
  }
}

}  // namespace

void Exchange::receive(std::string_view bytes) {
  in_ += bytes;
  while (!ended_) {
    const size_t passed = std::min(body_left_, in_.size());
    in_.erase(0, passed);
    body_left_ -= passed;
    if (body_left_ > 0 || in_.empty()) return;
    const ParsedHead head = parse_head(in_);
    if (head.refusal != 0) {
      respond(head.refusal, kPlain, std::string(reason(head.refusal)) + "\n", false, false);
      return;
    }
    if (!head.complete) return;
    in_.erase(0, head.request.head_bytes);
    body_left_ = head.request.body_bytes;
    answer(head.request);
  }
}

void Exchange::answer(const Request& request) {
  ++requests_;
  const bool head_only = request.method == "HEAD";
  const auto say = [&](int status, std::string_view type, std::string_view body, std::string_view more = {}) {
    respond(status, type, body, head_only, request.keep_alive, more);
  };
  if (request.path != "/healthz" && request.path != "/readyz" && request.path != "/metrics") {
    return say(404, kPlain, "not found: there are /healthz, /readyz and /metrics\n");
  }
  if (request.method != "GET" && !head_only) {
    return say(405, kPlain, "only GET and HEAD are taken here\n", "Allow: GET, HEAD\r\n");
  }
  if (request.path == "/healthz") return say(200, kPlain, "alive\n");
  if (request.path == "/metrics") return say(200, kPrometheus, to_prometheus(subjects_.metrics.metrics()));
  const Readiness readiness = subjects_.readiness();
  say(readiness.ready ? 200 : 503, kPlain, readiness.ready ? "ready\n" : readiness.what + "\n");
}

void Exchange::respond(int status, std::string_view type, std::string_view body, bool head_only, bool keep_alive,
                       std::string_view more_headers) {
  out_ += fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\n{}Connection: {}\r\n\r\n",
      status, reason(status), type, body.size(), more_headers, keep_alive ? "keep-alive" : "close");
  if (!head_only) out_ += body;
  if (!keep_alive) ended_ = true;
}

}  // namespace millrace::http
