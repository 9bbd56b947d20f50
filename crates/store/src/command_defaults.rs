//! What is remembered so that nobody is asked twice: the region of a channel's configuration, and which of the accounts of a
//! channel a person means.

use crate::sql::query;
use crate::{Store, StoreError};

impl Store {
    /// The region in which commands run that name none.
    pub async fn command_region(&self, configuration_arn: &str) -> Result<Option<String>, StoreError> {
        let row = query("SELECT region FROM command_regions WHERE configuration_arn = $1").bind(configuration_arn);
        row.fetch_optional(&self.reader).await?.map(|row| row.try_get("region")).transpose()
    }

    pub async fn put_command_region(&self, configuration_arn: &str, region: &str) -> Result<(), StoreError> {
        query(
            "INSERT INTO command_regions (configuration_arn, region) VALUES ($1, $2)
             ON CONFLICT (configuration_arn) DO UPDATE SET region = excluded.region",
        )
        .bind(configuration_arn)
        .bind(region)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The configuration whose account a person means in a channel, if they chose one and that is not too long ago.
    pub async fn chosen_account(
        &self,
        destination: &str,
        person: &str,
        now_ms: i64,
    ) -> Result<Option<String>, StoreError> {
        let row = query(
            "SELECT configuration_arn FROM chosen_accounts WHERE destination = $1 AND person = $2 AND until_ms > $3",
        )
        .bind(destination)
        .bind(person)
        .bind(now_ms);
        row.fetch_optional(&self.reader).await?.map(|row| row.try_get("configuration_arn")).transpose()
    }

    pub async fn choose_account(
        &self,
        destination: &str,
        person: &str,
        configuration_arn: &str,
        until_ms: i64,
    ) -> Result<(), StoreError> {
        query(
            "INSERT INTO chosen_accounts (destination, person, configuration_arn, until_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT (destination, person) DO UPDATE SET configuration_arn = excluded.configuration_arn,
                 until_ms = excluded.until_ms",
        )
        .bind(destination)
        .bind(person)
        .bind(configuration_arn)
        .bind(until_ms)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    pub async fn prune_chosen_accounts(&self, now_ms: i64) -> Result<(), StoreError> {
        query("DELETE FROM chosen_accounts WHERE until_ms <= $1").bind(now_ms).execute(&self.writer).await?;
        Ok(())
    }
}
