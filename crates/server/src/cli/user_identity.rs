//! `bellhop user-identity`: maps a person of a chat channel, or a group of people, to an IAM role as an administrator, shows who is
//! mapped, and ends it.
//! The API shows and ends them too (`aws chatbot describe-slack-user-identities`, `delete-slack-user-identity`, and for Teams).

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand};
use domain::user_identity::{Group, NOT_A_SLACK_ID, Person, SlackGroupId, is_slack_id};
use store::{PeopleOf, PersonId, Store, TooManyGroups, TooManyPeople, person_key};
use wire::ids::{AccountId, Arn, AwsUserIdentity, ChatConfigurationArn, Platform, SlackUserId, Uuid};

use super::{DataArguments, say};

/// People that are read at a time.
const PAGE: i64 = 1000;

#[derive(Debug, Subcommand)]
pub enum UserIdentity {
    /// Map a person or a group to a role, over what they had before.
    #[command(subcommand)]
    Create(Create),
    /// End a person's role of their own, or a group's.
    #[command(subcommand)]
    Delete(Delete),
    /// Who has a role of their own, and who said so; and which groups have one.
    List(List),
}

#[derive(Debug, Subcommand)]
pub enum Delete {
    /// A person of a Slack channel, or a user group.
    Slack {
        /// The user's id, like `U012AB3CD`.
        #[arg(long, value_parser = slack_user_id, required_unless_present = "slack_user_group")]
        slack_user_id: Option<SlackUserId>,
        /// Or a user group's id, like `S0123ABCD`: "Copy group ID" in its menu.
        #[arg(long, conflicts_with = "slack_user_id")]
        slack_user_group: Option<SlackGroupId>,
        #[command(flatten)]
        of: Of,
    },
    /// A person of a Microsoft Teams channel, or a group.
    Teams {
        /// The user's object id in Microsoft Entra, a UUID.
        #[arg(long, required_unless_present = "teams_group")]
        user_id: Option<Uuid>,
        /// Or a group's object id in Microsoft Entra: the bot's app needs `GroupMember.Read.All` and `User.ReadBasic.All`.
        #[arg(long, conflicts_with = "user_id")]
        teams_group: Option<Uuid>,
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
    /// A person of a Slack channel, or a user group.
    Slack {
        /// The user's id, like `U012AB3CD`: "Copy member ID" in their profile.
        #[arg(long, value_parser = slack_user_id, required_unless_present = "slack_user_group")]
        slack_user_id: Option<SlackUserId>,
        /// Or a user group's id, like `S0123ABCD`: "Copy group ID" in its menu.
        #[arg(long, conflicts_with = "slack_user_id")]
        slack_user_group: Option<SlackGroupId>,
        #[command(flatten)]
        link: Link,
    },
    /// A person of a Microsoft Teams channel, or a group.
    Teams {
        /// The user's object id in Microsoft Entra, a UUID.
        #[arg(long, required_unless_present = "teams_group")]
        user_id: Option<Uuid>,
        /// Or a group's object id in Microsoft Entra: the bot's app needs `GroupMember.Read.All` and `User.ReadBasic.All`.
        #[arg(long, conflicts_with = "user_id")]
        teams_group: Option<Uuid>,
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

fn slack_user_id(text: &str) -> Result<SlackUserId, String> {
    let id = text.parse().ok().filter(|_| is_slack_id(text));
    id.ok_or_else(|| format!("`{text}` {NOT_A_SLACK_ID}"))
}

impl UserIdentity {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create(Create::Slack { slack_user_id, slack_user_group, link }) => {
                link.create(Whom::of_slack(slack_user_id, slack_user_group)?).await
            }
            Self::Create(Create::Teams { user_id, teams_group, link }) => {
                link.create(Whom::of_teams(user_id, teams_group)?).await
            }
            Self::Delete(Delete::Slack { slack_user_id, slack_user_group, of }) => {
                of.delete(Whom::of_slack(slack_user_id, slack_user_group)?).await
            }
            Self::Delete(Delete::Teams { user_id, teams_group, of }) => {
                of.delete(Whom::of_teams(user_id, teams_group)?).await
            }
            Self::List(list) => list.of.list().await,
        }
    }
}

/// Who has a role of their own.
enum Whom {
    Person(PersonId),
    Group(Group),
}

impl Whom {
    fn of_slack(user_id: Option<SlackUserId>, group: Option<SlackGroupId>) -> anyhow::Result<Self> {
        let person = user_id.map(|id| Self::Person(PersonId::Slack(id)));
        person
            .or(group.map(|id| Self::Group(Group::Slack(id))))
            .context("name a --slack-user-id or a --slack-user-group")
    }

    fn of_teams(user_id: Option<Uuid>, group: Option<Uuid>) -> anyhow::Result<Self> {
        // Microsoft writes ids in either case; chat's are made small.
        let small = |id: Uuid| id.as_str().to_lowercase().parse::<Uuid>().map_err(|unmet| anyhow!("{unmet}"));
        match (user_id, group) {
            (Some(id), _) => Ok(Self::Person(PersonId::MicrosoftTeams(small(id)?))),
            (None, Some(id)) => Ok(Self::Group(Group::MicrosoftTeams(small(id)?))),
            (None, None) => bail!("name a --user-id or a --teams-group"),
        }
    }
}

impl Link {
    async fn create(&self, whom: Whom) -> anyhow::Result<()> {
        let arn = &self.configuration_arn;
        let (store, account_id) = (self.data.open().await?, account_of(arn)?);
        let person = match &whom {
            Whom::Person(person) => person,
            Whom::Group(group) => return self.create_of_group(&store, &account_id, group).await,
        };
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

impl Link {
    async fn create_of_group(&self, store: &Store, account_id: &AccountId, group: &Group) -> anyhow::Result<()> {
        let arn = &self.configuration_arn;
        if self.aws_user_identity.is_some() {
            bail!("a group has no identity of its own in AWS: leave out --aws-user-identity");
        }
        let put = store.put_group_identity(account_id, arn, group, &self.iam_role_arn).await?;
        let full = |TooManyGroups { max }| anyhow!("`{arn}` has {max} groups already: delete some first");
        if !put.map_err(full)? {
            return Err(no_configuration(arn));
        }
        say(&format!("in `{arn}` {} now gives `{}` to those in it", group.words(), self.iam_role_arn));
        Ok(())
    }
}

impl Of {
    async fn delete(&self, whom: Whom) -> anyhow::Result<()> {
        let arn = &self.configuration_arn;
        let store = self.data.open().await?;
        let person = match &whom {
            Whom::Person(person) => person,
            Whom::Group(group) => {
                if !store.delete_group_identity(&account_of(arn)?, arn, group).await? {
                    bail!("in `{arn}`, {} has no role: `bellhop user-identity list` shows which have", group.words());
                }
                say(&format!("in `{arn}`, {} has no role any more", group.words()));
                return Ok(());
            }
        };
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
        for found in store.group_identities(arn).await? {
            say(&format!("{}\t{}\tan administrator, to a group", found.group.as_str(), found.iam_role_arn));
        }
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
