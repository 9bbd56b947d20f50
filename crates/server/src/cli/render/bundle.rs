//! The page's script: the sandbox's own files and the preview's, as one script without imports.
//!
//! A page of one file cannot import. Each file becomes a function that returns what it exports, in the order in which they need
//! each other. Only the two forms of `import` and `export` that our own files use are known; a test reads them all.

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::inbound::sandbox::ASSETS;

const PREVIEW: &[(&str, &str)] = &[
    ("chime.js", include_str!("../../../assets/preview/chime.js")),
    ("preview.js", include_str!("../../../assets/preview/preview.js")),
    ("teams.js", include_str!("../../../assets/preview/teams.js")),
];
const FIRST: &str = "preview.js";
const STYLES: [&str; 2] = ["style.css", "message.css"];
const PREVIEW_STYLE: &str = include_str!("../../../assets/preview/preview.css");

/// Now is when the message was sent, so that "Today" in it is the same whenever the page is looked at.
const BEFORE: &str = r#"(() => {
"use strict";
const files = {};
const sent = JSON.parse(document.getElementById("data").textContent).sent ?? 0;
const Date = class extends globalThis.Date {
  constructor(...given) {
    super(...(given.length > 0 ? given : [sent * 1000]));
  }
};
"#;
const AFTER: &str = "})();\n";

/// The whole script.
pub fn script() -> anyhow::Result<String> {
    let mut done = Vec::new();
    let mut out = String::from(BEFORE);
    add(FIRST, &mut Vec::new(), &mut done, &mut out)?;
    out.push_str(AFTER);
    with_pictures(&out)
}

/// The whole style sheet.
pub fn style() -> anyhow::Result<String> {
    let mut out = String::new();
    for name in STYLES {
        out.push_str(source(name)?);
    }
    out.push_str(PREVIEW_STYLE);
    with_pictures(&out)
}

fn source(name: &str) -> anyhow::Result<&'static str> {
    let of_preview = PREVIEW.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    let of_sandbox = ASSETS.iter().find(|(known, _, _)| *known == name).map(|(_, _, text)| *text);
    of_preview.or(of_sandbox).with_context(|| format!("there is no `{name}` among the page's files"))
}

/// Adds a file after those that it imports.
fn add(
    name: &'static str,
    above: &mut Vec<&'static str>,
    done: &mut Vec<&'static str>,
    out: &mut String,
) -> anyhow::Result<()> {
    if done.contains(&name) {
        return Ok(());
    }
    if above.contains(&name) {
        bail!("`{name}` imports itself by way of `{}`", above.join("`, `"));
    }
    above.push(name);
    let (mut body, mut exported) = (String::new(), Vec::new());
    for line in source(name)?.lines() {
        if let Some(import) = line.strip_prefix("import ") {
            let (names, file) = import.split_once(" from \"./").with_context(|| format!("`{line}` of `{name}`"))?;
            add(file.trim_end_matches([';', '"']), above, done, out)?;
            body.extend(["const ", names, " = files[\"", file.trim_end_matches([';', '"']), "\"];\n"]);
        } else if let Some(export) = line.strip_prefix("export ") {
            let what = export.strip_prefix("function ").or_else(|| export.strip_prefix("const "));
            let what = what.with_context(|| format!("`{line}` of `{name}`"))?;
            exported.push(what.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default());
            body.push_str(export);
            body.push('\n');
        } else {
            body.push_str(line);
            body.push('\n');
        }
    }
    above.pop();
    done.push(name);
    let exported = exported.join(", ");
    out.extend(["files[\"", name, "\"] = (() => {\n", &body, "return { ", &exported, " };\n})();\n"]);
    Ok(())
}

/// Addresses of the sandbox's pictures become the pictures.
fn with_pictures(text: &str) -> anyhow::Result<String> {
    let mut out = text.to_owned();
    for (name, content_type, picture) in ASSETS.iter().filter(|(_, content_type, _)| content_type.starts_with("image/"))
    {
        let data = format!(
            "data:{};base64,{}",
            content_type.split(';').next().unwrap_or_default(),
            BASE64_STANDARD.encode(picture)
        );
        out = out.replace(&format!("/sandbox/assets/{name}"), &data);
    }
    if out.contains("/sandbox/assets/") {
        bail!("the page names a picture that is not there");
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_page_is_in_it() {
        let script = script().unwrap();
        for name in
            ["dom.js", "time.js", "emoji.js", "mrkdwn.js", "blocks.js", "attachments.js", "messages.js", "teams.js"]
        {
            assert_eq!(script.matches(&format!("files[\"{name}\"] = ")).count(), 1, "{name}");
        }
        assert!(!script.contains("app.js") && !script.contains("fetch("), "the sandbox's own page is not in it");
        for line in script.lines() {
            assert!(!line.starts_with("import ") && !line.starts_with("export "), "{line}");
        }
        assert!(script.find("files[\"dom.js\"] =").unwrap() < script.find("files[\"blocks.js\"] =").unwrap());
        for text in [&script, &style().unwrap()] {
            assert!(!text.contains("</") && !text.contains("url(\"/"), "it would end its element, or ask the network");
        }
    }
}
