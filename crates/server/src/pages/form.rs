//! A form of a page: labelled fields in the order in which they are reached, one button, and what comes back unseen.

use std::fmt::Write as _;

use super::escaped;

/// One of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// Below the label, smaller.
    pub hint: String,
}

/// Sent by POST.
#[derive(Debug)]
#[must_use = "a page shows it"]
pub struct Form {
    action: String,
    submit: String,
    plain: bool,
    fields: String,
}

impl Form {
    /// `action` is relative to the page; `submit` is the word on the button.
    pub fn new(action: &str, submit: &str) -> Self {
        Self { action: action.to_owned(), submit: submit.to_owned(), plain: false, fields: String::new() }
    }

    /// Its button is not what most people came for.
    pub fn plain(self) -> Self {
        Self { plain: true, ..self }
    }

    pub fn hidden(mut self, name: &str, value: &str) -> Self {
        let (name, value) = (escaped(name), escaped(value));
        let _ = writeln!(self.fields, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
        self
    }

    pub fn text(mut self, name: &str, label: &str, hint: &str, initial: &str) -> Self {
        let (name, label, hint, initial) = (escaped(name), escaped(label), escaped(hint), escaped(initial));
        let _ = writeln!(
            self.fields,
            "<label for=\"{name}-text\">{label}</label>\n<span class=\"soft\" id=\"{name}-hint\">{hint}</span>\n\
             <input type=\"text\" id=\"{name}-text\" name=\"{name}\" value=\"{initial}\" aria-describedby=\"{name}-hint\" \
             autocomplete=\"off\" autocapitalize=\"none\" spellcheck=\"false\" maxlength=\"2048\">"
        );
        self
    }

    /// A short number; a phone shows its digits.
    pub fn digits(mut self, name: &str, label: &str) -> Self {
        let (name, label) = (escaped(name), escaped(label));
        let _ = writeln!(
            self.fields,
            "<label for=\"{name}-digits\">{label}</label>\n<input class=\"digits\" type=\"text\" id=\"{name}-digits\" \
             name=\"{name}\" inputmode=\"numeric\" autocomplete=\"off\" maxlength=\"16\" required>"
        );
        self
    }

    /// None is chosen beforehand.
    pub fn choices(mut self, name: &str, legend: &str, choices: &[Choice]) -> Self {
        let (name, legend) = (escaped(name), escaped(legend));
        let _ = writeln!(self.fields, "<fieldset>\n<legend>{legend}</legend>");
        for choice in choices {
            let (value, label, hint) = (escaped(&choice.value), escaped(&choice.label), escaped(&choice.hint));
            let _ = writeln!(
                self.fields,
                "<label class=\"choice\"><input type=\"radio\" name=\"{name}\" value=\"{value}\">\
                 <span><strong>{label}</strong><span class=\"soft\">{hint}</span></span></label>"
            );
        }
        self.fields.push_str("</fieldset>\n");
        self
    }

    pub(super) fn write(&self, body: &mut String) {
        let (action, submit) = (escaped(&self.action), escaped(&self.submit));
        let class = if self.plain { " class=\"plain\"" } else { "" };
        let _ = writeln!(
            body,
            "<form method=\"post\" action=\"{action}\">\n{}<button type=\"submit\"{class}>{submit}</button>\n</form>",
            self.fields
        );
    }
}
