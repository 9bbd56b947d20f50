//! The key with which `dev`'s own SNS signs: made on first use, kept in the data directory, trusted by that `dev` only.
//!
//! `bellhop events send` signs with it; the sandbox serves its certificate; whichever of them comes first makes it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const FILE: &str = "development-sns.pem";

/// Where the certificate stands below the server's own address. The name has the form of Amazon's.
pub const CERTIFICATE_PATH: &str = "/sandbox/sns/SimpleNotificationService-de7e10b3e47de7e10b3e47de7e10b3e4.pem";

pub struct DevelopmentKey {
    key: RsaKeyPair,
    certificate_pem: String,
}

impl DevelopmentKey {
    pub fn open_or_create(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join(FILE);
        let pem = match fs::read_to_string(&path) {
            Ok(pem) => pem,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(&path)?,
            Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", path.display())),
        };
        Self::parse(&pem).with_context(|| format!("`{}` is damaged; delete it and a new one is made", path.display()))
    }

    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// Signs as SNS does in signature version 2: RSA with SHA-256, base64.
    pub fn sign(&self, text: &str) -> anyhow::Result<String> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| anyhow!("the development key cannot sign"))?;
        Ok(STANDARD.encode(signature))
    }

    /// One file: the private key and then the certificate.
    fn parse(pem: &str) -> anyhow::Result<Self> {
        let at = pem.find("-----BEGIN CERTIFICATE-----").context("it has no certificate")?;
        let (key, certificate) = pem.split_at(at);
        let (_, key) = x509_parser::pem::parse_x509_pem(key.as_bytes()).map_err(|error| anyhow!("{error}"))?;
        let key = RsaKeyPair::from_pkcs8(&key.contents).map_err(|error| anyhow!("{error}"))?;
        Ok(Self { key, certificate_pem: certificate.to_owned() })
    }
}

fn create(path: &Path) -> anyhow::Result<String> {
    let key = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("no key can be made"))?;
    let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&key).map_err(|_| anyhow!("no key can be made"))?;
    let certified = rcgen::KeyPair::try_from(pkcs8.as_ref())?;
    let certificate =
        rcgen::CertificateParams::new(vec!["sns.development.invalid".to_owned()])?.self_signed(&certified)?;
    let pem = format!("{}{}", certified.serialize_pem(), certificate.pem());
    keep(path, &pem).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Puts the key in place whole, or takes the one that somebody else put there at the same moment.
fn keep(path: &Path, pem: &str) -> anyhow::Result<String> {
    let directory = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let mut file = tempfile::Builder::new().prefix(FILE).tempfile_in(directory)?;
    file.write_all(pem.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(pem.to_owned()),
        Err(lost) if lost.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(fs::read_to_string(path)?),
        Err(lost) => Err(lost.error.into()),
    }
}

#[cfg(test)]
mod tests {
    use domain::sns_message::{Certificate, SnsMessage};

    use super::*;

    #[test]
    fn it_is_made_once_and_what_it_signs_verifies() {
        let directory = tempfile::tempdir().unwrap();
        let key = DevelopmentKey::open_or_create(directory.path()).unwrap();
        let again = DevelopmentKey::open_or_create(directory.path()).unwrap();
        assert_eq!(key.certificate_pem(), again.certificate_pem());
        let body = r#"{"Type":"Notification","MessageId":"m","TopicArn":"arn:aws:sns:us-east-1:123456789012:t","Message":"hello",
            "Timestamp":"2026-11-22T18:20:16Z","SignatureVersion":"2","Signature":"","SigningCertURL":""}"#;
        let mut message = SnsMessage::parse(body.as_bytes()).unwrap();
        message.signature = again.sign(&message.string_to_sign()).unwrap();
        let certificate = Certificate::from_pem(key.certificate_pem().as_bytes()).unwrap();
        assert!(certificate.verify(message, 1_790_000_000_000).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn it_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        DevelopmentKey::open_or_create(directory.path()).unwrap();
        let mode = fs::metadata(directory.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
