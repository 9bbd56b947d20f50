//! An ARN taken apart, as far as a card needs it: the place it names and a readable short form.
//!
//! Readers and the console links call it. It judges nothing: permission decisions have their own, strict parser.

/// `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`, borrowed. Any part may be empty.
#[derive(Debug, Clone, Copy)]
pub struct Arn<'a> {
    pub partition: &'a str,
    pub service: &'a str,
    pub region: &'a str,
    pub account: &'a str,
    /// Everything after the fifth colon, colons included.
    pub resource: &'a str,
}

impl std::fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

impl<'a> Arn<'a> {
    pub fn parse(arn: &'a str) -> Option<Self> {
        let mut parts = arn.trim().splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let parsed = Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        };
        (!parsed.partition.is_empty() && !parsed.service.is_empty() && !parsed.resource.is_empty()).then_some(parsed)
    }

    /// What a person calls it: `instance/i-0abc`; `payments` for a topic.
    pub fn short(&self) -> &'a str {
        self.resource.trim_start_matches([':', '/'])
    }

    /// The resource's name when its type is `kind`, in both of AWS's spellings (`kind/name`, `kind:name`).
    pub fn named(&self, kind: &str) -> Option<&'a str> {
        self.resource.strip_prefix(kind)?.strip_prefix([':', '/']).filter(|name| !name.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_both_spellings_of_a_resource() {
        let alarm = Arn::parse("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a:b/c").unwrap();
        assert_eq!((alarm.region, alarm.account), ("eu-west-1", "123456789012"));
        assert_eq!(alarm.named("alarm"), Some("a:b/c"));
        let bucket = Arn::parse("arn:aws-cn:s3:::logs/2026").unwrap();
        assert_eq!((bucket.partition, bucket.region, bucket.short()), ("aws-cn", "", "logs/2026"));
        assert!(bucket.named("instance").is_none());
    }

    #[test]
    fn refuses_what_is_no_arn() {
        for text in
            ["", "arn", "arn:aws:sns:us-east-1:123456789012", "arn:::::", "ARN:aws:sns:r:1:t", "x:aws:sns:r:1:t"]
        {
            assert!(Arn::parse(text).is_none(), "{text}");
        }
    }
}
