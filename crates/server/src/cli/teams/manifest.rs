//! `bellhop teams manifest`: the app package, a zip of the manifest and two icons.
//!
//! Sources: <https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package>,
//! <https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema>. No permission of a team is asked for:
//! Bellhop hears what it is mentioned in, and posts where it is added.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};
use url::Url;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::super::say;
use super::icons;
use crate::config::Settings;

/// Old enough for every tenant to take it; what later versions have, Bellhop does not use.
const MANIFEST_VERSION: &str = "1.22";
const ACCENT: &str = "#1F4E79";
/// What can be asked for, and in which words it is offered.
const COMMANDS: [(&str, &str); 3] = [
    ("help", "What I can do here"),
    ("preferences", "Where updates show in this channel"),
    ("switch-role", "Which IAM role you act under here"),
];

#[derive(Debug, Args)]
pub struct Manifest {
    /// Settings file with `microsoft_teams.bot`.
    #[arg(long)]
    config: PathBuf,
    /// Where the package is written.
    #[arg(long, default_value = "bellhop-teams.zip")]
    out: PathBuf,
    /// What people mention; 30 characters at most.
    #[arg(long, default_value = "aws", value_parser = name)]
    app_name: String,
    /// Say a higher one to update an app that is there.
    #[arg(long, default_value = "1.0.0")]
    app_version: String,
    /// Who runs it, for the app's page.
    #[arg(long, default_value = "Bellhop")]
    developer: String,
    /// Their page, which says what becomes of data too; `server.public_url` if it is not said.
    #[arg(long)]
    website: Option<Url>,
}

fn name(text: &str) -> Result<String, String> {
    let fits = (1..=30).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err("a name has 1 to 30 characters".to_owned()) }
}

impl Manifest {
    pub fn run(self) -> anyhow::Result<()> {
        let settings = Settings::of_file(&self.config)?;
        let bot = settings.microsoft_teams.bot.as_ref();
        let app_id =
            &bot.context("the settings have no `microsoft_teams.bot`: register a bot, and set it there")?.app_id;
        let website =
            self.website.as_ref().or(settings.server.public_url.as_ref()).filter(|url| url.scheme() == "https");
        let website = website
            .context("Microsoft Teams wants the page of whoever runs the app: name a https URL with --website")?;
        let host = settings.server.public_url.as_ref().and_then(Url::host_str);
        let manifest = self.manifest(app_id.as_str(), website, host);
        self.write(&manifest).with_context(|| format!("`{}` cannot be written", self.out.display()))?;
        say(&format!("{} is the package: upload it in Microsoft Teams (Apps, Manage your apps)", self.out.display()));
        Ok(())
    }

    fn manifest(&self, app_id: &str, website: &Url, host: Option<&str>) -> Value {
        let scopes = json!(["team", "personal", "groupChat"]);
        let commands = COMMANDS.map(|(title, description)| json!({"title": title, "description": description}));
        let website = website.as_str();
        json!({
            "$schema": format!("https://developer.microsoft.com/json-schemas/teams/v{MANIFEST_VERSION}/MicrosoftTeams.schema.json"),
            "manifestVersion": MANIFEST_VERSION,
            "version": self.app_version,
            // One app for one bot: the same id makes an upload an update.
            "id": app_id,
            "developer": {
                "name": self.developer, "websiteUrl": website, "privacyUrl": website, "termsOfUseUrl": website,
            },
            "name": {"short": self.app_name, "full": "Bellhop: AWS notifications in chat"},
            "description": {
                "short": "AWS notifications and commands in your channels",
                "full": "Bellhop brings notifications of AWS into the channels of your teams, and runs what you ask of AWS there.",
            },
            "icons": {"color": "color.png", "outline": "outline.png"},
            "accentColor": ACCENT,
            "bots": [{
                "botId": app_id, "scopes": scopes, "isNotificationOnly": false, "supportsFiles": false,
                "commandLists": [{"scopes": scopes, "commands": commands}],
            }],
            "permissions": ["identity", "messageTeamMembers"],
            "validDomains": host.into_iter().collect::<Vec<_>>(),
        })
    }

    fn write(&self, manifest: &Value) -> anyhow::Result<()> {
        let mut package = ZipWriter::new(File::create(&self.out)?);
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let manifest = serde_json::to_vec_pretty(manifest)?;
        for (name, bytes) in
            [("manifest.json", manifest), ("color.png", icons::color()?), ("outline.png", icons::outline()?)]
        {
            package.start_file(name, options)?;
            package.write_all(&bytes)?;
        }
        package.finish()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    const APP_ID: &str = "11111111-2222-4333-8444-555555555555";

    /// Width and height as a PNG's head has them.
    fn size(png: &[u8]) -> [u32; 2] {
        [16, 20].map(|at| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()))
    }

    #[test]
    fn the_package_is_a_manifest_and_two_icons_of_microsofts_sizes() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("bellhop.toml");
        let bot = format!("[microsoft_teams.bot]\napp_id = \"{APP_ID}\"\napp_password = \"secret\"\n");
        std::fs::write(&config, format!("[server]\npublic_url = \"https://bellhop.example/\"\n{bot}")).unwrap();
        let out = folder.path().join("teams.zip");
        let (app_name, app_version) = ("aws".to_owned(), "1.0.0".to_owned());
        let developer = "Example".to_owned();
        Manifest { config, out: out.clone(), app_name, app_version, developer, website: None }.run().unwrap();
        let mut package = zip::ZipArchive::new(File::open(&out).unwrap()).unwrap();
        let mut entry = |name: &str| {
            let mut bytes = Vec::new();
            package.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        };
        assert_eq!((size(&entry("color.png")), size(&entry("outline.png"))), ([192; 2], [32; 2]));
        let manifest: Value = serde_json::from_slice(&entry("manifest.json")).unwrap();
        assert_eq!((&manifest["id"], &manifest["bots"][0]["botId"]), (&json!(APP_ID), &json!(APP_ID)));
        assert_eq!(manifest["developer"]["websiteUrl"], "https://bellhop.example/");
        assert_eq!(manifest["validDomains"], json!(["bellhop.example"]));
        assert!(!manifest.to_string().contains("secret"));
    }
}
