// What clients send after startup. The list at the end is the protocol: dispatch, length limits and the
// round-trip tests come from it.
//
// Views borrow from the frame they were decoded from.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "pgwire/limits.h"
#include "pgwire/message_format.h"

namespace millrace::pgwire {

// How long a message's body may be.
enum class BodyBound : uint8_t { kEmpty, kName, kMessage };

// SASLInitialResponse and SASLResponse share a tag: which one it is says the state of the exchange.
struct SaslInitialResponse {
  static constexpr char kTag = 'p';
  std::string_view mechanism;
  std::optional<std::string_view> data;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.cstring(self.mechanism);
    archive.nullable_bytes(self.data);
  }
};

struct SaslResponse {
  static constexpr char kTag = 'p';
  std::string_view data;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.rest(self.data);
  }
};

// A simple query: any number of statements.
struct Query {
  static constexpr char kTag = 'Q';
  static constexpr BodyBound kBound = BodyBound::kMessage;
  std::string_view text;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.cstring(self.text);
  }
};

struct Parse {
  static constexpr char kTag = 'P';
  static constexpr BodyBound kBound = BodyBound::kMessage;
  std::string_view name;
  std::string_view text;
  std::vector<uint32_t> types;  // 0: to be inferred

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.cstring(self.name);
    archive.cstring(self.text);
    archive.list16(self.types, [&](auto& type) { archive.int32(type); });
  }
};

struct Bind {
  static constexpr char kTag = 'B';
  static constexpr BodyBound kBound = BodyBound::kMessage;
  std::string_view portal;
  std::string_view statement;
  std::vector<int16_t> parameter_formats;  // none: all text; one: for all
  std::vector<std::optional<std::string_view>> parameters;
  std::vector<int16_t> result_formats;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.cstring(self.portal);
    archive.cstring(self.statement);
    archive.list16(self.parameter_formats, [&](auto& format) { archive.int16(format); });
    archive.list16(self.parameters, [&](auto& parameter) { archive.nullable_bytes(parameter); });
    archive.list16(self.result_formats, [&](auto& format) { archive.int16(format); });
  }
};

struct Describe {
  static constexpr char kTag = 'D';
  static constexpr BodyBound kBound = BodyBound::kName;
  char kind = 0;  // 'S': a statement, 'P': a portal
  std::string_view name;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.byte(self.kind);
    archive.cstring(self.name);
  }
};

struct Execute {
  static constexpr char kTag = 'E';
  static constexpr BodyBound kBound = BodyBound::kName;
  std::string_view portal;
  int32_t rows_max = 0;  // 0 or less: all

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.cstring(self.portal);
    archive.int32(self.rows_max);
  }
};

struct Close {
  static constexpr char kTag = 'C';
  static constexpr BodyBound kBound = BodyBound::kName;
  char kind = 0;
  std::string_view name;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.byte(self.kind);
    archive.cstring(self.name);
  }
};

struct FunctionCall {
  static constexpr char kTag = 'F';
  static constexpr BodyBound kBound = BodyBound::kMessage;
  std::string_view data;  // not looked at: such calls are refused

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.rest(self.data);
  }
};

struct CopyData {
  static constexpr char kTag = 'd';
  static constexpr BodyBound kBound = BodyBound::kMessage;
  std::string_view data;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.rest(self.data);
  }
};

struct CopyFail {
  static constexpr char kTag = 'f';
  static constexpr BodyBound kBound = BodyBound::kName;
  std::string_view reason;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.cstring(self.reason);
  }
};

template <char tag>
struct EmptyMessage {
  static constexpr char kTag = tag;
  static constexpr BodyBound kBound = BodyBound::kEmpty;
  template <class Self, class Archive>
  static void fields(Self&, Archive&) {}
};
struct CopyDone : EmptyMessage<'c'> {};
struct Flush : EmptyMessage<'H'> {};
struct Sync : EmptyMessage<'S'> {};
struct Terminate : EmptyMessage<'X'> {};

using FrontendMessages = MessageList<Bind, Execute, Sync, Query, Parse, Describe, Close, Flush, CopyData, CopyDone,
                                     CopyFail, FunctionCall, Terminate>;

}  // namespace millrace::pgwire
