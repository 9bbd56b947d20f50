//! One HTTP message from Amazon SNS: its shape, and the rules that decide whether to believe it.
//!
//! `inbound/sns` parses, `app/notifications` verifies. Nothing here fetches anything: the certificate arrives as bytes.
//! Source: the SNS developer guide's "Parsing message formats" and "Verifying the signatures", and bodies observed from
//! `LocalStack` 4.14.

mod envelope;
mod signature;
mod urls;

pub use envelope::{Kind, MESSAGE_BYTES_MAX, Malformed, SnsHeaders, SnsMessage, TopicArn};
pub use signature::{BadSignature, Certificate, CertificateError, Verified};
pub use urls::{TrustedHost, TrustedHosts, UntrustedUrl, certificate_url, subscribe_url};
