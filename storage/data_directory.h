// Is this directory ours, and whose is it now? The lock and the format stamp. Inside storage/ alone.
#pragma once

#include <memory>
#include <string>

#include "base/fs.h"
#include "base/result.h"

namespace millrace::storage {

// Creates the directory and its stamp when there is nothing there. Touches nothing when it refuses:
// 55000 foreign, 0A000 newer format, 55006 locked by another server.
Result<std::unique_ptr<FileLock>> claim_data_directory(Fs& fs, const std::string& directory);

}  // namespace millrace::storage
