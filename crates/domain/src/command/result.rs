//! What a command of AWS answered, as somebody reads it on a phone at night: how many of what, then the few columns that tell them
//! apart, or one thing with all its details; the whole of it as a file where that is long.
//!
//! The server's `app/chat_commands` calls [`answer`] with what AWS said. What AWS says is a stranger's: it is only ever text here, and
//! the renderers escape it. Secrets are masked before anything else looks at the output, also for `--query` and `--output`.

mod cell;
mod columns;
mod details;
mod file;
#[cfg(test)]
mod golden;
mod invocation;
mod known;
mod left_out;
mod logs;
mod masked;
mod nouns;
mod printed;
mod subject;

use awscall::command_line::{self, OutputFormat};
use awscall::model::{Operation, Service};
use awscall::output::json;
use serde_json::Value;

use self::columns::list_part;
use self::left_out::LeftOut;
pub(super) use self::masked::is_token_of_requests;
use self::subject::{Subject, subject};
use crate::conversation::{Answer, Audience, Control, Reply, Style, TextFile};
use crate::notification::text::first_line;
use crate::notification::{Part, Place, Text, duration};

/// Rows of a table and items of a list: what a phone shows in a few strokes of a thumb.
pub const ROWS: usize = 20;
/// A file is worth its place in the thread from so many characters on.
const FILE_CHARS_MIN: usize = 2_000;
/// Of a text that is shown as it is: one code block of Slack. More is in the file.
const TEXT_CHARS: usize = 2_000;
/// Said where a file has no place.
const NO_FILES: &str = "There is more than has room here: --query and --max-items ask for a part of it.";
/// As much of the line that ran as the small print repeats.
const LINE_TEXT: usize = 120;

/// What came of a command.
#[derive(Debug, Clone, Copy)]
pub struct ResultOf<'a> {
    pub service: &'static Service,
    pub operation: &'static Operation,
    /// What ran, as it was shown. Parameters that are secrets are masked by whoever gives it.
    pub line: &'a str,
    /// By the names of the model's members, as `awscall::protocol::output` has it; of several pages together.
    pub output: &'a Value,
    /// AWS has more than this: the ticket of a button that brings the next page, where it can be asked for by one.
    pub next_page: More<'a>,
    pub took_ms: u64,
    pub place: &'a Place,
    /// Under which it ran.
    pub role_arn: Option<&'a str>,
    /// `--query` and `--output`, as they were given.
    pub query: Option<&'a str>,
    pub format: Option<OutputFormat>,
}

/// Whether AWS has more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More<'a> {
    Nothing,
    /// With the ticket of [Next page].
    ByButton(&'a str),
    /// With the token that `--starting-token` takes.
    ByToken(&'a str),
    /// With the token that this flag of the operation's own takes: pages that are turned by hand.
    ByHand(&'a str, &'a str),
}

/// What is said, and what follows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub answer: Answer,
    pub file: Option<TextFile>,
}

impl Shown {
    /// What is sent, one after the other. Where no files are taken, the answer says how to see the rest.
    pub fn replies(self, takes_files: bool) -> Vec<Reply> {
        let Self { mut answer, file } = self;
        let say = |answer| Reply::Say { to: Audience::Everyone, answer };
        match file {
            Some(file) if takes_files => vec![say(answer), Reply::Attach(file)],
            Some(_) => {
                let text = Text::Plain(NO_FILES.to_owned());
                answer.body.push(Part::Paragraph { title: None, text });
                vec![say(answer)]
            }
            None => vec![say(answer)],
        }
    }
}

/// How a command's output is read. Total: any output makes an answer, within bounds of its own whatever its size.
pub fn answer(result: &ResultOf<'_>) -> Shown {
    let by_hand = token_by_hand(result);
    let result = &match &by_hand {
        Some((flag, token)) => ResultOf { next_page: More::ByHand(flag, token), ..*result },
        None => *result,
    };
    let masked = masked::masked(result.service, result.operation, result.output);
    let output = &masked.output;
    let said = printed::answer(result, output).map(|said| (said, false));
    let said = said.or_else(|| invocation::answer(result).map(|said| (said, false)));
    let (mut said, is_masked) = said
        .or_else(|| logs::answer(result, output).map(|said| (said, true)))
        .unwrap_or_else(|| (of_subject(result, output), true));
    if !is_masked {
        return finished(result, said, None);
    }
    said.left_out.masked |= masked.hides;
    finished(result, said, Some(&masked.output))
}

/// Where nobody turned the pages: the flag for the next one, if the operation has one, and what it takes.
fn token_by_hand(result: &ResultOf<'_>) -> Option<(String, String)> {
    const TOKENS: [(&str, &str); 9] = [
        ("NextToken", "NextToken"),
        ("nextToken", "nextToken"),
        ("NextMarker", "Marker"),
        ("nextMarker", "marker"),
        ("NextPageToken", "PageToken"),
        ("nextPageToken", "pageToken"),
        ("NextContinuationToken", "ContinuationToken"),
        ("PaginationToken", "PaginationToken"),
        ("position", "position"),
    ];
    if result.next_page != More::Nothing {
        return None;
    }
    let input = result.service.input(result.operation);
    TOKENS.iter().find_map(|(answered, taken)| {
        let token = result.output.get(answered)?.as_str().filter(|token| !token.is_empty())?;
        let member = input.iter().find(|member| member.name == *taken)?;
        Some((command_line::flag(result.service, result.operation, member), token.to_owned()))
    })
}

/// What is to be read, before the small print and the buttons.
struct Said {
    headline: String,
    body: Vec<Part>,
    left_out: LeftOut,
    /// What the file is to hold, with its ending, where that is not the output as JSON.
    whole: Option<(String, &'static str)>,
}

fn of_subject(result: &ResultOf<'_>, output: &Value) -> Said {
    let subject = subject(result.service, result.operation, output);
    let headline = nouns::headline(result, &subject);
    let mut left_out = LeftOut::default();
    let body = match &subject {
        Subject::Lists { lists, beside } => {
            let mut body: Vec<Part> = Vec::new();
            let filled: Vec<_> = lists.iter().filter(|list| !list.items.is_empty()).collect();
            let titled = filled.len() > 1;
            for list in filled {
                let title = titled.then(|| nouns::title(result, list));
                body.extend(list_part(result, list, title, &mut left_out));
            }
            body.extend(details::facts_of(result.service, beside));
            body
        }
        Subject::One { value, shape, .. } => details::parts(result.service, value, *shape, &mut left_out),
        Subject::Nothing => Vec::new(),
    };
    Said { headline, body, left_out, whole: None }
}

fn finished(result: &ResultOf<'_>, said: Said, masked: Option<&Value>) -> Shown {
    let Said { headline, mut body, mut left_out, whole } = said;
    let mut controls = Vec::new();
    match result.next_page {
        More::Nothing => {}
        More::ByButton(ticket) => {
            controls.push(Control::Press {
                label: "Next page".to_owned(),
                style: Style::Plain,
                ticket: ticket.to_owned(),
            });
        }
        More::ByToken(token) => left_out.next_token = Some(format!("--starting-token {token}")),
        More::ByHand(flag, token) => left_out.next_token = Some(format!("--{flag} {token}")),
    }
    let whole = whole.or_else(|| Some((json(masked?), "json"))).filter(|_| left_out.is_any());
    let file = whole
        .filter(|(text, _)| text.chars().take(FILE_CHARS_MIN).count() == FILE_CHARS_MIN)
        .map(|(text, ending)| self::file::file(result.operation.command, ending, text));
    body.extend(left_out.part());
    Shown { answer: Answer { headline, body, controls, note: Some(ran(result)) }, file }
}

/// What ran, where, as whom, and how long it took.
fn ran(result: &ResultOf<'_>) -> String {
    let line = first_line(result.line, LINE_TEXT).unwrap_or_else(|| result.operation.command.to_owned());
    let role = result.role_arn.map(|role| format!("as {}", role.rsplit('/').next().unwrap_or(role)));
    let place: Vec<&str> = result.place.words().filter(|word| !line.ends_with(word)).collect();
    let (place, took) = (place.join(" · "), duration::of_ms(result.took_ms));
    let parts = [line, place, role.unwrap_or_default(), took];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Whole lines at the start of a text, and whether there is more.
fn beginning(text: &str) -> (String, bool) {
    if text.chars().take(TEXT_CHARS + 1).count() <= TEXT_CHARS {
        return (text.to_owned(), false);
    }
    let end = text.char_indices().nth(TEXT_CHARS).map_or(text.len(), |(at, _)| at);
    let kept = text.get(..end).unwrap_or_default();
    let kept = kept.rfind('\n').filter(|at| *at > end / 2).map_or(kept, |at| kept.get(..at).unwrap_or_default());
    (kept.to_owned(), true)
}
