//! The IAM roles of people in chat channels. The API shows and ends them; people choose them in chat.

use domain::user_identity::UserIdentity;
use store::{PeopleOf, PersonId, person_key};
use wire::ids::{ChatConfigurationArn, MaxResults};
use wire::operations::Operation;

use super::authorization::Access;
use super::pagination::{Pages, rows_to_read};
use super::{App, AppError, Caller};

#[derive(Debug, Clone)]
pub struct UserIdentityPage {
    pub identities: Vec<UserIdentity>,
    pub next_token: Option<String>,
}

impl App {
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
