//! What every platform can draw of an answer or a form: sorted out once, so that a field that Slack shows is not missing in
//! Teams.
//!
//! The renderers of answers and forms call it. It cuts no words: that is each platform's own.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::conversation::{Choice, Control, Field, Form, Input, PRESS_TICKET_BYTES_MAX};
use crate::notification::text::is_blank;
use crate::notification::{Part, Table, Text};

/// Slack's `action_id`: <https://docs.slack.dev/reference/block-kit/block-elements>.
const NAME_BYTES: usize = 255;
/// Slack's options of a menu: <https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element>.
const CHOICES: usize = 100;
/// Slack's `value` of an option: <https://docs.slack.dev/reference/block-kit/composition-objects/option-object>.
const CHOICE_VALUE_BYTES: usize = 150;
/// Members of a pressed action's data in Teams that are not a person's: our ticket, and Teams' own.
const RESERVED_NAMES: [&str; 2] = ["ticket", "msteams"];

/// The parts without any platform's markdown: what an answer repeats may be a stranger's.
pub fn powerless(parts: &[Part]) -> Vec<Part> {
    let text = |text: &Text| match text {
        Text::Native(words) => Text::Plain(words.clone()),
        other => other.clone(),
    };
    let part = |part: &Part| match part {
        Part::Paragraph { title, text: words } => Part::Paragraph { title: title.clone(), text: text(words) },
        Part::Bullets { title, items, left_out } => {
            Part::Bullets { title: title.clone(), items: items.iter().map(text).collect(), left_out: *left_out }
        }
        Part::Facts(facts) => {
            let facts = facts.iter().map(|fact| crate::notification::Fact { value: text(&fact.value), ..fact.clone() });
            Part::Facts(facts.collect())
        }
        Part::Table(table) => {
            let rows = table.rows.iter().map(|row| row.iter().map(text).collect());
            Part::Table(Table { rows: rows.collect(), ..table.clone() })
        }
        Part::Tags(_) | Part::Preformatted { .. } => part.clone(),
    };
    parts.iter().map(part).collect()
}

/// Whether a control can do what it promises: its ticket comes back, its page opens.
pub fn works(control: &Control, url_bytes_max: usize) -> bool {
    match control {
        Control::Press { ticket, .. } => !ticket.is_empty() && ticket.len() <= PRESS_TICKET_BYTES_MAX,
        Control::Open { url, .. } => {
            let is_web = |url: &url::Url| matches!(url.scheme(), "https" | "http") && url.has_host();
            url.len() <= url_bytes_max
                && !url.chars().any(char::is_whitespace)
                && url::Url::parse(url).is_ok_and(|url| is_web(&url))
        }
    }
}

/// The fields that can come back, each under a name of its own, and whether any had to go.
pub fn fields(form: &Form) -> (Vec<Cow<'_, Field>>, bool) {
    let mut names = HashSet::new();
    let mut cut = false;
    let mut fields = Vec::new();
    for field in &form.fields {
        let name = field.name.as_str();
        let comes_back =
            name.len() <= NAME_BYTES && !is_blank(name) && !RESERVED_NAMES.contains(&name) && names.insert(name);
        match comes_back.then(|| with_choices(field, &mut cut)).flatten() {
            Some(field) => fields.push(field),
            None => cut = true,
        }
    }
    (fields, cut)
}

/// A field whose choices all come back as they are; nothing if there is none to choose.
fn with_choices<'a>(field: &'a Field, cut: &mut bool) -> Option<Cow<'a, Field>> {
    let Input::Menu { choices, chosen } = &field.input else { return Some(Cow::Borrowed(field)) };
    let mut values = HashSet::new();
    let mut fits = |choice: &&Choice| {
        choice.value.len() <= CHOICE_VALUE_BYTES
            && !is_blank(&choice.value)
            && values.len() < CHOICES
            && values.insert(choice.value.clone())
    };
    let kept: Vec<Choice> = choices.iter().filter(|choice| fits(choice)).cloned().collect();
    if kept.len() == choices.len() {
        return (!kept.is_empty()).then_some(Cow::Borrowed(field));
    }
    *cut = true;
    let chosen = chosen.clone().filter(|chosen| kept.iter().any(|choice| choice.value == *chosen));
    let input = Input::Menu { choices: kept, chosen };
    (!matches!(&input, Input::Menu { choices, .. } if choices.is_empty()))
        .then(|| Cow::Owned(Field { input, ..field.clone() }))
}
