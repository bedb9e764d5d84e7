#include "http/server.h"

#include <future>
#include <unordered_map>

#include "base/check.h"

namespace millrace::http {
namespace {

constexpr size_t kOutputBytesHigh = size_t{1} << 20;

}  // namespace

// Everything here runs on the loop's thread.
class Server::Connections {
 public:
  Connections(EventLoop& loop, const Subjects& subjects, Limits limits)
      : loop_(loop), subjects_(subjects), limits_(limits) {}

  void listen(Socket listener) {
    acceptor_ = std::make_unique<Acceptor>(loop_, std::move(listener), [this](Socket socket) {
      if (connections_.size() >= limits_.connections_max) return;
      auto connection = std::make_unique<Connection>(*this, std::move(socket));
      Connection* key = connection.get();
      connections_.emplace(key, std::move(connection));
    });
  }
  void end() {
    acceptor_.reset();
    connections_.clear();
  }

 private:
  class Connection final : public SocketWatcher {
   public:
    Connection(Connections& owner, Socket socket)
        : owner_(owner), socket_(std::move(socket)), exchange_(owner.subjects_) {
      owner_.loop_.watch(socket_, interest_, *this);
      expect(owner_.limits_.request_ns);
    }
    ~Connection() override {
      owner_.loop_.cancel(deadline_);
      owner_.loop_.unwatch(socket_, *this);
    }

    void on_ready(millrace::Readiness readiness) override {
      if (readiness.readable && interest_.read) {
        char bytes[16 * 1024];
        const IoOutcome got = socket_.read(bytes, sizeof bytes);
        if (got.kind == IoKind::kClosed) return close();
        if (got.kind == IoKind::kDone && exchange_.between_requests()) expect(owner_.limits_.request_ns);
        exchange_.receive({bytes, got.bytes});
      }
      send();
    }

   private:
    void send() {
      std::string& output = exchange_.output();
      while (!output.empty()) {
        const IoOutcome sent = socket_.write(output);
        if (sent.kind == IoKind::kClosed) return close();
        if (sent.kind == IoKind::kWouldBlock) break;
        output.erase(0, sent.bytes);
      }
      if (exchange_.ended() && output.empty()) return close();
      if (output.empty() && exchange_.between_requests()) expect(owner_.limits_.idle_ns);
      const Interest interest{.read = !exchange_.ended() && output.size() < kOutputBytesHigh, .write = !output.empty()};
      if (interest != interest_) owner_.loop_.change(socket_, interest, *this);
      interest_ = interest;
    }
    void expect(int64_t within_ns) {
      owner_.loop_.cancel(deadline_);
      deadline_ = owner_.loop_.after(within_ns, [this] { close(); });
    }
    void close() {
      owner_.loop_.cancel(deadline_);
      owner_.loop_.unwatch(socket_, *this);
      socket_.shutdown_write();
      owner_.loop_.post([&owner = owner_, this] { owner.connections_.erase(this); });
    }

    Connections& owner_;
    Socket socket_;
    Exchange exchange_;
    Interest interest_{.read = true};
    EventLoop::TimerId deadline_ = 0;
  };

  EventLoop& loop_;
  const Subjects& subjects_;
  const Limits limits_;
  std::unique_ptr<Acceptor> acceptor_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
};

Server::Server(EventLoop& loop, Subjects subjects, Limits limits)
    : loop_(loop),
      subjects_(std::move(subjects)),
      connections_(std::make_unique<Connections>(loop, subjects_, limits)) {}

Server::~Server() { MILLRACE_CHECK(!started_, "a server is destroyed while it runs"); }

void Server::start(Socket listener) {
  started_ = true;
  loop_.post(
      [this, listener = std::make_shared<Socket>(std::move(listener))] { connections_->listen(std::move(*listener)); });
}

void Server::stop() {
  if (!started_) return;
  std::promise<void> ended;
  loop_.post([&] {
    connections_->end();
    ended.set_value();
  });
  ended.get_future().wait();
  started_ = false;
}

}  // namespace millrace::http
