//! The pack of all services, embedded: a directory that is read at once, and a service that is read when it is first asked for.

use std::sync::OnceLock;

use flate2::read::DeflateDecoder;
use serde::{Deserialize, Serialize};

use crate::model::Service;

/// Written by `cargo xtask models`.
static PACK: &[u8] = include_bytes!("../assets/models.pack");
/// Longer than any service, several times over: the pack is ours, and still no length in it is believed.
const FRAME_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What of all services is known without reading one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Directory {
    /// The botocore that it was made from.
    pub botocore: &'static str,
    /// In the order of their names.
    pub services: Vec<Entry>,
    /// botocore's `partitions.json`.
    pub partitions: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The AWS CLI's word for it.
    pub name: &'static str,
    pub full_name: &'static str,
    /// What SigV4's scope names; mostly how IAM's policies call it too.
    pub signing_name: &'static str,
    /// In the AWS CLI's spelling, in the order of the service's operations.
    pub commands: Vec<&'static str>,
    /// Of its frame, from the end of the directory.
    pub offset: u32,
    pub bytes: u32,
}

pub struct Catalog {
    directory: Directory,
    frames: &'static [u8],
    read: Vec<OnceLock<Option<&'static Service>>>,
}

/// The pack that is part of the program.
pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        Catalog::open(PACK).unwrap_or_else(|| Catalog {
            directory: Directory { botocore: "", services: Vec::new(), partitions: "{}" },
            frames: &[],
            read: Vec::new(),
        })
    })
}

impl Catalog {
    /// A pack: the directory's length (four bytes, little-endian), the directory, a frame a service; each deflated.
    fn open(pack: &'static [u8]) -> Option<Self> {
        let (length, rest) = pack.split_first_chunk::<4>()?;
        let (directory, frames) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        let directory: Directory = unpacked(directory)?;
        let read = directory.services.iter().map(|_| OnceLock::new()).collect();
        Some(Self { directory, frames, read })
    }

    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// By the AWS CLI's word for it; reads it if it is the first time.
    pub fn service(&self, name: &str) -> Option<&'static Service> {
        let at = self.directory.services.binary_search_by(|entry| entry.name.cmp(name)).ok()?;
        let entry = self.directory.services.get(at)?;
        *self.read.get(at)?.get_or_init(|| {
            let begin = usize::try_from(entry.offset).ok()?;
            let end = begin.checked_add(usize::try_from(entry.bytes).ok()?)?;
            let service: Service = unpacked(self.frames.get(begin..end)?)?;
            Some(Box::leak(Box::new(service)))
        })
    }
}

/// What it borrows stays for good: each frame is unpacked once.
fn unpacked<T: Deserialize<'static>>(frame: &[u8]) -> Option<T> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(DeflateDecoder::new(frame), FRAME_BYTES_MAX), &mut bytes)
        .ok()?;
    postcard::from_bytes(Box::leak(bytes.into_boxed_slice())).ok()
}

#[cfg(test)]
mod tests {
    use super::catalog;

    #[test]
    fn every_service_of_the_pack_can_be_read() {
        let directory = catalog().directory();
        assert!(directory.services.len() > 400, "{}", directory.services.len());
        for entry in &directory.services {
            let service = catalog().service(entry.name).unwrap_or_else(|| panic!("{}", entry.name));
            let commands: Vec<_> = service.operations.iter().map(|operation| operation.command).collect();
            assert_eq!(commands, entry.commands, "{}", entry.name);
            assert!(service.operations.is_sorted_by_key(|operation| operation.name), "{}", entry.name);
        }
    }

    #[test]
    fn a_service_that_is_not_there_is_none() {
        assert_eq!(catalog().service("lamda"), None);
        assert_eq!(catalog().service("lambda").map(|service| service.id), Some("Lambda"));
    }
}
