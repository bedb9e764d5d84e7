// Seam: files of our own (RocksDB's go through its FileSystem, in storage/). Small on purpose: what
// the engine keeps in files is a lock, a format stamp, a commit watermark and nothing on a hot path.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

// Held until destroyed, also against other processes.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// A file written in place at fixed offsets.
class DurableFile {
 public:
  virtual ~DurableFile() = default;
  virtual Status write_at(uint64_t offset, std::string_view bytes) = 0;
  // On return the bytes written before are on the disk, if the disk honours fdatasync. A failure is
  // final: the caller must not retry (the page cache may hold what the disk does not).
  virtual Status sync() = 0;
};

// Paths are absolute or relative to the working directory. Errors carry 58030 (io_error), 58P01
// (undefined_file) or 53100 (disk_full) and name the path. Threads: any.
class Fs {
 public:
  virtual ~Fs() = default;
  virtual bool exists(const std::string& path) = 0;
  virtual Result<std::string> read(const std::string& path) = 0;
  virtual Status create_directories(const std::string& path) = 0;  // mode 0700
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  virtual Status remove(const std::string& path) = 0;
  // Atomically: afterwards the file holds all of the old or all of the new contents, durably.
  virtual Status replace(const std::string& path, std::string_view contents) = 0;
  virtual Result<std::unique_ptr<DurableFile>> open_durable(const std::string& path) = 0;
  // Fails with 55006 when another process holds it.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

std::unique_ptr<Fs> system_fs();

}  // namespace millrace
