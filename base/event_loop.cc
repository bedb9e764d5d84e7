#include "base/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/log.h"

namespace millrace {
namespace {

constexpr int kEventsPerTurn = 256;
constexpr int kAcceptsPerTurn = 64;
constexpr int64_t kExhaustedPauseNs = 100'000'000;

uint32_t epoll_mask(Interest interest) {
  uint32_t mask = 0;
  if (interest.read) mask |= EPOLLIN | EPOLLRDHUP;
  if (interest.write) mask |= EPOLLOUT;
  if (interest.hang_up) mask |= EPOLLRDHUP;
  return mask;
}

}  // namespace

EventLoop::EventLoop(Clock& clock)
    : clock_(clock), epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  MILLRACE_CHECK(epoll_ >= 0 && wake_ >= 0, "no descriptors for an event loop");
  epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
  MILLRACE_CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0, "epoll_ctl");
}

EventLoop::~EventLoop() {
  ::close(wake_);
  ::close(epoll_);
}

void EventLoop::watch(const Socket& socket, Interest interest, SocketWatcher& watcher) {
  epoll_event event{.events = epoll_mask(interest), .data = {.ptr = &watcher}};
  MILLRACE_CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, socket.descriptor(), &event) == 0, "epoll_ctl");
  watchers_.insert(&watcher);
}

void EventLoop::change(const Socket& socket, Interest interest, SocketWatcher& watcher) {
  epoll_event event{.events = epoll_mask(interest), .data = {.ptr = &watcher}};
  MILLRACE_CHECK(epoll_ctl(epoll_, EPOLL_CTL_MOD, socket.descriptor(), &event) == 0, "epoll_ctl");
}

void EventLoop::unwatch(const Socket& socket, SocketWatcher& watcher) {
  if (watchers_.erase(&watcher) > 0) epoll_ctl(epoll_, EPOLL_CTL_DEL, socket.descriptor(), nullptr);
}

EventLoop::TimerId EventLoop::after(int64_t delay_ns, std::function<void()> callback) {
  const TimerId id = next_timer_++;
  const int64_t deadline = clock_.monotonic_ns() + delay_ns;
  timers_.emplace(std::pair(deadline, id), std::move(callback));
  deadlines_.emplace(id, deadline);
  return id;
}

void EventLoop::cancel(TimerId timer) {
  const auto found = deadlines_.find(timer);
  if (found == deadlines_.end()) return;
  timers_.erase({found->second, timer});
  deadlines_.erase(found);
}

void EventLoop::post(std::function<void()> job) {
  bool first;
  {
    const std::lock_guard lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(job));
  }
  if (first) wake();
}

void EventLoop::wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

void EventLoop::run(std::stop_token stop) {
  const std::stop_callback waker(stop, [this] { wake(); });
  while (!stop.stop_requested()) turn();
  run_posted();
}

int EventLoop::wait_ms() const {
  if (timers_.empty()) return -1;
  const int64_t left = timers_.begin()->first.first - clock_.monotonic_ns();
  return left <= 0 ? 0 : static_cast<int>(std::min<int64_t>(left / 1'000'000 + 1, 60'000));
}

void EventLoop::turn() {
  std::array<epoll_event, kEventsPerTurn> events;
  const int count = epoll_wait(epoll_, events.data(), kEventsPerTurn, wait_ms());
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[i];
    auto* watcher = static_cast<SocketWatcher*>(event.data.ptr);
    if (watcher == nullptr) {
      uint64_t wakes;
      [[maybe_unused]] const ssize_t bytes = ::read(wake_, &wakes, sizeof wakes);
    } else if (watchers_.contains(watcher)) {  // one called before it may have ended it
      watcher->on_ready({.readable = (event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0,
                         .writable = (event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0,
                         .hung_up = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0});
    }
  }
  run_timers();
  run_posted();
}

void EventLoop::run_timers() {
  if (timers_.empty()) return;
  const int64_t now = clock_.monotonic_ns();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto timer = timers_.extract(timers_.begin());
    deadlines_.erase(timer.key().second);
    timer.mapped()();
  }
}

void EventLoop::run_posted() {
  std::vector<std::function<void()>> jobs;
  {
    const std::lock_guard lock(mutex_);
    jobs.swap(posted_);
  }
  for (const auto& job : jobs) job();
}

Acceptor::Acceptor(EventLoop& loop, Socket listener, std::function<void(Socket)> accepted)
    : loop_(loop), listener_(std::move(listener)), accepted_(std::move(accepted)) {
  loop_.watch(listener_, {.read = true}, *this);
}

Acceptor::~Acceptor() {
  loop_.cancel(pause_);
  loop_.unwatch(listener_, *this);
}

void Acceptor::on_ready(Readiness) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    Accepted accepted = accept_from(listener_);
    switch (accepted.kind) {
      case AcceptKind::kAccepted: accepted_(std::move(accepted.socket)); break;
      case AcceptKind::kNone: return;
      case AcceptKind::kExhausted:
        // The pending connection stays readable: asking again at once would spin.
        log_warning("no descriptors left for a connection");
        loop_.change(listener_, {}, *this);
        pause_ = loop_.after(kExhaustedPauseNs, [this] { loop_.change(listener_, {.read = true}, *this); });
        return;
    }
  }
}

}  // namespace millrace
