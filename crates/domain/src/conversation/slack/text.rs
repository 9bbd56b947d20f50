//! Text as a person typed it, out of Slack's own markup of it.
//!
//! Source: <https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages>.

/// Without the mention that called Bellhop, wherever it stands; of several, without the first.
pub(super) fn without_mention(text: &str, bot_user_id: Option<&str>) -> String {
    let mention = bot_user_id.map(|id| format!("<@{id}"));
    let found = mention.as_deref().and_then(|mention| text.find(mention)).or_else(|| text.find("<@"));
    let Some((before, rest)) = found.and_then(|at| text.split_at_checked(at)) else { return as_typed(text) };
    match rest.split_once('>') {
        Some((_, after)) => as_typed(&format!("{} {}", before.trim_end(), after.trim_start())),
        None => as_typed(text),
    }
}

/// `<https://example.com|example.com>` was typed as its label, `&lt;` as `<`. Mentions of people and channels stay as they are.
pub(super) fn as_typed(text: &str) -> String {
    let mut typed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, marked)) = rest.split_once('<') {
        typed.push_str(before);
        let Some((inside, after)) = marked.split_once('>') else {
            typed.push('<');
            rest = marked;
            continue;
        };
        match inside.split_once('|') {
            _ if inside.starts_with(['@', '#', '!']) => {
                typed.push('<');
                typed.push_str(inside);
                typed.push('>');
            }
            Some((_, label)) => typed.push_str(label),
            None => typed.push_str(inside.strip_prefix("mailto:").unwrap_or(inside)),
        }
        rest = after;
    }
    typed.push_str(rest);
    // In this order: what was typed as `&lt;` arrives as `&amp;lt;`.
    typed.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mention_goes_and_the_rest_is_as_it_was_typed() {
        for (text, typed) in [
            ("<@U0BOT> help", "help"),
            ("<@U0BOT|aws> help", "help"),
            ("please <@U0BOT> help", "please help"),
            ("<@U1> <@U0BOT> help", "<@U1> help"),
            ("<@U0BOT>", ""),
            ("no mention", "no mention"),
            ("<@U0BOT> curl <https://example.com|example.com> &amp;&amp; x", "curl example.com && x"),
            ("<@U0BOT> a &lt;b&gt; &amp;lt;", "a <b> &lt;"),
            ("<@U0BOT> <https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"),
            ("<@U0BOT> <mailto:a@b.c|a@b.c> <#C1|ops>", "a@b.c <#C1|ops>"),
            ("<@U0BOT> 1 < 2", "1 < 2"),
        ] {
            assert_eq!(without_mention(text, Some("U0BOT")), typed, "{text}");
        }
        assert_eq!(without_mention("<@U0BOT> help", None), "help");
    }
}
