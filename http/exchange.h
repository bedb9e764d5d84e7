// One HTTP connection without the socket: bytes in, bytes out, requests answered in order.
//
//   GET /healthz    200 while the process lives
//   GET /readyz     200 when every relation can be read, 503 before
//   GET /metrics    Prometheus
//
// HEAD as GET, without the body. Other methods 405, other paths 404.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "http/metrics.h"
#include "http/request.h"

namespace millrace::http {

struct Readiness {
  bool ready = false;
  std::string what;  // "starting", "catching up: 2 sources"
};

struct Subjects {
  MetricsSource& metrics;
  std::function<Readiness()> readiness;
};

class Exchange {
 public:
  explicit Exchange(const Subjects& subjects) : subjects_(subjects) {}

  void receive(std::string_view bytes);
  std::string& output() { return out_; }
  bool ended() const { return ended_; }  // close after what is in output()
  bool between_requests() const { return in_.empty() && body_left_ == 0; }
  uint64_t requests() const { return requests_; }

 private:
  void answer(const Request& request);
  void respond(int status, std::string_view type, std::string_view body, bool head_only, bool keep_alive,
               std::string_view more_headers = {});

  const Subjects& subjects_;
  std::string in_;
  std::string out_;
  size_t body_left_ = 0;  // of a request's body, passed over
  bool ended_ = false;
  uint64_t requests_ = 0;
};

}  // namespace millrace::http
