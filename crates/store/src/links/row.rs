//! A link as its row has it. The store's `links` reads every one through here.

use super::{Link, LinkState, TABLE};
use crate::StoreError;
use crate::sql::Row;
use crate::user_identities::PersonId;

impl LinkState {
    const ALL: [(&'static str, Self); 7] = [
        ("asked", Self::Asked),
        ("opened", Self::Opened),
        ("proven", Self::Proven),
        ("joined", Self::Joined),
        ("chosen", Self::Chosen),
        ("done", Self::Done),
        ("spent", Self::Spent),
    ];
}

pub(super) fn read(row: &Row) -> Result<Link, StoreError> {
    let id: String = row.try_get("link_id")?;
    let (platform, user_id, state): (&str, &str, &str) =
        (row.try_get("platform")?, row.try_get("user_id")?, row.try_get("state")?);
    let state = LinkState::ALL.iter().find(|(name, _)| *name == state).map(|(_, state)| *state);
    let (proof, role): (Option<&str>, Option<&str>) = (row.try_get("proof")?, row.try_get("iam_role_arn")?);
    let proof = proof.map(serde_json::from_str).transpose();
    Ok(Link {
        code: row.try_get("code")?,
        account_id: StoreError::parsed(TABLE, "account_id", &id, row.try_get("account_id")?)?,
        configuration_arn: StoreError::parsed(TABLE, "configuration_arn", &id, row.try_get("configuration_arn")?)?,
        person: PersonId::read(TABLE, &id, platform, user_id)?,
        person_name: row.try_get("person_name")?,
        team_name: row.try_get("team_name")?,
        channel_name: row.try_get("channel_name")?,
        created_at_ms: row.try_get("created_at_ms")?,
        expires_at_ms: row.try_get("expires_at_ms")?,
        state: state.ok_or_else(|| StoreError::corrupt(TABLE, "state", &id, &"no state of this version"))?,
        browser: row.try_get("browser")?,
        proof: proof.map_err(|error| StoreError::corrupt(TABLE, "proof", &id, &error))?,
        iam_role_arn: role.map(|role| StoreError::parsed(TABLE, "iam_role_arn", &id, role)).transpose()?,
        wrong_numbers: row.try_get("wrong_numbers")?,
        id,
    })
}
