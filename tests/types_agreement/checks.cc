#include "tests/types_agreement/checks.h"

#include <algorithm>
#include <cstdio>

namespace millrace {
namespace {

std::string hex(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += kHex[static_cast<uint8_t>(c) >> 4];
    text += kHex[static_cast<uint8_t>(c) & 15];
  }
  return text;
}

std::string clipped(const std::string& text) { return text.size() <= 300 ? text : text.substr(0, 300) + "..."; }

std::string describe(const Answer& answer) {
  if (!answer.ok) return answer.state + " " + answer.message + (answer.detail.empty() ? "" : " / " + answer.detail);
  std::string text;
  for (size_t i = 0; i < answer.values.size(); ++i) text += (i == 0 ? "" : " ") + answer.values[i].value_or("NULL");
  return text;
}

std::string describe(const SqlError& error) {
  return std::string(error.state().str()) + " " + error.message() +
         (error.detail().empty() ? "" : " / " + error.detail());
}

std::string format(SqlType type, Slot slot, const TextContext& context) {
  std::string text;
  type.info().format(slot, type, context, text);
  return text;
}

std::string send(SqlType type, Slot slot) {
  std::string bytes;
  type.info().send(slot, type, bytes);
  return bytes;
}

std::string describe(SqlType type, const Result<Slot>& slot, const TextContext& context) {
  return slot ? format(type, *slot, context) : describe(slot.error());
}

// The functions of pg_type's row, by column name.
std::string function_of(const TypeInfo& info, const char* column, Referee& referee) {
  const Answer answer = referee.ask("SELECT " + std::string(column) +
                                    "::oid::regproc FROM pg_type WHERE oid = " + std::to_string(info.oid));
  return answer.ok && !answer.values.empty() ? answer.values[0].value_or("?") : "?";
}

std::vector<std::vector<Parameter>> one_parameter(const std::vector<std::string>& texts) {
  std::vector<std::vector<Parameter>> rows;
  for (const std::string& text : texts) rows.push_back({{text}});
  return rows;
}

}  // namespace

void Report::compare(const std::string& type, const char* check, const std::string& input, const std::string& ours,
                     const std::string& theirs) {
  if (ours == theirs) {
    ++passed_;
    return;
  }
  ++failed_;
  constexpr int kShown = 5;
  if (++shown_[type + check] > kShown) return;
  std::printf("%s, %s: %s\n  PostgreSQL  %s\n  Millrace    %s\n", type.c_str(), check, clipped(input).c_str(),
              clipped(theirs).c_str(), clipped(ours).c_str());
}

void check_catalog_row(const TypeInfo& info, Referee& referee, Report& report) {
  const Answer theirs = referee.ask(
      "SELECT typname, typlen, typtype, typcategory, typispreferred, typarray, CASE WHEN typcategory = 'A' THEN "
      "typelem ELSE 0 END, "
      "format_type(oid, NULL) FROM pg_type WHERE oid = " +
      std::to_string(info.oid));
  const char kind = info.kind == TypeKind::kArray ? 'b' : static_cast<char>(info.kind);
  const uint32_t element = info.kind == TypeKind::kArray ? info.element->oid : 0;
  const std::string ours = info.name + " " + std::to_string(info.length) + " " + kind + " " + info.category + " " +
                           (info.preferred ? "t" : "f") + " " + std::to_string(info.array_oid) + " " +
                           std::to_string(element) + " " + info.sql_name;
  report.compare(info.name, "pg_type", std::to_string(info.oid), ours, describe(theirs));
}

std::vector<std::string> check_text(SqlType type, const Style& style, const Settings& settings, Referee& referee,
                                    Report& report) {
  const TypeInfo& info = type.info();
  SplitMix64 random(settings.seed ^ type.oid());
  std::vector<std::string> texts, good;
  for (size_t i = 0; i < settings.values; ++i) texts.push_back(random_text(type, random, 20));
  referee.must(style.sql);
  const uint32_t oid = type.oid();
  const std::vector<Answer> answers = referee.ask_all(
      "SELECT $1, encode(" + function_of(info, "typsend", referee) + "($1), 'hex')", {&oid, 1}, one_parameter(texts));
  for (size_t i = 0; i < texts.size(); ++i) {
    Arena arena;
    const Result<Slot> slot = info.parse(texts[i], type, style.context, arena);
    const std::string ours =
        slot ? format(type, *slot, style.context) + " " + hex(send(type, *slot)) : describe(slot.error());
    report.compare(info.name, "text", "[" + std::string(style.name) + "] '" + texts[i] + "'", ours,
                   describe(answers[i]));
    if (slot && answers[i].ok) good.push_back(texts[i]);
  }
  return good;
}

void check_binary(SqlType type, const std::vector<std::string>& texts, const Settings& settings, Referee& referee,
                  Report& report) {
  const TypeInfo& info = type.info();
  SplitMix64 random(settings.seed + type.oid());
  std::vector<std::vector<Parameter>> rows;
  for (const std::string& text : texts) {
    Arena arena;
    std::string bytes = send(type, info.parse(text, type, settings.context, arena).value());
    if (random.one_in(3)) {
      switch (random.below(3)) {
        case 0: bytes.resize(random.below(bytes.size() + 1)); break;
        case 1: bytes += static_cast<char>(random.next()); break;
        default:
          if (!bytes.empty()) bytes[random.below(bytes.size())] = static_cast<char>(random.next());
          break;
      }
    }
    rows.push_back({{bytes, true}});
  }
  const uint32_t oid = type.oid();
  const std::vector<Answer> answers = referee.ask_all("SELECT $1", {&oid, 1}, rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    Arena arena;
    const Result<Slot> slot = info.receive(rows[i][0].bytes, type, arena);
    const std::string ours = slot ? format(type, *slot, settings.context) : std::string(slot.error().state().str());
    report.compare(info.name, "binary", hex(rows[i][0].bytes), ours,
                   answers[i].ok ? describe(answers[i]) : answers[i].state);
  }
}

namespace {

// Do keys, hashes and bytes follow the order? Empty when they do.
std::string inconsistency(SqlType type, Slot a, Slot b, int order) {
  const TypeInfo& info = type.info();
  std::string left, right;
  info.append_key(a, type, left);
  info.append_key(b, type, right);
  const int keys = left.compare(right);
  if ((keys < 0) != (order < 0) || (keys == 0) != (order == 0)) return "keys are in another order";
  if (keys != 0 && (left.starts_with(right) || right.starts_with(left))) return "one key begins with the other";
  if (order == 0 && info.hash(a, type) != info.hash(b, type)) return "equal values have different hashes";
  if (info.bytewise_equality) {
    const size_t width = physical_bytes(type.physical());
    const bool same = type.physical() == Physical::kBytes ? a.bytes == b.bytes : std::memcmp(&a, &b, width) == 0;
    if (same != (order == 0)) return "equality is not bytewise";
  }
  return "";
}

}  // namespace

void check_order(SqlType type, const std::vector<std::string>& texts, const Settings& settings, Referee& referee,
                 Report& report) {
  const TypeInfo& info = type.info();
  const uint32_t types[] = {type.oid(), type.oid()};
  const std::string sql = "SELECT $1 < $2, $1 = $2, $1 > $2";
  if (info.compare == nullptr) {
    const Answer answer = referee.ask_all(sql, types, {{{texts.front()}, {texts.front()}}}).front();
    report.compare(info.name, "order", "no order", "42883", answer.state);
    return;
  }
  Arena arena;
  std::vector<std::pair<Slot, const std::string*>> values;
  for (const std::string& text : texts)
    values.emplace_back(info.parse(text, type, settings.context, arena).value(), &text);
  std::sort(values.begin(), values.end(),
            [&](const auto& a, const auto& b) { return info.compare(a.first, b.first, type) < 0; });

  // Neighbours, where equality and ties are, and any two.
  SplitMix64 random(settings.seed * 31 + type.oid());
  std::vector<std::pair<size_t, size_t>> pairs;
  for (size_t i = 0; i + 1 < values.size(); ++i) {
    pairs.emplace_back(i, i + 1);
    pairs.emplace_back(random.below(values.size()), random.below(values.size()));
  }
  std::vector<std::vector<Parameter>> rows;
  for (const auto& [a, b] : pairs) rows.push_back({{*values[a].second}, {*values[b].second}});
  const std::vector<Answer> answers = referee.ask_all(sql, types, rows);
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto& [a, a_text] = values[pairs[i].first];
    const auto& [b, b_text] = values[pairs[i].second];
    const int order = info.compare(a, b, type);
    const std::string input = "'" + *a_text + "' and '" + *b_text + "'";
    report.compare(info.name, "order", input,
                   order < 0   ? "t f f"
                   : order > 0 ? "f f t"
                               : "f t f",
                   describe(answers[i]));
    report.compare(info.name, "key and hash", input, inconsistency(type, a, b, order), "");
  }
}

namespace {

std::string spelled(const TypeInfo& info, const std::vector<int32_t>& arguments) {
  std::string text;
  for (const int32_t argument : arguments) text += (text.empty() ? "(" : ",") + std::to_string(argument);
  return info.sql_name + text + ")";
}

void check_modifier(SqlType type, const std::vector<std::string>& texts, const Settings& settings, Referee& referee,
                    Report& report) {
  const TypeInfo& info = type.info();
  const std::string name = type.to_string();
  referee.must("DROP TABLE IF EXISTS assigned");
  const Answer made = referee.ask("CREATE TEMP TABLE assigned (v " + name + ")");
  report.compare(info.name, "spelling of modifier", name, "", describe(made));
  if (!made.ok) return;
  const Answer theirs = referee.ask(
      "SELECT atttypmod, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'assigned'::regclass "
      "AND attname = 'v'");
  report.compare(info.name, "modifier", name, std::to_string(type.typmod()) + " " + name, describe(theirs));

  const uint32_t plain = type.oid();
  const uint32_t as_text = oid::kText;
  const TypeInfo& parameter = info.kind == TypeKind::kArray ? *info.element : info;
  const std::vector<std::vector<Parameter>> rows = one_parameter(texts);
  const std::vector<Answer> input =
      referee.ask_all("SELECT " + function_of(info, "typinput", referee) + "($1::text::cstring, " +
                          std::to_string(parameter.oid) + ", " + std::to_string(type.typmod()) + ")",
                      {&as_text, 1}, rows);
  const std::vector<Answer> assigned =
      referee.ask_all("INSERT INTO assigned VALUES ($1) RETURNING v", {&plain, 1}, rows);
  const std::vector<Answer> cast = referee.ask_all("SELECT $1::" + name, {&plain, 1}, rows);
  const SqlType whole = type.without_typmod();
  for (size_t i = 0; i < texts.size(); ++i) {
    Arena arena;
    const Slot value = info.parse(texts[i], whole, settings.context, arena).value();
    const std::string what = name + " '" + texts[i] + "'";
    report.compare(info.name, "input with modifier", what,
                   describe(type, info.parse(texts[i], type, settings.context, arena), settings.context),
                   describe(input[i]));
    report.compare(info.name, "assignment", what,
                   describe(type, apply_typmod(value, type, false, arena), settings.context), describe(assigned[i]));
    report.compare(info.name, "cast", what, describe(type, apply_typmod(value, type, true, arena), settings.context),
                   describe(cast[i]));
  }
}

}  // namespace

void check_modifiers(const TypeInfo& info, const std::vector<std::string>& texts, const Settings& settings,
                     Referee& referee, Report& report) {
  const bool is_array = info.kind == TypeKind::kArray;
  const TypeInfo& base = is_array ? *info.element : info;
  if (base.kind == TypeKind::kComposite || base.kind == TypeKind::kPseudo) return;
  const TypeUnderTest& test = *test_of(base.name);
  if (base.typmod_from_arguments == nullptr) {
    const Answer answer = referee.ask("SELECT NULL::\"" + base.name + "\"(1)");
    if (!is_array && answer.state != "42601") report.compare(info.name, "modifier", "(1)", "42601", answer.state);
    return;
  }
  const size_t values = std::min(texts.size(), is_array ? settings.values / 20 : settings.values / 5);
  const std::vector<std::string> some(texts.begin(), texts.begin() + static_cast<ptrdiff_t>(values));
  for (const std::vector<int32_t>& arguments : test.modifiers) {
    const Result<int32_t> typmod = base.typmod_from_arguments(arguments);
    if (typmod) {
      check_modifier(SqlType(info, *typmod), some, settings, referee, report);
    } else {
      const std::string name = spelled(base, arguments);
      report.compare(info.name, "refused modifier", name, describe(typmod.error()),
                     describe(referee.ask("SELECT NULL::" + name)));
    }
  }
}

}  // namespace millrace
