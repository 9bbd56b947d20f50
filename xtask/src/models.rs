//! `cargo xtask models`: AWS's service models, out of the botocore that the conformance tests pin, into the one file that
//! `awscall` embeds.

pub mod read;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use awscall::catalog::{Directory, Entry};
use awscall::model::Service;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use serde_json::Value;

use crate::python;
use crate::workspace::{self, Workspace};

const PACK: &str = "crates/awscall/assets/models.pack";
/// Directories of botocore whose commands the AWS CLI calls otherwise.
/// Source: `awscli/customizations/{s3/s3.py,configservice/rename_cmd.py,codedeploy/codedeploy.py}`.
const RENAMED: [(&str, &str); 3] = [("s3", "s3api"), ("config", "configservice"), ("codedeploy", "deploy")];

/// Whose extras are a parameter that is none of AWS's: `SourceRegion` tells botocore to sign a URL for another region.
const FOR_PRESIGNED_URLS: [&str; 3] = ["docdb", "neptune", "rds"];

/// Where the pinned botocore is, and its version.
pub struct Botocore {
    pub version: String,
    pub data: PathBuf,
}

impl Botocore {
    pub fn find(workspace: &Workspace) -> Result<Self> {
        let python = python::prepare(workspace)?;
        let script = "import botocore, os; print(botocore.__version__); print(os.path.join(os.path.dirname(botocore.__file__), 'data'))";
        let said = workspace::output(workspace.command(python).args(["-c", script]))?;
        let (version, data) = said.trim().split_once('\n').context("the pinned botocore does not say where it is")?;
        Ok(Self { version: version.to_owned(), data: PathBuf::from(data) })
    }
}

pub fn write(workspace: &Workspace) -> Result<()> {
    let botocore = Botocore::find(workspace)?;
    let mut services = services(&botocore.data)?;
    services.sort_by_key(|service| service.name);
    let mut frames = Vec::new();
    let mut entries = Vec::new();
    for service in &services {
        let frame = packed(service)?;
        entries.push(Entry {
            name: service.name,
            full_name: service.full_name,
            signing_name: service.signing_name,
            commands: service.operations.iter().map(|operation| operation.command).collect(),
            offset: u32::try_from(frames.len())?,
            bytes: u32::try_from(frame.len())?,
        });
        frames.extend(frame);
    }
    let partitions = json_of(&botocore.data.join("partitions.json"))?;
    let directory = packed(&Directory {
        botocore: read::kept(&botocore.version),
        services: entries,
        partitions: read::kept(&partitions.to_string()),
    })?;
    let mut pack = u32::try_from(directory.len())?.to_le_bytes().to_vec();
    pack.extend(directory);
    pack.extend(frames);
    let path = workspace.root.join(PACK);
    std::fs::write(&path, &pack).with_context(|| format!("`{}` cannot be written", path.display()))?;
    let operations: usize = services.iter().map(|service| service.operations.len()).sum();
    println!(
        "{PACK}: botocore {}, {} services, {operations} operations, {} bytes",
        botocore.version,
        services.len(),
        pack.len()
    );
    Ok(())
}

fn packed(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&postcard::to_allocvec(value)?)?;
    Ok(encoder.finish()?)
}

fn services(data: &Path) -> Result<Vec<Service>> {
    let mut services = Vec::new();
    for (name, folder) in newest_versions(data)? {
        let json = |file: &str| {
            let path = folder.join(file);
            if path.exists() { json_of(&path).map(Some) } else { Ok(None) }
        };
        let mut model = json("service-2.json.gz")?.or(json("service-2.json")?).context("no model")?;
        if let Some(extras) = json("service-2.sdk-extras.json")?
            && !FOR_PRESIGNED_URLS.contains(&name.as_str())
        {
            read::merge(&mut model, extras.get("merge").unwrap_or(&Value::Null));
        }
        let mut paginators = json("paginators-1.json")?.or(json("paginators-1.json.gz")?).unwrap_or_default();
        if let Some(extras) = json("paginators-1.sdk-extras.json")? {
            read::merge(&mut paginators, extras.get("merge").unwrap_or(&Value::Null));
        }
        let rules = json("endpoint-rule-set-1.json.gz")?.or(json("endpoint-rule-set-1.json")?).unwrap_or_default();
        let renamed = RENAMED.iter().find(|(directory, _)| *directory == name).map(|(_, command)| *command);
        let name = renamed.unwrap_or(&name);
        let service = read::service(name, &model, &paginators, &rules);
        services.push(service.with_context(|| format!("the model of `{name}`"))?);
    }
    Ok(services)
}

/// By service, the folder of the newest version that has a model.
fn newest_versions(data: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut newest = BTreeMap::new();
    for service in folders(data)? {
        let mut versions = folders(&service)?;
        versions
            .retain(|version| version.join("service-2.json.gz").exists() || version.join("service-2.json").exists());
        versions.sort();
        if let (Some(version), Some(name)) = (versions.pop(), service.file_name()) {
            newest.insert(name.to_string_lossy().into_owned(), version);
        }
    }
    Ok(newest)
}

fn folders(path: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let paths: std::io::Result<Vec<PathBuf>> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    Ok(paths?.into_iter().filter(|path| path.is_dir()).collect())
}

pub fn json_of(path: &Path) -> Result<Value> {
    let bytes = std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let json = if path.extension().is_some_and(|extension| extension == "gz") {
        serde_json::from_reader(std::io::BufReader::new(flate2::read::GzDecoder::new(bytes.as_slice())))
    } else {
        serde_json::from_slice(&bytes)
    };
    json.with_context(|| format!("`{}` is not JSON", path.display()))
}
