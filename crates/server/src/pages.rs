//! The pages that people open in a browser: one layout for all, plain HTML, no script, nothing from elsewhere.
//!
//! Front doors build a [`Page`] part by part; what they put in is text, and is escaped here. It never decides what a page
//! says. Every page stands one folder deep, like `/link/…` or `/slack/oauth`: the layout finds its style sheet from there,
//! whatever a proxy puts before the path.

mod form;

use std::fmt::Write as _;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

pub use form::{Choice, Form};

/// Where [`style`] answers.
pub const STYLE_PATH: &str = "/pages/style.css";

/// Nothing but the style sheet and forms of our own, in nobody's frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

const LAYOUT: &str = include_str!("../assets/pages/page.html");
const STYLE: &str = include_str!("../assets/pages/style.css");

/// A page with a heading, and what stands below it.
#[derive(Debug)]
#[must_use = "it is a response"]
pub struct Page {
    status: StatusCode,
    title: String,
    body: String,
}

impl Page {
    pub fn new(title: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, title: title.into(), body: String::new() }
    }

    /// A heading, one sentence of what happened, one of what to do.
    pub fn refusal(status: StatusCode, title: &str, what_happened: &str, what_to_do: &str) -> Self {
        Self { status, ..Self::new(title) }.paragraph(what_happened).paragraph(what_to_do)
    }

    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub fn heading(self, text: &str) -> Self {
        self.element("h2", "", text)
    }

    pub fn paragraph(self, text: &str) -> Self {
        self.element("p", "", text)
    }

    /// What is only good to know.
    pub fn note(self, text: &str) -> Self {
        self.element("p", " class=\"soft\"", text)
    }

    /// What went wrong with what was just sent; a screen reader says it at once.
    pub fn alarm(self, text: &str) -> Self {
        self.element("p", " class=\"alarm\" role=\"alert\"", text)
    }

    /// Names and values.
    pub fn facts<'a>(mut self, facts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.body.push_str("<dl>\n");
        for (name, value) in facts {
            let (name, value) = (escaped(name), escaped(value));
            let _ = writeln!(self.body, "<div><dt>{name}</dt><dd>{value}</dd></div>");
        }
        self.body.push_str("</dl>\n");
        self
    }

    /// Something to type into a terminal.
    pub fn command(self, text: &str) -> Self {
        self.element("pre", "", text)
    }

    /// Something to read off, large.
    pub fn code(self, text: &str) -> Self {
        self.element("strong", " class=\"code\"", text)
    }

    pub fn form(mut self, form: &Form) -> Self {
        form.write(&mut self.body);
        self
    }

    fn element(mut self, name: &str, attributes: &str, text: &str) -> Self {
        let text = escaped(text);
        let _ = writeln!(self.body, "<{name}{attributes}>{text}</{name}>");
        self
    }

    fn html(&self) -> String {
        LAYOUT.replace("{title}", &escaped(&self.title)).replacen("{body}", &self.body, 1)
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        (self.status, headers("text/html; charset=utf-8", "no-store"), self.html()).into_response()
    }
}

/// After a form was taken: the browser asks for this page, and reloading it sends nothing again. Relative to the form's.
pub fn see_other(location: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let elsewhere = [(header::LOCATION, location)];
    (StatusCode::SEE_OTHER, headers("text/plain; charset=utf-8", "no-store"), elsewhere).into_response()
}

pub async fn style() -> Response {
    // It belongs to the binary: after an update the old one must not linger.
    (headers("text/css; charset=utf-8", "no-cache"), STYLE).into_response()
}

fn headers(content_type: &'static str, cache: &'static str) -> [(HeaderName, HeaderValue); 6] {
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
        // A page's address may be a secret: no other site is told it.
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ]
}

/// Text as it may stand between tags and in quoted attributes. What would turn the reading direction is shown as a sign.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '{' => html.push_str("&#123;"),
            '\n' => html.push('\n'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => html.push('\u{fffd}'),
            control if control.is_control() => html.push('\u{fffd}'),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_is_called_is_text() {
        let hostile = "<script>alert('x')</script>\" onload=\"{body}\u{202e}";
        let page = Page::new(hostile).paragraph(hostile).facts([(hostile, hostile)]).code(hostile);
        let form = Form::new("x", hostile).hidden("csrf", hostile).text("role", hostile, hostile, "").choices(
            "role",
            hostile,
            &[Choice { value: hostile.into(), label: hostile.into(), hint: hostile.into() }],
        );
        let html = page.form(&form).html();
        assert!(!html.contains("<script") && !html.contains("\" onload") && !html.contains('\u{202e}'), "{html}");
        assert_eq!(html.matches("<main>").count(), 1);
        assert!(!html.contains("{body}") && !html.contains("{title}"));
    }

    #[test]
    fn a_page_may_neither_run_scripts_nor_be_framed_nor_be_kept() {
        let response = Page::new("A page").into_response();
        let header = |name: &str| response.headers().get(name).unwrap().to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("script") && !policy.contains("unsafe"));
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(see_other("../x").headers()["location"], "../x");
    }
}
