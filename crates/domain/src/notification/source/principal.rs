//! Who did something, as a person says it: the readable part of a principal's ARN.

use crate::notification::arn::Arn;

/// `…:user/ana` → `ana`; `…:assumed-role/release/ana` → `ana (release)`; `…:root` → `root`. What is no ARN stays as it is.
pub fn name(principal: &str) -> String {
    let Some(arn) = Arn::parse(principal) else { return principal.to_owned() };
    if let Some((role, session)) = arn.named("assumed-role").and_then(|named| named.split_once('/')) {
        return format!("{session} ({role})");
    }
    arn.resource.rsplit('/').next().unwrap_or(arn.resource).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short() {
        for (principal, said) in [
            ("arn:aws:sts::123456789012:assumed-role/release/ana", "ana (release)"),
            ("arn:aws-cn:iam::123456789012:user/team/bo", "bo"),
            ("arn:aws:iam::123456789012:root", "root"),
            ("cron", "cron"),
        ] {
            assert_eq!(name(principal), said);
        }
    }
}
