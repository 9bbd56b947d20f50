//! A Slack method's arguments, out of any of the forms in which Slack takes them. Called by `slack_api.rs`.
//!
//! A JSON object, a form or (for GET) a query. It says what is malformed; it never judges what a value means.
//! Source: <https://docs.slack.dev/apis/web-api/> ("Evaluating requests"), and the errors that every method lists.

use axum::http::{HeaderMap, header, request::Parts};
use serde_json::{Map, Value};

use super::slack_api::SlackError;

#[derive(Debug, Default)]
pub struct Arguments {
    values: Map<String, Value>,
    /// A form may carry its token; a JSON body or a query may not (reference).
    form_token: Option<String>,
    is_json: bool,
}

impl Arguments {
    pub fn read(parts: &Parts, body: &[u8]) -> Result<Self, SlackError> {
        if body.is_empty() {
            let values = form(parts.uri.query().unwrap_or_default().as_bytes());
            return Ok(Self { values, form_token: None, is_json: false });
        }
        let content_type = header_text(&parts.headers, header::CONTENT_TYPE.as_str());
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media_type.as_str() {
            "application/json" => match serde_json::from_slice(body) {
                Ok(Value::Object(values)) => Ok(Self { values, form_token: None, is_json: true }),
                Ok(_) => Err(SlackError::new("json_not_object")),
                Err(_) => Err(SlackError::new("invalid_json")),
            },
            "application/x-www-form-urlencoded" => {
                let mut values = form(body);
                let token = values.remove("token").and_then(|token| token.as_str().map(str::to_owned));
                Ok(Self { values, form_token: token, is_json: false })
            }
            "" => Err(SlackError::new("missing_post_type")),
            _ => Err(SlackError::new("invalid_post_type")),
        }
    }

    /// Of a body that was read already.
    pub fn of_json(body: Value) -> Self {
        match body {
            Value::Object(values) => Self { values, form_token: None, is_json: true },
            _ => Self::default(),
        }
    }

    pub fn is_json(&self) -> bool {
        self.is_json
    }

    /// The token of the header, else of the form.
    pub fn token<'a>(&'a self, headers: &'a HeaderMap) -> Option<&'a str> {
        let bearer = header_text(headers, header::AUTHORIZATION.as_str()).strip_prefix("Bearer ").map(str::trim);
        bearer.or(self.form_token.as_deref()).filter(|token| !token.is_empty())
    }

    /// A scalar as text: forms know nothing else, and Slack takes JSON numbers for them, too (observed).
    pub fn text(&self, name: &str) -> Option<String> {
        match self.values.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    pub fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| matches!(text.as_str(), "true" | "1"))
    }

    /// An object or array, or the JSON text of one. `Err` if it is text that is no JSON.
    pub fn json(&self, name: &str) -> Result<Option<Value>, serde_json::Error> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// The text of an argument that the method cannot do without.
    pub fn required(&self, name: &str) -> Result<String, SlackError> {
        self.text(name).filter(|text| !text.is_empty()).ok_or_else(|| {
            SlackError::with_messages("invalid_arguments", vec![format!("missing required field: {name}")])
        })
    }
}

fn form(encoded: &[u8]) -> Map<String, Value> {
    url::form_urlencoded::parse(encoded)
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect()
}

fn header_text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
