//! Is this message from Amazon SNS? The signed string, the certificate and the RSA verification.

use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::envelope::SignatureVersion;
use super::{Kind, SnsMessage};

/// A message whose signature was verified. Only [`Certificate::verify`] makes one, so whoever holds it may believe it.
#[derive(Debug, Clone)]
pub struct Verified(SnsMessage);

impl Verified {
    pub fn into_message(self) -> SnsMessage {
        self.0
    }
}

impl std::ops::Deref for Verified {
    type Target = SnsMessage;

    fn deref(&self) -> &SnsMessage {
        &self.0
    }
}

/// A signing certificate: its two RSA keys (one per hash) parsed once, and the time for which it is valid.
#[derive(Debug)]
pub struct Certificate {
    sha1: ParsedPublicKey,
    sha256: ParsedPublicKey,
    not_before_ms: i64,
    not_after_ms: i64,
}

/// Why bytes are not a certificate that could sign an SNS message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("the certificate is not PEM")]
    NotPem,
    #[error("the certificate is not X.509")]
    NotX509,
    #[error("the certificate's key is not RSA of 2,048 to 8,192 bits")]
    NotRsa,
}

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    #[error("the signing certificate is not valid at this time")]
    CertificateNotValidNow,
    #[error("`Signature` is not base64")]
    NotBase64,
    #[error("the signature does not match the message")]
    Mismatch,
}

impl Certificate {
    pub fn from_pem(pem: &[u8]) -> Result<Self, CertificateError> {
        let (pem, _) = Pem::read(std::io::Cursor::new(pem)).map_err(|_| CertificateError::NotPem)?;
        let (_, certificate) = X509Certificate::from_der(&pem.contents).map_err(|_| CertificateError::NotX509)?;
        let key = certificate.public_key().raw;
        let parsed = |algorithm: &'static dyn VerificationAlgorithm| {
            ParsedPublicKey::new(algorithm, key).map_err(|_| CertificateError::NotRsa)
        };
        Ok(Self {
            sha1: parsed(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY)?,
            sha256: parsed(&RSA_PKCS1_2048_8192_SHA256)?,
            not_before_ms: certificate.validity().not_before.timestamp().saturating_mul(1000),
            not_after_ms: certificate.validity().not_after.timestamp().saturating_mul(1000),
        })
    }

    pub fn verify(&self, message: SnsMessage, now_ms: i64) -> Result<Verified, Box<(BadSignature, SnsMessage)>> {
        match self.check(&message, now_ms) {
            Ok(()) => Ok(Verified(message)),
            Err(bad) => Err(Box::new((bad, message))),
        }
    }

    fn check(&self, message: &SnsMessage, now_ms: i64) -> Result<(), BadSignature> {
        if !(self.not_before_ms..=self.not_after_ms).contains(&now_ms) {
            return Err(BadSignature::CertificateNotValidNow);
        }
        let signature = STANDARD.decode(&message.signature).map_err(|_| BadSignature::NotBase64)?;
        let key = match message.signature_version {
            SignatureVersion::V1 => &self.sha1,
            SignatureVersion::V2 => &self.sha256,
        };
        key.verify_sig(message.string_to_sign().as_bytes(), &signature).map_err(|_| BadSignature::Mismatch)
    }
}

impl SnsMessage {
    /// The lines that SNS signs: names and values in the order of the developer guide, each ended by a line feed.
    pub fn string_to_sign(&self) -> String {
        let confirmation = self.kind != Kind::Notification;
        let members = [
            ("Message", Some(self.message.as_str())),
            ("MessageId", Some(self.message_id.as_str())),
            ("Subject", self.subject.as_deref().filter(|_| !confirmation)),
            ("SubscribeURL", self.subscribe_url.as_deref().filter(|_| confirmation)),
            ("Timestamp", Some(self.timestamp.as_str())),
            ("Token", self.token.as_deref().filter(|_| confirmation)),
            ("TopicArn", Some(self.topic_arn.as_str())),
            ("Type", Some(self.kind.as_str())),
        ];
        let mut lines = String::with_capacity(self.message.len().saturating_add(512));
        for (name, value) in members {
            if let Some(value) = value {
                lines.extend([name, "\n", value, "\n"]);
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair};

    use super::super::TopicArn;
    use super::*;

    const NOW_MS: i64 = 1_790_000_000_000;

    /// A signer of the tests' own; `rcgen` makes the certificate of its key.
    struct Signer {
        pem: String,
        key: RsaKeyPair,
    }

    impl Signer {
        fn new() -> Self {
            let key = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
            let pkcs8 = aws_lc_rs::encoding::AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&key).unwrap();
            let rcgen_key = rcgen::KeyPair::try_from(pkcs8.as_ref()).unwrap();
            let parameters = rcgen::CertificateParams::new(vec!["sns.amazonaws.com".to_owned()]).unwrap();
            let certificate = parameters.self_signed(&rcgen_key).unwrap();
            Self { pem: certificate.pem(), key: RsaKeyPair::from_pkcs8(pkcs8.as_ref()).unwrap() }
        }

        fn sign(&self, message: &mut SnsMessage, encoding: &'static dyn RsaEncoding) {
            let mut signature = vec![0; self.key.public_modulus_len()];
            let text = message.string_to_sign();
            self.key.sign(encoding, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
            message.signature = STANDARD.encode(signature);
        }
    }

    fn message(kind: &str) -> SnsMessage {
        let body = format!(
            r#"{{"Type":"{kind}","MessageId":"m-1","TopicArn":"arn:aws:sns:eu-west-1:123456789012:alarms",
            "Message":"hello\nworld","Subject":"subject","Timestamp":"2026-11-22T18:20:16.623Z","SignatureVersion":"2",
            "Signature":"","SigningCertURL":"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
            "SubscribeURL":"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription","Token":"t"}}"#
        );
        SnsMessage::parse(body.as_bytes()).unwrap()
    }

    fn verdict(certificate: &Certificate, message: &SnsMessage, now_ms: i64) -> Result<(), BadSignature> {
        certificate.verify(message.clone(), now_ms).map(|_| ()).map_err(|refused| refused.0)
    }

    #[test]
    fn the_signed_lines_are_those_of_the_developer_guide() {
        assert_eq!(
            message("Notification").string_to_sign(),
            "Message\nhello\nworld\nMessageId\nm-1\nSubject\nsubject\nTimestamp\n2026-11-22T18:20:16.623Z\n\
             TopicArn\narn:aws:sns:eu-west-1:123456789012:alarms\nType\nNotification\n"
        );
        assert_eq!(
            message("SubscriptionConfirmation").string_to_sign(),
            "Message\nhello\nworld\nMessageId\nm-1\nSubscribeURL\nhttps://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription\n\
             Timestamp\n2026-11-22T18:20:16.623Z\nToken\nt\nTopicArn\narn:aws:sns:eu-west-1:123456789012:alarms\n\
             Type\nSubscriptionConfirmation\n"
        );
    }

    #[test]
    fn a_good_signature_is_believed_and_any_change_is_not() {
        let signer = Signer::new();
        let certificate = Certificate::from_pem(signer.pem.as_bytes()).unwrap();
        for kind in ["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"] {
            let mut good = message(kind);
            signer.sign(&mut good, &RSA_PKCS1_SHA256);
            assert_eq!(verdict(&certificate, &good, NOW_MS), Ok(()), "{kind}");
            let changes: [fn(&mut SnsMessage); 6] = [
                |m| m.message.push('x'),
                |m| m.message_id.push('x'),
                |m| m.timestamp.push('x'),
                |m| m.topic_arn = TopicArn::parse("arn:aws:sns:eu-west-1:123456789012:other").unwrap(),
                |m| {
                    m.kind =
                        if m.kind == Kind::Notification { Kind::UnsubscribeConfirmation } else { Kind::Notification }
                },
                |m| m.signature_version = SignatureVersion::V1,
            ];
            for (index, change) in changes.into_iter().enumerate() {
                let mut altered = good.clone();
                change(&mut altered);
                assert_eq!(
                    verdict(&certificate, &altered, NOW_MS),
                    Err(BadSignature::Mismatch),
                    "{kind}, change {index}"
                );
            }
        }
    }

    #[test]
    fn another_key_another_hash_and_no_base64_are_refused() {
        let (signer, stranger) = (Signer::new(), Signer::new());
        let certificate = Certificate::from_pem(signer.pem.as_bytes()).unwrap();
        let mut message = message("Notification");
        stranger.sign(&mut message, &RSA_PKCS1_SHA256);
        assert_eq!(verdict(&certificate, &message, NOW_MS), Err(BadSignature::Mismatch));
        signer.sign(&mut message, &RSA_PKCS1_SHA512);
        assert_eq!(verdict(&certificate, &message, NOW_MS), Err(BadSignature::Mismatch));
        message.signature = "not base64".to_owned();
        assert_eq!(verdict(&certificate, &message, NOW_MS), Err(BadSignature::NotBase64));
        message.signature = String::new();
        assert_eq!(verdict(&certificate, &message, NOW_MS), Err(BadSignature::Mismatch));
    }

    #[test]
    fn a_certificate_counts_only_while_it_is_valid() {
        let signer = Signer::new();
        let mut certificate = Certificate::from_pem(signer.pem.as_bytes()).unwrap();
        let mut message = message("Notification");
        signer.sign(&mut message, &RSA_PKCS1_SHA256);
        (certificate.not_before_ms, certificate.not_after_ms) = (NOW_MS, NOW_MS + 1000);
        assert_eq!(verdict(&certificate, &message, NOW_MS), Ok(()));
        assert_eq!(verdict(&certificate, &message, NOW_MS + 1000), Ok(()));
        for outside in [NOW_MS - 1, NOW_MS + 1001] {
            assert_eq!(verdict(&certificate, &message, outside), Err(BadSignature::CertificateNotValidNow));
        }
    }

    #[test]
    fn what_is_not_an_rsa_certificate_is_refused() {
        assert_eq!(Certificate::from_pem(b"hello").unwrap_err(), CertificateError::NotPem);
        let pem = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
        assert_eq!(Certificate::from_pem(pem.as_bytes()).unwrap_err(), CertificateError::NotX509);
        let elliptic = rcgen::generate_simple_self_signed(vec!["sns".to_owned()]).unwrap();
        assert_eq!(Certificate::from_pem(elliptic.cert.pem().as_bytes()).unwrap_err(), CertificateError::NotRsa);
    }
}
