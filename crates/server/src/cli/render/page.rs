//! The preview as one page: no network, no clock, nothing of the message as markup.
//!
//! The messages stand in it as JSON that its script draws, by text nodes alone. Its policy lets run what Bellhop wrote and nothing
//! else, so that a way around the escaping would still do nothing.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::notification::{Card, Text};
use serde_json::{Value, json};

use super::{Platform, bundle};

/// The page that shows a card's messages side by side.
pub(super) fn of(card: &Card, messages: &[(Platform, Value)]) -> anyhow::Result<String> {
    let (script, style) = (bundle::script()?, bundle::style()?);
    let shown: Vec<Value> =
        messages.iter().map(|(platform, message)| json!({"platform": platform.name(), "message": message})).collect();
    let data = json!({"sent": card.sent.unix(), "messages": shown});
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(&script),
        hash(&style)
    );
    let title = match &card.headline {
        Text::Plain(text)
        | Text::Code(text)
        | Text::Arn(text)
        | Text::Native(text)
        | Text::Person { name: text, .. } => text.clone(),
        Text::Time(moment) => moment.utc(),
    };
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{} – Bellhop</title>\n<style>{style}</style>\n</head>\n<body>\n<main id=\"preview\"></main>\n\
         <noscript>This page draws a message, which takes JavaScript.</noscript>\n\
         <script type=\"application/json\" id=\"data\">{}</script>\n<script>{script}</script>\n</body>\n</html>\n",
        escaped(&title),
        within_script(&data)
    ))
}

fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes())))
}

/// A stranger's words between tags.
fn escaped(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).fold(String::new(), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
        out
    })
}

/// JSON in which nothing ends or begins an element.
fn within_script(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use domain::notification::{AccountNames, Incoming, card};

    use super::*;

    fn page(message: &str) -> String {
        let topic_arn = "arn:aws:sns:us-east-1:123456789012:t";
        let incoming = Incoming {
            topic_arn,
            subject: None,
            message,
            timestamp: "2026-11-22T18:20:17Z",
            account_names: AccountNames::NONE,
        };
        let card = card(&incoming);
        let messages = Platform::ALL.map(|platform| (platform, platform.message(&card).unwrap()));
        of(&card, &messages).unwrap()
    }

    #[test]
    fn a_message_is_never_markup() {
        let hostile = "</title></script><script>alert(1)</script><!--<img src=x onerror=alert(2)>";
        let (page, quiet) = (page(hostile), page("quiet"));
        for tag in ["<script", "</script", "<!--", "<img", "</title"] {
            assert_eq!(page.matches(tag).count(), quiet.matches(tag).count(), "{tag}");
        }
        assert!(page.contains("alert(1)"));
    }

    #[test]
    fn the_policy_names_what_is_in_the_page() {
        let page = page("x");
        let between = |from: &str, to: &str| page.split_once(from).unwrap().1.split_once(to).unwrap().0.to_owned();
        assert!(page.contains(&hash(&between("<script>", "</script>"))));
        assert!(page.contains(&hash(&between("<style>", "</style>"))));
        assert!(!page.contains("src=\"http") && !page.contains("href=\"http"));
        assert_eq!(page, self::page("x"));
    }
}
