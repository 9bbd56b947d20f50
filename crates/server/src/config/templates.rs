//! `[[templates]]`: in whose words the cards of a source are.
//!
//! A template that cannot be read stops the start, as any other wrong setting does: one that fails later costs only its own effect.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use domain::notification::template::{Selector, TEMPLATE_BYTES_MAX, Template, TemplateError, TemplatePart, Templates};
use serde::Deserialize;

use super::{Settings, SettingsError};

/// Templates of one installation.
const TEMPLATES_MAX: usize = 200;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateSettings {
    /// A reader's name (`codepipeline`) or an event source (`aws.codepipeline`); `*` and `?` are wildcards.
    pub source: String,
    /// The detail-type, with the same wildcards; any unless set.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// A `MiniJinja` file, beside the settings file; or the parts themselves.
    pub file: Option<PathBuf>,
    pub headline: Option<String>,
    pub gist: Option<String>,
    pub body: Option<String>,
    pub facts: Option<String>,
    pub footer: Option<String>,
    /// What `file` has, once it was read.
    #[serde(skip)]
    pub(super) text: Option<String>,
}

impl TemplateSettings {
    /// What errors call it: its file, or where it stands in the settings.
    fn name(&self, at: usize) -> String {
        self.file.as_ref().map_or_else(|| format!("templates[{at}]"), |file| file.display().to_string())
    }

    fn parts(&self) -> Vec<(TemplatePart, &str)> {
        let texts = [
            (TemplatePart::Headline, &self.headline),
            (TemplatePart::Gist, &self.gist),
            (TemplatePart::Body, &self.body),
            (TemplatePart::Facts, &self.facts),
            (TemplatePart::Footer, &self.footer),
        ];
        texts.into_iter().filter_map(|(part, text)| Some((part, text.as_deref()?))).collect()
    }

    /// The template, read.
    pub fn read(&self, at: usize) -> Result<(Selector, Template), TemplateError> {
        let name = self.name(at);
        let template = match &self.text {
            Some(text) => Template::of_file(&name, text),
            None => Template::of_parts(&name, self.parts()),
        };
        Ok((Selector { source: self.source.clone(), kind: self.kind.clone() }, template?))
    }
}

impl Settings {
    /// Reads the files; what they say is looked at by whoever asks for [`Settings::templates`].
    pub(super) fn read_template_files(&mut self, directory: &Path) -> Result<(), SettingsError> {
        let wrong = |problem: String| SettingsError::Value { key: "templates", problem };
        if self.templates.len() > TEMPLATES_MAX {
            return Err(wrong(format!("are more than {TEMPLATES_MAX}")));
        }
        for (at, template) in self.templates.iter_mut().enumerate() {
            let parts = template.parts().len();
            let Some(file) = &template.file else { continue };
            if parts > 0 {
                let name = template.name(at);
                return Err(wrong(format!("have one with both `file` and parts, `{name}`: say one of them")));
            }
            let path = directory.join(file);
            template.text = Some(read_template(&path)?);
        }
        Ok(())
    }

    /// The templates in the settings' order; the first that is wrong is an error.
    pub fn templates(&self) -> Result<Templates, TemplateError> {
        self.templates.iter().enumerate().map(|(at, template)| template.read(at)).collect()
    }
}

/// A template's file, within its limit.
pub fn read_template(path: &Path) -> Result<String, SettingsError> {
    let failed = |source| SettingsError::File { path: path.display().to_string(), source };
    let mut text = String::new();
    let limit = TEMPLATE_BYTES_MAX as u64 + 1;
    std::fs::File::open(path).and_then(|file| file.take(limit).read_to_string(&mut text)).map_err(failed)?;
    Ok(text)
}
