// What the runner must know about the server it talks to.
#pragma once

#include <string_view>

namespace millrace::slt {

enum class EngineKind {
  kMillrace,
  kPostgres,  // its materialized views are as old as their last REFRESH
};

// As conditions (`skipif postgresql`) and --engine spell it.
constexpr std::string_view name_of(EngineKind engine) {
  switch (engine) {
    case EngineKind::kMillrace: return "millrace";
    case EngineKind::kPostgres: return "postgresql";
  }
  return "";
}

}  // namespace millrace::slt
