//! A platform's message in words, for a terminal: what stands in the blocks, line by line, as the client would show it.
//!
//! `render` calls it with what would be sent, so that a text that the renderer left out is missing here too.

use serde_json::Value;

use super::Platform;

/// The message.
pub(super) fn of(platform: Platform, message: &Value) -> String {
    let mut lines = Vec::new();
    match platform {
        Platform::Slack => slack(message, &mut lines),
        Platform::Teams => teams(message, &mut lines),
        Platform::Chime => {
            let content = text(message, "/Content");
            lines.push(content.strip_prefix("/md ").unwrap_or(content).to_owned());
        }
    }
    lines.join("\n").trim_end().to_owned()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn items<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn slack(message: &Value, lines: &mut Vec<String>) {
    items(message, "/blocks").for_each(|block| slack_block(block, lines));
    for attachment in items(message, "/attachments") {
        items(attachment, "/blocks").for_each(|block| slack_block(block, lines));
    }
}

fn slack_block(block: &Value, lines: &mut Vec<String>) {
    match text(block, "/type") {
        "header" => lines.push(text(block, "/text/text").to_owned()),
        "section" => {
            lines.push(String::new());
            if block.get("text").is_some() {
                lines.push(mrkdwn(text(block, "/text/text")));
            }
            // A field is a bold label, a line break and the value.
            lines.extend(items(block, "/fields").map(|field| {
                let field = mrkdwn(text(field, "/text"));
                match field.split_once("*\n") {
                    Some((label, value)) => format!("{}: {value}", label.trim_start_matches('*')),
                    None => field,
                }
            }));
        }
        "context" => {
            let elements: Vec<String> =
                items(block, "/elements").map(|element| mrkdwn(text(element, "/text"))).collect();
            lines.extend([String::new(), elements.join(" · ")]);
        }
        "image" => lines.push(format!("[picture: {}]", text(block, "/alt_text"))),
        other => lines.push(format!("[{other}]")),
    }
}

/// Links and dates as words, entities as characters; the marks of faces stay.
fn mrkdwn(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let Some((inside, after)) = after.split_once('>') else {
            out.push('<');
            rest = after;
            break;
        };
        match inside.split_once('|') {
            // The reader's own time stands below UTC, which stands in for it here: once is enough.
            Some((date, said)) if date.starts_with("!date") && out.ends_with(&format!("{said}\n")) => {
                out.truncate(out.len() - 1);
            }
            Some((date, said)) if date.starts_with("!date") => out.push_str(said),
            Some((url, label)) if !url.starts_with(['!', '@', '#']) => out.extend([label, " (", url, ")"]),
            _ => out.push_str(inside),
        }
        rest = after;
    }
    out.push_str(rest);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn teams(message: &Value, lines: &mut Vec<String>) {
    items(message, "/attachments/0/content/body").for_each(|element| teams_element(element, lines));
    let actions = items(message, "/attachments/0/content/actions");
    lines.extend(actions.map(|action| format!("{} ({})", text(action, "/title"), text(action, "/url"))));
}

fn teams_element(element: &Value, lines: &mut Vec<String>) {
    if text(element, "/spacing") == "Medium" {
        lines.push(String::new());
    }
    match text(element, "/type") {
        "Container" => items(element, "/items").for_each(|element| teams_element(element, lines)),
        "RichTextBlock" => lines.push(items(element, "/inlines").map(|run| text(run, "/text")).collect()),
        "TextBlock" => lines.push(text(element, "/text").to_owned()),
        "Image" => lines.push(format!("[picture: {}]", text(element, "/altText"))),
        other => lines.push(format!("[{other}]")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn slack_s_markup_becomes_words() {
        let message = json!({
            "text": "push",
            "blocks": [{"type": "header", "text": {"text": "🔴 ALARM"}}],
            "attachments": [{"blocks": [
                {"type": "section", "fields": [{"text": "*Since*\n18:20\n<!date^1^{time}|18:20>"}, {"text": "*A*\n1 &lt; 2 &amp;amp;"}]},
                {"type": "section", "text": {"text": "<https://a.example|Open>"}},
                {"type": "context", "elements": [{"text": "x\u{1b}[2J"}, {"text": "y"}]},
            ]}],
        });
        let words = of(Platform::Slack, &message);
        let wanted = "🔴 ALARM\n\nSince: 18:20\nA: 1 < 2 &amp;\n\nOpen (https://a.example)\n\nx\u{1b}[2J · y";
        assert_eq!(words, wanted);
    }

    #[test]
    fn teams_and_chime_too() {
        let message = json!({"attachments": [{"content": {
            "body": [
                {"type": "Container", "items": [{"type": "RichTextBlock", "inlines": [{"text": "a"}, {"text": "b"}]}]},
                {"type": "TextBlock", "spacing": "Medium", "text": "c"},
            ],
            "actions": [{"title": "Open", "url": "https://a.example"}],
        }}]});
        assert_eq!(of(Platform::Teams, &message), "ab\n\nc\nOpen (https://a.example)");
        assert_eq!(of(Platform::Chime, &json!({"Content": "/md **x**\ny"})), "**x**\ny");
    }
}
