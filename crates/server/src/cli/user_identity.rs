//! `bellhop user-identity`: maps a person of a chat channel to an IAM role as an administrator, shows who is mapped, and ends it.
//! The API shows and ends them too (`aws chatbot describe-slack-user-identities`, `delete-slack-user-identity`, and for Teams).

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand};
use domain::user_identity::Person;
use store::{PeopleOf, PersonId, TooManyPeople, person_key};
use wire::ids::{AccountId, Arn, AwsUserIdentity, ChatConfigurationArn, Platform, SlackUserId, Uuid};

use super::{DataArguments, say};

/// People that are read at a time.
const PAGE: i64 = 1000;

#[derive(Debug, Subcommand)]
pub enum UserIdentity {
    /// Map a person to a role, over what they had before.
    #[command(subcommand)]
    Create(Create),
    /// End a person's role of their own.
    #[command(subcommand)]
    Delete(Delete),
    /// Who has a role of their own, and who said so.
    List(List),
}

#[derive(Debug, Subcommand)]
pub enum Delete {
    /// A person of a Slack channel.
    Slack {
        /// The user's id, like `U012AB3CD`.
        #[arg(long, value_parser = slack_user_id)]
        slack_user_id: SlackUserId,
        #[command(flatten)]
        of: Of,
    },
    /// A person of a Microsoft Teams channel.
    Teams {
        /// The user's object id in Microsoft Entra, a UUID.
        #[arg(long)]
        user_id: Uuid,
        #[command(flatten)]
        of: Of,
    },
}

#[derive(Debug, Args)]
pub struct Of {
    #[command(flatten)]
    data: DataArguments,
    /// The channel's configuration.
    #[arg(long)]
    configuration_arn: ChatConfigurationArn,
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    of: Of,
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
        match self {
            Self::Create(Create::Slack { slack_user_id, link }) => link.create(&PersonId::Slack(slack_user_id)).await,
            Self::Create(Create::Teams { user_id, link }) => link.create(&PersonId::MicrosoftTeams(user_id)).await,
            Self::Delete(Delete::Slack { slack_user_id, of }) => of.delete(&PersonId::Slack(slack_user_id)).await,
            Self::Delete(Delete::Teams { user_id, of }) => of.delete(&PersonId::MicrosoftTeams(user_id)).await,
            Self::List(list) => list.of.list().await,
        }
    }
}

impl Link {
    async fn create(&self, person: &PersonId) -> anyhow::Result<()> {
        let arn = &self.configuration_arn;
        let (store, account_id) = (self.data.open().await?, account_of(arn)?);
        let identity = self.aws_user_identity.as_ref();
        let put = store.put_user_identity(&account_id, arn, person, &self.iam_role_arn, identity).await?;
        let full = |TooManyPeople { max }| anyhow!("`{arn}` has {max} people already: delete some first");
        if !put.map_err(full)? {
            return Err(no_configuration(arn));
        }
        say(&format!("in `{arn}` the person now acts under `{}`", self.iam_role_arn));
        Ok(())
    }
}

impl Of {
    async fn delete(&self, person: &PersonId) -> anyhow::Result<()> {
        let arn = &self.configuration_arn;
        let store = self.data.open().await?;
        if !store.delete_user_identity(&account_of(arn)?, arn, person, None).await? {
            bail!(
                "in `{arn}`, `{}` has no role of their own: `bellhop user-identity list` shows who has",
                person.as_str()
            );
        }
        say(&format!("in `{arn}`, `{}` has no role of their own any more", person.as_str()));
        Ok(())
    }

    async fn list(&self) -> anyhow::Result<()> {
        let arn = &self.configuration_arn;
        let people = match arn.platform() {
            Some(Platform::SlackChannel) => PeopleOf::Slack,
            Some(Platform::MicrosoftTeamsChannel) => PeopleOf::MicrosoftTeams,
            _ => return Err(no_configuration(arn)),
        };
        let (store, account_id) = (self.data.open().await?, account_of(arn)?);
        let mut after: Option<String> = None;
        loop {
            let page = store.user_identities(&account_id, people, Some(arn), after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(person_key(last));
            for found in &page {
                let user_id = match &found.person {
                    Person::MicrosoftTeams { user_id, .. } => user_id.as_str(),
                    Person::Slack { user_id, .. } => user_id.as_str(),
                };
                let by = found.aws_user_identity.as_ref().map_or("an administrator", AsRef::as_ref);
                say(&format!("{user_id}\t{}\t{by}", found.iam_role_arn));
            }
        }
    }
}

fn account_of(arn: &ChatConfigurationArn) -> anyhow::Result<AccountId> {
    arn.account_id().with_context(|| format!("`{arn}` names no account"))
}

fn no_configuration(arn: &ChatConfigurationArn) -> anyhow::Error {
    anyhow!(
        "there is no such configuration on the person's platform: `{arn}`; `aws chatbot \
         describe-slack-channel-configurations` and `list-microsoft-teams-channel-configurations` show those that there are"
    )
}
