//! Browsers on their way to Slack and back: who asked for the authorisation, and which browser may end it.
//!
//! `app/slack_oauth` puts a state when it sends a browser away. The state is spent in the transaction that stores the
//! workspace ([`Store::authorize_slack_workspaces`]), with the link that it began with: a restart in between leaves either
//! both or none. What came of it stays until it expires, for a browser that did not hear the answer. No secret is here.

use wire::ids::AccountId;

use crate::sql::{Transaction, query};
use crate::{Store, StoreError};

const TABLE: &str = "oauth_states";

/// Times that one link is opened before it is ended: a person reloads, a program repeats itself.
const STATES_OF_TICKET_MAX: i64 = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OauthState {
    /// Digests: whoever reads the store cannot end it.
    pub state_hash: String,
    pub browser_hash: String,
    pub account_id: AccountId,
    pub app_id: String,
    pub authorized_by: Option<String>,
    /// The id of the link.
    pub ticket: String,
    pub expires_at_ms: i64,
    /// What came of it, as `app` words it; `None`: it may still be used.
    pub outcome: Option<String>,
}

/// A state that is spent together with what it was for.
#[derive(Debug, Clone, Copy)]
pub struct SpentState<'a> {
    pub state: &'a OauthState,
    pub outcome: &'a str,
}

impl Store {
    /// `false`: its link was opened too often.
    pub async fn put_oauth_state(&self, state: &OauthState) -> Result<bool, StoreError> {
        let put = query(
            "INSERT INTO oauth_states (state_hash, browser_hash, account_id, app_id, authorized_by, ticket, expires_at_ms)
             SELECT $1, $2, $3, $4, $5, $6, $7
             WHERE (SELECT COUNT(*) FROM oauth_states WHERE ticket = $6) < $8",
        )
        .bind(&state.state_hash)
        .bind(&state.browser_hash)
        .bind(state.account_id.as_str())
        .bind(&state.app_id)
        .bind(&state.authorized_by)
        .bind(&state.ticket)
        .bind(state.expires_at_ms)
        .bind(STATES_OF_TICKET_MAX)
        .execute(&self.writer)
        .await?;
        Ok(put == 1)
    }

    pub async fn oauth_state(&self, state_hash: &str) -> Result<Option<OauthState>, StoreError> {
        let row = query("SELECT * FROM oauth_states WHERE state_hash = $1").bind(state_hash);
        let Some(row) = row.fetch_optional(&self.reader).await? else { return Ok(None) };
        let account_id: &str = row.try_get("account_id")?;
        Ok(Some(OauthState {
            state_hash: row.try_get("state_hash")?,
            browser_hash: row.try_get("browser_hash")?,
            account_id: StoreError::parsed(TABLE, "account_id", state_hash, account_id)?,
            app_id: row.try_get("app_id")?,
            authorized_by: row.try_get("authorized_by")?,
            ticket: row.try_get("ticket")?,
            expires_at_ms: row.try_get("expires_at_ms")?,
            outcome: row.try_get("outcome")?,
        }))
    }

    /// Whether a link has authorised something.
    pub async fn is_ticket_spent(&self, ticket: &str) -> Result<bool, StoreError> {
        let row = query("SELECT 1 FROM spent_tickets WHERE ticket = $1").bind(ticket);
        Ok(row.fetch_optional(&self.reader).await?.is_some())
    }

    /// Forgets states that have expired: they are refused for that.
    pub async fn prune_oauth_states(&self, before_ms: i64) -> Result<(), StoreError> {
        query("DELETE FROM oauth_states WHERE expires_at_ms < $1").bind(before_ms).execute(&self.writer).await?;
        Ok(())
    }
}

/// `false`: the state or its link was spent before, by another browser or another node.
pub(crate) async fn spend(transaction: &mut Transaction, spent: SpentState<'_>) -> Result<bool, StoreError> {
    let SpentState { state, outcome } = spent;
    let link = query(
        "INSERT INTO spent_tickets (ticket, event_key, expires_at_ms) VALUES ($1, $2, $3) ON CONFLICT (ticket) DO NOTHING",
    );
    // As long as the state, which began later than the link: a link has expired by then.
    let link = link.bind(&state.ticket).bind(&state.state_hash).bind(state.expires_at_ms);
    let link = link.execute(&mut *transaction).await?;
    let used = query("UPDATE oauth_states SET outcome = $2 WHERE state_hash = $1 AND outcome IS NULL");
    let used = used.bind(&state.state_hash).bind(outcome).execute(&mut *transaction).await?;
    Ok(link == 1 && used == 1)
}
