//! Which custom actions show in which chat configurations.

use store::Absent;
use wire::ids::{ChatConfigurationArn, CustomActionArn, MaxResults};
use wire::operations::Operation;

use super::authorization::Access;
use super::custom_actions::ActionPage;
use super::pagination::{Pages, rows_to_read};
use super::{App, AppError, Caller};

impl App {
    pub async fn associate(
        &self,
        caller: &Caller,
        configuration_arn: &ChatConfigurationArn,
        resource_arn: &CustomActionArn,
    ) -> Result<(), AppError> {
        let operation = Operation::AssociateToConfiguration;
        self.authorize_on_both(caller, operation, configuration_arn, resource_arn).await?;
        let associated = self.store.associate(&caller.account_id, configuration_arn, resource_arn).await?;
        associated.map_err(|absent| not_there(absent, configuration_arn, resource_arn))
    }

    pub async fn disassociate(
        &self,
        caller: &Caller,
        configuration_arn: &ChatConfigurationArn,
        resource_arn: &CustomActionArn,
    ) -> Result<(), AppError> {
        let operation = Operation::DisassociateFromConfiguration;
        self.authorize_on_both(caller, operation, configuration_arn, resource_arn).await?;
        let disassociated = self.store.disassociate(&caller.account_id, configuration_arn, resource_arn).await?;
        disassociated.map_err(|absent| not_there(absent, configuration_arn, resource_arn))
    }

    /// Of a configuration that is not there, none. Source: observed.
    pub async fn list_associations(
        &self,
        caller: &Caller,
        configuration_arn: &ChatConfigurationArn,
        (max_results, token): (MaxResults, Option<&str>),
    ) -> Result<ActionPage, AppError> {
        let operation = Operation::ListAssociations;
        let tags = self.resource_tags(caller, configuration_arn.as_str()).await?;
        let access = Access::to(operation).on(configuration_arn.as_str());
        caller.authorize(&access.with_resource_tags(&tags))?;
        let pages = Pages::of(operation, &caller.account_id).filtered_by(Some(configuration_arn.as_str()));
        let after = self.page_start(&pages, token)?;
        let wanted = rows_to_read(max_results);
        let rows = self.store.associations(&caller.account_id, configuration_arn, after.as_deref(), wanted).await?;
        let (arns, next_token) = self.page(&pages, rows, max_results, |arn| arn.as_str().to_owned())?;
        Ok(ActionPage { arns, next_token })
    }

    /// Both are resources of these operations. Source: AWS's service authorization reference.
    async fn authorize_on_both(
        &self,
        caller: &Caller,
        operation: Operation,
        configuration_arn: &ChatConfigurationArn,
        resource_arn: &CustomActionArn,
    ) -> Result<(), AppError> {
        for arn in [configuration_arn.as_str(), resource_arn.as_str()] {
            let tags = self.resource_tags(caller, arn).await?;
            caller.authorize(&Access::to(operation).on(arn).with_resource_tags(&tags))?;
        }
        Ok(())
    }
}

fn not_there(absent: Absent, configuration_arn: &ChatConfigurationArn, resource_arn: &CustomActionArn) -> AppError {
    match absent {
        Absent::Configuration => {
            AppError::ConfigurationOfAssociationNotFound { arn: configuration_arn.as_str().to_owned() }
        }
        Absent::CustomAction => AppError::NotFound { arn: resource_arn.as_str().to_owned() },
    }
}
