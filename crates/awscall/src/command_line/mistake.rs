//! What is wrong with a command, and what would do instead. Made by every reader of this module, shown by the server's answers.

use strsim::damerau_levenshtein;

/// More would be a list, no help.
pub(super) const SUGGESTIONS_MAX: usize = 5;
/// Of a word that is repeated to the one who typed it.
const WORD_CHARACTERS_MAX: usize = 60;

/// Why a command cannot run. Nothing of it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Whole sentences, for a person. Values that were typed stand in them only where they are a name: never a parameter's value.
    pub headline: String,
    /// What may have been meant, nearest first: services, `lambda list-functions`, flags, values of an enum; of the first kind
    /// that is wrong.
    pub suggestions: Vec<String>,
    /// `lambda invoke --function-name VALUE [--payload VALUE]`.
    pub synopsis: Option<String>,
    /// A line that would be understood.
    pub example: Option<String>,
}

pub(super) type Result<T> = std::result::Result<T, Mistake>;

impl Mistake {
    pub(super) fn new(headline: impl Into<String>) -> Self {
        Self { headline: headline.into(), suggestions: Vec::new(), synopsis: None, example: None }
    }

    pub(super) fn suggesting(mut self, suggestions: Vec<String>) -> Self {
        self.suggestions = suggestions;
        self
    }

    pub(super) fn with_example(mut self, example: impl Into<String>) -> Self {
        self.example.get_or_insert_with(|| example.into());
        self
    }

    pub(super) fn with_synopsis(mut self, synopsis: impl Into<String>) -> Self {
        self.synopsis.get_or_insert_with(|| synopsis.into());
        self
    }
}

/// The names nearest to a word, best first. Look-alike letters count as what they look like.
pub(super) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let word: String = latin(word).chars().take(WORD_CHARACTERS_MAX).collect();
    let compared = compared(&word);
    let mut ranked: Vec<(usize, &str)> =
        names.into_iter().filter_map(|name| distance(&compared, name).map(|distance| (distance, name))).collect();
    ranked.sort_unstable();
    ranked.dedup();
    ranked.into_iter().take(SUGGESTIONS_MAX).map(|(_, name)| name.to_owned()).collect()
}

/// How far a name is from a word, if it is near at all.
fn distance(word: &str, name: &str) -> Option<usize> {
    let name = compared(name);
    if name == word {
        return Some(0);
    }
    let (longer, shorter) = (name.len().max(word.len()), name.len().min(word.len()));
    // One typing error in three letters; a name cut short or run on is near however much is missing.
    let bound = (longer / 3).clamp(1, 6);
    if shorter >= 3 && (name.starts_with(word) || word.starts_with(name.as_str())) {
        return Some((longer - shorter).min(bound + 1));
    }
    if longer - shorter > bound {
        return contains(&name, word).then_some(bound + 1);
    }
    let distance = damerau_levenshtein(word, &name);
    if distance <= bound { Some(distance) } else { contains(&name, word).then_some(bound + 1) }
}

/// `functions` in `list-functions`.
fn contains(name: &str, word: &str) -> bool {
    word.len() >= 4 && name.contains(word)
}

/// As names are compared: small letters and digits alone.
pub(super) fn compared(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// A word as it may be repeated: short, and without what cannot be seen.
pub(super) fn said(word: &str) -> String {
    let mut said: String = word
        .chars()
        .take(WORD_CHARACTERS_MAX)
        .map(|letter| if super::words::is_invisible(letter) || letter == '`' { '\u{fffd}' } else { letter })
        .collect();
    if word.chars().nth(WORD_CHARACTERS_MAX).is_some() {
        said.push('…');
    }
    said
}

/// A word of a name that is not ASCII, named letter by letter: `с (U+0441) looks like c`.
pub(super) fn look_alikes(word: &str) -> Option<String> {
    let strange = word.chars().find(|letter| !letter.is_ascii())?;
    let number = u32::from(strange);
    Some(match look_alike(strange) {
        Some(meant) if !super::words::is_invisible(strange) => {
            format!("`{strange}` (U+{number:04X}) is not the letter `{meant}`, it only looks like it")
        }
        _ => format!("it has a character (U+{number:04X}) that no name of AWS has"),
    })
}

pub(super) fn latin(word: &str) -> String {
    word.chars().map(|letter| look_alike(letter).unwrap_or(letter)).collect()
}

/// The letters that are mistaken for ASCII's: Cyrillic, Greek, full width, and dashes.
/// Source: Unicode's table of confusables, those of small letters and digits. <https://www.unicode.org/Public/security/latest/confusables.txt>
fn look_alike(letter: char) -> Option<char> {
    const PAIRS: &str = "аaвbсcԁdеeһhіiјjκkкkмmпnոnοoоoрpԛqгrѕsтtυuսuνvѵvѡwхxуyγyαaβbεeιiρpτtχxıiɡgℓlⅼlӏlцuьbнh";
    if let Some(ascii) =
        u32::from(letter).checked_sub(0xff01).filter(|at| *at < 94).and_then(|at| char::from_u32(at + 0x21))
    {
        return Some(ascii.to_ascii_lowercase());
    }
    if super::words::is_dash(letter) {
        return Some('-');
    }
    let small = letter.to_lowercase().next()?;
    let mut letters = PAIRS.chars();
    while let (Some(strange), Some(ascii)) = (letters.next(), letters.next()) {
        if strange == small {
            return Some(ascii);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{look_alikes, nearest};

    #[test]
    fn the_nearest_names_come_first() {
        let services = ["lambda", "lightsail", "logs", "s3api", "ec2"];
        assert_eq!(nearest("lamda", services), ["lambda"]);
        assert_eq!(nearest("labmda", services), ["lambda"]);
        assert_eq!(nearest("zzzzzz", services), Vec::<String>::new());
        assert_eq!(nearest("list-function", ["list-functions", "list-aliases"])[0], "list-functions");
        assert_eq!(nearest("functions", ["list-functions", "list-aliases"]), ["list-functions"]);
    }

    #[test]
    fn a_letter_that_only_looks_right_is_pointed_at() {
        assert_eq!(nearest("lаmbdа", ["lambda", "logs"]), ["lambda"]);
        assert!(look_alikes("lаmbda").unwrap().contains("U+0430"));
        assert_eq!(look_alikes("lambda"), None);
        assert!(look_alikes("lam\u{200b}bda").unwrap().contains("U+200B"));
    }
}
