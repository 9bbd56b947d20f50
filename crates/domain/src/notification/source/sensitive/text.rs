//! Secrets inside a text: what an error message, an address or a connection string gives away.
//!
//! `sensitive.rs` and the draft of a card call it, for every value that a message has. What it leaves is the rest of the
//! sentence: somebody has to understand it at night.

use super::{HIDDEN, is_sensitive_name};

/// Names in an address that are no secret's by their words: signatures of presigned URLs.
const SIGNATURES: [&str; 3] = ["x-amz-signature", "signature", "sig"];
/// Addresses that are themselves the permission to post.
const WEBHOOKS: [&str; 3] = ["://hooks.slack.com/", ".webhook.office.com/", "://hooks.chime.aws/incomingwebhooks/"];
/// Bytes of a name before its `=`.
const NAME_LENGTH: usize = 64;
/// `-----BEGIN PRIVATE KEY-----`; a web token is longer.
const SHORTEST_KEY: usize = 27;

/// The text without the secrets in it: all of a private key or a JSON web token, the password of an address, the value of
/// `password=…`, the path of a webhook.
pub fn shown(text: String) -> String {
    // Most texts are short or have none of these signs: two looks at single bytes.
    if text.len() >= SHORTEST_KEY && is_secret(&text) {
        return HIDDEN.to_owned();
    }
    let may_hold = text.contains('=') || (text.contains(':') && text.contains("://"));
    let found = if may_hold { secrets(&text) } else { Vec::new() };
    if found.is_empty() {
        return text;
    }
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (start, end) in found {
        out.push_str(text.get(from..start).unwrap_or_default());
        out.push_str(HIDDEN);
        from = end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// Whether a value is a secret whatever its name: a PEM private key, a JSON web token.
fn is_secret(text: &str) -> bool {
    let jwt = text.starts_with("eyJ") && text.len() > 40 && text.bytes().filter(|b| *b == b'.').count() == 2;
    jwt && !text.contains(char::is_whitespace) || text.contains("PRIVATE KEY-----")
}

/// Where they start and end, in order, none inside another.
fn secrets(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    add(&mut found, text.match_indices('='), |(at, _)| assigned(text, at));
    add(&mut found, text.match_indices("://"), |(at, sign)| password(text, at + sign.len()));
    // One look for what all of them have.
    let webhooks = if text.contains("hook") { &WEBHOOKS[..] } else { &[] };
    for webhook in webhooks {
        let path = |(at, webhook): (usize, &str)| value(text, at + webhook.len(), ends_address);
        add(&mut found, text.match_indices(*webhook), path);
    }
    found.sort_unstable();
    let mut end_of_last = 0;
    found.retain(|(start, end)| {
        let is_new = *start >= end_of_last;
        if is_new {
            end_of_last = *end;
        }
        is_new
    });
    found
}

/// Signs inside what was found are not looked at: a text of nothing but signs is read once, not once for each.
fn add<'a>(
    found: &mut Vec<(usize, usize)>,
    signs: impl Iterator<Item = (usize, &'a str)>,
    secret: impl Fn((usize, &'a str)) -> Option<(usize, usize)>,
) {
    let mut end_of_last = 0;
    for sign in signs {
        if sign.0 < end_of_last {
            continue;
        }
        if let Some((start, end)) = secret(sign) {
            end_of_last = end;
            found.push((start, end));
        }
    }
}

/// `password=hunter2`, `&X-Amz-Signature=…`: the value behind the `=`, if the name before it is that of a secret.
fn assigned(text: &str, at: usize) -> Option<(usize, usize)> {
    let before = text.get(..at)?.trim_end_matches(' ');
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let start = before.trim_end_matches(of_name).len();
    let name = before.get(start.max(before.len().saturating_sub(NAME_LENGTH))..)?;
    let in_address = before.get(..start)?.ends_with(['?', '&']);
    let signs = in_address && SIGNATURES.iter().any(|signature| name.eq_ignore_ascii_case(signature));
    if !signs && !is_sensitive_name(name) {
        return None;
    }
    let behind = at + 1 + text.get(at + 1..)?.bytes().take_while(|b| *b == b' ').count();
    match text.get(behind..)?.chars().next()? {
        quote @ ('"' | '\'') => value(text, behind + 1, |c| c == quote),
        _ => value(text, behind, |c| ends_address(c) || matches!(c, '&' | ';' | ',')),
    }
}

/// `user:hunter2@host`: what stands between the colon and the last `@` of the address' authority.
fn password(text: &str, start: usize) -> Option<(usize, usize)> {
    let (_, end) = value(text, start, |c| ends_address(c) || matches!(c, '/' | '?' | '#'))?;
    let authority = text.get(start..end)?;
    let (credentials, _) = authority.rsplit_once('@')?;
    let (user, secret) = credentials.split_once(':')?;
    let start = start + user.len() + 1;
    (!secret.is_empty() && !is_place(secret)).then(|| (start, start + secret.len()))
}

/// From a position to the end of the value there.
fn value(text: &str, start: usize, is_end: impl Fn(char) -> bool) -> Option<(usize, usize)> {
    let rest = text.get(start..).filter(|rest| !is_place(rest))?;
    let length = rest.find(is_end).unwrap_or(rest.len());
    (length > 0).then_some((start, start + length))
}

/// Whether a place for a value stands there, or one that is hidden already.
fn is_place(rest: &str) -> bool {
    rest.starts_with(['$', '<', '{', '*']) || rest.starts_with(HIDDEN)
}

fn ends_address(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | ')' | ']' | '}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> String {
        shown(text.to_owned())
    }

    #[test]
    fn what_gives_access_is_hidden_and_the_sentence_stays() {
        for (said, wanted) in [
            (
                "cannot reach postgres://app:hunter2@db.example:5432/x: refused",
                "cannot reach postgres://app:(hidden)@db.example:5432/x: refused",
            ),
            ("redis://:p@ss@cache", "redis://:(hidden)@cache"),
            ("Server=db;User Id=app;Password=hunter2;Timeout=5", "Server=db;User Id=app;Password=(hidden);Timeout=5"),
            ("run with DB_PASSWORD='two words' STAGE=prod", "run with DB_PASSWORD='(hidden)' STAGE=prod"),
            ("AWS_SECRET_ACCESS_KEY = abc/def+ghi, retry", "AWS_SECRET_ACCESS_KEY = (hidden), retry"),
            (
                "https://b.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature=0a1b&X-Amz-Security-Token=Fwo%3D",
                "https://b.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature=(hidden)&X-Amz-Security-Token=(hidden)",
            ),
            ("(https://hooks.slack.com/services/T0/B0/x)", "(https://hooks.slack.com/(hidden))"),
            (
                "https://a.logic.azure.com/workflows/1?sp=run&sig=abc",
                "https://a.logic.azure.com/workflows/1?sp=run&sig=(hidden)",
            ),
            ("-----BEGIN RSA PRIVATE KEY-----\nabc", HIDDEN),
        ] {
            assert_eq!(of(said), wanted);
            assert_eq!(of(wanted), wanted);
        }
    }

    #[test]
    fn what_gives_no_access_stays() {
        for said in [
            "Threshold Crossed: a >= b",
            "https://example.com/a:b@c?x=1#sig=2",
            "https://user@example.com/",
            "time 12:30://x@y",
            "StackName='web', ClientRequestTokenId=abc",
            "psql --password=$PGPASSWORD --token=<token> secret={{resolve:x}}",
            "password=",
            "the design=good, signature=none",
            "=",
            "",
        ] {
            assert_eq!(of(said), said);
        }
    }

    #[test]
    fn a_text_of_nothing_but_signs_is_read_once() {
        for sign in
            ["password=", "password='", "password=$", "://hooks.slack.com/", "://u:p@h ", "://u:", "=", "a&sig="]
        {
            let text = sign.repeat(1_000_000 / sign.len());
            assert!(of(&text).len() <= text.len() * 4, "{sign}");
        }
    }

    proptest! {
        #[test]
        fn never_fails_and_is_done_once(text in "(password|token|://|=|@|:|'|\"|hooks.slack.com/| |é|&|sig|\\?|x|\\(hidden\\)){0,24}") {
            let once = of(&text);
            prop_assert_eq!(of(&once), once);
        }
    }
}
