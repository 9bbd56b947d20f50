//! `bellhop templates check`.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use domain::notification::template::{Selector, Template};
use domain::notification::{AccountNames, card};

use super::{ConfigArguments, shown};
use crate::cli::render::Message;
use crate::cli::say;
use crate::config::Settings;

/// What `bellhop events send --sample` publishes, at one time and place: the same input every time.
const SAMPLES: [(&str, &str); 6] = [
    ("cloudwatch-alarm", include_str!("../../../assets/samples/cloudwatch-alarm.json")),
    ("cloudwatch-ok", include_str!("../../../assets/samples/cloudwatch-ok.json")),
    ("custom", include_str!("../../../assets/samples/custom.json")),
    ("custom-thread", include_str!("../../../assets/samples/custom-thread.json")),
    ("eventbridge", include_str!("../../../assets/samples/eventbridge.json")),
    ("text", include_str!("../../../assets/samples/text.txt")),
];

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    config: ConfigArguments,
    /// Messages to try the templates on, beside the samples of `bellhop events send`; `-` is standard input.
    files: Vec<PathBuf>,
}

impl Check {
    pub fn run(self) -> anyhow::Result<()> {
        let settings = Settings::of_file(&self.config.config)?;
        if settings.templates.is_empty() {
            say(&format!("`{}` has no templates", self.config.config.display()));
            return Ok(());
        }
        let account_names = settings.account_names();
        let messages = self.messages()?;
        let mut wrong = 0;
        for (at, template) in settings.templates.iter().enumerate() {
            let found = match template.read(at) {
                Ok((selector, template)) => tried(&selector, &template, &messages, &account_names),
                Err(error) => Err(vec![shown(&error)]),
            };
            match found {
                Ok(said) => say(&said),
                Err(faults) => {
                    wrong += 1;
                    say(&faults.join("\n"));
                }
            }
        }
        match wrong {
            0 => Ok(()),
            wrong => bail!("{wrong} of {} templates are wrong", settings.templates.len()),
        }
    }

    fn messages(&self) -> anyhow::Result<Vec<(String, Message)>> {
        let samples = SAMPLES.into_iter().map(|(name, text)| {
            let text = text
                .replace("{{now}}", "2026-01-02T03:04:05.000Z")
                .replace("{{account}}", "123456789012")
                .replace("{{region}}", "us-east-1");
            Ok((format!("sample `{name}`"), Message::of(&text)))
        });
        let files = self.files.iter().map(|file| Ok((format!("`{}`", file.display()), Message::read(file)?)));
        samples.chain(files).collect()
    }
}

/// What a template was tried on, or what is wrong with it.
fn tried(
    selector: &Selector,
    template: &Template,
    messages: &[(String, Message)],
    account_names: &AccountNames,
) -> Result<String, Vec<String>> {
    let mut faults: Vec<String> = template
        .unknown_names()
        .iter()
        .map(|name| format!("{}: no card has `{name}`; docs/guides/templates.md lists what it has", template.name()))
        .collect();
    let mut on = Vec::new();
    for (name, message) in messages {
        let incoming = message.incoming(account_names);
        let card = card(&incoming);
        if !selector.fits(&card) {
            continue;
        }
        match template.check(&card, &incoming) {
            Ok(_) => on.push(name.as_str()),
            Err(error) => {
                // The same on another message is not another fault.
                let fault = format!("{}\n  (on ", shown(&error));
                if !faults.iter().any(|known| known.starts_with(&fault)) {
                    faults.push(format!("{fault}{name})"));
                }
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let name = template.name();
    Ok(if on.is_empty() {
        format!(
            "{name}: can be read, and was tried on nothing: no sample is of `{}`; name a file of one",
            selector.source
        )
    } else {
        format!("{name}: good, tried on {}", on.join(", "))
    })
}
