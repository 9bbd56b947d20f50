//! `bellhop user-identity create`: maps a person of a chat channel to an IAM role, as an administrator. The API shows such
//! links and ends them (`aws chatbot describe-slack-user-identities`, `delete-slack-user-identity`, and for Teams).

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand};
use store::{PersonId, TooManyPeople};
use wire::ids::{Arn, AwsUserIdentity, ChatConfigurationArn, SlackUserId, Uuid};

use super::{DataArguments, say};

#[derive(Debug, Subcommand)]
pub enum UserIdentity {
    /// Map a person to a role, over what they had before.
    #[command(subcommand)]
    Create(Create),
}

#[derive(Debug, Subcommand)]
pub enum Create {
    /// A person of a Slack channel.
    Slack {
        /// The user's id, like `U012AB3CD`: "Copy member ID" in their profile.
        #[arg(long, value_parser = slack_user_id)]
        slack_user_id: SlackUserId,
        #[command(flatten)]
        link: Link,
    },
    /// A person of a Microsoft Teams channel.
    Teams {
        /// The user's object id in Microsoft Entra, a UUID.
        #[arg(long)]
        user_id: Uuid,
        #[command(flatten)]
        link: Link,
    },
}

#[derive(Debug, Args)]
pub struct Link {
    #[command(flatten)]
    data: DataArguments,
    /// The channel's configuration.
    #[arg(long)]
    configuration_arn: ChatConfigurationArn,
    /// The role that the person's commands run under.
    #[arg(long)]
    iam_role_arn: Arn,
    /// The person's identity in AWS, if it is known: `arn:aws:iam::ACCOUNT:user/NAME`.
    #[arg(long)]
    aws_user_identity: Option<AwsUserIdentity>,
}

/// Stricter than the model, which takes any line of text: what Slack gives no person can be nobody's.
fn slack_user_id(text: &str) -> Result<SlackUserId, String> {
    let is_slacks = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let id = text.parse().ok().filter(|_| is_slacks);
    id.ok_or_else(|| format!("`{text}` is no user id of Slack: it has letters and digits alone, like `U012AB3CD`"))
}

impl UserIdentity {
    pub async fn run(self) -> anyhow::Result<()> {
        let Self::Create(create) = self;
        let (person, link) = match create {
            Create::Slack { slack_user_id, link } => (PersonId::Slack(slack_user_id), link),
            Create::Teams { user_id, link } => (PersonId::MicrosoftTeams(user_id), link),
        };
        let arn = &link.configuration_arn;
        let account_id = arn.account_id().with_context(|| format!("`{arn}` names no account"))?;
        let store = link.data.open().await?;
        let identity = link.aws_user_identity.as_ref();
        let put = store.put_user_identity(&account_id, arn, &person, &link.iam_role_arn, identity).await?;
        let put =
            put.map_err(|TooManyPeople { max }| anyhow!("`{arn}` has {max} people already, and no more may be added"))?;
        if !put {
            bail!(
                "there is no such configuration on the person's platform: `{arn}`; `aws chatbot \
                 describe-slack-channel-configurations` and `list-microsoft-teams-channel-configurations` show those that there are"
            );
        }
        say(&format!("in `{arn}` the person now acts under `{}`", link.iam_role_arn));
        Ok(())
    }
}
