//! The IAM roles of people in chat channels. People choose them in chat; an administrator gives, shows and ends them by the API.

use domain::user_identity::{NOT_A_SLACK_ID, UserIdentity, is_slack_id};
use store::{PeopleOf, PersonId, TooManyPeople, person_key};
use wire::ids::{Arn, AwsUserIdentity, ChatConfigurationArn, MaxResults, Platform};
use wire::operations::Operation;

use super::authorization::Access;
use super::pagination::{Pages, rows_to_read};
use super::{App, AppError, Caller};

#[derive(Debug, Clone)]
pub struct UserIdentityPage {
    pub identities: Vec<UserIdentity>,
    pub next_token: Option<String>,
}

/// A role that an administrator gives a person.
#[derive(Debug, Clone)]
pub struct NewUserIdentity {
    pub configuration_arn: ChatConfigurationArn,
    pub person: PersonId,
    pub iam_role_arn: Arn,
    pub aws_user_identity: Option<AwsUserIdentity>,
}

impl App {
    /// Over what the person had before, as `bellhop user-identity create`. Whoever gives a role to a person hands it to the
    /// service: `iam:PassRole`, as when a configuration is made.
    pub async fn create_user_identity(&self, caller: &Caller, new: NewUserIdentity) -> Result<UserIdentity, AppError> {
        let NewUserIdentity { configuration_arn: arn, person, iam_role_arn, aws_user_identity } = new;
        let (operation, platform) = match &person {
            PersonId::Slack(_) => (Operation::CreateSlackUserIdentity, Platform::SlackChannel),
            PersonId::MicrosoftTeams(_) => {
                (Operation::CreateMicrosoftTeamsUserIdentity, Platform::MicrosoftTeamsChannel)
            }
        };
        self.configuration_to_change(caller, operation, platform, &arn).await?;
        caller.authorize_to_pass(&iam_role_arn)?;
        let person = named_as_chat_does(person)?;
        let (account_id, aws_user_identity) = (&caller.account_id, aws_user_identity.as_ref());
        let put = self.store.put_user_identity(account_id, &arn, &person, &iam_role_arn, aws_user_identity).await?;
        let full = |TooManyPeople { max }| AppError::LimitExceeded {
            what: format!("configuration {arn} may have people with roles of their own,"),
            max: usize::try_from(max).unwrap_or(usize::MAX),
        };
        let not_found = || AppError::NotFound { arn: arn.as_str().to_owned() };
        if !put.map_err(full)? {
            return Err(not_found());
        }
        self.store.user_identity(&arn, &person).await?.ok_or_else(not_found)
    }

    pub async fn user_identities(
        &self,
        caller: &Caller,
        of: PeopleOf,
        configuration_arn: Option<&ChatConfigurationArn>,
        (max_results, token): (MaxResults, Option<&str>),
    ) -> Result<UserIdentityPage, AppError> {
        let operation = match of {
            PeopleOf::Slack => Operation::DescribeSlackUserIdentities,
            PeopleOf::MicrosoftTeams => Operation::ListMicrosoftTeamsUserIdentities,
        };
        caller.authorize(&Access::to(operation))?;
        let arn = configuration_arn.map(ChatConfigurationArn::as_str);
        let pages = Pages::of(operation, &caller.account_id).filtered_by(arn);
        let after = self.page_start(&pages, token)?;
        let wanted = rows_to_read(max_results);
        let rows =
            self.store.user_identities(&caller.account_id, of, configuration_arn, after.as_deref(), wanted).await?;
        let (identities, next_token) = self.page(&pages, rows, max_results, person_key)?;
        Ok(UserIdentityPage { identities, next_token })
    }

    /// `team_id`: the Slack workspace that the caller says the person is of.
    pub async fn delete_user_identity(
        &self,
        caller: &Caller,
        configuration_arn: &ChatConfigurationArn,
        person: &PersonId,
        team_id: Option<&str>,
    ) -> Result<(), AppError> {
        let (operation, user_id) = match person {
            PersonId::Slack(user_id) => (Operation::DeleteSlackUserIdentity, user_id.as_str()),
            PersonId::MicrosoftTeams(user_id) => (Operation::DeleteMicrosoftTeamsUserIdentity, user_id.as_str()),
        };
        caller.authorize(&Access::to(operation))?;
        if self.store.delete_user_identity(&caller.account_id, configuration_arn, person, team_id).await? {
            return Ok(());
        }
        let configuration_arn = configuration_arn.as_str().to_owned();
        Err(AppError::UserIdentityNotFound { user_id: user_id.to_owned(), configuration_arn })
    }
}

/// As chat will name them when they speak: by another name, a role would be nobody's.
fn named_as_chat_does(person: PersonId) -> Result<PersonId, AppError> {
    match person {
        PersonId::Slack(user_id) if !is_slack_id(user_id.as_str()) => {
            Err(AppError::InvalidRequest(format!("{user_id} {NOT_A_SLACK_ID}")))
        }
        // Microsoft writes it in either case, and chat's is made small.
        PersonId::MicrosoftTeams(user_id) => {
            let small = user_id.as_str().to_lowercase().parse();
            small.map(PersonId::MicrosoftTeams).or(Ok(PersonId::MicrosoftTeams(user_id)))
        }
        PersonId::Slack(_) => Ok(person),
    }
}
