#include "base/event_loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "base/executor.h"

namespace millrace {
namespace {

// Sends back what it reads, and ends with its peer.
class Echo final : public SocketWatcher {
 public:
  Echo(EventLoop& loop, Socket socket, std::atomic<int>& open) : loop_(loop), socket_(std::move(socket)), open_(open) {
    ++open_;
    loop_.watch(socket_, {.read = true}, *this);
  }
  ~Echo() override {
    loop_.unwatch(socket_, *this);
    --open_;
  }
  void on_ready(Readiness) override {
    char buffer[7];
    const IoOutcome got = socket_.read(buffer, sizeof buffer);
    if (got.kind == IoKind::kClosed) {
      delete this;
    } else if (got.kind == IoKind::kDone) {
      EXPECT_EQ(socket_.write({buffer, got.bytes}).bytes, got.bytes);
    }
  }

 private:
  EventLoop& loop_;
  Socket socket_;
  std::atomic<int>& open_;
};

std::string read_exactly(Socket& socket, size_t bytes) {
  std::string all(bytes, '\0');
  size_t have = 0;
  while (have < bytes) {
    const IoOutcome got = socket.read(all.data() + have, bytes - have);
    if (got.kind == IoKind::kClosed) break;
    if (got.kind == IoKind::kWouldBlock) std::this_thread::yield();
    have += got.bytes;
  }
  all.resize(have);
  return all;
}

TEST(EventLoopTest, ServesManySocketsPostsAndTimers) {
  const auto clock = system_clock();
  const auto executor = thread_executor(1);
  EventLoop loop(*clock);
  Result<Socket> listener = listen_on({"127.0.0.1", 0});
  ASSERT_TRUE(listener.has_value()) << listener.error().to_string();
  const SocketAddress address{"127.0.0.1", local_port(*listener)};
  EXPECT_EQ(listen_on(address).error().state(), sqlstate::kObjectInUse);
  std::atomic<int> open{0};
  auto acceptor = std::make_unique<Acceptor>(loop, *std::move(listener),
                                             [&](Socket socket) { new Echo(loop, std::move(socket), open); });
  const auto thread = executor->spawn("loop", Priority::kNormal, [&](std::stop_token stop) { loop.run(stop); });

  std::vector<Socket> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(*connect_to(address));
  for (int round = 0; round < 10; ++round) {
    for (size_t i = 0; i < clients.size(); ++i) {
      const std::string text = "round " + std::to_string(round) + " of client " + std::to_string(i);
      ASSERT_EQ(clients[i].write(text).bytes, text.size());
      ASSERT_EQ(read_exactly(clients[i], text.size()), text);
    }
  }
  EXPECT_EQ(open, 20);
  clients.clear();
  while (open > 0) std::this_thread::yield();

  // Timers in the order of their deadlines; a cancelled one not at all; posts from outside.
  std::atomic<int> done{0};
  std::string order;
  loop.post([&] {
    loop.after(20'000'000, [&] {
      order += 'c';
      ++done;
    });
    loop.after(0, [&] { order += 'a'; });
    loop.after(10'000'000, [&] { order += 'b'; });
    loop.cancel(loop.after(5'000'000, [&] { order += 'x'; }));
  });
  while (done == 0) std::this_thread::yield();
  EXPECT_EQ(order, "abc");
  loop.post([&] {
    acceptor.reset();
    ++done;
  });
  while (done == 1) std::this_thread::yield();
}

TEST(SocketAddressTest, ParsesAndPrints) {
  EXPECT_EQ(*SocketAddress::parse("127.0.0.1:6875"), (SocketAddress{"127.0.0.1", 6875}));
  EXPECT_EQ(*SocketAddress::parse("[::1]:80"), (SocketAddress{"::1", 80}));
  EXPECT_EQ(SocketAddress::parse("[::1]:80")->to_string(), "[::1]:80");
  EXPECT_EQ(SocketAddress::parse("localhost:1")->to_string(), "localhost:1");
  for (const char* bad : {"", ":", ":80", "host", "host:", "host:x", "host:65536", "host:-1", "host:1 ", "::1:80"}) {
    EXPECT_FALSE(SocketAddress::parse(bad).has_value()) << bad;
  }
  EXPECT_TRUE(*is_loopback({"127.0.0.1", 1}));
  EXPECT_TRUE(*is_loopback({"::1", 1}));
  EXPECT_FALSE(*is_loopback({"0.0.0.0", 1}));
  EXPECT_FALSE(*is_loopback({"192.0.2.1", 1}));
}

}  // namespace
}  // namespace millrace
