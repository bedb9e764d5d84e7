// Any bytes, in any pieces, into a conversation: no crash, no leak, bounded output, and answers that are
// well-formed messages. The first byte says how the rest is cut and whether a login is put in front.
#include <deque>

#include "base/check.h"
#include "base/rng.h"
#include "pgwire/conversation.h"
#include "pgwire/fake_engine.h"
#include "pgwire/raw_client.h"

namespace millrace::pgwire {
namespace {

constexpr int kTurnsMax = 50;

// Jobs and posts wait until the driver runs them: everything on one thread.
class Driver final : public Carrier {
 public:
  void post(std::function<void()> job) override { jobs_.push_back(std::move(job)); }
  void progressed() override {}
  void run_all() {
    while (!jobs_.empty()) {
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      job();
    }
  }

 private:
  std::deque<std::function<void()>> jobs_;
};

void check_messages(std::string_view output) {
  while (!output.empty()) {
    MILLRACE_CHECK(output.size() >= 5, "half a message was sent");
    const auto length = read_big_endian<int32_t>(output.substr(1));
    MILLRACE_CHECK(length >= 4 && static_cast<size_t>(length) < output.size(), "a message with a wrong length");
    output.remove_prefix(static_cast<size_t>(length) + 1);
  }
}

void converse(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto choice = static_cast<uint8_t>(bytes.front());
  bytes.remove_prefix(1);
  Driver driver;
  FakeEngine engine([&](FakeEngine::Job job) { driver.post(std::move(job)); },
                    [&](FakeEngine::Job job) { driver.post(std::move(job)); });
  if (choice & 1) engine.users["millrace"] = {};
  SeededRng rng(choice);
  const Limits limits{.message_bytes_max = 1 << 16, .output_bytes_high = 1 << 12};
  Conversation conversation({engine, rng, driver, limits, false, "fuzz"});
  const auto give = [&](std::string_view piece) {
    if (conversation.busy() || !conversation.wants_input()) return;
    conversation.receive(piece);
    int turns = 0;  // a statement of very many rows is left in the middle
    do {
      driver.run_all();
      if (conversation.busy()) conversation.hang_up();
      driver.run_all();
      if (conversation.busy()) conversation.press();
      driver.run_all();
      if (conversation.busy()) driver.run_all();
      MILLRACE_CHECK(!conversation.busy(), "a conversation does not come back");
      std::string_view output = conversation.output();
      if (output.starts_with('N') && (output.size() < 5 || output[1] != '\0')) output.remove_prefix(1);
      if (!output.starts_with('N')) check_messages(output);
      conversation.output().clear();
    } while (++turns < kTurnsMax && !conversation.ended() && conversation.resume());
  };
  if (choice & 2) give(startup_packet());
  const size_t piece = 1 + (choice >> 2);
  for (size_t at = 0; at < bytes.size(); at += piece) give(bytes.substr(at, piece));
  conversation.hang_up();
  driver.run_all();
}

}  // namespace
}  // namespace millrace::pgwire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  millrace::pgwire::converse({reinterpret_cast<const char*>(data), size});
  return 0;
}
