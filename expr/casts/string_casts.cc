// Between the string types, and the binary coercions of oid and the reg* types.
#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/utf8.h"

namespace millrace::expr {
namespace {

constexpr size_t kNameBytes = 63;

CastRow binary(uint32_t source, uint32_t target, CastContext context) {
  return {source, target, context, CastMethod::kBinary, {}};
}

std::string_view without_padding(std::string_view text) { return text.substr(0, text.find_last_not_of(' ') + 1); }

// A cast between string types by a function of their bytes.
template <class F>
CastRow by_bytes(uint32_t source, uint32_t target, CastContext context, F f, const char* name, const char* doc,
                 const char* example) {
  return {source, target, context, CastMethod::kFunction, retyped(scalar(name, f, doc, example), {source}, target)};
}

void add_strings(std::vector<CastRow>& rows) {
  constexpr auto kImplicit = CastContext::kImplicit;
  constexpr auto kAssignment = CastContext::kAssignment;
  rows.push_back(binary(oid::kText, oid::kVarchar, kImplicit));
  rows.push_back(binary(oid::kText, oid::kBpchar, kImplicit));
  rows.push_back(binary(oid::kVarchar, oid::kText, kImplicit));
  rows.push_back(binary(oid::kVarchar, oid::kBpchar, kImplicit));
  const auto strip = [](std::string_view text) { return without_padding(text); };
  const char* strip_doc = "The text without the padding of char(n).";
  rows.push_back(by_bytes(oid::kBpchar, oid::kText, kImplicit, strip, "text", strip_doc, "'a '::char(2)::text = 'a'"));
  rows.push_back(
      by_bytes(oid::kBpchar, oid::kVarchar, kImplicit, strip, "text", strip_doc, "'a '::char(2)::varchar = 'a'"));
  const auto same = [](std::string_view text) { return text; };
  rows.push_back(by_bytes(oid::kName, oid::kText, kImplicit, same, "text", "The name.", "'a'::name::text = 'a'"));
  rows.push_back(
      by_bytes(oid::kName, oid::kVarchar, kAssignment, same, "varchar", "The name.", "'a'::name::varchar = 'a'"));
  rows.push_back(
      by_bytes(oid::kName, oid::kBpchar, kAssignment, same, "bpchar", "The name.", "'a'::name::bpchar = 'a'"));
  const auto clip = [](std::string_view text) { return utf8_clip(text, kNameBytes); };
  const char* clip_doc = "The first 63 bytes.";
  rows.push_back(by_bytes(oid::kText, oid::kName, kImplicit, clip, "name", clip_doc, "'a'::text::name = 'a'"));
  rows.push_back(by_bytes(oid::kVarchar, oid::kName, kImplicit, clip, "name", clip_doc, "'a'::varchar::name = 'a'"));
  const auto strip_clip = [](std::string_view text) { return utf8_clip(without_padding(text), kNameBytes); };
  rows.push_back(
      by_bytes(oid::kBpchar, oid::kName, kImplicit, strip_clip, "name", clip_doc, "'a '::bpchar::name = 'a'"));
}

// Every oid-like type is int4's bits.
void add_oids(std::vector<CastRow>& rows) {
  constexpr auto kImplicit = CastContext::kImplicit;
  constexpr auto kAssignment = CastContext::kAssignment;
  constexpr uint32_t kOids[] = {oid::kOid,         oid::kRegproc,      oid::kRegprocedure, oid::kRegoper,
                                oid::kRegoperator, oid::kRegclass,     oid::kRegtype,      oid::kRegnamespace,
                                oid::kRegrole,     oid::kRegcollation, oid::kRegconfig};
  for (const uint32_t type : kOids) {
    rows.push_back(binary(oid::kInt4, type, kImplicit));
    rows.push_back(binary(type, oid::kInt4, kAssignment));
    if (type != oid::kOid) {
      rows.push_back(binary(oid::kOid, type, kImplicit));
      rows.push_back(binary(type, oid::kOid, kImplicit));
    }
    const auto from_wide = [](int64_t x) -> Result<int32_t> {
      if (x < 0 || x > int64_t{UINT32_MAX}) return SqlError(sqlstate::kNumericValueOutOfRange, "OID out of range");
      return static_cast<int32_t>(static_cast<uint32_t>(x));
    };
    rows.push_back(
        {oid::kInt8, type, kImplicit, CastMethod::kFunction,
         retyped(scalar("oid", from_wide, "The number as an oid.", "7::bigint::oid = 7"), {oid::kInt8}, type)});
    rows.push_back(
        {oid::kInt2, type, kImplicit, CastMethod::kFunction,
         retyped(scalar(
                     "int4", [](int16_t x) { return int32_t{x}; }, "The number as an oid.", "7::smallint::oid = 7"),
                 {oid::kInt2}, type)});
    rows.push_back({type, oid::kInt8, kAssignment, CastMethod::kFunction,
                    retyped(scalar(
                                "int8", [](int32_t x) { return int64_t{static_cast<uint32_t>(x)}; },
                                "The oid as a number.", "7::oid::bigint = 7"),
                            {type}, oid::kInt8)});
  }
  rows.push_back(binary(oid::kRegproc, oid::kRegprocedure, kImplicit));
  rows.push_back(binary(oid::kRegprocedure, oid::kRegproc, kImplicit));
  rows.push_back(binary(oid::kRegoper, oid::kRegoperator, kImplicit));
  rows.push_back(binary(oid::kRegoperator, oid::kRegoper, kImplicit));
}

// text and varchar become regclass by name, without being told to: nextval('s'), 't'::text = oid.
void add_names(std::vector<CastRow>& rows) {
  rows.push_back({oid::kText, oid::kRegclass, CastContext::kImplicit, CastMethod::kText, {}});
  rows.push_back({oid::kVarchar, oid::kRegclass, CastContext::kImplicit, CastMethod::kText, {}});
}

// "char" as a signed number. Beside the casts through text: one byte.
struct SingleByte {
  int8_t value = 0;
};

}  // namespace
}  // namespace millrace::expr

template <>
struct millrace::NativeType<millrace::expr::SingleByte> {
  static constexpr uint32_t kOid = oid::kChar;
  static expr::SingleByte load(Slot slot) { return {slot.i8}; }
  static Slot store(expr::SingleByte byte, Arena&) { return Slot::of_i8(byte.value); }
};

namespace millrace::expr {
namespace {

void add_single_char(std::vector<CastRow>& rows) {
  constexpr auto kImplicit = CastContext::kImplicit;
  constexpr auto kAssignment = CastContext::kAssignment;
  rows.push_back({oid::kChar, oid::kText, kImplicit, CastMethod::kText, {}});
  rows.push_back({oid::kChar, oid::kVarchar, kAssignment, CastMethod::kText, {}});
  rows.push_back({oid::kChar, oid::kBpchar, kAssignment, CastMethod::kText, {}});
  rows.push_back({oid::kText, oid::kChar, kAssignment, CastMethod::kText, {}});
  rows.push_back({oid::kVarchar, oid::kChar, kAssignment, CastMethod::kText, {}});
  rows.push_back({oid::kBpchar, oid::kChar, kAssignment, CastMethod::kText, {}});
  rows.push_back({oid::kInt4, oid::kChar, CastContext::kExplicit, CastMethod::kFunction,
                  scalar(
                      "char",
                      [](int32_t x) -> Result<SingleByte> {
                        if (x != static_cast<int8_t>(x)) {
                          return SqlError(sqlstate::kNumericValueOutOfRange, "\"char\" out of range");
                        }
                        return SingleByte{static_cast<int8_t>(x)};
                      },
                      "The byte of this number.", "(SELECT 65::\"char\") = 'A'")});
  rows.push_back({oid::kChar, oid::kInt4, CastContext::kExplicit, CastMethod::kFunction,
                  scalar(
                      "int4", [](SingleByte byte) { return int32_t{byte.value}; }, "The byte's number.",
                      "(SELECT 'A'::\"char\"::integer) = 65")});
}

// bool as text, unasked in an assignment.
void add_bool(std::vector<CastRow>& rows) {
  for (const uint32_t type : {oid::kText, oid::kVarchar, oid::kBpchar}) {
    rows.push_back({oid::kBool, type, CastContext::kAssignment, CastMethod::kText, {}});
  }
}

}  // namespace

std::vector<CastRow> string_casts() {
  std::vector<CastRow> rows;
  add_strings(rows);
  add_oids(rows);
  add_names(rows);
  add_single_char(rows);
  add_bool(rows);
  return rows;
}

}  // namespace millrace::expr
