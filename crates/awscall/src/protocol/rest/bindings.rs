//! The members of an input that are in the path, the query or a header.
//!
//! Whatever is typed stays inside of its place: no label leaves its segment of the path, no header brings another.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::super::field::Field;
use super::super::given::{self, Given, Path, given};
use super::super::{InputError, Request};
use crate::model::{Location, TimestampFormat};
use crate::percent;

/// What signing and HTTP set: a map of headers must not.
const RESERVED: [&str; 8] = [
    "authorization",
    "connection",
    "content-length",
    "host",
    "transfer-encoding",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
];

pub(super) struct Bindings {
    template: &'static str,
    /// By wire name, not encoded.
    labels: Vec<(&'static str, String)>,
    /// Those that the path has already; then the members'.
    query: Vec<(String, String)>,
    /// Of maps: what a member or the path says goes before.
    loose_query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
}

impl Bindings {
    /// `/{Bucket}/{Key+}?acl`
    pub fn of(path: &'static str) -> Self {
        let (template, query) = path.split_once('?').unwrap_or((path, ""));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let query = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { template, labels: Vec::new(), query, loose_query: Vec::new(), headers: Vec::new() }
    }

    /// Whether it has a place outside of the body.
    pub fn bind(&mut self, field: Field<'_>, value: &Value) -> Result<bool, InputError> {
        let root = Path::ROOT;
        let path = root.name(field.model_name());
        match field.location() {
            Some(Location::Uri) => {
                let text = text(field, value, &path, TimestampFormat::Iso8601)?;
                self.labels.push((field.wire_name(), text));
            }
            Some(Location::QueryString) => self.bind_query(field, value, &path)?,
            Some(Location::Header) => {
                if let Some(text) = header(field, value, &path)? {
                    self.headers.push((field.wire_name().to_owned(), text));
                }
            }
            Some(Location::Headers) => self.bind_headers(field, value, &path)?,
            Some(Location::StatusCode) => {}
            None => return Ok(false),
        }
        Ok(true)
    }

    fn bind_query(&mut self, field: Field<'_>, value: &Value, path: &Path<'_>) -> Result<(), InputError> {
        if let Given::Map { value: element, entries, .. } = given(field, value, path)? {
            for (key, value) in entries {
                let texts = texts(element, value, &path.name(key))?;
                self.loose_query.extend(texts.into_iter().map(|text| (key.clone(), text)));
            }
        } else {
            let texts = texts(field, value, path)?;
            self.query.extend(texts.into_iter().map(|text| (field.wire_name().to_owned(), text)));
        }
        Ok(())
    }

    fn bind_headers(&mut self, field: Field<'_>, value: &Value, path: &Path<'_>) -> Result<(), InputError> {
        let Given::Map { value: element, entries, .. } = given(field, value, path)? else { return Ok(()) };
        for (key, value) in entries {
            let name = format!("{}{key}", field.said_name().unwrap_or_default());
            let path = path.name(key);
            let lower = name.to_ascii_lowercase();
            if !is_token(&name) || RESERVED.contains(&lower.as_str()) {
                return Err(path.error("cannot be the name of a header"));
            }
            if let Some(text) = header(element, value, &path)? {
                self.headers.push((name, text));
            }
        }
        Ok(())
    }

    pub fn request(mut self, method: &'static str) -> Result<Request, InputError> {
        let path = self.path()?;
        let said: Vec<String> = self.query.iter().map(|(name, _)| name.clone()).collect();
        self.query.extend(self.loose_query.into_iter().filter(|(name, _)| !said.contains(name)));
        Ok(Request { method, path, query: self.query, headers: self.headers, body: Vec::new(), host_prefix: None })
    }

    /// The template with its labels filled in.
    fn path(&self) -> Result<String, InputError> {
        let mut path = String::new();
        let mut rest = self.template;
        while let Some((before, after)) = rest.split_once('{') {
            path.push_str(before);
            let (label, after) = after.split_once('}').unwrap_or((after, ""));
            let name = label.trim_end_matches('+');
            let value = self.labels.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
            let value = value.filter(|value| !value.is_empty());
            let value =
                value.ok_or_else(|| InputError(format!("`{name}` is part of the address: it must be given")))?;
            path.push_str(&if label.ends_with('+') { percent::but_slashes(value) } else { percent::all(value) });
            rest = after;
        }
        path.push_str(rest);
        // Encoded or not, whoever reads a URL resolves them: the request would be another operation's.
        if path.split('/').any(|segment| segment == "." || segment == "..") {
            return Err(InputError("no part of an address may be `.` or `..`".to_owned()));
        }
        if !path.starts_with('/') {
            path.insert(0, '/');
        }
        Ok(path)
    }
}

fn text(field: Field<'_>, value: &Value, path: &Path<'_>, format: TimestampFormat) -> Result<String, InputError> {
    let format = field.timestamp_format().unwrap_or(format);
    given::text(&given(field, value, path)?, format).ok_or_else(|| path.error("takes one value, not several"))
}

/// Of a query: one, or a list's.
fn texts(field: Field<'_>, value: &Value, path: &Path<'_>) -> Result<Vec<String>, InputError> {
    let (element, values) = match given(field, value, path)? {
        Given::List { element, values } => (element, values),
        Given::Null => return Ok(Vec::new()),
        _ => return Ok(vec![text(field, value, path, TimestampFormat::Iso8601)?]),
    };
    let values = values.iter().enumerate().filter(|(_, value)| !value.is_null());
    values.map(|(at, value)| text(element, value, &path.place(at), TimestampFormat::Iso8601)).collect()
}

/// Nothing for a list without elements: a header without a value would say something else.
fn header(field: Field<'_>, value: &Value, path: &Path<'_>) -> Result<Option<String>, InputError> {
    let text = match given(field, value, path)? {
        Given::List { element, values } => {
            let mut parts = Vec::with_capacity(values.len());
            for (at, value) in values.iter().enumerate().filter(|(_, value)| !value.is_null()) {
                let part = text(element, value, &path.place(at), TimestampFormat::Rfc822)?;
                parts.push(if value.is_string() && element.timestamp_format().is_none() { quoted(part) } else { part });
            }
            if parts.is_empty() {
                return Ok(None);
            }
            parts.join(", ")
        }
        // Text that is JSON already is not to be quoted once more.
        Given::Document(Value::String(json)) if serde_json::from_str::<IgnoredAny>(json).is_ok() => {
            BASE64_STANDARD.encode(json)
        }
        Given::Document(value) => BASE64_STANDARD.encode(value.to_string()),
        Given::Null => return Ok(None),
        _ => text(field, value, path, TimestampFormat::Rfc822)?,
    };
    // A line break would begin another header.
    if text.bytes().any(|byte| !(b' '..=b'~').contains(&byte) && byte != b'\t') {
        return Err(path.error("is sent in a header: it takes ASCII without line breaks"));
    }
    Ok(Some(text))
}

/// Source: RFC 9110, section 5.6.4.
fn quoted(part: String) -> String {
    if part.contains(['"', ',']) { format!("\"{}\"", part.replace('"', "\\\"")) } else { part }
}

/// Source: RFC 9110, section 5.6.2.
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
