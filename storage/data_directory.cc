#include "storage/data_directory.h"

#include <charconv>
#include <optional>

#include "storage/store.h"

namespace millrace::storage {
namespace {

constexpr std::string_view kStampPrefix = "millrace ";

std::string stamp() { return std::string(kStampPrefix) + std::to_string(kFormatVersion) + "\n"; }

std::optional<int> version_of(std::string_view text) {
  if (!text.starts_with(kStampPrefix)) return std::nullopt;
  text.remove_prefix(kStampPrefix.size());
  int version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc{} || std::string_view(end, text.data() + text.size()) != "\n") return std::nullopt;
  return version;
}

SqlError foreign(const std::string& directory) {
  return SqlError(sqlstate::kObjectNotInPrerequisiteState, "\"" + directory + "\" is not a data directory of millrace")
      .with_hint("Give an empty or a new directory.");
}

}  // namespace

Result<std::unique_ptr<FileLock>> claim_data_directory(Fs& fs, const std::string& directory) {
  TRY(fs.create_directories(directory));
  const std::string format_path = directory + "/format";
  const std::string lock_path = directory + "/lock";
  if (!fs.exists(format_path)) {
    TRY(const std::vector<std::string> names, fs.list(directory));
    for (const std::string& name : names) {
      // What a start that was cut short may have left.
      if (name != "lock" && name != "format.new") return foreign(directory);
    }
    TRY(std::unique_ptr<FileLock> lock, fs.lock(lock_path));
    if (!fs.exists(format_path)) TRY(fs.replace(format_path, stamp()));
    return lock;
  }
  TRY(const std::string text, fs.read(format_path));
  const std::optional<int> version = version_of(text);
  if (!version) return foreign(directory);
  if (*version > kFormatVersion) {
    return SqlError(sqlstate::kFeatureNotSupported, "data directory \"" + directory + "\" has format " +
                                                        std::to_string(*version) + ", this server reads up to " +
                                                        std::to_string(kFormatVersion))
        .with_hint("Start it with the version of millrace that wrote it, or a newer one.");
  }
  return fs.lock(lock_path);
}

}  // namespace millrace::storage
