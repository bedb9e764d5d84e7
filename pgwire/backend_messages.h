// What the server sends, but for DataRow (pgwire/row_encoder.h). Decoding is for tests and clients.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pgwire/frontend_messages.h"

namespace millrace::pgwire {

enum class AuthenticationKind : int32_t { kOk = 0, kSasl = 10, kSaslContinue = 11, kSaslFinal = 12 };

struct Authentication {
  static constexpr char kTag = 'R';
  AuthenticationKind kind = AuthenticationKind::kOk;
  std::string_view data;  // SASL: the mechanisms, each a C string, and an empty one

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.int32(self.kind);
    archive.rest(self.data);
  }
};

struct NegotiateProtocolVersion {
  static constexpr char kTag = 'v';
  int32_t newest_minor = 0;
  int32_t option_count = 0;
  std::string_view options;  // those not known, each a C string

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.int32(self.newest_minor);
    archive.int32(self.option_count);
    archive.rest(self.options);
  }
};

struct ParameterStatus {
  static constexpr char kTag = 'S';
  std::string_view name;
  std::string_view value;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.cstring(self.name);
    archive.cstring(self.value);
  }
};

struct BackendKeyData {
  static constexpr char kTag = 'K';
  uint32_t id = 0;
  uint32_t secret = 0;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.int32(self.id);
    archive.int32(self.secret);
  }
};

struct ReadyForQuery {
  static constexpr char kTag = 'Z';
  char status = 'I';

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.byte(self.status);
  }
};

struct FieldDescription {
  std::string_view name;
  uint32_t relation = 0;
  uint16_t attribute = 0;
  uint32_t type = 0;
  int16_t type_bytes = 0;  // -1: variable
  int32_t typmod = -1;
  int16_t format = 0;
};

struct RowDescription {
  static constexpr char kTag = 'T';
  std::vector<FieldDescription> columns;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.list16(self.columns, [&](auto& column) {
      archive.cstring(column.name);
      archive.int32(column.relation);
      archive.int16(column.attribute);
      archive.int32(column.type);
      archive.int16(column.type_bytes);
      archive.int32(column.typmod);
      archive.int16(column.format);
    });
  }
};

struct ParameterDescription {
  static constexpr char kTag = 't';
  std::vector<uint32_t> types;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.list16(self.types, [&](auto& type) { archive.int32(type); });
  }
};

struct CommandComplete {
  static constexpr char kTag = 'C';
  std::string_view tag;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.cstring(self.tag);
  }
};

// CopyInResponse and CopyOutResponse.
template <char tag>
struct CopyResponse {
  static constexpr char kTag = tag;
  char format = 0;  // 1: binary
  std::vector<int16_t> column_formats;

  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive.byte(self.format);
    archive.list16(self.column_formats, [&](auto& column) { archive.int16(column); });
  }
};
using CopyInResponse = CopyResponse<'G'>;
using CopyOutResponse = CopyResponse<'H'>;

struct ParseComplete : EmptyMessage<'1'> {};
struct BindComplete : EmptyMessage<'2'> {};
struct CloseComplete : EmptyMessage<'3'> {};
struct NoData : EmptyMessage<'n'> {};
struct PortalSuspended : EmptyMessage<'s'> {};
struct EmptyQueryResponse : EmptyMessage<'I'> {};

// ErrorResponse and NoticeResponse: fields by letter, ended by a zero byte.
struct ReportField {
  char letter;
  std::string_view value;
};
template <char tag>
struct Report {
  static constexpr char kTag = tag;
  std::vector<ReportField> report_fields;

  template <class Self>
  static void fields(Self& self, MessageWriter& writer) {
    for (const ReportField& field : self.report_fields) {
      writer.byte(field.letter);
      writer.cstring(field.value);
    }
    writer.byte('\0');
  }
  template <class Self>
  static void fields(Self& self, MessageReader& reader) {
    self.report_fields.clear();
    while (reader.ok()) {
      ReportField field{};
      reader.byte(field.letter);
      if (field.letter == '\0') return;
      reader.cstring(field.value);
      self.report_fields.push_back(field);
    }
  }
};
using ErrorResponse = Report<'E'>;
using NoticeResponse = Report<'N'>;

using BackendMessages =
    MessageList<Authentication, NegotiateProtocolVersion, ParameterStatus, BackendKeyData, ReadyForQuery,
                RowDescription, ParameterDescription, CommandComplete, CopyInResponse, CopyOutResponse, CopyData,
                CopyDone, ParseComplete, BindComplete, CloseComplete, NoData, PortalSuspended, EmptyQueryResponse,
                ErrorResponse, NoticeResponse>;

}  // namespace millrace::pgwire
