//! `bellhop store copy`: an installation moves to another engine, or to another place.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use secrecy::SecretString;
use store::{CopiedTable, KEY_FILE, PostgresSettings, Role, Store, StoreSettings};

use crate::cli::say;

/// One connection reads or writes, one is there for what is asked beside.
const CONNECTIONS: u32 = 2;
/// How often a long table is told of.
const TOLD_EVERY: u64 = 50_000;

#[derive(Debug, Args)]
pub struct Copy {
    /// Where everything is: `sqlite:DIRECTORY` or `postgres://…`. Its servers must be stopped.
    #[arg(long, value_name = "STORE", value_parser = place)]
    from: Place,
    /// Where it goes: `postgres://…` of an empty database, or `sqlite:DIRECTORY` that is new.
    #[arg(long, value_name = "STORE", value_parser = place)]
    to: Place,
    /// The key that the source's secrets are sealed with; `encryption.key` in the source's directory unless it is said.
    #[arg(long, value_name = "FILE")]
    encryption_key_file: Option<PathBuf>,
}

#[derive(Debug, Clone)]
enum Place {
    Directory(PathBuf),
    Database(SecretString),
}

/// No error of it repeats the text: it may hold a password.
fn place(text: &str) -> Result<Place, String> {
    match text.split_once(':') {
        Some(("sqlite", directory)) if !directory.is_empty() => Ok(Place::Directory(directory.into())),
        Some(("postgres" | "postgresql", _)) => Ok(Place::Database(text.into())),
        _ => Err("say `sqlite:DIRECTORY` or `postgres://user:password@host/database`".to_owned()),
    }
}

impl Place {
    fn settings(&self, key_file: &Path, role: Role) -> StoreSettings {
        let (data_dir, postgres) = match self {
            Self::Directory(directory) => (directory.clone(), None),
            Self::Database(url) => {
                (PathBuf::from("."), Some(PostgresSettings { url: url.clone(), max_connections: CONNECTIONS }))
            }
        };
        StoreSettings { data_dir, postgres, encryption_key_file: Some(key_file.to_owned()), role }
    }
}

impl Copy {
    pub async fn run(self) -> anyhow::Result<()> {
        let key_file = match (&self.encryption_key_file, &self.from) {
            (Some(file), _) => file.clone(),
            (None, Place::Directory(directory)) => directory.join(KEY_FILE),
            (None, Place::Database(_)) => bail!(
                "name the file of the key that the secrets are sealed with, as every node has it: --encryption-key-file"
            ),
        };
        let source = Store::open(&self.from.settings(&key_file, Role::Copier)).await.context("the source")?;
        let target_key_file = match &self.to {
            Place::Directory(directory) => bring_key(&key_file, directory)?,
            Place::Database(_) => key_file.clone(),
        };
        // Its schema first, as a server would make it.
        let made = Store::open(&self.to.settings(&target_key_file, Role::Server)).await.context("the target")?;
        made.close().await;
        drop(made);
        let target = Store::open(&self.to.settings(&target_key_file, Role::Copier)).await.context("the target")?;
        let copied = source.copy_to(&target, tell).await?;
        target.close().await;
        source.close().await;
        for CopiedTable { table, rows } in copied.tables.iter().filter(|table| table.rows > 0) {
            say(&format!("{rows:>9}  {table}"));
        }
        let rows: u64 = copied.tables.iter().map(|table| table.rows).sum();
        say(&format!("{rows:>9}  rows are copied and counted again; leases were left behind"));
        if copied.texts_changed > 0 {
            let texts = copied.texts_changed;
            say(&format!("{texts} texts had a NUL character, which PostgreSQL cannot keep: U+FFFD stands for it"));
        }
        say(&next_steps(&self.to, &key_file));
        Ok(())
    }
}

/// On the way, where it is in nobody's pipe.
fn tell(copied: CopiedTable) {
    if copied.rows.is_multiple_of(TOLD_EVERY) {
        let _ = writeln!(std::io::stderr(), "{} … {}", copied.table, copied.rows);
    }
}

/// The target's key is the source's. One that is there already and is another belongs to other secrets.
fn bring_key(key_file: &Path, directory: &Path) -> anyhow::Result<PathBuf> {
    let target = directory.join(KEY_FILE);
    let key = fs::read(key_file).with_context(|| format!("cannot read the encryption key `{}`", key_file.display()))?;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).with_context(|| format!("cannot make the directory `{}`", directory.display()))?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&target) {
        Ok(mut file) => {
            file.write_all(&key).and_then(|()| file.sync_all()).context("cannot write the encryption key")?;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            if fs::read(&target)? != key {
                bail!("`{}` is another key than the source's: name a directory that is new", target.display());
            }
        }
        Err(error) => return Err(error).with_context(|| format!("cannot make `{}`", target.display())),
    }
    Ok(target)
}

fn next_steps(to: &Place, key_file: &Path) -> String {
    match to {
        Place::Directory(directory) => {
            format!(
                "the key is in it too; serve from it: `store.data_dir = \"{}\"`, without `store.url`",
                directory.display()
            )
        }
        Place::Database(_) => format!(
            "every node needs the key `{}` and says where it is: `store.url` and `store.encryption_key_file`",
            key_file.display()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_directory_or_a_database_and_its_password_is_not_repeated() {
        assert!(matches!(place("sqlite:./data").unwrap(), Place::Directory(path) if path == Path::new("./data")));
        assert!(matches!(place("postgres://u:secret@h/d").unwrap(), Place::Database(_)));
        for text in ["", "sqlite:", "mysql://u:secret@h/d", "./data"] {
            let sentence = place(text).unwrap_err();
            assert!(sentence.contains("say `sqlite:DIRECTORY`") && !sentence.contains("secret"), "{sentence}");
        }
        assert!(!format!("{:?}", place("postgres://u:secret@h/d").unwrap()).contains("secret"));
    }

    #[test]
    fn another_key_in_the_target_is_not_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let (source, target) = (directory.path().join("source.key"), directory.path().join("data"));
        fs::write(&source, "ab").unwrap();
        let brought = bring_key(&source, &target).unwrap();
        assert_eq!(fs::read(&brought).unwrap(), b"ab");
        bring_key(&source, &target).unwrap();
        fs::write(&brought, "cd").unwrap();
        assert!(bring_key(&source, &target).unwrap_err().to_string().contains("another key"));
        assert_eq!(fs::read(&brought).unwrap(), b"cd");
    }
}
