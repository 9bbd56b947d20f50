//! The IAM roles of people in chat channels, of Slack and of Microsoft Teams alike.

use domain::user_identity::{Person, UserIdentity};
use wire::ids::{AccountId, Arn, AwsUserIdentity, ChatConfigurationArn, Platform, SlackUserId, Uuid};

use crate::sql::{Row, Transaction, query};
use crate::{Store, StoreError};

const TABLE: &str = "user_identities";

/// People of one configuration; each may be one row, and nobody reads more.
const PEOPLE_MAX: i64 = 5_000;

/// The configuration has as many people as it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyPeople {
    pub max: i64,
}

/// A person, as the platform of their channel names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonId {
    MicrosoftTeams(Uuid),
    Slack(SlackUserId),
}

/// Whose people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeopleOf {
    MicrosoftTeams,
    Slack,
}

impl PeopleOf {
    fn as_str(self) -> &'static str {
        match self {
            Self::MicrosoftTeams => "teams",
            Self::Slack => "slack",
        }
    }
}

impl PersonId {
    fn of(&self) -> PeopleOf {
        match self {
            Self::MicrosoftTeams(_) => PeopleOf::MicrosoftTeams,
            Self::Slack(_) => PeopleOf::Slack,
        }
    }

    /// As columns and session names have it: `slack`, `teams`.
    pub fn platform(&self) -> &'static str {
        self.of().as_str()
    }

    /// As people know it.
    pub fn platform_name(&self) -> &'static str {
        match self {
            Self::MicrosoftTeams(_) => "Microsoft Teams",
            Self::Slack(_) => "Slack",
        }
    }

    /// From a row's columns.
    pub(crate) fn read(table: &'static str, row: &str, platform: &str, user_id: &str) -> Result<Self, StoreError> {
        if platform == PeopleOf::Slack.as_str() {
            return StoreError::parsed(table, "user_id", row, user_id).map(Self::Slack);
        }
        StoreError::parsed(table, "user_id", row, user_id).map(Self::MicrosoftTeams)
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::MicrosoftTeams(user_id) => user_id.as_str(),
            Self::Slack(user_id) => user_id.as_str(),
        }
    }
}

/// What orders a page's rows: the next page begins after the last one's.
pub fn person_key(identity: &UserIdentity) -> String {
    let user_id = match &identity.person {
        Person::MicrosoftTeams { user_id, .. } => user_id.as_str(),
        Person::Slack { user_id, .. } => user_id.as_str(),
    };
    key(&identity.configuration_arn, user_id)
}

/// An ARN has no end that a person's id could add to: names have no `/`.
fn key(configuration_arn: &ChatConfigurationArn, user_id: &str) -> String {
    format!("{configuration_arn}/{user_id}")
}

/// The columns of [`read`]: where a person is, their configuration knows.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT u.*, c.tenant_id, c.team_id, c.channel_id FROM user_identities u
             JOIN chat_configurations c ON c.arn = u.configuration_arn ",
            $rest
        )
    };
}

impl Store {
    /// Links a person to a role, over what they had before. `false` if the account has no such configuration of the
    /// person's platform.
    pub async fn put_user_identity(
        &self,
        account_id: &AccountId,
        configuration_arn: &ChatConfigurationArn,
        person: &PersonId,
        iam_role_arn: &Arn,
        aws_user_identity: Option<&AwsUserIdentity>,
    ) -> Result<Result<bool, TooManyPeople>, StoreError> {
        let mut transaction = self.write_of(account_id.as_str()).await?;
        let put = put(&mut transaction, account_id, configuration_arn, person, iam_role_arn, aws_user_identity).await?;
        if put == Ok(true) {
            transaction.commit().await?;
        }
        Ok(put)
    }

    /// Under which role a person acts in a configuration, if they have one of their own.
    pub async fn user_identity(
        &self,
        configuration_arn: &ChatConfigurationArn,
        person: &PersonId,
    ) -> Result<Option<UserIdentity>, StoreError> {
        let row = query(select!("WHERE u.person_key = $1"))
            .bind(key(configuration_arn, person.as_str()))
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| read(&row)).transpose()
    }

    /// A page of an account's people, or of one configuration's, beginning after `after`.
    pub async fn user_identities(
        &self,
        account_id: &AccountId,
        of: PeopleOf,
        configuration_arn: Option<&ChatConfigurationArn>,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<UserIdentity>, StoreError> {
        let of_account =
            select!("WHERE u.account_id = $1 AND u.platform = $2 AND u.person_key > $3 ORDER BY u.person_key LIMIT $4");
        let of_configuration = select!(
            "WHERE u.account_id = $1 AND u.platform = $2 AND u.person_key > $3 AND u.configuration_arn = $5
             ORDER BY u.person_key LIMIT $4"
        );
        let sql = if configuration_arn.is_some() { of_configuration } else { of_account };
        let mut query =
            query(sql).bind(account_id.as_str()).bind(of.as_str()).bind(after.unwrap_or_default()).bind(limit);
        if let Some(arn) = configuration_arn {
            query = query.bind(arn.as_str());
        }
        query.fetch_all(&self.reader).await?.iter().map(read).collect()
    }

    /// Ends a link; `false` if there is none. `team_id`: only if the channel is of that workspace.
    pub async fn delete_user_identity(
        &self,
        account_id: &AccountId,
        configuration_arn: &ChatConfigurationArn,
        person: &PersonId,
        team_id: Option<&str>,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.write_of(account_id.as_str()).await?;
        let deleted = query(
            "DELETE FROM user_identities WHERE person_key = $1 AND account_id = $2 AND platform = $3 AND EXISTS (
                 SELECT 1 FROM chat_configurations c WHERE c.arn = $4 AND c.team_id = COALESCE($5, c.team_id))",
        )
        .bind(key(configuration_arn, person.as_str()))
        .bind(account_id.as_str())
        .bind(person.of().as_str())
        .bind(configuration_arn.as_str())
        .bind(team_id)
        .execute(&mut transaction)
        .await?;
        transaction.commit().await?;
        Ok(deleted > 0)
    }
}

/// In a transaction of the account's changes.
pub(crate) async fn put(
    transaction: &mut Transaction,
    account_id: &AccountId,
    configuration_arn: &ChatConfigurationArn,
    person: &PersonId,
    iam_role_arn: &Arn,
    aws_user_identity: Option<&AwsUserIdentity>,
) -> Result<Result<bool, TooManyPeople>, StoreError> {
    let of = match configuration_arn.platform() {
        Some(Platform::SlackChannel) => PeopleOf::Slack,
        Some(Platform::MicrosoftTeamsChannel) => PeopleOf::MicrosoftTeams,
        _ => return Ok(Ok(false)),
    };
    if of != person.of() {
        return Ok(Ok(false));
    }
    let person_key = key(configuration_arn, person.as_str());
    let others =
        query("SELECT COUNT(*) AS count FROM user_identities WHERE configuration_arn = $1 AND person_key <> $2")
            .bind(configuration_arn.as_str())
            .bind(&person_key)
            .fetch_one(&mut *transaction)
            .await?;
    if others.try_get::<i64>("count")? >= PEOPLE_MAX {
        return Ok(Err(TooManyPeople { max: PEOPLE_MAX }));
    }
    let put = query(
        "INSERT INTO user_identities (person_key, account_id, platform, configuration_arn, user_id, iam_role_arn,
             aws_user_identity)
         SELECT $1, $2, $3, c.arn, $4, $5, $6 FROM chat_configurations c WHERE c.arn = $7 AND c.account_id = $2
         ON CONFLICT (person_key) DO UPDATE SET iam_role_arn = excluded.iam_role_arn,
             aws_user_identity = excluded.aws_user_identity",
    )
    .bind(person_key)
    .bind(account_id.as_str())
    .bind(person.platform())
    .bind(person.as_str())
    .bind(iam_role_arn.as_str())
    .bind(aws_user_identity.map(AsRef::as_ref))
    .bind(configuration_arn.as_str())
    .execute(transaction)
    .await?;
    Ok(Ok(put > 0))
}

fn read(row: &Row) -> Result<UserIdentity, StoreError> {
    let key: &str = row.try_get("person_key")?;
    let (platform, user_id): (&str, &str) = (row.try_get("platform")?, row.try_get("user_id")?);
    let team_id: &str = row.try_get("team_id")?;
    let identity: Option<&str> = row.try_get("aws_user_identity")?;
    let person = if platform == PeopleOf::Slack.as_str() {
        Person::Slack {
            team_id: StoreError::parsed(TABLE, "team_id", key, team_id)?,
            user_id: StoreError::parsed(TABLE, "user_id", key, user_id)?,
        }
    } else {
        Person::MicrosoftTeams {
            tenant_id: StoreError::parsed(TABLE, "tenant_id", key, row.try_get("tenant_id")?)?,
            team_id: StoreError::parsed(TABLE, "team_id", key, team_id)?,
            channel_id: StoreError::parsed(TABLE, "channel_id", key, row.try_get("channel_id")?)?,
            user_id: StoreError::parsed(TABLE, "user_id", key, user_id)?,
        }
    };
    Ok(UserIdentity {
        account_id: StoreError::parsed(TABLE, "account_id", key, row.try_get("account_id")?)?,
        configuration_arn: StoreError::parsed(TABLE, "configuration_arn", key, row.try_get("configuration_arn")?)?,
        person,
        iam_role_arn: StoreError::parsed(TABLE, "iam_role_arn", key, row.try_get("iam_role_arn")?)?,
        aws_user_identity: identity
            .map(|identity| StoreError::parsed(TABLE, "aws_user_identity", key, identity))
            .transpose()?,
    })
}
