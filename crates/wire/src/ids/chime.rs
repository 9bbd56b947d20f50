//! An Amazon Chime webhook, as AWS Chatbot constrains it. Both shapes are sensitive: the URL holds the token.

use super::{Shape, all, string_id};

string_id! {
    /// What an Amazon Chime webhook is called: 1 to 255 characters of any kind. Source: reference, model.
    ChimeWebhookDescription,
    Shape::of_length(1, 255).sensitive()
}

string_id! {
    /// `https://hooks.chime.aws/incomingwebhooks/ID?token=TOKEN`, 1 to 255 characters. Source: reference (which admits
    /// `_` in both parts), model.
    ChimeWebhookUrl,
    Shape::of_length(1, 255).sensitive().matching(
        r"^https://hooks\.chime\.aws/incomingwebhooks/[A-Za-z0-9\-_]+?\?token=[A-Za-z0-9\-_]+$",
        |text| {
            let parts = text.strip_prefix("https://hooks.chime.aws/incomingwebhooks/");
            let parts = parts.and_then(|parts| parts.split_once("?token="));
            let is_part = |part| all(part, |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
            parts.is_some_and(|(id, token)| is_part(id) && is_part(token))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;
    use crate::constraints::Constraint::{MaxLength, MinLength, Pattern};

    #[test]
    fn webhook_urls_lead_to_chime_and_nowhere_else() {
        let pattern = Pattern(r"^https://hooks\.chime\.aws/incomingwebhooks/[A-Za-z0-9\-_]+?\?token=[A-Za-z0-9\-_]+$");
        let base = "https://hooks.chime.aws/incomingwebhooks/";
        check::<ChimeWebhookUrl>(
            &[&format!("{base}a-1?token=b_2"), &format!("{base}a?token={}", "t".repeat(255 - base.len() - 8))],
            &[
                ("", &[MinLength(1), pattern]),
                (&format!("{base}a?token={}", "t".repeat(256 - base.len() - 8)), &[MaxLength(255)]),
                (&format!("{base}a?token="), &[pattern]),
                (&format!("{base}?token=b"), &[pattern]),
                (&format!("{base}a/../b?token=b"), &[pattern]),
                (&format!("{base}a?token=b&x=1"), &[pattern]),
                ("http://hooks.chime.aws/incomingwebhooks/a?token=b", &[pattern]),
                ("https://hooks.chime.aws.example.com/incomingwebhooks/a?token=b", &[pattern]),
            ],
        );
        let url = ChimeWebhookUrl::parse(&format!("{base}a?token=b")).unwrap();
        assert_eq!(format!("{url:?}"), "ChimeWebhookUrl(withheld)");
    }

    #[test]
    fn descriptions_count_characters() {
        check::<ChimeWebhookDescription>(
            &["Ops 🚨", &"ü".repeat(255)],
            &[("", &[MinLength(1)]), (&"ü".repeat(256), &[MaxLength(255)])],
        );
    }
}
