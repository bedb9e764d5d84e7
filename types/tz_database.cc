// Finds time zones: reads the system's tz database (TZif files, RFC 8536) and keeps what it has read.
#include <map>
#include <memory>
#include <mutex>

#include "base/fs.h"
#include "types/time_zone.h"
#include "types/wire_order.h"

namespace millrace {
namespace {

constexpr const char* kDirectory = "/usr/share/zoneinfo";
constexpr size_t kLongestName = 255;

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

// A header's counts, in file order; each block of the file starts with one.
struct TzifCounts {
  static constexpr size_t kHeaderBytes = 44;
  uint32_t ut_flags, standard_flags, leaps, changes, types, characters;

  static std::optional<TzifCounts> read(std::string_view bytes) {
    if (bytes.size() < kHeaderBytes || bytes.substr(0, 4) != "TZif") return std::nullopt;
    uint32_t counts[6];
    for (size_t i = 0; i < 6; ++i) counts[i] = read_big_endian<uint32_t>(bytes.substr(20 + 4 * i));
    return TzifCounts{counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
  }
  size_t block_bytes(size_t time_bytes) const {
    return size_t{changes} * (time_bytes + 1) + size_t{types} * 6 + characters + size_t{leaps} * (time_bytes + 4) +
           standard_flags + ut_flags;
  }
};

// Version 2 and later: a block with 32-bit times to skip, one with 64-bit times, then a POSIX string
// between newlines.
std::unique_ptr<TimeZone> read_tzif(std::string name, std::string_view file) {
  const auto old_counts = TzifCounts::read(file);
  if (!old_counts || file[4] < '2') return nullptr;
  const size_t skipped = TzifCounts::kHeaderBytes + old_counts->block_bytes(4);
  if (file.size() < skipped) return nullptr;
  file.remove_prefix(skipped);
  const auto counts = TzifCounts::read(file);
  if (!counts || counts->types == 0) return nullptr;
  file.remove_prefix(TzifCounts::kHeaderBytes);
  if (file.size() < counts->block_bytes(8)) return nullptr;

  const std::string_view times = file.substr(0, size_t{counts->changes} * 8);
  const std::string_view change_types = file.substr(times.size(), counts->changes);
  const std::string_view types = file.substr(times.size() + change_types.size(), size_t{counts->types} * 6);
  const std::string_view characters =
      file.substr(times.size() + change_types.size() + types.size(), counts->characters);

  std::vector<LocalTimeType> local_types;
  for (size_t i = 0; i < counts->types; ++i) {
    const std::string_view entry = types.substr(i * 6, 6);
    const auto abbreviation = static_cast<uint8_t>(entry[5]);
    if (abbreviation >= characters.size()) return nullptr;
    const std::string_view from = characters.substr(abbreviation);
    local_types.push_back(
        {read_big_endian<int32_t>(entry), entry[4] != 0, std::string(from.substr(0, from.find('\0')))});
  }
  std::vector<TimeZone::Change> changes;
  for (size_t i = 0; i < counts->changes; ++i) {
    const auto type = static_cast<uint8_t>(change_types[i]);
    if (type >= local_types.size()) return nullptr;
    changes.push_back({read_big_endian<int64_t>(times.substr(i * 8)), type});
  }
  std::string_view rule = file.substr(counts->block_bytes(8));
  if (rule.starts_with('\n')) rule.remove_prefix(1);
  rule = rule.substr(0, rule.find('\n'));
  return std::make_unique<TimeZone>(std::move(name), std::move(local_types), std::move(changes),
                                    parse_posix_zone(rule));
}

class TzDatabase {
 public:
  const TimeZone* find(std::string_view name) {
    if (name.size() > kLongestName) return nullptr;
    std::string key(name);
    for (char& c : key) c = to_upper(c);
    const std::scoped_lock lock(mutex_);
    const auto found = zones_.find(key);
    if (found != zones_.end()) return found->second.get();
    std::unique_ptr<TimeZone> zone = read(name);
    if (zone == nullptr) zone = from_posix(key);
    if (zone == nullptr) return nullptr;
    return zones_.emplace(std::move(key), std::move(zone)).first->second.get();
  }

 private:
  // Names are looked up as on disk, whatever their case, directory by directory.
  std::unique_ptr<TimeZone> read(std::string_view name) {
    std::string spelling;
    for (std::string_view rest = name; !rest.empty();) {
      const std::string_view part = rest.substr(0, rest.find('/'));
      rest.remove_prefix(std::min(part.size() + 1, rest.size()));
      if (part.empty() || part.front() == '.') return nullptr;
      const auto entries = fs_->list(kDirectory + ("/" + spelling));
      if (!entries) return nullptr;
      const auto entry = std::find_if(entries->begin(), entries->end(),
                                      [&](const std::string& known) { return same_ignoring_case(known, part); });
      if (entry == entries->end()) return nullptr;
      if (!spelling.empty()) spelling += '/';
      spelling += *entry;
    }
    if (spelling.empty() || name.back() == '/') return nullptr;
    const auto file = fs_->read(std::string(kDirectory) + "/" + spelling);
    return file ? read_tzif(spelling, *file) : nullptr;
  }

  static std::unique_ptr<TimeZone> from_posix(const std::string& text) {
    std::optional<PosixZone> zone = parse_posix_zone(text);
    if (!zone) return nullptr;
    std::vector<LocalTimeType> types{zone->standard};
    if (zone->daylight) types.push_back(*zone->daylight);
    return std::make_unique<TimeZone>(text, std::move(types), std::vector<TimeZone::Change>{}, std::move(zone));
  }

  std::mutex mutex_;
  std::unique_ptr<Fs> fs_ = system_fs();
  std::map<std::string, std::unique_ptr<TimeZone>, std::less<>> zones_;
};

TzDatabase& database() {
  static TzDatabase instance;
  return instance;
}

}  // namespace

const TimeZone* find_time_zone(std::string_view name) { return database().find(name); }

const TimeZone& fixed_time_zone(int32_t seconds_east) {
  const int32_t size = std::abs(seconds_east);
  std::string digits;
  const auto append = [&](int32_t number) {
    (digits += static_cast<char>('0' + number / 10)) += static_cast<char>('0' + number % 10);
  };
  append(size / 3600);
  if (size % 3600 != 0) {
    digits += ':';
    append(size / 60 % 60);
    if (size % 60 != 0) {
      digits += ':';
      append(size % 60);
    }
  }
  const char* east = seconds_east < 0 ? "-" : "+";
  const char* west = seconds_east < 0 ? "+" : "-";
  const TimeZone* zone = find_time_zone("<" + (east + digits) + ">" + west + digits);
  return zone != nullptr ? *zone : utc_time_zone();
}

const TimeZone& utc_time_zone() {
  static const TimeZone zone("UTC", {{0, false, "UTC"}}, {}, std::nullopt);
  return zone;
}

}  // namespace millrace
