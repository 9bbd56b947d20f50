//! ARNs: `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`, of anything, of a guardrail policy, of a chat configuration.
//!
//! The patterns admit the partition `aws` only (reference, model). Region and account may be empty: those of
//! AWS Chatbot's own ARNs and of IAM's are.

use super::{AccountId, ActionName, ConfigurationName, Shape, string_id};

/// Most characters of the service, region and account fields.
const MAX_FIELD: usize = 63;
/// Most characters of the resource field.
const MAX_RESOURCE: usize = 1024;
/// Before the name of a custom action. Source: documented.
const CUSTOM_ACTION: &str = "custom-action/";

/// What a chat configuration is of, as its ARN says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Platform {
    ChimeWebhook,
    MicrosoftTeamsChannel,
    SlackChannel,
}

impl Platform {
    const ALL: [Self; 3] = [Self::ChimeWebhook, Self::MicrosoftTeamsChannel, Self::SlackChannel];

    /// What stands before a configuration's name in its ARN. Source: observed.
    fn resource_prefix(self) -> &'static str {
        match self {
            Self::ChimeWebhook => "chat-configuration/chime-webhook/",
            Self::MicrosoftTeamsChannel => "chat-configuration/microsoft-teams-channel/",
            Self::SlackChannel => "chat-configuration/slack-channel/",
        }
    }

    /// What the ARNs of an account's configurations of this platform begin with.
    pub fn arn_prefix(self, account_id: &AccountId) -> String {
        format!("arn:aws:chatbot::{account_id}:{}", self.resource_prefix())
    }
}

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
    /// before its release (model). Bellhop makes the form of [`new`](Self::new) only.
    ChatConfigurationArn,
    Shape::of_length(19, 1169).matching(
        "^arn:aws:(wheatley|chatbot):[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9][A-Za-z0-9:_/+=,@.-]{0,1023}$",
        |text| Fields::of(text).is_some_and(|fields| {
            matches!(fields.service, "chatbot" | "wheatley") && fields.fit()
        }),
    )
}

string_id! {
    /// Anything of AWS Chatbot that has tags: a chat configuration, a custom action. 1 to 1011 characters. Source: model.
    AmazonResourceName,
    Shape::of_length(1, 1011).matching(
        "^arn:aws:(wheatley|chatbot):[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9][A-Za-z0-9:_/+=,@.-]{0,1023}$",
        |text| Fields::of(text).is_some_and(|fields| {
            matches!(fields.service, "chatbot" | "wheatley") && fields.fit()
        }),
    )
}

string_id! {
    /// A custom action, also where it is called a resource. 1 to 1011 characters. Source: model (`CustomActionArn`,
    /// `ResourceIdentifier`).
    CustomActionArn,
    Shape::of_length(1, 1011).matching(
        "^arn:aws:chatbot:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9_/.-]{0,63}:custom-action/[a-zA-Z0-9_-]{1,64}$",
        |text| Fields::of(text).is_some_and(|fields| {
            let name = fields.resource.strip_prefix(CUSTOM_ACTION);
            fields.service == "chatbot" && fields.fit() && name.is_some_and(|name| ActionName::parse(name).is_ok())
        }),
    )
}

string_id! {
    /// The AWS identity of a person who linked a chat user: an IAM or STS principal. 15 to 1101 characters.
    /// Source: reference, model.
    AwsUserIdentity,
    Shape::of_length(15, 1101).matching(
        "^arn:aws:(iam|sts)::[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9][A-Za-z0-9:_/+=,@.-]{0,1023}$",
        |text| Fields::of(text).is_some_and(|fields| {
            matches!(fields.service, "iam" | "sts") && fields.region.is_empty() && fields.fit()
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
    pub fn new(platform: Platform, account_id: &AccountId, name: &ConfigurationName) -> Self {
        // All fit the pattern and the lengths whatever they are; a test holds the longest against the parser.
        Self(format!("{}{name}", platform.arn_prefix(account_id)).into())
    }

    /// `None` where the field is no account, which the pattern permits.
    pub fn account_id(&self) -> Option<AccountId> {
        AccountId::parse(Fields::of(&self.0)?.account).ok()
    }

    /// The platform, if this ARN is one that [`new`](Self::new) makes: `None` with a region, another service, a name
    /// that is none.
    pub fn platform(&self) -> Option<Platform> {
        let fields = Fields::of(&self.0)?;
        let is_ours = fields.service == "chatbot" && fields.region.is_empty();
        let names = |platform: &Platform| {
            let name = fields.resource.strip_prefix(platform.resource_prefix());
            name.is_some_and(|name| ConfigurationName::parse(name).is_ok())
        };
        Platform::ALL.into_iter().find(names).filter(|_| is_ours)
    }
}

impl CustomActionArn {
    /// `arn:aws:chatbot::ACCOUNT:custom-action/NAME`. Source: documented.
    pub fn new(account_id: &AccountId, name: &ActionName) -> Self {
        Self(format!("arn:aws:chatbot::{account_id}:{CUSTOM_ACTION}{name}").into())
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
    fn a_configurations_arn_is_built_and_taken_apart() {
        let account = AccountId::parse("123456789012").unwrap();
        let name = ConfigurationName::parse(&"n".repeat(128)).unwrap();
        for (platform, kind) in [
            (Platform::SlackChannel, "slack-channel"),
            (Platform::MicrosoftTeamsChannel, "microsoft-teams-channel"),
            (Platform::ChimeWebhook, "chime-webhook"),
        ] {
            let arn = ChatConfigurationArn::new(platform, &account, &name);
            assert_eq!(arn.as_str(), format!("arn:aws:chatbot::123456789012:chat-configuration/{kind}/{name}"));
            assert_eq!(ChatConfigurationArn::parse(arn.as_str()).unwrap(), arn);
            assert_eq!((arn.account_id(), arn.platform()), (Some(account.clone()), Some(platform)));
        }
    }

    #[test]
    fn only_the_form_that_we_make_has_a_platform() {
        for text in [
            "arn:aws:chatbot:us-west-2:123456789012:chat-configuration/slack-channel/ops",
            "arn:aws:wheatley::123456789012:chat-configuration/slack-channel/ops",
            "arn:aws:chatbot::123456789012:chat-configuration/pager/ops",
            "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/a/b",
            "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/",
        ] {
            assert_eq!(ChatConfigurationArn::parse(text).unwrap().platform(), None, "{text}");
        }
    }

    #[test]
    fn custom_action_arns() {
        let account = AccountId::parse("123456789012").unwrap();
        let name = ActionName::parse(&"n".repeat(64)).unwrap();
        let arn = CustomActionArn::new(&account, &name);
        check::<CustomActionArn>(&[arn.as_str(), "arn:aws:chatbot:us-east-2::custom-action/a"], &[]);
        unlike::<CustomActionArn>(&[
            &format!("{arn}n"),
            "arn:aws:wheatley::123456789012:custom-action/a",
            "arn:aws:chatbot::123456789012:custom-action/",
            "arn:aws:chatbot::123456789012:custom-action/a b",
            "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops",
        ]);
        assert_eq!(CustomActionArn::parse("").unwrap_err().constraints().first(), Some(&Constraint::MinLength(1)));
    }

    #[test]
    fn resource_names_are_of_this_service_and_have_a_length_of_their_own() {
        let longest = format!("arn:aws:chatbot:::{}", "r".repeat(1011 - 18));
        check::<AmazonResourceName>(
            &["arn:aws:chatbot::123456789012:custom-action/a", "arn:aws:wheatley:::x", &longest],
            &[(&format!("{longest}r"), &[Constraint::MaxLength(1011)])],
        );
        unlike::<AmazonResourceName>(&[TOPIC]);
    }

    #[test]
    fn user_identities_are_principals() {
        check::<AwsUserIdentity>(
            &["arn:aws:iam::123456789012:user/alice", "arn:aws:sts::123456789012:assumed-role/Ops/alice@example.com"],
            &[],
        );
        unlike::<AwsUserIdentity>(&[TOPIC, "arn:aws:iam:us-east-1:123456789012:user/alice"]);
    }
}
