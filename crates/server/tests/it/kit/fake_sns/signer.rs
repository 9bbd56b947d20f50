//! The keys that the fake signs with, and their certificates. They are made once for all tests: an RSA key takes a while.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use x509_parser::der_parser::asn1_rs::{Any, FromDer as _, Integer, OctetString, Sequence};
use x509_parser::num_bigint::BigUint;

/// The DER of "what follows is a SHA-1 digest". Source: RFC 8017, section 9.2, note 1.
const SHA1_PREFIX: [u8; 15] =
    [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];

pub struct Signer {
    pub certificate_pem: String,
    key: RsaKeyPair,
    certified: KeyPair,
    modulus: BigUint,
    private_exponent: BigUint,
}

static FIRST: LazyLock<Signer> = LazyLock::new(Signer::new);
static SECOND: LazyLock<Signer> = LazyLock::new(Signer::new);

impl Signer {
    pub fn first() -> &'static Self {
        &FIRST
    }

    pub fn second() -> &'static Self {
        &SECOND
    }

    fn new() -> Self {
        let generated = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
        let pkcs8 = generated.as_der().unwrap();
        let pkcs8: &Pkcs8V1Der<'_> = &pkcs8;
        let certified = KeyPair::try_from(pkcs8.as_ref()).unwrap();
        let (modulus, private_exponent) = numbers(pkcs8.as_ref());
        Self {
            certificate_pem: parameters().self_signed(&certified).unwrap().pem(),
            key: RsaKeyPair::from_pkcs8(pkcs8.as_ref()).unwrap(),
            certified,
            modulus,
            private_exponent,
        }
    }

    pub fn expired_certificate_pem(&self) -> String {
        let mut parameters = parameters();
        parameters.not_before = date_time_ymd(2024, 11, 22);
        parameters.not_after = date_time_ymd(2025, 11, 22);
        parameters.self_signed(&self.certified).unwrap().pem()
    }

    /// Signature version 2.
    pub fn sha256(&self, text: &str) -> String {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
        STANDARD.encode(signature)
    }

    /// Signature version 1. aws-lc-rs verifies SHA-1 and no longer signs with it, so the arithmetic is done here.
    pub fn sha1(&self, text: &str) -> String {
        let length = self.key.public_modulus_len();
        let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
        let info = [&SHA1_PREFIX, digest.as_ref()].concat();
        let padding = vec![0xff; length - info.len() - 3];
        let padded = [&[0x00, 0x01], padding.as_slice(), &[0x00], &info].concat();
        let signed = BigUint::from_bytes_be(&padded).modpow(&self.private_exponent, &self.modulus);
        let digits = signed.to_bytes_be();
        STANDARD.encode([vec![0; length - digits.len()], digits].concat())
    }
}

pub fn elliptic_certificate_pem() -> String {
    let generated = rcgen::generate_simple_self_signed(vec!["sns.test".to_owned()]).unwrap();
    generated.cert.pem()
}

fn parameters() -> CertificateParams {
    CertificateParams::new(vec!["sns.test".to_owned()]).unwrap()
}

/// Modulus and private exponent: `PrivateKeyInfo { version, algorithm, RSAPrivateKey { version, n, e, d, … } }`.
fn numbers(pkcs8: &[u8]) -> (BigUint, BigUint) {
    let (_, info) = Sequence::from_der(pkcs8).unwrap();
    let (rest, _version) = Integer::from_der(&info.content).unwrap();
    let (rest, _algorithm) = Any::from_der(rest).unwrap();
    let (_, key) = OctetString::from_der(rest).unwrap();
    let (_, key) = Sequence::from_der(key.as_cow()).unwrap();
    let (rest, _version) = Integer::from_der(&key.content).unwrap();
    let (rest, modulus) = Integer::from_der(rest).unwrap();
    let (rest, _public_exponent) = Integer::from_der(rest).unwrap();
    let (_, private_exponent) = Integer::from_der(rest).unwrap();
    let number = |integer: Integer<'_>| BigUint::from_bytes_be(integer.as_ref());
    (number(modulus), number(private_exponent))
}
