// The tables of functions against themselves: every row is documented, and every example is true.
#include <gtest/gtest.h>

#include <set>

#include "expr/example_reader_test.h"
#include "expr/function_registry.h"

namespace millrace::expr {
namespace {

// Queries are checked where there is a parser for them: tests/sqllogictest.
bool is_query(const std::string& example) { return example.find("SELECT") != std::string::npos; }

void check(const Signature& signature) {
  SCOPED_TRACE(signature.to_string());
  EXPECT_FALSE(signature.doc.empty());
  static std::set<std::string> done;
  if (is_query(signature.example) || !done.insert(signature.example).second) return;
  EXPECT_FALSE(signature.example.empty());
  EvalContext context;
  EXPECT_EQ(answer(signature.example, context), "t") << signature.example;
}

TEST(ExampleTest, EveryFunctionHasATrueExample) {
  for (const Candidate& candidate : FunctionRegistry::instance().all_functions()) {
    check(*candidate.signature);
  }
}

TEST(ExampleTest, EveryOperatorHasATrueExample) {
  for (const Candidate& candidate : FunctionRegistry::instance().all_operators()) check(*candidate.signature);
}

TEST(ExampleTest, EveryCastHasATrueExample) {
  for (const Cast& cast : FunctionRegistry::instance().all_casts()) {
    if (cast.function != nullptr) check(*cast.function);
  }
}

TEST(ExampleTest, TypesOfEveryRowExist) {
  for (const Candidate& candidate : FunctionRegistry::instance().all_functions()) {
    for (const uint32_t type : candidate.signature->arguments) EXPECT_NE(find_type(type), nullptr) << type;
    EXPECT_NE(find_type(candidate.signature->result), nullptr);
  }
}

}  // namespace
}  // namespace millrace::expr
