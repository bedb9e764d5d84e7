#include "types/array_text.h"

#include <strings.h>

#include <algorithm>
#include <charconv>

#include "types/array.h"

namespace millrace {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

SqlError malformed(std::string_view text, std::string detail) {
  SqlError error(sqlstate::kInvalidTextRepresentation, "malformed array literal: \"" + std::string(text) + "\"");
  return detail.empty() ? error : std::move(error).with_detail(std::move(detail));
}

SqlError unexpected(std::string_view text, char c) {
  return malformed(text, std::string("Unexpected \"") + c + "\" character.");
}

SqlError too_many_dimensions(int count) {
  return SqlError(sqlstate::kProgramLimitExceeded, "number of array dimensions (" + std::to_string(count) +
                                                       ") exceeds the maximum allowed (" +
                                                       std::to_string(kMaxArrayDimensions) + ")");
}

// First pass over {...}: is the structure sound, and what are the dimensions? The states and the order of
// the checks are PostgreSQL's (ArrayCount), because they decide which complaint comes first.
class BraceScan {
 public:
  explicit BraceScan(std::string_view text) : text_(text) {}

  Result<std::vector<int32_t>> run() {
    while (!done_) TRY(step());
    if (std::any_of(text_.begin() + static_cast<ptrdiff_t>(at_), text_.end(), [](char c) { return !is_space(c); })) {
      return malformed(text_, "Junk after closing right brace.");
    }
    if (empty_) return std::vector<int32_t>();
    return std::vector<int32_t>(counts_, counts_ + dimensions_);
  }

 private:
  enum class State : uint8_t {
    kNoLevel,
    kLevelStarted,
    kElementStarted,
    kElementCompleted,
    kQuotedStarted,
    kQuotedCompleted,
    kElementDelimited,
    kLevelCompleted,
    kLevelDelimited
  };

  bool in(std::initializer_list<State> states) const {
    return std::find(states.begin(), states.end(), state_) != states.end();
  }

  Status step() {
    if (in({State::kElementStarted, State::kQuotedStarted})) empty_ = false;
    if (at_ == text_.size()) return malformed(text_, "Unexpected end of input.");
    const char c = text_[at_];
    if (c == '\\') return escape();
    if (c == '"') return quote();
    if (!quoted_ && c == '{') return open();
    if (!quoted_ && c == '}') return close();
    if (!quoted_ && c == ',') return delimiter();
    if (!quoted_ && !is_space(c)) {
      if (!in({State::kLevelStarted, State::kElementStarted, State::kElementDelimited})) {
        return malformed(text_, "Unexpected array element.");
      }
      state_ = State::kElementStarted;
    }
    ++at_;
    return {};
  }

  Status escape() {
    if (!in({State::kLevelStarted, State::kElementStarted, State::kQuotedStarted, State::kElementDelimited})) {
      return unexpected(text_, '\\');
    }
    if (state_ != State::kQuotedStarted) state_ = State::kElementStarted;
    if (at_ + 1 == text_.size()) return malformed(text_, "Unexpected end of input.");
    at_ += 2;
    return {};
  }

  Status quote() {
    if (!in({State::kLevelStarted, State::kQuotedStarted, State::kElementDelimited})) {
      return malformed(text_, "Unexpected array element.");
    }
    quoted_ = !quoted_;
    state_ = quoted_ ? State::kQuotedStarted : State::kQuotedCompleted;
    ++at_;
    return {};
  }

  Status open() {
    if (!in({State::kNoLevel, State::kLevelStarted, State::kLevelDelimited})) return unexpected(text_, '{');
    state_ = State::kLevelStarted;
    if (level_ >= kMaxArrayDimensions) return too_many_dimensions(level_ + 1);
    counts_[level_++] = 0;
    dimensions_ = std::max(dimensions_, level_);
    ++at_;
    return {};
  }

  Status close() {
    if (!in({State::kElementStarted, State::kElementCompleted, State::kQuotedCompleted, State::kLevelCompleted}) &&
        !(level_ == 1 && state_ == State::kLevelStarted)) {
      return unexpected(text_, '}');
    }
    state_ = State::kLevelCompleted;
    --level_;
    if (last_lengths_[level_] != 0 && lengths_[level_] != last_lengths_[level_]) {
      return malformed(text_, "Multidimensional arrays must have sub-arrays with matching dimensions.");
    }
    last_lengths_[level_] = lengths_[level_];
    lengths_[level_] = 1;
    if (level_ == 0) {
      done_ = true;
      ++counts_[dimensions_ - 1];
    } else {
      ++counts_[level_ - 1];
    }
    ++at_;
    return {};
  }

  Status delimiter() {
    if (!in({State::kElementStarted, State::kElementCompleted, State::kQuotedCompleted, State::kLevelCompleted})) {
      return unexpected(text_, ',');
    }
    state_ = state_ == State::kLevelCompleted ? State::kLevelDelimited : State::kElementDelimited;
    ++lengths_[level_ - 1];
    ++counts_[dimensions_ - 1];
    ++at_;
    return {};
  }

  std::string_view text_;
  size_t at_ = 0;
  State state_ = State::kNoLevel;
  bool quoted_ = false, done_ = false, empty_ = true;
  int level_ = 0, dimensions_ = 1;
  int32_t counts_[kMaxArrayDimensions] = {};
  int32_t lengths_[kMaxArrayDimensions] = {1, 1, 1, 1, 1, 1};
  int32_t last_lengths_[kMaxArrayDimensions] = {};
};

// Second pass: hands each element to its type. `braces` has passed BraceScan.
class ElementScan {
 public:
  ElementScan(std::string_view text, std::string_view braces, std::vector<ArrayDimension> dimensions, size_t size,
              SqlType element, const TextContext& context)
      : text_(text),
        rest_(braces),
        dimensions_(std::move(dimensions)),
        size_(size),
        context_(context),
        builder_(element) {
    values_.resize(size);
    present_.resize(size);
  }

  Result<Slot> run(Arena& arena) {
    Arena elements;
    while (!done_) TRY(element(elements));
    // Braces of unequal depth can leave an element out; it is NULL then.
    for (size_t i = 0; i < size_; ++i) {
      if (present_[i]) {
        builder_.append(values_[i]);
      } else {
        builder_.append_null();
      }
    }
    return builder_.finish(dimensions_, arena);
  }

 private:
  std::optional<size_t> position() const {
    int64_t index = 0;
    for (size_t i = 0; i < dimensions_.size(); ++i) index = index * dimensions_[i].length + indexes_[i];
    if (index < 0 || static_cast<size_t>(index) >= size_) return std::nullopt;
    return static_cast<size_t>(index);
  }

  Status element(Arena& arena) {
    std::string item;
    size_t end = 0;  // of `item` without white space after it
    bool leading = true, quoting = false, quoted = false;
    bool placed = false;
    std::optional<size_t> place;
    const auto fix_place = [&] {
      if (!placed) place = position();
      placed = true;
    };
    for (bool item_done = false; !item_done;) {
      if (rest_.empty()) return malformed(text_, "");
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\\') {
        if (rest_.empty()) return malformed(text_, "");
        item += rest_.front();
        rest_.remove_prefix(1);
        leading = false;
        end = item.size();
        quoting = true;
      } else if (c == '"') {
        quoted = !quoted;
        if (quoted) {
          leading = false;
        } else {
          end = item.size();
        }
        quoting = true;
      } else if (quoted) {
        item += c;
      } else if (c == '{') {
        if (level_ >= dimensions_.size()) return malformed(text_, "");
        indexes_[level_++] = 0;
      } else if (c == '}') {
        if (level_ == 0) return malformed(text_, "");
        fix_place();
        indexes_[--level_] = 0;
        if (level_ == 0) {
          done_ = item_done = true;
        } else {
          ++indexes_[level_ - 1];
        }
      } else if (c == ',') {
        fix_place();
        item_done = true;
        ++indexes_[dimensions_.size() - 1];
      } else if (is_space(c)) {
        if (!leading) item += c;
      } else {
        item += c;
        leading = false;
        end = item.size();
      }
    }
    item.resize(end);
    if (!place) return malformed(text_, "");
    if (!quoting && strcasecmp(item.c_str(), "null") == 0) {
      present_[*place] = false;
      return {};
    }
    const SqlType type = builder_.element_type();
    TRY(values_[*place], type.info().parse(item, type, context_, arena));
    present_[*place] = true;
    return {};
  }

  std::string_view text_;  // for complaints
  std::string_view rest_;
  std::vector<ArrayDimension> dimensions_;
  size_t size_;
  const TextContext& context_;
  ArrayBuilder builder_;
  std::vector<Slot> values_;
  std::vector<bool> present_;
  int64_t indexes_[kMaxArrayDimensions] = {};
  size_t level_ = 0;
  bool done_ = false;
};

// "[2:3][0:1]=" in front of the braces; stays empty when there is none.
Result<std::vector<ArrayDimension>> read_bounds(std::string_view text, std::string_view& rest) {
  std::vector<ArrayDimension> dimensions;
  const auto skip_space = [&] {
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  };
  // As atoi() reads them: the sign first, what does not fit is cut off.
  const auto number = [&](std::string_view& digits) {
    const size_t end = std::min(rest.find_first_not_of("0123456789+-"), rest.size());
    digits = rest.substr(0, end);
    rest.remove_prefix(end);
    int64_t value = 0;
    std::string_view plain = digits.starts_with('+') ? digits.substr(1) : digits;
    if (digits.size() > 1 && digits[0] == '+' && digits[1] == '-') plain = "0";
    const auto [last, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
    if (error == std::errc::result_out_of_range) value = plain.starts_with('-') ? INT64_MIN : INT64_MAX;
    return static_cast<int32_t>(value);
  };
  for (skip_space(); rest.starts_with('['); skip_space()) {
    rest.remove_prefix(1);
    if (dimensions.size() >= kMaxArrayDimensions) return too_many_dimensions(static_cast<int>(dimensions.size()) + 1);
    std::string_view digits;
    int32_t lower = 1;
    int32_t upper = number(digits);
    if (digits.empty()) return malformed(text, "\"[\" must introduce explicitly-specified array dimensions.");
    if (rest.starts_with(':')) {
      rest.remove_prefix(1);
      lower = upper;
      upper = number(digits);
      if (digits.empty()) return malformed(text, "Missing array dimension value.");
    }
    if (!rest.starts_with(']')) return malformed(text, "Missing \"]\" after array dimensions.");
    rest.remove_prefix(1);
    if (upper < lower) {
      return SqlError(sqlstate::kArraySubscriptError, "upper bound cannot be less than lower bound");
    }
    const int64_t length = int64_t{upper} - lower + 1;
    dimensions.push_back({.length = static_cast<int32_t>(length), .lower_bound = lower});
  }
  return dimensions;
}

bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  if (text.size() == 4 && strncasecmp(text.data(), "null", 4) == 0) return true;
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return c == '"' || c == '\\' || c == '{' || c == '}' || c == ',' || is_space(c); });
}

void append_element(Slot value, SqlType type, const TextContext& context, std::string& out) {
  const size_t start = out.size();
  type.info().format(value, type, context, out);
  if (!needs_quotes(std::string_view(out).substr(start))) return;
  const std::string plain = out.substr(start);
  out.resize(start);
  out += '"';
  for (const char c : plain) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace

Result<Slot> parse_array(std::string_view text, SqlType type, const TextContext& context, Arena& arena) {
  std::string_view rest = text;
  TRY(std::vector<ArrayDimension> dimensions, read_bounds(text, rest));
  if (dimensions.empty()) {
    if (!rest.starts_with('{')) {
      return malformed(text, "Array value must start with \"{\" or dimension information.");
    }
    TRY(const std::vector<int32_t> lengths, BraceScan(rest).run());
    for (const int32_t length : lengths) dimensions.push_back({.length = length, .lower_bound = 1});
  } else {
    if (!rest.starts_with('=')) return malformed(text, "Missing \"=\" after array dimensions.");
    rest.remove_prefix(1);
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (!rest.starts_with('{')) return malformed(text, "Array contents must start with \"{\".");
    TRY(const std::vector<int32_t> lengths, BraceScan(rest).run());
    const bool same = std::equal(dimensions.begin(), dimensions.end(), lengths.begin(), lengths.end(),
                                 [](const ArrayDimension& given, int32_t found) { return given.length == found; });
    if (!same) return malformed(text, "Specified array dimensions do not match array contents.");
  }
  TRY(const size_t size, array_size(dimensions));
  const SqlType element(*type.info().element, type.typmod());
  if (size == 0) return ArrayBuilder(element).finish(arena);
  return ElementScan(text, rest, std::move(dimensions), size, element, context).run(arena);
}

void format_array(Slot value, SqlType type, const TextContext& context, std::string& out) {
  const ArrayView array(value, type);
  if (array.empty()) {
    out += "{}";
    return;
  }
  const std::vector<ArrayDimension> dimensions = array.dimensions();
  if (std::any_of(dimensions.begin(), dimensions.end(), [](const auto& d) { return d.lower_bound != 1; })) {
    for (const auto& [length, lower] : dimensions) {
      out += "[" + std::to_string(lower) + ":" + std::to_string(lower + length - 1) + "]";
    }
    out += '=';
  }
  // Braces open before each element that begins a sub-array and close after each that ends one.
  for (size_t i = 0; i < array.size(); ++i) {
    if (i > 0) out += ',';
    size_t span = array.size();
    for (const auto& dimension : dimensions) {
      if (i % span == 0) out += '{';
      span /= static_cast<size_t>(dimension.length);
    }
    if (array.is_null(i)) {
      out += "NULL";
    } else {
      append_element(array.element(i), array.element_type(), context, out);
    }
    span = 1;
    for (size_t d = dimensions.size(); d-- > 0;) {
      span *= static_cast<size_t>(dimensions[d].length);
      if ((i + 1) % span == 0) out += '}';
    }
  }
}

}  // namespace millrace
