#include "server/machine_memory.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace millrace::server {
namespace {

uint64_t number_at(std::string_view text) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

uint64_t machine_memory(std::string_view meminfo, std::string_view group_max) {
  constexpr std::string_view kTotal = "MemTotal:";
  uint64_t bytes = 0;
  if (const size_t at = meminfo.find(kTotal); at != std::string_view::npos) {
    const size_t digits = meminfo.find_first_of("0123456789", at);
    if (digits != std::string_view::npos) bytes = number_at(meminfo.substr(digits)) * 1024;
  }
  const uint64_t group = number_at(group_max);  // "max" is none
  if (group == 0) return bytes;
  return bytes == 0 ? group : std::min(bytes, group);
}

uint64_t machine_memory(Fs& fs) {
  const Result<std::string> meminfo = fs.read("/proc/meminfo");
  const Result<std::string> group_max = fs.read("/sys/fs/cgroup/memory.max");
  return machine_memory(meminfo ? std::string_view(*meminfo) : std::string_view(),
                        group_max ? std::string_view(*group_max) : std::string_view());
}

}  // namespace millrace::server
