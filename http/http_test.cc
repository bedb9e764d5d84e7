#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/check.h"
#include "base/executor.h"
#include "base/rng.h"
#include "http/server.h"

namespace millrace::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class SomeMetrics final : public MetricsSource {
 public:
  std::vector<Metric> metrics() override {
    return {{"up", "Whether it is.", MetricKind::kGauge, {{{}, 1}}},
            {"rows_total",
             "Rows\nread \\ all.",
             MetricKind::kCounter,
             {{{{"source", "a \"b\"\n\\"}, {"kind", "k"}}, 12345678}, {{{"source", "c"}, {"kind", ""}}, 0.5}}}};
  }
};

class HttpTest : public testing::Test {
 protected:
  // What is answered to `bytes`, given in one piece.
  std::string answer(const std::string& bytes) {
    Exchange exchange(subjects_);
    exchange.receive(bytes);
    ended_ = exchange.ended();
    return exchange.output();
  }
  int status(const std::string& bytes) { return std::stoi(answer(bytes).substr(9, 3)); }

  SomeMetrics metrics_;
  Readiness readiness_{false, "starting"};
  Subjects subjects_{metrics_, [this] { return readiness_; }};
  bool ended_ = false;
};

TEST_F(HttpTest, Routes) {
  EXPECT_THAT(answer("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("\r\n\r\nalive\n"));
  EXPECT_FALSE(ended_);
  EXPECT_THAT(answer("GET /readyz HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 503 "));
  EXPECT_TRUE(ended_);
  readiness_.ready = true;
  EXPECT_THAT(answer("GET /readyz?x=1 HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 404);
  EXPECT_EQ(status("GET /metrics/ HTTP/1.1\r\nHost: x\r\n\r\n"), 404);
  EXPECT_THAT(answer("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"),
              HasSubstr("Allow: GET, HEAD"));
  EXPECT_FALSE(ended_);
  EXPECT_THAT(answer("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("\r\n\r\n"));
  EXPECT_THAT(answer("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), HasSubstr("Connection: close"));
  EXPECT_TRUE(ended_);
}

TEST_F(HttpTest, MetricsAreEscaped) {
  EXPECT_THAT(answer("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"),
              EndsWith("# HELP up Whether it is.\n# TYPE up gauge\nup 1\n"
                       "# HELP rows_total Rows\\nread \\\\ all.\n# TYPE rows_total counter\n"
                       "rows_total{source=\"a \\\"b\\\"\\n\\\\\",kind=\"k\"} 12345678\n"
                       "rows_total{source=\"c\",kind=\"\"} 0.5\n"));
}

TEST_F(HttpTest, RefusesWhatIsNoRequest) {
  const auto get = [](const std::string& headers) { return "GET /healthz HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n"; };
  EXPECT_EQ(status("nonsense\r\n\r\n"), 400);
  EXPECT_EQ(status("\r\n\r\n"), 400);
  EXPECT_EQ(status("GET  HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(status("GET http://x/healthz HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(status("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(status("GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n"), 505);
  EXPECT_EQ(status("GET /healthz HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status(get("Host: y\r\n")), 400);
  EXPECT_EQ(status(get("no colon\r\n")), 400);
  EXPECT_EQ(status(get(" folded: x\r\n")), 400);
  EXPECT_EQ(status(get("Space : x\r\n")), 400);
  EXPECT_EQ(status(get("Bare: a\nb\r\n")), 400);
  EXPECT_EQ(status(get("Transfer-Encoding: chunked\r\n")), 501);
  for (const char* length : {"", "x", "-1", "+1", "1 2", "1,2", "99999999999999999999999"}) {
    EXPECT_EQ(status(get("Content-Length: " + std::string(length) + "\r\n")), 400) << length;
  }
  EXPECT_EQ(status(get("Content-Length: 1\r\nContent-Length: 1\r\n")), 400);
  EXPECT_EQ(status(get("Content-Length: 65537\r\n")), 413);
  EXPECT_EQ(status(std::string(kHeadBytesMax, 'a')), 431);
  std::string many;
  for (size_t i = 0; i <= kHeadersMax; ++i) many += "A: b\r\n";
  EXPECT_EQ(status(get(many)), 431);
  EXPECT_TRUE(ended_);
  EXPECT_EQ(answer(std::string(kHeadBytesMax - 1, 'a')), "");
}

// However the bytes are cut, the answers are the same; and after garbage nothing more is read.
TEST_F(HttpTest, PiecesAndPipelines) {
  const std::string bytes =
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nPOST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 21\r\n\r\n"
      "GET / HTTP/1.1\r\n\r\n...GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string expected = answer(bytes);
  EXPECT_THAT(expected, HasSubstr("alive"));
  EXPECT_TRUE(ended_);
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    Exchange exchange(subjects_);
    exchange.receive(bytes.substr(0, cut));
    exchange.receive(bytes.substr(cut));
    ASSERT_EQ(exchange.output(), expected) << cut;
    ASSERT_EQ(exchange.requests(), 3U);
  }
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SplitMix64 random(seed);
    std::string damaged = bytes;
    for (int i = 0; i < 3; ++i) damaged[random.below(damaged.size())] = static_cast<char>(random.next());
    Exchange exchange(subjects_);
    exchange.receive(damaged);
    EXPECT_TRUE(exchange.output().empty() || exchange.output().starts_with("HTTP/1.1 ")) << seed;
  }
}

TEST_F(HttpTest, OverASocket) {
  const auto clock = system_clock();
  const auto executor = thread_executor(1);
  EventLoop loop(*clock);
  Result<Socket> listener = listen_on({"127.0.0.1", 0});
  ASSERT_TRUE(listener.has_value());
  const SocketAddress address{"127.0.0.1", local_port(*listener)};
  // An idle connection is closed at once here.
  Server server(loop, subjects_, {.connections_max = 3, .idle_ns = 1});
  server.start(*std::move(listener));
  const auto thread = executor->spawn("network", Priority::kNormal, [&](std::stop_token stop) { loop.run(stop); });
  const auto read_all = [](Socket& socket) {
    std::string all;
    char buffer[1024];
    for (IoOutcome got = socket.read(buffer, sizeof buffer); got.kind != IoKind::kClosed;
         got = socket.read(buffer, sizeof buffer)) {
      all.append(buffer, got.bytes);
    }
    return all;
  };
  Socket one = *connect_to(address);
  const std::string request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  one.write(request + request);
  const std::string answers = read_all(one);
  EXPECT_THAT(answers, EndsWith("alive\n"));
  EXPECT_NE(answers.find("alive"), answers.rfind("alive"));
  Socket other = *connect_to(address);
  other.write("garbage\r\n\r\n");
  EXPECT_THAT(read_all(other), StartsWith("HTTP/1.1 400"));
  std::vector<Socket> many;
  for (int i = 0; i < 10; ++i) many.push_back(*connect_to(address));
  EXPECT_EQ(read_all(many.back()), "");
  server.stop();
}

}  // namespace
}  // namespace millrace::http
