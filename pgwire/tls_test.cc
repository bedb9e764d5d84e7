#include "pgwire/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "pgwire/raw_client.h"
#include "pgwire/test_server.h"

namespace millrace::pgwire {
namespace {

std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<size_t>(size));
  BIO_free(bio);
  return text;
}

struct Pair {
  std::string certificate, key;
};

Pair self_signed() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  BIO* certificate_out = BIO_new(BIO_s_mem());
  BIO* key_out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(certificate_out, certificate);
  PEM_write_bio_PrivateKey(key_out, key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return {contents(certificate_out), contents(key_out)};
}

TEST(TlsTest, CarriesAWholeSession) {
  const Pair pair = self_signed();
  auto identity = load_tls_identity(pair.certificate, pair.key);
  ASSERT_TRUE(identity.has_value()) << identity.error().to_string();
  TestServer server({}, *std::move(identity));
  PGconn* client = PQconnectdb((server.conninfo() + " sslmode=require").c_str());
  ASSERT_EQ(PQstatus(client), CONNECTION_OK) << PQerrorMessage(client);
  EXPECT_EQ(PQsslInUse(client), 1);
  PGresult* result = PQexec(client, "rows 100000");
  EXPECT_EQ(PQntuples(result), 100000) << PQerrorMessage(client);
  PQclear(result);
  PQfinish(client);

  // Plaintext sent along with the request would be taken for encrypted.
  RawClient hasty(server.address());
  hasty.send(std::string("\0\0\0\x08\x04\xd2\x16\x2f", 8) + startup_packet());
  EXPECT_EQ(hasty.tags_until_closed(), "E");
  EXPECT_EQ(hasty.state(), "08P01");
  // No handshake.
  RawClient rude(server.address());
  rude.send(std::string("\0\0\0\x08\x04\xd2\x16\x2f", 8));
  EXPECT_EQ(rude.read_raw(1), "S");
  rude.send(startup_packet());
  rude.tags_until_closed();
}

TEST(TlsTest, RefusesWhatIsNoIdentity) {
  const Pair one = self_signed(), other = self_signed();
  EXPECT_FALSE(load_tls_identity("", "").has_value());
  EXPECT_FALSE(load_tls_identity("nonsense", one.key).has_value());
  EXPECT_FALSE(load_tls_identity(one.certificate, "nonsense").has_value());
  EXPECT_FALSE(load_tls_identity(one.certificate, other.key).has_value());
}

}  // namespace
}  // namespace millrace::pgwire
