// What is encoded is decoded again, for every message; what is cut short is not a message.
#include <gtest/gtest.h>

#include "base/rng.h"
#include "pgwire/raw_client.h"

namespace millrace::pgwire {
namespace {

template <class Message>
void round_trip(const Message& message) {
  const std::string bytes = encoded(message);
  ASSERT_EQ(bytes[0], Message::kTag);
  ASSERT_EQ(read_big_endian<uint32_t>(std::string_view(bytes).substr(1)) + 1, bytes.size());
  Message again;
  const std::string body = bytes.substr(5);
  ASSERT_TRUE(decode(body, again)) << Message::kTag;
  EXPECT_EQ(encoded(again), bytes);
}

TEST(MessagesTest, RoundTrip) {
  round_trip(Query{"select 1"});
  round_trip(Parse{"s", "select $1", {0, 23}});
  round_trip(Bind{"p", "s", {0, 1}, {"x", std::nullopt, ""}, {1}});
  round_trip(Describe{'S', "s"});
  round_trip(Execute{"p", 7});
  round_trip(Close{'P', "p"});
  round_trip(CopyData{"data"});
  round_trip(CopyFail{"why"});
  round_trip(Sync{});
  round_trip(SaslInitialResponse{"SCRAM-SHA-256", "n,,n=,r=x"});
  round_trip(Authentication{AuthenticationKind::kSaslContinue, "data"});
  round_trip(ParameterStatus{"TimeZone", "UTC"});
  round_trip(BackendKeyData{1, 0xffffffff});
  round_trip(RowDescription{{{"a", 20000, 1, 23, 4, -1, 0}, {"b", 0, 0, 25, -1, 14, 1}}});
  round_trip(ParameterDescription{{23, 25}});
  round_trip(CommandComplete{"INSERT 0 1"});
  round_trip(CopyInResponse{'\1', {1, 1}});
  round_trip(ErrorResponse{{{'S', "ERROR"}, {'M', "no"}}});
}

// Every prefix of a body that ends in a counted or terminated field is refused; so is a byte too many.
TEST(MessagesTest, ShortAndLongBodiesAreRefused) {
  const std::string body = encoded(Bind{"p", "s", {0, 1}, {"x", std::nullopt, "yz"}, {1}}).substr(5);
  Bind bind;
  for (size_t bytes = 0; bytes < body.size(); ++bytes) EXPECT_FALSE(decode(body.substr(0, bytes), bind)) << bytes;
  EXPECT_FALSE(decode(body + "x", bind));
  EXPECT_TRUE(decode(body, bind));
  EXPECT_EQ(bind.parameters.size(), 3U);
  EXPECT_EQ(bind.parameters[2], "yz");
  EXPECT_FALSE(bind.parameters[1].has_value());
}

TEST(MessagesTest, TheBodyALengthClaimsIsNotBelieved) {
  // 65,535 elements in a message of four bytes.
  ParameterDescription description;
  EXPECT_FALSE(decode(std::string("\xff\xff\0\0", 4), description));
}

}  // namespace
}  // namespace millrace::pgwire
