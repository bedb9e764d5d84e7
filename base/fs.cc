#include "base/fs.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace millrace {
namespace {

SqlError io_error(int error_number, const std::string& action, const std::string& path) {
  SqlState state = sqlstate::kIoError;
  if (error_number == ENOSPC || error_number == EDQUOT) state = sqlstate::kDiskFull;
  if (error_number == ENOENT) state = sqlstate::kUndefinedFile;
  return SqlError(state, "could not " + action + " \"" + path + "\": " + std::strerror(error_number));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Result<Descriptor> open_file(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (fd < 0) return io_error(errno, "open", path);
  return Descriptor(fd);
}

Status write_all(int fd, uint64_t offset, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error(errno, "write", path);
    offset += static_cast<uint64_t>(count);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

class SystemFileLock final : public FileLock {
 public:
  explicit SystemFileLock(Descriptor file) : file_(std::move(file)) {}

 private:
  Descriptor file_;
};

class SystemDurableFile final : public DurableFile {
 public:
  SystemDurableFile(Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  Status write_at(uint64_t offset, std::string_view bytes) override {
    return write_all(file_.get(), offset, bytes, path_);
  }

  Status sync() override {
    if (::fdatasync(file_.get()) != 0) return io_error(errno, "sync", path_);
    return {};
  }

 private:
  Descriptor file_;
  std::string path_;
};

class SystemFs final : public Fs {
 public:
  bool exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  Result<std::string> read(const std::string& path) override {
    std::ifstream file(path, std::ios::binary);
    if (!file) return io_error(errno, "open", path);
    std::ostringstream contents;
    contents << file.rdbuf();
    if (file.bad()) return io_error(errno, "read", path);
    return std::move(contents).str();
  }

  Status create_directories(const std::string& path) override {
    std::error_code error;
    if (std::filesystem::create_directories(path, error)) ::chmod(path.c_str(), 0700);
    if (error) return io_error(error.value(), "create directory", path);
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& path) override {
    std::error_code error;
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      names.push_back(entry.path().filename().string());
    }
    if (error) return io_error(error.value(), "list directory", path);
    return names;
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return io_error(errno, "remove", path);
    return {};
  }

  Status replace(const std::string& path, std::string_view contents) override {
    const std::string temporary = path + ".new";
    {
      TRY(const Descriptor file, open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC));
      TRY(write_all(file.get(), 0, contents, temporary));
      if (::fsync(file.get()) != 0) return io_error(errno, "sync", temporary);
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) return io_error(errno, "rename", temporary);
    const std::string parent = std::filesystem::path(path).parent_path().string();
    TRY(const Descriptor directory, open_file(parent.empty() ? "." : parent, O_RDONLY | O_DIRECTORY));
    if (::fsync(directory.get()) != 0) return io_error(errno, "sync directory", parent);
    return {};
  }

  Result<std::unique_ptr<DurableFile>> open_durable(const std::string& path) override {
    TRY(Descriptor file, open_file(path, O_RDWR | O_CREAT));
    return std::make_unique<SystemDurableFile>(std::move(file), path);
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    TRY(Descriptor file, open_file(path, O_RDWR | O_CREAT));
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) {
        return SqlError(sqlstate::kObjectInUse, "\"" + path + "\" is locked by another process")
            .with_hint("Stop the other server, or give this one a data directory of its own.");
      }
      return io_error(errno, "lock", path);
    }
    return std::make_unique<SystemFileLock>(std::move(file));
  }
};

}  // namespace

std::unique_ptr<Fs> system_fs() { return std::make_unique<SystemFs>(); }

}  // namespace millrace
