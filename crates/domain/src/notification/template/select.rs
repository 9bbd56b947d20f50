//! Which cards a template is for.

use crate::glob::matches;
use crate::notification::Card;

/// Names of a source and a type; globs like those of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The reader's name (`codepipeline`) or the event source (`aws.codepipeline`).
    pub source: String,
    /// The detail-type, or what stands for it in another shape. None: any.
    pub kind: Option<String>,
}

impl Selector {
    pub fn fits(&self, card: &Card) -> bool {
        let of_source = matches(&self.source, card.source.name()) || matches(&self.source, &card.about.origin);
        of_source && self.kind.as_deref().is_none_or(|kind| matches(kind, &card.about.kind))
    }
}
