//! Which cards a template is for.

use crate::notification::Card;

/// Names of a source and a type; `*` and `?` stand for anything and for one character.
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

/// Looks back to the newest `*` alone, so that no pattern takes longer than pattern times text.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(c) = text.get(t) {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(wanted) if wanted == c || *wanted == '?' => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else { return false };
                star = Some((star_at, taken + 1));
                p = star_at + 1;
                t = taken + 1;
            }
        }
    }
    pattern.iter().skip(p).all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        for (pattern, text) in
            [("aws.ec2", "aws.ec2"), ("aws.*", "aws.ec2"), ("*", ""), ("*a*b", "xaxbab"), ("E?2 *", "EC2 stopped")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("aws.ec2", "aws.ec"), ("aws.?", "aws."), ("", "a"), ("*a*b", "xaxba"), ("a", "A")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
        assert!(!matches(&"*a".repeat(200), &"a".repeat(199)));
    }
}
