//! Secrets at rest: AES-256-GCM under one key of the installation, each value bound to the row that it belongs to.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, RandomizedNonceKey};
use secrecy::SecretString;

use crate::StoreError;

const KEY_BYTES: usize = 32;

/// The key that seals secrets. It lives beside the database in dev, and wherever the operator puts it elsewhere.
pub struct EncryptionKey(RandomizedNonceKey);

/// Why the key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum EncryptionKeyError {
    #[error("cannot read or write the encryption key `{path}`")]
    File { path: String, source: std::io::Error },
    #[error("the encryption key `{path}` must be {KEY_BYTES} bytes of hexadecimal; restore it from a backup")]
    Malformed { path: String },
}

impl EncryptionKey {
    /// Reads the key, or makes one if there is none: readable by its owner only.
    pub fn open_or_create(path: &Path) -> Result<Self, EncryptionKeyError> {
        match Self::open(path) {
            Err(EncryptionKeyError::File { source, .. }) if source.kind() == ErrorKind::NotFound => {
                create(path).map_err(|source| EncryptionKeyError::File { path: path.display().to_string(), source })?;
                Self::open(path)
            }
            opened => opened,
        }
    }

    pub fn open(path: &Path) -> Result<Self, EncryptionKeyError> {
        let shown = || path.display().to_string();
        let text = fs::read_to_string(path).map_err(|source| EncryptionKeyError::File { path: shown(), source })?;
        let malformed = || EncryptionKeyError::Malformed { path: shown() };
        let bytes = from_hexadecimal(text.trim()).ok_or_else(malformed)?;
        RandomizedNonceKey::new(&AES_256_GCM, &bytes).map(Self).map_err(|_| malformed())
    }

    /// Seals a text for one purpose (a row, a kind of token); it opens for the same purpose only.
    /// Layout: nonce, ciphertext, tag.
    pub fn seal(&self, purpose: &str, secret: &str) -> Result<Vec<u8>, StoreError> {
        let mut sealed = secret.as_bytes().to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(purpose.as_bytes()), &mut sealed)
            .map_err(|_| StoreError::Unavailable("a secret could not be encrypted".to_owned()))?;
        let mut bytes = nonce.as_ref().to_vec();
        bytes.append(&mut sealed);
        Ok(bytes)
    }

    /// `None`: not sealed with this key for this purpose.
    pub fn unseal(&self, purpose: &str, bytes: &[u8]) -> Option<SecretString> {
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = aws_lc_rs::aead::Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let opened = self.0.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut sealed).ok()?;
        Some(std::str::from_utf8(opened).ok()?.into())
    }
}

/// Writes the key whole under another name first: a crash leaves either no key or a good one.
fn create(path: &Path) -> std::io::Result<()> {
    let mut bytes = [0_u8; KEY_BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| std::io::Error::other("no randomness"))?;
    let text: String = bytes.iter().flat_map(|byte| hexadecimal(*byte)).collect();
    let unfinished = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

fn hexadecimal(byte: u8) -> [char; 2] {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    [digit(byte >> 4), digit(byte & 0xf)]
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    if text.len() != KEY_BYTES * 2 || !text.is_ascii() {
        return None;
    }
    (0..KEY_BYTES).map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_secret_opens_with_the_same_key_and_row_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("encryption.key");
        let key = EncryptionKey::open_or_create(&path).unwrap();
        let sealed = key.seal("row 1", "xoxb-secret").unwrap();
        assert!(!sealed.windows(4).any(|window| window == b"xoxb"));
        let again = EncryptionKey::open_or_create(&path).unwrap();
        assert_eq!(again.unseal("row 1", &sealed).unwrap().expose_secret(), "xoxb-secret");
        assert!(again.unseal("row 2", &sealed).is_none());
        let other = EncryptionKey::open_or_create(&directory.path().join("other.key")).unwrap();
        assert!(other.unseal("row 1", &sealed).is_none());
        assert!(again.unseal("row 1", &sealed[..5]).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("encryption.key");
        EncryptionKey::open_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_is_refused_and_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("encryption.key");
        fs::write(&path, "abc").unwrap();
        assert!(matches!(EncryptionKey::open_or_create(&path), Err(EncryptionKeyError::Malformed { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), "abc");
    }
}
