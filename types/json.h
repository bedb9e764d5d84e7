// json: text that is valid JSON, kept as it was written.
#pragma once

#include "types/native_type.h"

namespace millrace {

struct Json {
  std::string_view text;
};

template <>
struct NativeType<Json> {
  static constexpr uint32_t kOid = oid::kJson;
  static Json load(const Slot& slot) { return {slot.view()}; }
  static Slot store(Json value, Arena& arena) { return Slot::copy_bytes(value.text, arena); }
};

// `text` with quotes around it and what JSON wants escaped escaped.
void append_json_string(std::string_view text, std::string& out);

}  // namespace millrace
