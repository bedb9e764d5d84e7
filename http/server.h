// Serves Exchanges on one address, on a network thread that others share.
//
// Bounded: so many connections, so long between requests and for one. A connection too many is closed.
// Threads: start(), stop() any one; the loop is run by its owner until stop() has returned.
#pragma once

#include <cstdint>
#include <memory>

#include "base/event_loop.h"
#include "http/exchange.h"

namespace millrace::http {

struct Limits {
  size_t connections_max = 256;
  int64_t idle_ns = 60'000'000'000;     // between requests
  int64_t request_ns = 10'000'000'000;  // from a request's first byte to its answer's last
};

class Server {
 public:
  Server(EventLoop& loop, Subjects subjects, Limits limits);
  ~Server();  // REQUIRES: stopped, or never started

  void start(Socket listener);
  void stop();

 private:
  class Connections;

  EventLoop& loop_;
  const Subjects subjects_;
  std::unique_ptr<Connections> connections_;
  bool started_ = false;
};

}  // namespace millrace::http
