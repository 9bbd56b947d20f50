//! ARNs: `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`, of anything, of a guardrail policy, of a chat configuration.
//!
//! The patterns admit the partition `aws` only (reference, model). Region and account may be empty: those of
//! AWS Chatbot's own ARNs and of IAM's are.

use super::{AccountId, ConfigurationName, Shape, string_id};

/// Most characters of the service, region and account fields.
const MAX_FIELD: usize = 63;
/// Most characters of the resource field.
const MAX_RESOURCE: usize = 1024;
/// Between an account and the name of a Slack channel's configuration. Source: observed.
const SLACK_CHANNEL: &str = "chat-configuration/slack-channel/";

string_id! {
    /// An ARN of any service: the channel role, an SNS topic. 12 to 1224 characters. Source: reference, model.
    Arn,
    Shape::of_length(12, 1224).matching(
        "^arn:aws:[A-Za-z0-9][A-Za-z0-9_/.-]{0,62}:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9_/.-]{0,63}:\
         [A-Za-z0-9][A-Za-z0-9:_/+=,@.-]{0,1023}$",
        |text| Fields::of(text).is_some_and(|fields| {
            fields.service.starts_with(|c: char| c.is_ascii_alphanumeric()) && fields.fit()
        }),
    )
}

string_id! {
    /// An IAM policy used as a guardrail, no policy of a service-linked role. 11 to 1163 characters.
    /// Source: reference, model.
    ///
    /// The pattern would also match the empty string (`^$`); the minimum length forbids it, and both must hold. A
    /// client that wants no guardrail of its own sends no member or an empty list.
    GuardrailPolicyArn,
    Shape::of_length(11, 1163).matching(
        r"^(^$|(?!.*\/aws-service-role\/.*)arn:aws:iam:[A-Za-z0-9_\/.-]{0,63}:[A-Za-z0-9_\/.-]{0,63}:[A-Za-z0-9][A-Za-z0-9:_\/+=,@.-]{0,1023})$",
        |text| text.is_empty() || (!text.contains("/aws-service-role/")
            && Fields::of(text).is_some_and(|fields| fields.service == "iam" && fields.fit())),
    )
}

string_id! {
    /// A chat configuration of any platform. 19 to 1169 characters. The service may be `wheatley`, AWS Chatbot's name
    /// before its release (model). Bellhop makes [`slack_channel`](Self::slack_channel)'s form only.
    ChatConfigurationArn,
    Shape::of_length(19, 1169).matching(
        "^arn:aws:(wheatley|chatbot):[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9][A-Za-z0-9:_/+=,@.-]{0,1023}$",
        |text| Fields::of(text).is_some_and(|fields| {
            matches!(fields.service, "chatbot" | "wheatley") && fields.fit()
        }),
    )
}

impl Arn {
    pub fn partition(&self) -> &str {
        Fields::of(&self.0).map_or("", |fields| fields.partition)
    }

    pub fn service(&self) -> &str {
        Fields::of(&self.0).map_or("", |fields| fields.service)
    }

    /// Empty where the service is global.
    pub fn region(&self) -> &str {
        Fields::of(&self.0).map_or("", |fields| fields.region)
    }

    /// `None` where the field is no account: empty, or `aws` in a managed policy's ARN.
    pub fn account_id(&self) -> Option<AccountId> {
        AccountId::parse(Fields::of(&self.0)?.account).ok()
    }

    /// All that follows the account, colons included: a topic's name, `role/NAME`.
    pub fn resource(&self) -> &str {
        Fields::of(&self.0).map_or("", |fields| fields.resource)
    }
}

impl ChatConfigurationArn {
    /// `arn:aws:chatbot::ACCOUNT:chat-configuration/slack-channel/NAME`. Source: observed.
    pub fn slack_channel(account_id: &AccountId, name: &ConfigurationName) -> Self {
        // Both fit the pattern and the lengths whatever they are; a test holds the longest against the parser.
        Self(format!("arn:aws:chatbot::{account_id}:{SLACK_CHANNEL}{name}"))
    }

    /// `None` where the field is no account, which the pattern permits.
    pub fn account_id(&self) -> Option<AccountId> {
        AccountId::parse(Fields::of(&self.0)?.account).ok()
    }

    /// The name, if this ARN is one that [`slack_channel`](Self::slack_channel) makes: `None` for another platform, a
    /// region, another service.
    pub fn slack_channel_name(&self) -> Option<ConfigurationName> {
        let fields = Fields::of(&self.0)?;
        let name = fields.resource.strip_prefix(SLACK_CHANNEL)?;
        (fields.service == "chatbot" && fields.region.is_empty()).then(|| ConfigurationName::parse(name).ok())?
    }
}

/// An ARN taken apart at its first five colons; the resource keeps its own.
struct Fields<'a> {
    partition: &'a str,
    service: &'a str,
    region: &'a str,
    account: &'a str,
    resource: &'a str,
}

impl<'a> Fields<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }

    /// The part of the pattern that all three shapes share.
    fn fit(&self) -> bool {
        let is_field = |text: &str| {
            text.len() <= MAX_FIELD && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_/.-".contains(&b))
        };
        self.partition == "aws"
            && is_field(self.service)
            && is_field(self.region)
            && is_field(self.account)
            && self.resource.len() <= MAX_RESOURCE
            && self.resource.starts_with(|c: char| c.is_ascii_alphanumeric())
            && self.resource.bytes().all(|b| b.is_ascii_alphanumeric() || b":_/+=,@.-".contains(&b))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Identifier;
    use super::super::tests::check;
    use super::*;
    use crate::constraints::Constraint;

    const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alarms";

    /// Each of `texts` breaks the pattern and no length.
    fn unlike<T: Identifier + std::fmt::Debug>(texts: &[&str]) {
        for text in texts {
            let unmet = text.parse::<T>().expect_err(text);
            assert!(matches!(unmet.constraints(), [Constraint::Pattern(_)]), "`{text}`: {unmet}");
        }
    }

    #[test]
    fn arns() {
        let longest = format!("arn:aws:{0}:{0}:{0}:{1}", "x".repeat(63), "r".repeat(1024));
        assert_eq!(longest.len(), 1224);
        check::<Arn>(&[TOPIC, "arn:aws:iam::123456789012:role/a/b+=,@.-_", "arn:aws:s3:::x", &longest], &[]);
        unlike::<Arn>(&[
            "arn:aws-cn:sns:cn-north-1:123456789012:t",
            "arn:aws:sns:us-east-1:123456789012:",
            "arn:aws:sns:us-east-1:123456789012:-t",
            "arn:aws:sns:us-east-1:123456789012",
            "arn:aws::us-east-1:123456789012:t",
            "arn:aws:-sns:us-east-1:123456789012:t",
            "arn:aws:sns:us-east-1:123456789012:a b",
            "arn:aws:sns:us-east-1:123456789012:t\n",
            "arn:aws:sns:us east:123456789012:t",
            " arn:aws:sns:us-east-1:123456789012:t",
            "arn:aws:sns:us-east-1:123456789012:ü",
            &format!("arn:aws:{}:::x", "x".repeat(64)),
            &format!("arn:aws:s3:{}::x", "x".repeat(64)),
            &format!("arn:aws:s3:::{}", "r".repeat(1025)),
        ]);
        for (text, constraint) in
            [("arn:aws:a::", Constraint::MinLength(12)), (&*format!("{longest}r"), Constraint::MaxLength(1224))]
        {
            assert!(Arn::parse(text).unwrap_err().constraints().contains(&constraint), "{text}");
        }
    }

    #[test]
    fn an_arn_tells_its_fields() {
        let arn = Arn::parse("arn:aws:sns:us-east-1:123456789012:a:b").unwrap();
        assert_eq!((arn.partition(), arn.service(), arn.region()), ("aws", "sns", "us-east-1"));
        assert_eq!(arn.account_id().unwrap().as_str(), "123456789012");
        assert_eq!(arn.resource(), "a:b");
        assert_eq!(Arn::parse("arn:aws:s3:::bucket").unwrap().account_id(), None);
    }

    #[test]
    fn guardrail_policy_arns() {
        let prefix = "arn:aws:iam::aws:policy/";
        let longest = format!("arn:aws:iam:{0}:{0}:{1}", "x".repeat(63), "r".repeat(1023));
        assert_eq!(longest.len(), 1163);
        check::<GuardrailPolicyArn>(
            &[&format!("{prefix}AdministratorAccess"), "arn:aws:iam:::x", &longest],
            &[("", &[Constraint::MinLength(11)]), (&format!("{longest}r"), &[Constraint::MaxLength(1163)])],
        );
        unlike::<GuardrailPolicyArn>(&[
            TOPIC,
            "arn:aws:iam::aws:policy/aws-service-role/X",
            "arn:aws:iam::aws:",
            "arn:aws:iamx::aws:policy/X",
            "arn:aws:iam::aws:policy/X Y",
        ]);
        assert!(GuardrailPolicyArn::parse(&format!("{prefix}x-aws-service-role/X")).is_ok(), "the slash is part of it");
    }

    #[test]
    fn chat_configuration_arns() {
        let longest = format!("arn:aws:wheatley:{0}:{0}:{1}", "x".repeat(63), "r".repeat(1024));
        assert_eq!(longest.len(), 1169);
        check::<ChatConfigurationArn>(
            &[
                "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops",
                "arn:aws:wheatley::123456789012:x",
                &longest,
            ],
            &[],
        );
        unlike::<ChatConfigurationArn>(&[TOPIC, "arn:aws:chatbot:::/chat", "arn:aws:chatbots::123456789012:x"]);
        let unmet = ChatConfigurationArn::parse("arn:aws:chatbot::x").unwrap_err();
        assert!(matches!(unmet.constraints(), [Constraint::MinLength(19), Constraint::Pattern(_)]), "{unmet}");
    }

    #[test]
    fn a_slack_channels_arn_is_built_and_taken_apart() {
        let account = AccountId::parse("123456789012").unwrap();
        let name = ConfigurationName::parse(&"n".repeat(128)).unwrap();
        let arn = ChatConfigurationArn::slack_channel(&account, &name);
        assert_eq!(arn.as_str(), format!("arn:aws:chatbot::123456789012:chat-configuration/slack-channel/{name}"));
        assert_eq!(ChatConfigurationArn::parse(arn.as_str()).unwrap(), arn);
        assert_eq!(arn.account_id(), Some(account));
        assert_eq!(arn.slack_channel_name(), Some(name));
    }

    #[test]
    fn only_the_form_that_we_make_names_a_slack_channel() {
        for text in [
            "arn:aws:chatbot:us-west-2:123456789012:chat-configuration/slack-channel/ops",
            "arn:aws:wheatley::123456789012:chat-configuration/slack-channel/ops",
            "arn:aws:chatbot::123456789012:chat-configuration/chime-webhook/ops",
            "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/a/b",
            "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/",
        ] {
            assert_eq!(ChatConfigurationArn::parse(text).unwrap().slack_channel_name(), None, "{text}");
        }
    }
}
