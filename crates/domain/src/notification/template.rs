//! Templates: how a user restyles the cards of a source, in `MiniJinja`.
//!
//! The server's settings read them ([`Template::of_file`], [`Template::of_parts`]), the worker that delivers applies them
//! ([`Templates::restyle`]), `bellhop templates check` tries them ([`Template::check`]). A template says a card's parts
//! in other words and order. It never makes a platform's JSON, a link, a mention or a severity: what it yields is a stranger's
//! text to every renderer, and a value that it prints is text whatever is in it (`marks`). It reads no file, and ends: fuel
//! bounds its time, [`OUTPUT_BYTES_MAX`] what it says. One that fails costs nothing but its own effect.

mod engine;
mod error;
mod filters;
mod marks;
mod parts;
mod select;
mod values;

use std::collections::BTreeMap;

use minijinja::Environment;

pub use self::error::TemplateError;
pub use self::select::Selector;

use super::{Card, Fact, Incoming, Part, Text};

/// Bytes of a template.
pub const TEMPLATE_BYTES_MAX: usize = 64 * 1024;
/// Bytes that all parts of one card may take together, marks included.
pub const OUTPUT_BYTES_MAX: usize = 16 * 1024;
/// The fact that says why a template was not used.
const FAULT_LABEL: &str = "Template";
/// Characters of it.
const FAULT_TEXT: usize = 300;

/// The parts of a card that a template may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TemplatePart {
    Headline,
    Gist,
    Body,
    Facts,
    Footer,
}

impl TemplatePart {
    pub const ALL: [Self; 5] = [Self::Headline, Self::Gist, Self::Body, Self::Facts, Self::Footer];

    /// Its block in a file, and its key in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Headline => "headline",
            Self::Gist => "gist",
            Self::Body => "body",
            Self::Facts => "facts",
            Self::Footer => "footer",
        }
    }
}

/// How a template treats what it names and a message does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Undefined {
    /// It is empty.
    Empty,
    /// It is an error, unless the template asks first.
    Error,
}

/// One template, read and found to be well-formed.
#[derive(Debug, Clone)]
pub struct Template {
    name: String,
    environment: Environment<'static>,
    /// The parts that it says, and where each is: in a block of the one file, or in a text of its own.
    parts: BTreeMap<TemplatePart, Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Block,
    Text,
}

impl Template {
    /// A file: `{% block headline %}…{% endblock %}` and the like. `name` is what errors call it.
    pub fn of_file(name: &str, text: &str) -> Result<Self, TemplateError> {
        let mut template = Self::empty(name);
        template.add(name, text)?;
        let blocks = engine::blocks(text);
        if let Some(unknown) = blocks.iter().find(|block| !TemplatePart::ALL.iter().any(|part| part.name() == **block))
        {
            let known = TemplatePart::ALL.map(TemplatePart::name).join("`, `");
            return Err(TemplateError::whole(name, format!("has a block `{unknown}`: a card has `{known}`")));
        }
        let is_said = |part: &TemplatePart| blocks.contains(&part.name());
        template.parts = TemplatePart::ALL.into_iter().filter(is_said).map(|part| (part, Place::Block)).collect();
        template.with_parts()
    }

    /// Texts of the settings, one a part.
    pub fn of_parts<'a>(
        name: &str,
        texts: impl IntoIterator<Item = (TemplatePart, &'a str)>,
    ) -> Result<Self, TemplateError> {
        let mut template = Self::empty(name);
        for (part, text) in texts {
            template.add(part.name(), text).map_err(|error| error.within(name))?;
            template.parts.insert(part, Place::Text);
        }
        template.with_parts()
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The parts that it says; the others stay as they are.
    pub fn parts(&self) -> impl Iterator<Item = TemplatePart> + '_ {
        self.parts.keys().copied()
    }

    /// The card in the template's words; with a fact that says why where there are none. Total, and bounded in time.
    #[must_use]
    pub fn restyle(&self, card: Card, incoming: &Incoming<'_>) -> Card {
        match self.render(&card, incoming, &self.environment) {
            Ok(restyled) => restyled,
            Err(error) => with_fault(card, &error),
        }
    }

    /// The same for whoever writes the template: what goes wrong is an error, and so is a value that the message does not have.
    pub fn check(&self, card: &Card, incoming: &Incoming<'_>) -> Result<Card, TemplateError> {
        self.render(card, incoming, &engine::with_undefined(self.environment.clone(), Undefined::Error))
    }

    /// Names that no card has, whatever the message: most often a misspelt one.
    pub fn unknown_names(&self) -> Vec<String> {
        let texts = self.environment.templates();
        let mut names: Vec<String> = texts
            .flat_map(|(_, text)| text.undeclared_variables(false))
            .filter(|name| !values::NAMES.contains(&name.as_str()) && !engine::GLOBALS.contains(&name.as_str()))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    fn empty(name: &str) -> Self {
        let environment = engine::with_undefined(engine::environment(), Undefined::Empty);
        Self { name: name.to_owned(), environment, parts: BTreeMap::new() }
    }

    fn add(&mut self, name: &str, text: &str) -> Result<(), TemplateError> {
        if text.len() > TEMPLATE_BYTES_MAX {
            return Err(TemplateError::whole(name, format!("is larger than {TEMPLATE_BYTES_MAX} bytes")));
        }
        if marks::has_any(text) {
            return Err(TemplateError::whole(
                name,
                "has a character from U+FDD0 to U+FDD2, which is no text".to_owned(),
            ));
        }
        self.environment
            .add_template_owned(name.to_owned(), text.to_owned())
            .map_err(|error| TemplateError::of(&error, name, text))
    }

    fn with_parts(self) -> Result<Self, TemplateError> {
        if self.parts.is_empty() {
            let known = TemplatePart::ALL.map(TemplatePart::name).join("`, `");
            return Err(TemplateError::whole(&self.name, format!("says nothing: give it one of `{known}`")));
        }
        Ok(self)
    }

    fn render(
        &self,
        card: &Card,
        incoming: &Incoming<'_>,
        environment: &Environment<'_>,
    ) -> Result<Card, TemplateError> {
        let values = values::of(card, incoming);
        let mut room = OUTPUT_BYTES_MAX;
        let mut said = BTreeMap::new();
        if self.parts.values().any(|place| *place == Place::Block) {
            engine::render_blocks(environment, &self.name, &values, &mut room, &self.parts, &mut said)?;
        }
        for part in self.parts.iter().filter(|(_, place)| **place == Place::Text).map(|(part, _)| *part) {
            let output = engine::render_text(environment, part.name(), &values, &mut room)
                .map_err(|error| error.within(&self.name))?;
            said.insert(part, output);
        }
        parts::apply(card, &said).map_err(|(part, problem)| {
            TemplateError::whole(&self.name, format!("its part `{}` {problem}", part.name()))
        })
    }
}

/// The ordinary card, with a word about its template.
fn with_fault(mut card: Card, error: &TemplateError) -> Card {
    let words: String = error.to_string().chars().take(FAULT_TEXT).collect();
    card.body.push(Part::Facts(vec![Fact::new(FAULT_LABEL, Text::Plain(words))]));
    card
}

/// The templates of the settings, and the cards that each is for. The first that fits is used.
#[derive(Debug, Clone, Default)]
pub struct Templates(Vec<(Selector, Template)>);

impl Templates {
    /// For a reader without settings.
    pub const NONE: &'static Self = &Self(Vec::new());

    /// The template that a card would get.
    pub fn of(&self, card: &Card) -> Option<&Template> {
        self.0.iter().find(|(selector, _)| selector.fits(card)).map(|(_, template)| template)
    }

    pub fn iter(&self) -> impl Iterator<Item = &(Selector, Template)> {
        self.0.iter()
    }

    /// The card in the words of its template, if it has one.
    #[must_use]
    pub fn restyle(&self, card: Card, incoming: &Incoming<'_>) -> Card {
        match self.of(&card) {
            Some(template) => template.restyle(card, incoming),
            None => card,
        }
    }
}

impl FromIterator<(Selector, Template)> for Templates {
    fn from_iter<I: IntoIterator<Item = (Selector, Template)>>(templates: I) -> Self {
        Self(templates.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
