//! Slack's mrkdwn: a stranger's text made harmless, and texts cut where nothing breaks.
//!
//! The Slack renderer calls it. In mrkdwn only `&`, `<` and `>` have power (mentions, links, special commands), so they are
//! escaped (<https://docs.slack.dev/messaging/formatting-message-text>); `*` and `_` can at most make a word bold.

use super::limits;
use crate::notification::Moment;
use crate::notification::text::is_hazard;

/// What a cut text ends with, at its longest.
const CUT_ROOM: usize = 60;
const CUT_NOTICE_END: &str = " more characters)";
/// Longer ones stay text: a link that long is not meant for people.
const LONGEST_LINK: usize = 1_000;
/// What closes a code block at a cut and opens it again after, with its line break.
const FENCE: &str = "```";
/// The mark that stands for a backtick where a real one would end a code span or block.
const BACKTICK_LOOKALIKE: char = 'ˋ';
/// The mark that stands for a `>` at the start of a line.
const GREATER_LOOKALIKE: &str = "＞";

/// Slack shows dates of the years it knows, up to 2100 for certain; others stay in UTC alone.
pub const DATES_UNTIL: i64 = 4_102_444_800;

/// Length as Slack may count it.
pub fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}

fn fits(text: &str, limit: usize) -> bool {
    text.len() <= limit || units(text) <= limit
}

/// Grows a mrkdwn string up to a limit, whole characters and whole entities only.
struct Writer {
    out: String,
    left: usize,
    /// Backticks written in a row: a stranger's third one would begin or end a code block, so it is replaced.
    ticks: usize,
}

impl Writer {
    fn new(limit: usize, expected: usize) -> Self {
        Self { out: String::with_capacity(expected.min(limit) + 16), left: limit, ticks: 0 }
    }

    /// False once there is no room left.
    fn raw(&mut self, text: &str, length: usize) -> bool {
        let fits = length <= self.left;
        if fits {
            self.out.push_str(text);
            self.left -= length;
        }
        fits
    }

    fn begins_line(&self) -> bool {
        self.out.is_empty() || self.out.ends_with('\n')
    }

    /// Copies what stands at the start of the text and needs no second look; the length of it.
    fn copied(&mut self, text: &str) -> usize {
        let harmless = |b: &u8| matches!(b, b' '..=b'~') && !matches!(b, b'&' | b'<' | b'>' | b'`' | b'h');
        let run = text.bytes().take(self.left).take_while(harmless).count();
        if run > 0 {
            self.ticks = 0;
            self.left -= run;
            self.out.push_str(text.get(..run).unwrap_or_default());
        }
        run
    }

    fn escaped(&mut self, c: char) -> bool {
        // A hazard writes nothing, so it does not part two backticks either.
        if !is_hazard(c) {
            self.ticks = if c == '`' { self.ticks + 1 } else { 0 };
        }
        match c {
            '`' if self.ticks.is_multiple_of(3) => self.raw("ˋ", BACKTICK_LOOKALIKE.len_utf16()),
            '&' => self.raw("&amp;", 5),
            '<' => self.raw("&lt;", 4),
            '>' => self.raw("&gt;", 4),
            c if is_hazard(c) => true,
            c => self.raw(c.encode_utf8(&mut [0; 4]), c.len_utf16()),
        }
    }
}

/// A stranger's prose, at most `limit` long, its web addresses clickable as what they are. Says so if it cuts.
pub fn prose(text: &str, limit: usize) -> String {
    let writer = Writer::new(limit.saturating_sub(CUT_ROOM), text.len());
    let (mut writer, rest) = write_prose(text, writer);
    if !rest.is_empty() {
        // The rest may fit into the room that was kept for the notice.
        writer.left += CUT_ROOM.min(limit);
        let notice = cut_notice(rest);
        let kept = writer.out.len();
        let (whole, rest) = write_prose(rest, writer);
        writer = whole;
        if !rest.is_empty() {
            writer.out.truncate(kept);
            writer.out.push_str(&notice);
        }
    }
    writer.out
}

fn write_prose(text: &str, mut writer: Writer) -> (Writer, &str) {
    let mut rest = text;
    loop {
        let copied = writer.copied(rest);
        rest = rest.get(copied..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { break };
        let (written, taken) = match address(rest) {
            Some(address) => (link_to(&mut writer, address), address.len()),
            // Slack would make a quotation of the line, and "> $800" would read "$800".
            None if c == '>' && writer.begins_line() => (writer.raw(GREATER_LOOKALIKE, 1), 1),
            None => (writer.escaped(c), c.len_utf8()),
        };
        if !written {
            break;
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    (writer, rest)
}

fn link_to(writer: &mut Writer, address: &str) -> bool {
    let mut link = String::with_capacity(address.len() + 8);
    link.push('<');
    for c in address.chars() {
        if c == '&' { link.push_str("&amp;") } else { link.push(c) }
    }
    link.push('>');
    writer.raw(&link, units(&link))
}

/// The web address that the text starts with. Ends before anything that could end or label a Slack link.
fn address(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme))?;
    let ends = |c: char| c.is_whitespace() || c.is_control() || is_hazard(c) || "<>|\"'`\\".contains(c);
    let near = text.get(..text.floor_char_boundary(LONGEST_LINK + 1))?;
    let whole = near.split(ends).next()?;
    // An address that goes on past the bound is none: a part of it would lead elsewhere.
    if whole.len() == near.len() && near.len() < text.len() {
        return None;
    }
    let whole = whole.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '*', '_', '~']);
    (whole.len() > scheme.len()).then_some(whole)
}

/// Whether a text was cut on its way through here. A stranger may say the same; that costs nothing.
pub fn is_cut(text: &str) -> bool {
    text.ends_with(CUT_NOTICE_END)
}

fn cut_notice(rest: &str) -> String {
    format!("… (cut, {}{CUT_NOTICE_END}", rest.chars().count())
}

/// A stranger's text on one line, without links, cut with an ellipsis.
pub fn line(text: &str, limit: usize) -> String {
    let mut writer = Writer::new(limit.saturating_sub(1), text.len());
    let mut rest = text.trim();
    loop {
        let copied = writer.copied(rest);
        rest = rest.get(copied..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { break };
        if !writer.escaped(if c.is_whitespace() { ' ' } else { c }) {
            writer.out.push('…');
            break;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    writer.out
}

/// A stranger's text on a line of its own, which Slack would make a quotation if it began with `>`.
pub fn sentence(text: &str, limit: usize) -> String {
    let line = line(text, limit);
    match line.strip_prefix("&gt;") {
        Some(rest) => format!("{GREATER_LOOKALIKE}{rest}"),
        None => line,
    }
}

/// A stranger's text on one line where Slack reads no mrkdwn, so that nothing is escaped; and whether it was cut.
pub fn plain_line(text: &str, limit: usize) -> (String, bool) {
    let kept = text.chars().filter(|c| !is_hazard(*c)).map(|c| if c.is_whitespace() { ' ' } else { c });
    // One character more than fits shows that there is more.
    let mut line: String = kept.take(limit + 1).collect();
    if units(&line) <= limit {
        return (line, false);
    }
    let mut room = limit - 1;
    let fits = |c: &char| {
        let fits = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        fits
    };
    line = line.chars().take_while(fits).collect();
    line.push('…');
    (line, true)
}

/// A stranger's text between asterisks: `*label*`.
pub fn bold(text: &str, limit: usize) -> String {
    let text = line(text, limit.saturating_sub(2));
    if text.contains('*') { format!("*{}*", text.replace('*', "").trim()) } else { format!("*{text}*") }
}

/// Longer is no id of Slack's: assumed.
const PERSON_ID: usize = 32;

/// A stranger's identifier in a code face; empty if there is nothing to show.
pub fn code(text: &str, limit: usize) -> String {
    let inside = line(text, limit.saturating_sub(2));
    if inside.trim().is_empty() {
        String::new()
    } else if inside.contains('`') {
        format!("`{}`", inside.replace('`', "ˋ"))
    } else {
        format!("`{inside}`")
    }
}

/// Somebody by their id, who is told of it; what could be more than an id is only shown.
pub fn person(id: &str, limit: usize) -> String {
    let is_id = !id.is_empty() && id.len() <= PERSON_ID && id.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_id { format!("<@{id}>") } else { code(id, limit) }
}

/// A stranger's lines in a code block, which nothing in them can end. Says so, after the block, if it cuts.
pub fn code_block(text: &str, limit: usize) -> String {
    let around = 2 * (FENCE.len() + 1) + CUT_ROOM;
    let mut writer = Writer::new(limit.saturating_sub(around), text.len());
    let mut rest = text.trim_end();
    while let Some(c) = rest.chars().next() {
        if !writer.escaped(c) {
            break;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    let notice = if rest.is_empty() { String::new() } else { format!("\n{}", cut_notice(rest)) };
    format!("{FENCE}\n{}\n{FENCE}{notice}", writer.out)
}

/// The sender's own mrkdwn, for custom notifications only: nothing but hazards removed.
pub fn native(text: &str, limit: usize) -> String {
    let clean: String = text.trim().chars().filter(|c| !is_hazard(*c)).collect();
    if fits(&clean, limit) {
        return clean;
    }
    let (kept, rest) = clean.split_at(boundary(&clean, limit.saturating_sub(CUT_ROOM + FENCE.len() + 1)));
    let fence = if open_fence(kept) { "\n```" } else { "" };
    format!("{kept}{fence}{}", cut_notice(rest))
}

/// The sender's own mrkdwn on one line, cut with an ellipsis.
pub fn native_line(text: &str, limit: usize) -> String {
    let clean: String =
        text.trim().chars().filter(|c| !is_hazard(*c)).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    if fits(&clean, limit) {
        return clean;
    }
    let (kept, _) = clean.split_at(boundary(&clean, limit.saturating_sub(1)));
    format!("{}…", kept.trim_end())
}

/// A point in time, for everybody and for the reader: in UTC as AWS shows it, and in the reader's own time zone.
pub fn time(moment: &Moment) -> String {
    let utc = line(&moment.utc(), 64);
    match moment.unix().filter(|unix| (0..DATES_UNTIL).contains(unix)) {
        Some(unix) => format!("{utc}\n<!date^{unix}^{{date_short_pretty}} {{time}} your time|{utc}>"),
        None => utc,
    }
}

/// A point in time in the reader's own time zone alone, for a line that has little room.
pub fn local_time(moment: &Moment) -> String {
    let utc = line(&moment.utc(), 64);
    match moment.unix().filter(|unix| (0..DATES_UNTIL).contains(unix)) {
        Some(unix) => format!("<!date^{unix}^{{date_short_pretty}} {{time}}|{utc}>"),
        None => utc,
    }
}

/// Cuts a mrkdwn text into pieces of at most `limit`, at line ends where it can, never inside a link, a mention or an
/// entity, and with a code block closed and opened again.
pub fn pieces(text: &str, limit: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut reopened = false;
    loop {
        let prefix = if reopened { "```\n" } else { "" };
        if fits(rest, limit - prefix.len()) {
            pieces.push(format!("{prefix}{rest}"));
            return pieces;
        }
        let (piece, after) = rest.split_at(boundary(rest, limit - 2 * (FENCE.len() + 1)));
        let piece = format!("{prefix}{piece}");
        reopened = open_fence(&piece);
        pieces.push(if reopened { format!("{piece}\n```") } else { piece.trim_end().to_owned() });
        rest = if reopened { after.trim_start_matches('\n') } else { after.trim_start() };
        if rest.is_empty() {
            return pieces;
        }
    }
}

fn open_fence(text: &str) -> bool {
    text.matches(FENCE).count() % 2 == 1
}

/// The byte index, above zero, at which to cut a text that is longer than `limit`.
fn boundary(text: &str, limit: usize) -> usize {
    let mut length = 0;
    let mut hard = 0;
    let (mut token, mut line_end, mut space) = (None, 0, 0);
    for (index, c) in text.char_indices() {
        if length + c.len_utf16() > limit {
            break;
        }
        length += c.len_utf16();
        hard = index + c.len_utf8();
        match c {
            '<' | '&' => token = Some(index),
            '>' | ';' => token = None,
            // An entity or a mention has no spaces; a lone `&` or `<` is no token.
            '\n' => (token, line_end) = (None, hard),
            ' ' => space = hard,
            _ => {}
        }
    }
    let in_front_of_token = token.filter(|start| *start > 0 && hard - start < LONGEST_LINK).unwrap_or(hard);
    let cut = [line_end, space].into_iter().find(|cut| *cut > hard / 2 && *cut <= in_front_of_token);
    cut.unwrap_or(in_front_of_token).max(text.chars().next().map_or(0, char::len_utf8))
}

/// A link of our own making; nothing if its address is longer than Slack takes.
pub fn link(url: &str, label: &str) -> Option<String> {
    (url.len() <= limits::URL)
        .then(|| format!("<{}|{}>", url.replace('&', "&amp;"), line(label, 150).replace('|', "/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greater_sign_makes_no_quotation() {
        assert_eq!(prose("> $800\na > b\n>> c", 100), "＞ $800\na &gt; b\n＞&gt; c");
        assert_eq!(code_block("> $800", 100), "```\n&gt; $800\n```");
        assert_eq!(sentence(" > a\n> b", 100), "＞ a &gt; b");
    }

    #[test]
    fn prose_has_no_power() {
        assert_eq!(prose("<!channel> <@U1> a & b\u{202e}\u{7}", 500), "&lt;!channel&gt; &lt;@U1&gt; a &amp; b");
        assert_eq!(prose("see https://a.example/x?a=1&b=2. now", 500), "see <https://a.example/x?a=1&amp;b=2>. now");
        assert_eq!(prose("https://a.example|AWS>Console", 500), "<https://a.example>|AWS&gt;Console");
        assert_eq!(prose("<https://evil.example|AWS>", 500), "&lt;<https://evil.example>|AWS&gt;");
        assert_eq!(prose("https:// javascript:alert(1)", 500), "https:// javascript:alert(1)");
    }

    #[test]
    fn prose_says_that_it_was_cut_and_only_then() {
        let exact = "é".repeat(200);
        assert_eq!(prose(&exact, 200), exact);
        let cut = prose(&"é".repeat(201), 200);
        assert_eq!(cut, format!("{}… (cut, 61 more characters)", "é".repeat(140)));
        assert!(units(&prose(&"&😀".repeat(5000), 3000)) <= 3000);
    }

    #[test]
    fn nothing_ends_a_code_block() {
        assert_eq!(code_block("a```b````c", 500), "```\na``ˋb``ˋ`c\n```");
        let cut = code_block(&"`".repeat(10_000), 500);
        assert_eq!(cut.matches("```").count(), 2);
        assert!(units(&cut) <= 500 && cut.contains("more characters"));
        assert_eq!(code("a`b\nc<", 50), "`aˋb c&lt;`");
        assert_eq!(code(" \u{202e}", 50), "");
    }

    #[test]
    fn pieces_break_nothing() {
        let text = format!("{} <@U0123456789> &amp; tail", "x".repeat(90));
        for limit in 92..120 {
            let pieces = pieces(&text, limit);
            assert!(pieces.iter().all(|piece| units(piece) <= limit), "{limit}");
            assert!(pieces.iter().any(|piece| piece.contains("<@U0123456789>")), "{limit}: {pieces:?}");
            assert!(pieces.iter().any(|piece| piece.contains("&amp;")), "{limit}: {pieces:?}");
        }
        let fenced = format!("```\n{}\n``` after", "line of code\n".repeat(20));
        let pieces = pieces(&fenced, 100);
        assert!(pieces.iter().all(|piece| !open_fence(piece) && units(piece) <= 100), "{pieces:?}");
        assert_eq!(pieces.concat().matches("line of code").count(), 20);
    }

    #[test]
    fn somebody_is_mentioned_by_an_id_and_by_nothing_else() {
        assert_eq!(person("U012AB3CD", 500), "<@U012AB3CD>");
        for other in ["!channel", "U1> <!here", "", "U1|x", &"U".repeat(33)] {
            assert!(!person(other, 500).contains('<'), "{other}");
        }
    }

    #[test]
    fn native_text_keeps_its_powers_within_the_limit() {
        assert_eq!(native(" *hi* <@U1>\u{202e} ", 500), "*hi* <@U1>");
        let cut = native(&format!("```{}", "x".repeat(500)), 200);
        assert!(units(&cut) <= 200 && cut.contains("```… (cut, "), "{cut}");
        assert!(units(&native(&"<".repeat(5000), 200)) <= 200);
    }
}
