#include "base/hash.h"

// Inlined: libpg_query exports the same symbols from a different version of the library.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace millrace {

uint64_t hash_bytes(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace millrace
