// AUCTION: an auction house. Organizations, users and accounts are there from the start; then, again and
// again, an auction opens and gets ten bids.
#include <array>
#include <string>

#include "base/hash.h"
#include "base/rng.h"
#include "ingest/generator/generator.h"
#include "types/date_time.h"

namespace millrace::ingest {
namespace {

constexpr uint64_t kOrganizations = 10;
constexpr uint64_t kUsers = 100;
constexpr uint64_t kCycle = 11;                                  // an auction and its ten bids
constexpr int64_t kBaseTime = int64_t{757'382'400} * 1'000'000;  // 2024-01-01, in microseconds since 2000
constexpr int64_t kAuctionLength = int64_t{10} * 1'000'000;

constexpr std::array kItems = {"Signed Memorabilia", "City Bar Crawl",        "Best Pizza in Town", "Gift Basket",
                               "Custom Art",         "Concert Tickets",       "Antique Clock",      "Cooking Lesson",
                               "Mountain Bike",      "Weekend at the Seaside"};
constexpr std::array kNames = {"Ada", "Bruno", "Chloe", "Dmitri", "Elena", "Farid", "Grace", "Hiro", "Ines", "Jonas"};

enum Output { kOrganizationsOut, kUsersOut, kAccountsOut, kAuctionsOut, kBidsOut };

class Auction final : public Generator {
 public:
  Auction(uint64_t seed, int64_t interval_us) : seed_(seed), interval_us_(interval_us) {}

  uint64_t initial_events() const override { return kOrganizations + 2 * kUsers; }

  void append(uint64_t number, std::vector<DeltaBuilder>& outputs) override {
    SplitMix64 random(hash_combine(seed_, number));
    if (number < kOrganizations) {
      DeltaBuilder& out = outputs[kOrganizationsOut];
      out.column(0).append(static_cast<int64_t>(number + 1));
      out.column(1).append_bytes("Organization " + std::to_string(number + 1));
      out.end_row(1);
      return;
    }
    number -= kOrganizations;
    if (number < kUsers) {
      DeltaBuilder& out = outputs[kUsersOut];
      out.column(0).append(static_cast<int64_t>(number + 1));
      out.column(1).append(static_cast<int64_t>(random.below(kOrganizations) + 1));
      out.column(2).append_bytes(std::string(kNames[random.below(kNames.size())]) + " " + std::to_string(number + 1));
      out.end_row(1);
      return;
    }
    number -= kUsers;
    if (number < kUsers) {
      DeltaBuilder& out = outputs[kAccountsOut];
      out.column(0).append(static_cast<int64_t>(number + 1));
      out.column(1).append(static_cast<int64_t>(number % kOrganizations + 1));
      out.column(2).append(random.between(1000, 100'000));
      out.end_row(1);
      return;
    }
    append_market(number - kUsers, random, outputs);
  }

 private:
  void append_market(uint64_t number, SplitMix64& random, std::vector<DeltaBuilder>& outputs) const {
    const auto auction = static_cast<int64_t>(number / kCycle + 1);
    const int64_t time = kBaseTime + static_cast<int64_t>(number) * interval_us_;
    if (number % kCycle == 0) {
      DeltaBuilder& out = outputs[kAuctionsOut];
      out.column(0).append(auction);
      out.column(1).append(static_cast<int64_t>(random.below(kUsers) + 1));
      out.column(2).append_bytes(kItems[random.below(kItems.size())]);
      out.column(3).append(time + kAuctionLength);
      out.end_row(1);
      return;
    }
    DeltaBuilder& out = outputs[kBidsOut];
    out.column(0).append(static_cast<int64_t>(number - number / kCycle));  // bids alone count up from 1
    out.column(1).append(static_cast<int64_t>(random.below(kUsers) + 1));
    out.column(2).append(auction);
    out.column(3).append(static_cast<int32_t>(random.between(1, 100)));
    out.column(4).append(time);
    out.end_row(1);
  }

  const uint64_t seed_;
  const int64_t interval_us_;
};

}  // namespace

std::unique_ptr<Generator> make_auction(uint64_t seed, int64_t interval_us) {
  return std::make_unique<Auction>(seed, interval_us);
}

}  // namespace millrace::ingest
