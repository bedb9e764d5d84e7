#include "pgwire/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

namespace millrace::pgwire {
namespace {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    free(pointer);
  }
};
using Context = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, Free<SSL_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

class Stream final : public TlsStream {
 public:
  explicit Stream(SSL_CTX* context) : ssl_(SSL_new(context)) {
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_.get());
  }

  bool receive(std::string_view cipher, std::string& plain) override {
    if (BIO_write(SSL_get_rbio(ssl_.get()), cipher.data(), static_cast<int>(cipher.size())) < 0) return false;
    std::array<char, 16 * 1024> piece;
    while (true) {
      ERR_clear_error();
      const int count = SSL_read(ssl_.get(), piece.data(), piece.size());
      collect();
      if (count > 0) {
        plain.append(piece.data(), static_cast<size_t>(count));
        continue;
      }
      const int reason = SSL_get_error(ssl_.get(), count);
      return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE;
    }
  }

  bool send(std::string_view plain) override {
    ERR_clear_error();
    const bool sent = plain.empty() || SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size())) > 0;
    collect();
    return sent;
  }

  std::string& output() override { return output_; }

 private:
  void collect() {
    BIO* bio = SSL_get_wbio(ssl_.get());
    const size_t pending = BIO_ctrl_pending(bio);
    if (pending == 0) return;
    const size_t start = output_.size();
    output_.resize(start + pending);
    const int count = BIO_read(bio, output_.data() + start, static_cast<int>(pending));
    output_.resize(start + static_cast<size_t>(std::max(count, 0)));
  }

  const Ssl ssl_;
  std::string output_;
};

class Identity final : public TlsIdentity {
 public:
  explicit Identity(Context context) : context_(std::move(context)) {}
  std::unique_ptr<TlsStream> open() const override { return std::make_unique<Stream>(context_.get()); }

 private:
  const Context context_;
};

SqlError unusable(std::string what) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  SqlError error(sqlstate::kInvalidParameterValue, std::move(what));
  return reason == nullptr ? error : std::move(error).with_detail(reason);
}

Bio over(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

}  // namespace

Result<std::unique_ptr<TlsIdentity>> load_tls_identity(std::string_view certificate_chain, std::string_view key) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context) return unusable("TLS cannot be used");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);

  const Bio chain = over(certificate_chain);
  const Certificate own(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  if (!own || SSL_CTX_use_certificate(context.get(), own.get()) != 1) return unusable("no certificate in the TLS file");
  while (X509* issuer = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    SSL_CTX_add0_chain_cert(context.get(), issuer);
  }
  ERR_clear_error();  // reading the chain ends with an error
  const Key private_key(PEM_read_bio_PrivateKey(over(key).get(), nullptr, nullptr, nullptr));
  if (!private_key || SSL_CTX_use_PrivateKey(context.get(), private_key.get()) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return unusable("the TLS key does not belong to the certificate");
  }
  return std::make_unique<Identity>(std::move(context));
}

}  // namespace millrace::pgwire
