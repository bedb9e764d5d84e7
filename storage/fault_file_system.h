// A RocksDB file system that fails on demand. For tests: included by them alone.
//
// What is appended stays in this process's memory until it is synced, so that the end of the process is a
// power cut: only what was synced is on the disk. Beyond that:
//
//   die_at_call(n)         the process ends within the n-th change of a file; optionally some pages of
//                          what was not synced reach the disk and others do not (die_torn)
//   fail_sync_at(n)        the n-th sync returns EIO
//   set_quota(bytes)       appends beyond so many bytes return ENOSPC
//
// Kept simple: creating, renaming and deleting files is durable at once, and so is closing one.
// Threads: any.
#pragma once

#include <rocksdb/file_system.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>

#include "base/rng.h"

namespace millrace::storage {

class FaultFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  FaultFileSystem() : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultFileSystem"; }

  void die_at_call(int64_t n) { calls_left_ = n; }
  void die_torn(uint64_t seed) { torn_seed_ = seed; }
  void fail_sync_at(int64_t n) { syncs_left_ = n; }
  void set_quota(int64_t bytes) { quota_ = bytes; }
  int64_t calls() const { return calls_; }

  // Ends the process as a power cut does.
  [[noreturn]] void die() {
    if (torn_seed_ != 0) tear();
    _exit(9);
  }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    return wrap(target()->NewWritableFile(name, options, file, debug), file);
  }
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override {
    return wrap(target()->ReopenWritableFile(name, options, file, debug), file);
  }
  rocksdb::IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* debug) override {
    return wrap(target()->ReuseWritableFile(name, old_name, options, file, debug), file);
  }
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    count_call();
    return target()->RenameFile(from, to, options, debug);
  }
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    count_call();
    return target()->DeleteFile(name, options, debug);
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> target, FaultFileSystem& files)
        : rocksdb::FSWritableFileOwnerWrapper(std::move(target)), files_(files) {
      const std::lock_guard lock(files_.mutex_);
      files_.open_.insert(this);
    }
    ~File() override {
      const std::lock_guard lock(files_.mutex_);
      files_.open_.erase(this);
    }

    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      files_.count_call();
      const auto bytes = static_cast<int64_t>(data.size());
      if (files_.quota_.fetch_sub(bytes) < bytes) {
        files_.quota_ += bytes;
        return rocksdb::IOStatus::NoSpace("quota");
      }
      const std::lock_guard lock(files_.mutex_);
      unsynced_.append(data.data(), data.size());
      return rocksdb::IOStatus::OK();
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo&, rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    rocksdb::IOStatus Flush(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      return rocksdb::IOStatus::OK();
    }
    rocksdb::IOStatus RangeSync(uint64_t, uint64_t, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      return rocksdb::IOStatus::OK();
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      files_.count_call();
      if (files_.syncs_left_.fetch_sub(1) == 1) return rocksdb::IOStatus::IOError("injected EIO");
      rocksdb::IOStatus status = write_out(options, debug);
      if (status.ok()) status = FSWritableFileOwnerWrapper::Sync(options, debug);
      return status;
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      return Sync(options, debug);
    }
    rocksdb::IOStatus Close(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      rocksdb::IOStatus status = write_out(options, debug);
      if (status.ok()) status = FSWritableFileOwnerWrapper::Close(options, debug);
      return status;
    }
    uint64_t GetFileSize(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      const std::lock_guard lock(files_.mutex_);
      return FSWritableFileOwnerWrapper::GetFileSize(options, debug) + unsynced_.size();
    }

    // Each 4 KiB of what is not synced is there or, for later ones to have a place, zero.
    void tear(SplitMix64& random) {
      constexpr size_t kPage = 4096;
      if (random.one_in(4)) return;
      for (size_t begin = 0; begin < unsynced_.size(); begin += kPage) {
        if (random.one_in(3))
          std::fill_n(unsynced_.begin() + static_cast<long>(begin), std::min(kPage, unsynced_.size() - begin), '\0');
      }
      unsynced_.resize(random.below(unsynced_.size() + 1));
      (void)FSWritableFileOwnerWrapper::Append(unsynced_, {}, nullptr);
    }

   private:
    rocksdb::IOStatus write_out(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) {
      const std::lock_guard lock(files_.mutex_);
      if (unsynced_.empty()) return rocksdb::IOStatus::OK();
      const rocksdb::IOStatus status = FSWritableFileOwnerWrapper::Append(unsynced_, options, debug);
      unsynced_.clear();
      return status;
    }

    FaultFileSystem& files_;
    std::string unsynced_;
  };

  rocksdb::IOStatus wrap(rocksdb::IOStatus status, std::unique_ptr<rocksdb::FSWritableFile>* file) {
    if (status.ok()) *file = std::make_unique<File>(std::move(*file), *this);
    count_call();
    return status;
  }

  void count_call() {
    ++calls_;
    if (calls_left_.fetch_sub(1) == 1) die();
  }

  void tear() {
    const std::lock_guard lock(mutex_);
    SplitMix64 random(torn_seed_);
    for (File* file : open_) file->tear(random);
  }

  std::mutex mutex_;  // guards open_ and the files' buffers
  std::set<File*> open_;
  std::atomic<int64_t> calls_{0};
  std::atomic<int64_t> calls_left_{INT64_MAX};
  std::atomic<int64_t> syncs_left_{INT64_MAX};
  std::atomic<int64_t> quota_{INT64_MAX};
  std::atomic<uint64_t> torn_seed_{0};
};

}  // namespace millrace::storage
