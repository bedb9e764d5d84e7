// UTF-8 as PostgreSQL takes it: no overlong forms, no surrogates, nothing above U+10FFFF, no zero byte.
// Whatever enters the system as text is checked once, where it enters; inside, text is valid.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace millrace {

// 22021 `invalid byte sequence for encoding "UTF8": 0xc0 0x80`. ASCII costs about an eighth of a step a byte.
Status check_utf8(std::string_view bytes);

// The rest REQUIRES valid text.

// Characters in `text`.
size_t utf8_length(std::string_view text);
// Bytes of the first `characters` characters; all of `text` when it has fewer.
size_t utf8_prefix_bytes(std::string_view text, size_t characters);
// The longest whole-character prefix of at most `bytes` bytes.
std::string_view utf8_clip(std::string_view text, size_t bytes);
// Appends one code point. REQUIRES: a code point that has a UTF-8 form.
void append_utf8(char32_t code_point, std::string& out);

}  // namespace millrace
