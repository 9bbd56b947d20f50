//! Tags of whatever has an ARN of ours: a chat configuration or a custom action. Each keeps its own.

use serde_json::json;
use wire::ids::{AccountId, AmazonResourceName, TagKey, TagValue};

use crate::sql::{Transaction, query};
use crate::{Store, StoreError};

pub type Tags = Vec<(TagKey, TagValue)>;

/// A resource would have more tags than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyTags;

/// The tables whose rows have tags. An ARN is in one of them at most.
#[derive(Debug, Clone, Copy)]
enum Tagged {
    ChatConfigurations,
    CustomActions,
}

impl Tagged {
    fn table(arn: &AmazonResourceName) -> Self {
        if arn.as_str().contains(":custom-action/") { Self::CustomActions } else { Self::ChatConfigurations }
    }

    fn name(self) -> &'static str {
        match self {
            Self::ChatConfigurations => "chat_configurations",
            Self::CustomActions => "custom_actions",
        }
    }

    fn select(self) -> &'static str {
        match self {
            Self::ChatConfigurations => "SELECT tags FROM chat_configurations WHERE arn = $1 AND account_id = $2",
            Self::CustomActions => "SELECT tags FROM custom_actions WHERE arn = $1 AND account_id = $2",
        }
    }

    fn update(self) -> &'static str {
        match self {
            Self::ChatConfigurations => "UPDATE chat_configurations SET tags = $1 WHERE arn = $2",
            Self::CustomActions => "UPDATE custom_actions SET tags = $1 WHERE arn = $2",
        }
    }
}

impl Store {
    /// `None` if the account has nothing of this ARN.
    pub async fn tags(&self, account_id: &AccountId, arn: &AmazonResourceName) -> Result<Option<Tags>, StoreError> {
        let tagged = Tagged::table(arn);
        let row =
            query(tagged.select()).bind(arn.as_str()).bind(account_id.as_str()).fetch_optional(&self.reader).await?;
        row.map(|row| parsed(tagged, arn, row.try_get("tags")?)).transpose()
    }

    /// Adds tags; a key that is there gets the new value. `None` if the account has nothing of this ARN.
    pub async fn put_tags(
        &self,
        account_id: &AccountId,
        arn: &AmazonResourceName,
        tags: Tags,
        limit: usize,
    ) -> Result<Option<Result<(), TooManyTags>>, StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(account_id.as_str()).await?;
        let Some(mut all) = load(&mut transaction, account_id, arn).await? else {
            return Ok(None);
        };
        for (key, value) in tags {
            match all.iter_mut().find(|(known, _)| *known == key) {
                Some(known) => known.1 = value,
                None => all.push((key, value)),
            }
        }
        if all.len() > limit {
            return Ok(Some(Err(TooManyTags)));
        }
        save(&mut transaction, arn, &all).await?;
        transaction.commit().await?;
        Ok(Some(Ok(())))
    }

    /// Takes tags away; keys that are not there are no error. `false` if the account has nothing of this ARN.
    pub async fn remove_tags(
        &self,
        account_id: &AccountId,
        arn: &AmazonResourceName,
        keys: &[TagKey],
    ) -> Result<bool, StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(account_id.as_str()).await?;
        let Some(mut all) = load(&mut transaction, account_id, arn).await? else {
            return Ok(false);
        };
        all.retain(|(key, _)| !keys.contains(key));
        save(&mut transaction, arn, &all).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

async fn load(
    transaction: &mut Transaction,
    account_id: &AccountId,
    arn: &AmazonResourceName,
) -> Result<Option<Tags>, StoreError> {
    let tagged = Tagged::table(arn);
    let row =
        query(tagged.select()).bind(arn.as_str()).bind(account_id.as_str()).fetch_optional(&mut *transaction).await?;
    row.map(|row| parsed(tagged, arn, row.try_get("tags")?)).transpose()
}

async fn save(transaction: &mut Transaction, arn: &AmazonResourceName, tags: &Tags) -> Result<(), StoreError> {
    query(Tagged::table(arn).update())
        .bind(json!(tags).to_string())
        .bind(arn.as_str())
        .execute(&mut *transaction)
        .await?;
    Ok(())
}

fn parsed(tagged: Tagged, arn: &AmazonResourceName, tags: &str) -> Result<Tags, StoreError> {
    serde_json::from_str(tags)
        .map_err(|_| StoreError::corrupt(tagged.name(), "tags", arn.as_str(), &"not the JSON that was written"))
}
