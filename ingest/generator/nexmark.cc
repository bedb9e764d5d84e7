// NEXMARK: people, auctions and bids in the proportions 1 : 3 : 46, with the benchmark's parameters.
//
// Event n of 50: 0 a person, 1 to 3 auctions, 4 to 49 bids. Ids follow from n, so every reference is to
// something that exists or is about to. The benchmark's own generators are not repeatable or differ from
// one another; this one is defined by this file, SplitMix64 and hash_combine(seed, n).
#include <array>
#include <cmath>
#include <string>

#include "base/hash.h"
#include "base/rng.h"
#include "ingest/generator/generator.h"

namespace millrace::ingest {
namespace {

constexpr int64_t kFirstPersonId = 1000;
constexpr int64_t kFirstAuctionId = 1000;
constexpr int64_t kFirstCategoryId = 10;
constexpr int64_t kCategories = 5;
constexpr int64_t kActivePeople = 1000;
constexpr int64_t kInFlightAuctions = 100;
constexpr int64_t kIdLead = 10;
constexpr int64_t kHotGroup = 100;  // of each hundred one is hot
constexpr uint64_t kHotAuctionRatio = 2;
constexpr uint64_t kHotSellerRatio = 4;
constexpr uint64_t kHotBidderRatio = 4;
constexpr uint64_t kChannels = 10'000;
constexpr size_t kPersonBytes = 200;
constexpr size_t kAuctionBytes = 500;
constexpr size_t kBidBytes = 100;
constexpr int64_t kEventsPerCycle = 50;
constexpr int64_t kPeoplePerCycle = 1;
constexpr int64_t kAuctionsPerCycle = 3;
constexpr int64_t kBaseTime = int64_t{490'233'600} * 1'000'000;  // 2015-07-15, in microseconds since 2000

constexpr std::array kStates = {"AZ", "CA", "ID", "OR", "WA", "WY"};
constexpr std::array kCities = {"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland",
                                "Bend",    "Redmond",     "Seattle",       "Kent",  "Cheyenne"};
constexpr std::array kFirstNames = {"Peter", "Paul",  "Luke",  "John",   "Saul",  "Vicky",
                                    "Kate",  "Julie", "Sarah", "Deiter", "Walter"};
constexpr std::array kLastNames = {"Shultz", "Abrams", "Spencer", "White", "Bartels",
                                   "Walton", "Smith",  "Jones",   "Noris"};
constexpr std::array kHotChannels = {"Google", "Facebook", "Baidu", "Apple"};

enum Output { kPersonOut, kAuctionOut, kBidOut };

std::string letters(SplitMix64& random, size_t bytes) {
  std::string text(bytes, ' ');
  for (char& c : text) c = static_cast<char>('a' + random.below(26));
  return text;
}

// Fills an event up to about its average size.
std::string padding(SplitMix64& random, size_t so_far, size_t wanted) {
  if (so_far >= wanted) return {};
  const size_t missing = wanted - so_far;
  const size_t spread = missing / 5;
  return letters(random, missing - spread + random.below(2 * spread + 1));
}

int64_t price(SplitMix64& random) { return std::llround(std::pow(10.0, random.unit() * 6.0) * 100.0); }

uint64_t reverse_bits(uint32_t value) {
  uint32_t reversed = 0;
  for (int bit = 0; bit < 32; ++bit) reversed |= (value >> bit & 1) << (31 - bit);
  // abs() of the signed number, as the benchmark has it.
  return reversed > 0x8000'0000U ? 0x1'0000'0000ULL - reversed : reversed;
}

std::string base_url(SplitMix64& random) {
  return "https://www.nexmark.com/" + letters(random, 5) + "/" + letters(random, 5) + "/" + letters(random, 5) +
         "/item.htm?query=1";
}

class Nexmark final : public Generator {
 public:
  Nexmark(uint64_t seed, double events_per_second)
      : seed_(seed), events_per_second_(events_per_second), microseconds_per_event_(1e6 / events_per_second) {}

  void append(uint64_t number, std::vector<DeltaBuilder>& outputs) override {
    SplitMix64 random(hash_combine(seed_, number));
    const auto n = static_cast<int64_t>(number);
    const int64_t offset = n % kEventsPerCycle;
    const int64_t time = kBaseTime + static_cast<int64_t>(static_cast<double>(number) * microseconds_per_event_);
    if (offset < kPeoplePerCycle) {
      append_person(n, time, random, outputs[kPersonOut]);
    } else if (offset < kPeoplePerCycle + kAuctionsPerCycle) {
      append_auction(n, time, random, outputs[kAuctionOut]);
    } else {
      append_bid(n, time, random, outputs[kBidOut]);
    }
  }

 private:
  // The newest person (auction) at event n, counted from 0.
  static int64_t last_person(int64_t n) { return n / kEventsPerCycle; }
  static int64_t last_auction(int64_t n) {
    const int64_t cycle = n / kEventsPerCycle;
    const int64_t offset = n % kEventsPerCycle;
    if (offset < kPeoplePerCycle) return cycle * kAuctionsPerCycle - 1;
    if (offset >= kPeoplePerCycle + kAuctionsPerCycle) return cycle * kAuctionsPerCycle + kAuctionsPerCycle - 1;
    return cycle * kAuctionsPerCycle + offset - kPeoplePerCycle;
  }

  // One of the recent people, or one of the next few to come.
  static int64_t some_person(int64_t n, SplitMix64& random) {
    const int64_t people = last_person(n) + 1;
    const int64_t active = std::min(people, kActivePeople);
    return people - active + static_cast<int64_t>(random.below(static_cast<uint64_t>(active + kIdLead)));
  }
  static int64_t some_auction(int64_t n, SplitMix64& random) {
    const int64_t newest = std::max<int64_t>(last_auction(n), 0);
    const int64_t oldest = std::max<int64_t>(newest - kInFlightAuctions, 0);
    return oldest + static_cast<int64_t>(random.below(static_cast<uint64_t>(newest - oldest + 1 + kIdLead)));
  }

  static void append_person(int64_t n, int64_t time, SplitMix64& random, DeltaBuilder& out) {
    const std::string first = kFirstNames[random.below(kFirstNames.size())];
    const std::string last = kLastNames[random.below(kLastNames.size())];
    const std::string name = first + " " + last;
    const std::string email = letters(random, 7) + "@" + letters(random, 5) + ".com";
    std::string card;
    for (int group = 0; group < 4; ++group) {
      if (group > 0) card += ' ';
      card += std::to_string(10'000 + random.below(10'000)).substr(1);
    }
    const std::string city = kCities[random.below(kCities.size())];
    const std::string state = kStates[random.below(kStates.size())];
    out.column(0).append(kFirstPersonId + last_person(n));
    out.column(1).append_bytes(name);
    out.column(2).append_bytes(email);
    out.column(3).append_bytes(card);
    out.column(4).append_bytes(city);
    out.column(5).append_bytes(state);
    out.column(6).append(time);
    const size_t bytes = 16 + name.size() + email.size() + card.size() + city.size() + state.size();
    out.column(7).append_bytes(padding(random, bytes, kPersonBytes));
    out.end_row(1);
  }

  void append_auction(int64_t n, int64_t time, SplitMix64& random, DeltaBuilder& out) const {
    const std::string item = letters(random, 5 + random.below(16));
    const std::string description = letters(random, 20 + random.below(81));
    const int64_t initial = price(random);
    const int64_t reserve = initial + price(random);
    const int64_t seller =
        random.below(kHotSellerRatio) > 0 ? last_person(n) / kHotGroup * kHotGroup : some_person(n, random);
    out.column(0).append(kFirstAuctionId + last_auction(n));
    out.column(1).append_bytes(item);
    out.column(2).append_bytes(description);
    out.column(3).append(initial);
    out.column(4).append(reserve);
    out.column(5).append(time);
    out.column(6).append(time + auction_length(random));
    out.column(7).append(kFirstPersonId + seller);
    out.column(8).append(kFirstCategoryId + static_cast<int64_t>(random.below(kCategories)));
    out.column(9).append_bytes(padding(random, 56 + item.size() + description.size(), kAuctionBytes));
    out.end_row(1);
  }

  // Long enough that about kInFlightAuctions are open at any time.
  int64_t auction_length(SplitMix64& random) const {
    const double events = static_cast<double>(kInFlightAuctions * kEventsPerCycle) / kAuctionsPerCycle;
    const auto horizon = static_cast<int64_t>(events / events_per_second_ * 1e6);
    return 1'000 + static_cast<int64_t>(random.below(static_cast<uint64_t>(std::max<int64_t>(2 * horizon, 1))));
  }

  static void append_bid(int64_t n, int64_t time, SplitMix64& random, DeltaBuilder& out) {
    const int64_t auction = random.below(kHotAuctionRatio) > 0
                                ? std::max<int64_t>(last_auction(n), 0) / kHotGroup * kHotGroup
                                : some_auction(n, random);
    const int64_t bidder =
        random.below(kHotBidderRatio) > 0 ? last_person(n) / kHotGroup * kHotGroup + 1 : some_person(n, random);
    const int64_t amount = price(random);
    std::string channel;
    std::string url;
    if (random.one_in(2)) {
      const uint64_t hot = random.below(kHotChannels.size());
      channel = kHotChannels[hot];
      SplitMix64 of_channel(hot);  // a hot channel always has the same address
      url = base_url(of_channel);
    } else {
      const auto number = static_cast<uint32_t>(random.below(kChannels));
      channel = "channel-" + std::to_string(number);
      url = base_url(random);
      if (!random.one_in(10)) url += "&channel_id=" + std::to_string(reverse_bits(number));
    }
    out.column(0).append(kFirstAuctionId + auction);
    out.column(1).append(kFirstPersonId + bidder);
    out.column(2).append(amount);
    out.column(3).append_bytes(channel);
    out.column(4).append_bytes(url);
    out.column(5).append(time);
    out.column(6).append_bytes(padding(random, 32 + channel.size() + url.size(), kBidBytes));
    out.end_row(1);
  }

  const uint64_t seed_;
  const double events_per_second_;
  const double microseconds_per_event_;
};

}  // namespace

std::unique_ptr<Generator> make_nexmark(uint64_t seed, double events_per_second) {
  return std::make_unique<Nexmark>(seed, events_per_second);
}

}  // namespace millrace::ingest
