// Bytes no honest client sends: each gets an error or a closed connection, and the server lives.
#include <gtest/gtest.h>

#include "base/rng.h"
#include "pgwire/raw_client.h"
#include "pgwire/scram.h"
#include "pgwire/test_server.h"

namespace millrace::pgwire {
namespace {

const std::string kSync = encoded(Sync{});

std::string query(std::string_view text) { return encoded(Query{text}); }

class MalformedTest : public testing::Test {
 protected:
  RawClient logged_in() {
    RawClient client(server_.address());
    client.send(startup_packet());
    client.tags_until("Z");
    return client;
  }
  // The server answers an honest client.
  void expect_alive() {
    RawClient client = logged_in();
    client.send(query("rows 2"));
    EXPECT_EQ(client.tags_until("Z"), "TDDCZ");
  }

  TestServer server_{{.unauthenticated_per_address_max = 1'000}};
};

TEST_F(MalformedTest, BeforeLogin) {
  const std::string huge = std::string("\x7f\xff\xff\xff", 4);
  struct Case {
    const char* what;
    std::string bytes;
    const char* state;
  };
  std::string no_user = startup_packet("");
  std::string unterminated = startup_packet();
  unterminated.back() = 'x';
  std::string trailing = startup_packet() + "x";
  trailing[3] = static_cast<char>(trailing[3] + 1);
  const std::vector<Case> cases = {
      {"a length of 2 GiB", huge, "54000"},
      {"a length of 10,001", std::string("\0\0\x27\x11", 4), "54000"},
      {"a length of 3", std::string("\0\0\0\3", 4), "08P01"},
      {"a negative length", std::string("\xff\xff\xff\xff", 4), "08P01"},
      {"no version", std::string("\0\0\0\4", 4), "08P01"},
      {"protocol 2", startup_packet("millrace", 2 << 16), "0A000"},
      {"protocol 4", startup_packet("millrace", 4 << 16), "0A000"},
      {"no user", no_user, "28000"},
      {"no end of the parameters", unterminated, "08P01"},
      {"bytes behind the parameters", trailing, "08P01"},
      {"invalid UTF-8", startup_packet("\xff\xfe"), "22021"},
      {"HTTP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "54000"},
      {"a query", query("rows 1"), "54000"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.what);
    RawClient client(server_.address());
    client.send(one.bytes);
    EXPECT_EQ(client.tags_until_closed(), "E");
    EXPECT_EQ(client.state(), one.state);
    EXPECT_EQ(client.severity(), "FATAL");
  }
  expect_alive();
}

TEST_F(MalformedTest, EncryptionRequests) {
  const std::string ssl("\0\0\0\x08\x04\xd2\x16\x2f", 8), gss("\0\0\0\x08\x04\xd2\x16\x30", 8);
  RawClient polite(server_.address());
  polite.send(gss);
  EXPECT_EQ(polite.read_raw(1), "N");
  polite.send(ssl);
  EXPECT_EQ(polite.read_raw(1), "N");
  polite.send(startup_packet());
  EXPECT_TRUE(polite.tags_until("Z").ends_with("KZ"));

  RawClient twice(server_.address());
  twice.send(ssl);
  EXPECT_EQ(twice.read_raw(1), "N");
  twice.send(ssl);
  EXPECT_EQ(twice.tags_until_closed(), "E");

  // What follows the request before its answer would be taken for encrypted.
  RawClient hasty(server_.address());
  hasty.send(ssl + startup_packet());
  EXPECT_EQ(hasty.tags_until_closed(), "E");
  EXPECT_EQ(hasty.state(), "08P01");

  RawClient cancel(server_.address());
  cancel.send(std::string("\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\1\0\0\0\1", 16));
  EXPECT_EQ(cancel.tags_until_closed(), "");
  expect_alive();
}

TEST_F(MalformedTest, OnlyAProofIsTakenBeforeAuthentication) {
  server_.engine().users["millrace"] = scram_verifier("sesame", "salty salt", 4096);
  const auto refused = [&](const std::string& bytes) {
    RawClient client(server_.address());
    client.send(startup_packet());
    EXPECT_EQ(client.tags_until("R"), "R");
    client.send(bytes);
    EXPECT_EQ(client.tags_until_closed(), "E");
    return client.state();
  };
  EXPECT_EQ(refused(query("rows 1")), "08P01");
  EXPECT_EQ(refused(kSync), "08P01");
  EXPECT_EQ(refused(raw_message('p', 8 * 1024 + 5)), "54000");
  EXPECT_EQ(refused(raw_message('p', 2)), "08P01");
  EXPECT_EQ(refused(raw_message('p', -5)), "08P01");
  EXPECT_EQ(refused(raw_message('p', 4)), "08P01");
  EXPECT_EQ(refused(encoded(SaslInitialResponse{"SCRAM-SHA-1", "n,,n=,r=abc"})), "08P01");
  EXPECT_EQ(refused(encoded(SaslInitialResponse{"SCRAM-SHA-256", "p=tls-unique,,n=,r=abc"})), "08P01");
  EXPECT_EQ(refused(encoded(SaslInitialResponse{"SCRAM-SHA-256", "n,,n=,r="})), "08P01");
  EXPECT_EQ(refused(encoded(SaslInitialResponse{"SCRAM-SHA-256", ""})), "08P01");
  EXPECT_EQ(refused(encoded(SaslInitialResponse{"SCRAM-SHA-256", std::nullopt})), "08P01");
  // A length that runs past the message.
  EXPECT_EQ(refused(raw_message('p', 4 + 14 + 4 + 2, std::string("SCRAM-SHA-256\0\x7f\xff\xff\xff", 18) + "ab")),
            "08P01");
  RawClient client(server_.address());
  client.send(startup_packet() + encoded(SaslInitialResponse{"SCRAM-SHA-256", "n,,n=,r=abc"}));
  EXPECT_EQ(client.tags_until("RR"), "RR");
  client.send(encoded(SaslResponse{"c=biws,r=wrong,p=AAAA"}));
  EXPECT_EQ(client.tags_until_closed(), "E");
}

TEST_F(MalformedTest, LengthsAndTypesThatCloseTheConnection) {
  const auto closes = [&](const std::string& bytes) {
    RawClient client = logged_in();
    client.send(bytes);
    EXPECT_EQ(client.tags_until_closed(), "E");
    EXPECT_EQ(client.severity(), "FATAL");
    return client.state();
  };
  for (const char tag : {'Q', 'P', 'B', 'D', 'E', 'C', 'F', 'd', 'f', 'S', 'H', 'X', 'c'}) {
    SCOPED_TRACE(tag);
    EXPECT_EQ(closes(raw_message(tag, 3)), "08P01");
    EXPECT_EQ(closes(raw_message(tag, -1)), "08P01");
    EXPECT_EQ(closes(raw_message(tag, INT32_MIN)), "08P01");
    // Nothing is waited for, or allocated, on the word of a length.
    const bool empty = tag == 'S' || tag == 'H' || tag == 'X' || tag == 'c';
    EXPECT_EQ(closes(raw_message(tag, INT32_MAX)), empty ? "08P01" : "54000");
    if (empty) {
      EXPECT_EQ(closes(raw_message(tag, 5, "x")), "08P01");
    }
  }
  const Limits limits;
  EXPECT_EQ(closes(raw_message('Q', static_cast<int32_t>(limits.message_bytes_max) + 5)), "54000");
  for (int tag = 0; tag < 256; ++tag) {
    if (std::string_view("QPBDECFdfSHXc").find(static_cast<char>(tag)) != std::string_view::npos) continue;
    SCOPED_TRACE(tag);
    EXPECT_EQ(closes(raw_message(static_cast<char>(tag), 4)), "08P01");
  }
  expect_alive();
}

TEST_F(MalformedTest, BodiesThatAreNoneEndTheStatementAlone) {
  RawClient client = logged_in();
  // No end of the text; bytes behind it.
  client.send(raw_message('Q', 8, "rows"));
  EXPECT_EQ(client.tags_until("Z"), "EZ");
  client.send(raw_message('Q', 11, std::string("rows 1\0", 7)) + query("rows 1"));
  EXPECT_EQ(client.tags_until("TDCZTDCZ"), "TDCZTDCZ");
  client.send(raw_message('Q', 12, std::string("rows 1\0x", 8)));
  EXPECT_EQ(client.tags_until("Z"), "EZ");
  EXPECT_EQ(client.state(), "08P01");

  const auto refused = [&](const std::string& bytes) {
    client.send(bytes + encoded(Describe{'S', ""}) + kSync);
    EXPECT_EQ(client.tags_until("Z"), "EZ");  // the Describe was skipped
    return client.state();
  };
  const auto bind = [](std::string_view rest) {
    std::string body = std::string("\0\0", 2) + std::string(rest);
    return encoded(Parse{"", "echo", {}}) + raw_message('B', static_cast<int32_t>(body.size() + 4), body);
  };
  const auto refused_bind = [&](std::string_view rest) {
    client.send(bind(rest) + kSync);
    EXPECT_EQ(client.tags_until("Z"), "1EZ");
    return client.state();
  };
  using namespace std::string_view_literals;
  EXPECT_EQ(refused_bind("\0\0\0\1\xff\xff\xff\xfe\0\0"sv), "08P01");      // length -2
  EXPECT_EQ(refused_bind("\0\0\0\1\x80\0\0\0\0\0"sv), "08P01");            // the smallest one
  EXPECT_EQ(refused_bind("\0\0\0\1\x7f\xff\xff\xff\0\0"sv), "08P01");      // past the end
  EXPECT_EQ(refused_bind("\0\0\xff\xff\xff\xff\xff\xff\0\0"sv), "08P01");  // 65,535 parameters, one there
  EXPECT_EQ(refused_bind("\xff\xff\0\0"sv), "08P01");                      // 65,535 formats
  EXPECT_EQ(refused_bind("\0\1\0\2\0\1\0\0\0\1x\0\0"sv), "22023");         // format 2
  EXPECT_EQ(refused_bind("\0\2\0\0\0\0\0\1\0\0\0\1x\0\0"sv), "08P01");     // 2 formats, 1 parameter
  EXPECT_EQ(refused_bind("\0\0\0\1\0\0\0\1x\0\2\0\0\0\0"sv), "08P01");     // 2 result formats, 1 column
  EXPECT_EQ(refused_bind("\0\0\0\1\0\0\0\1x\0\1\0\7"sv), "22023");         // result format 7
  EXPECT_EQ(refused_bind("\0\0\0\0\0\0"sv), "08P01");                      // no parameter
  EXPECT_EQ(refused(raw_message('P', 4)), "08P01");
  EXPECT_EQ(refused(raw_message('E', 6, "ab")), "08P01");
  EXPECT_EQ(refused(encoded(Describe{'x', ""})), "08P01");
  EXPECT_EQ(refused(encoded(Close{'x', ""})), "08P01");
  EXPECT_EQ(refused(encoded(Describe{'P', "none"})), "34000");
  EXPECT_EQ(refused(encoded(Execute{"none", 0})), "34000");
  EXPECT_EQ(refused(encoded(Parse{"", "rows \xc0\x80", {}})), "22021");
  EXPECT_EQ(refused(encoded(Parse{"", std::string((size_t{1} << 20) + 1, 'x'), {}})), "54000");
  client.send(encoded(FunctionCall{"whatever"}));
  EXPECT_EQ(client.tags_until("Z"), "EZ");
  EXPECT_EQ(client.state(), "0A000");
  client.send(query(std::string((size_t{1} << 20) + 1, 'x')));
  EXPECT_EQ(client.tags_until("Z"), "EZ");
  EXPECT_EQ(client.state(), "54000");
  // COPY messages outside of COPY mean nothing.
  client.send(encoded(CopyData{"x"}) + encoded(CopyDone{}) + encoded(CopyFail{"y"}) + query("rows 1"));
  EXPECT_EQ(client.tags_until("Z"), "TDCZ");
}

TEST_F(MalformedTest, StatesOfTheExtendedProtocol) {
  RawClient client = logged_in();
  // Two portals at a time, one suspended twice.
  client.send(encoded(Parse{"s", "rows 5", {}}) + encoded(Bind{"a", "s", {}, {}, {}}) +
              encoded(Bind{"b", "s", {}, {}, {1}}) + encoded(Describe{'S', "s"}) + encoded(Describe{'P', "b"}) +
              encoded(Execute{"a", 2}) + encoded(Execute{"b", 0}) + encoded(Execute{"a", 2}) +
              encoded(Execute{"a", 2}) + encoded(Execute{"a", 2}) + kSync);
  EXPECT_EQ(client.tags_until("Z"), "122tTTDDsDDDDDCDDsDCCZ");
  // Outside a block portals end with their transaction.
  client.send(encoded(Execute{"a", 0}) + kSync);
  EXPECT_EQ(client.tags_until("Z"), "EZ");
  EXPECT_EQ(client.state(), "34000");
  client.send(query("begin") + encoded(Bind{"a", "s", {}, {}, {}}) + kSync + encoded(Execute{"a", 0}) + kSync);
  EXPECT_EQ(client.tags_until("DDDDDCZ"), "CZ2ZDDDDDCZ");
  client.send(encoded(Bind{"a", "s", {}, {}, {}}) + kSync);
  EXPECT_EQ(client.tags_until("Z"), "EZ");
  EXPECT_EQ(client.state(), "42P03");
  client.send(query("rollback"));
  client.tags_until("Z");
  // Flush answers without Sync; a statement without rows; an empty one; one run twice.
  client.send(encoded(Parse{"", "nodata", {}}) + encoded(Bind{}) + encoded(Describe{'P', ""}) + encoded(Flush{}));
  EXPECT_EQ(client.tags_until("n"), "12n");
  client.send(encoded(Execute{}) + encoded(Execute{}) + kSync);
  EXPECT_EQ(client.tags_until("Z"), "CEZ");
  EXPECT_EQ(client.state(), "55000");
  client.send(encoded(Parse{}) + encoded(Bind{}) + encoded(Execute{}) + encoded(Close{'S', "s"}) +
              encoded(Close{'P', "none"}) + kSync);
  EXPECT_EQ(client.tags_until("Z"), "12I33Z");
  // COPY in the extended protocol: a Sync sent along is passed over.
  client.send(encoded(Parse{"", "copyin", {}}) + encoded(Bind{}) + encoded(Execute{}) + kSync);
  EXPECT_EQ(client.tags_until("G"), "12G");
  client.send(encoded(CopyData{"a\n"}) + encoded(CopyDone{}) + kSync);
  EXPECT_EQ(client.tags_until("Z"), "CZ");
  client.send(query("copyin"));
  EXPECT_EQ(client.tags_until("G"), "G");
  client.send(query("rows 1"));
  EXPECT_EQ(client.tags_until("Z"), "EZ");
  EXPECT_EQ(client.state(), "08P01");
}

TEST_F(MalformedTest, TooManyStatements) {
  RawClient client = logged_in();
  const size_t most = Limits{}.statements_max;
  for (size_t i = 0; i <= most; ++i) client.send(encoded(Parse{"s" + std::to_string(i), "nodata", {}}));
  client.send(kSync);
  const std::string tags = client.tags_until("Z");
  EXPECT_EQ(tags, std::string(most, '1') + "EZ");
  EXPECT_EQ(client.state(), "53400");
}

// However the bytes are cut, the answers are the same.
TEST_F(MalformedTest, SplitAtEveryByte) {
  const std::string bytes = startup_packet() + query("rows 2; nodata") + encoded(Parse{"", "echo", {oid::kInt4}}) +
                            encoded(Bind{"", "", {}, {"17"}, {1}}) + encoded(Execute{}) + kSync + query("point 3") +
                            query("copyin") + encoded(CopyData{"1\n"}) + encoded(CopyDone{}) + query("fail 2") +
                            encoded(Terminate{});
  RawClient whole(server_.address());
  whole.send(bytes);
  const std::string expected = whole.tags_until_closed();
  EXPECT_TRUE(expected.ends_with("KZTDDCCZ12DCZTDCZGCZEZ")) << expected;
  for (size_t cut = 1; cut < bytes.size(); ++cut) {
    RawClient client(server_.address());
    client.send(std::string_view(bytes).substr(0, cut));
    client.send(std::string_view(bytes).substr(cut));
    ASSERT_EQ(client.tags_until_closed(), expected) << "cut at " << cut;
  }
  RawClient slow(server_.address());
  for (const char c : bytes) slow.send({&c, 1});
  EXPECT_EQ(slow.tags_until_closed(), expected);
  // What ends in the middle is forgotten.
  for (size_t end = 0; end < bytes.size(); end += 3) {
    RawClient client(server_.address());
    client.send(std::string_view(bytes).substr(0, end));
    client.end_sending();
    client.tags_until_closed();
  }
  expect_alive();
}

TEST_F(MalformedTest, RandomBytesAndDamagedMessages) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    std::string bytes = encoded(Parse{"", "echo", {}}) + encoded(Bind{"", "", {0}, {"value"}, {0}}) +
                        encoded(Execute{}) + kSync + query("rows 3; copyin") + encoded(CopyData{"x\n"}) +
                        encoded(CopyDone{}) + query("write; point 1");
    if (random.one_in(4)) {
      for (char& c : bytes) c = static_cast<char>(random.next());
    } else {
      for (uint64_t i = random.below(4); i <= 4; ++i)
        bytes[random.below(bytes.size())] = static_cast<char>(random.next());
    }
    RawClient client(server_.address());
    client.send(startup_packet());
    if (!random.one_in(3)) client.tags_until("Z");
    client.send(bytes);
    client.end_sending();
    client.tags_until_closed();
  }
  expect_alive();
}

TEST_F(MalformedTest, AClientThatDoesNotReadStopsItself) {
  RawClient client = logged_in();
  // Far more than any socket holds: were it all made at once, it would be 400 MB.
  client.send(query("rows 10000000"));
  RawClient other = logged_in();
  other.send(query("rows 1"));
  EXPECT_EQ(other.tags_until("Z"), "TDCZ");
  client.end_sending();
}

}  // namespace
}  // namespace millrace::pgwire
