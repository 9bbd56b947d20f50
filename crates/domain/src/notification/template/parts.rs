//! What a template yielded, read into a card's parts.
//!
//! The language of the output is small: `gist` and the like are one text; `facts` has a `Label: value` a line; `body` has
//! paragraphs between empty lines, `- ` items, `# ` titles and fences of three backticks. A value that stands alone keeps the face that it has in
//! the card: an ARN, a point in time.

use std::collections::BTreeMap;

use super::filters::as_moment;
use super::values::words;
use super::{TemplatePart, marks};
use crate::notification::arn::Arn;
use crate::notification::text::is_blank;
use crate::notification::{Card, Fact, Part, Text};

/// As many as the readers give a card at most, and again.
const FACTS_MAX: usize = 32;
const PARTS_MAX: usize = 32;
const BODY: &str = TemplatePart::Body.name();
const FENCE: &str = "```";

/// The card with the parts that were said. What is wrong with one is a sentence without a subject.
pub fn apply(card: &Card, said: &BTreeMap<TemplatePart, String>) -> Result<Card, (TemplatePart, String)> {
    let looks = Looks::of(card);
    let mut styled = card.clone();
    for (part, output) in said {
        let output = output.as_str();
        match part {
            TemplatePart::Headline => {
                let line = output.trim();
                // A message without a headline is one that nobody reads.
                if !is_blank(&marks::plain(line)) {
                    styled.headline = looks.text(part.name(), line);
                }
            }
            TemplatePart::Gist => {
                styled.gist = Some(output.trim())
                    .filter(|text| !is_blank(&marks::plain(text)))
                    .map(|text| looks.text(part.name(), text));
            }
            TemplatePart::Footer => marks::plain(output.trim()).clone_into(&mut styled.footer),
            TemplatePart::Body => {
                let own: Vec<Part> = parts_but_facts(card).cloned().collect();
                let body = body(output, &looks, &own).map_err(|problem| (*part, problem))?;
                let facts = std::mem::take(&mut styled.body).into_iter().filter(|part| matches!(part, Part::Facts(_)));
                styled.body = body.into_iter().chain(facts).collect();
            }
            TemplatePart::Facts => {
                let facts = facts(output, &looks, card).map_err(|problem| (*part, problem))?;
                let at = styled.body.iter().position(|part| matches!(part, Part::Facts(_)));
                styled.body.retain(|part| !matches!(part, Part::Facts(_)));
                if !facts.is_empty() {
                    styled.body.insert(at.unwrap_or(styled.body.len()).min(styled.body.len()), Part::Facts(facts));
                }
            }
        }
    }
    Ok(styled)
}

fn parts_but_facts(card: &Card) -> impl Iterator<Item = &Part> {
    card.body.iter().filter(|part| !matches!(part, Part::Facts(_)))
}

fn facts_of(card: &Card) -> impl Iterator<Item = &Fact> {
    card.body.iter().flat_map(|part| if let Part::Facts(facts) = part { facts.as_slice() } else { &[] })
}

/// A text that a card has of its own, and where: a part, or the label of a fact.
struct Own<'a> {
    place: &'a str,
    words: String,
    text: &'a Text,
}

/// The texts that a card has of its own.
struct Looks<'a> {
    own: Vec<Own<'a>>,
    sent: Text,
}

impl<'a> Looks<'a> {
    fn of(card: &'a Card) -> Self {
        let own = |place, text| Own { place, words: words(text), text };
        let headline = std::iter::once(own(TemplatePart::Headline.name(), &card.headline));
        let gist = card.gist.iter().map(|gist| own(TemplatePart::Gist.name(), gist));
        let facts = facts_of(card).map(|fact| own(fact.label.as_str(), &fact.value));
        Self { own: headline.chain(gist).chain(facts).collect(), sent: Text::Time(card.sent.clone()) }
    }

    /// A value that stands alone as the card has it, in this place or another, or by its shape; one between backticks as code;
    /// else prose.
    fn text(&self, place: &str, marked: &str) -> Text {
        let marked = marked.trim();
        if let Some(value) = marks::lone_value(marked) {
            let same = self.own.iter().filter(|own| own.words == value);
            if let Some(own) = same.max_by_key(|own| own.place == place) {
                return own.text.clone();
            }
            if value == words(&self.sent) {
                return self.sent.clone();
            }
            if Arn::parse(value).is_some() && !value.contains(char::is_whitespace) {
                return Text::Arn(value.to_owned());
            }
            let moment = as_moment(value);
            if moment.unix().is_some() {
                return Text::Time(moment);
            }
        }
        let code = marked.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
        match code.filter(|code| !code.is_empty() && !code.contains('`')) {
            Some(code) => Text::Code(marks::plain(code)),
            None => Text::Plain(marks::plain(marked)),
        }
    }
}

fn facts(output: &str, looks: &Looks<'_>, card: &Card) -> Result<Vec<Fact>, String> {
    let mut facts = Vec::new();
    for line in marks::lines(output).into_iter().map(str::trim).filter(|line| !line.is_empty()) {
        if line.chars().all(|c| c == marks::OWN) {
            facts.extend(facts_of(card).cloned());
            continue;
        }
        let Some((label, value)) = marks::split_once(line, ':') else {
            let line: String = marks::plain(line).chars().take(60).collect();
            return Err(format!("has the line `{line}`: each is `Label: value`"));
        };
        let label = marks::plain(label).trim().to_owned();
        let value = looks.text(&label, value);
        // A fact that this message does not have costs the template no `if`.
        if !is_blank(&words(&value)) && !is_blank(&label) {
            facts.push(Fact::new(label, value));
        }
    }
    facts.truncate(FACTS_MAX);
    Ok(facts)
}

/// The parts of a body as its lines are read.
struct Body<'a> {
    looks: &'a Looks<'a>,
    parts: Vec<Part>,
    title: Option<String>,
    paragraph: Vec<&'a str>,
    items: Vec<Text>,
}

fn body<'a>(output: &'a str, looks: &'a Looks<'a>, own: &[Part]) -> Result<Vec<Part>, String> {
    let mut body = Body { looks, parts: Vec::new(), title: None, paragraph: Vec::new(), items: Vec::new() };
    let mut lines = marks::lines(output).into_iter();
    while let Some(line) = lines.next() {
        let shown = line.trim();
        if shown.is_empty() {
            body.end();
        } else if shown.chars().all(|c| c == marks::OWN) {
            body.end();
            body.parts.extend(own.iter().cloned());
        } else if shown.starts_with(FENCE) {
            body.end();
            let block: Vec<&str> = lines.by_ref().take_while(|line| !line.trim().starts_with(FENCE)).collect();
            let text = marks::plain(&block.join("\n"));
            let title = body.title.take();
            if !is_blank(&text) {
                body.parts.push(Part::Preformatted { title, text });
            }
        } else if let Some(title) = shown.strip_prefix("# ") {
            body.end();
            body.title = Some(marks::plain(title).trim().to_owned());
        } else if let Some(item) = shown.strip_prefix("- ") {
            body.end_paragraph();
            let item = looks.text(BODY, item);
            if !is_blank(&words(&item)) {
                body.items.push(item);
            }
        } else {
            body.end_items();
            body.paragraph.push(shown);
        }
    }
    body.end();
    if body.parts.len() > PARTS_MAX {
        return Err(format!("has more than {PARTS_MAX} paragraphs and lists"));
    }
    Ok(body.parts)
}

impl Body<'_> {
    fn end(&mut self) {
        self.end_paragraph();
        self.end_items();
    }

    fn end_paragraph(&mut self) {
        let text = std::mem::take(&mut self.paragraph).join("\n");
        if !is_blank(&marks::plain(&text)) {
            self.parts.push(Part::Paragraph { title: self.title.take(), text: self.looks.text(BODY, &text) });
        }
    }

    fn end_items(&mut self) {
        let items = std::mem::take(&mut self.items);
        if !items.is_empty() {
            self.parts.push(Part::Bullets { title: self.title.take(), items, left_out: 0 });
        }
    }
}
