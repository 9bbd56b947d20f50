//! A secret of the settings that may stand in a file of its own, which only the server need read.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use super::SettingsError;

/// Tokens and client secrets have some hundred characters; a file of more is something else.
const SECRET_BYTES_MAX: usize = 4096;

/// Puts the text of the file in the secret's place. One that editors ended with a line break is taken without it.
pub(super) fn read(
    key: &'static str,
    secret: &mut Option<SecretString>,
    file: &mut Option<PathBuf>,
    directory: &Path,
) -> Result<(), SettingsError> {
    if secret.is_some() && file.is_some() {
        return Err(SettingsError::Value { key, problem: "must be given either itself or by its `_file`".to_owned() });
    }
    if let Some(file) = file.take() {
        let path = directory.join(file);
        let text = std::fs::read_to_string(&path)
            .map_err(|source| SettingsError::File { path: path.display().to_string(), source })?;
        *secret = Some(text.trim().into());
    }
    let length = secret.as_ref().map(|secret| secret.expose_secret().len());
    match length {
        None | Some(1..=SECRET_BYTES_MAX) => Ok(()),
        Some(_) => Err(SettingsError::Value { key, problem: "is empty, or longer than any secret".to_owned() }),
    }
}
