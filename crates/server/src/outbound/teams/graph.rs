//! Microsoft Graph, for two things: what a team is called, where nobody said it; and which groups a person is in, where an
//! administrator gave roles to groups.
//!
//! `app/teams_installations` and `bellhop teams authorize` ask for names, `app/group_roles` for groups, through `outbound/teams`. A name
//! is a courtesy: nothing fails for want of it. Who is not said to be in a group is not in it.
//!
//! Source: <https://learn.microsoft.com/graph/api/team-get>.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::Method;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use tokio::sync::Mutex;
use tracing::Instrument as _;
use url::Url;
use wire::ids::{TeamName, Uuid};

use super::token::Tokens;
use super::{ANSWER_BYTES_MAX, TeamsBot};
use crate::clock::SharedClock;
use crate::outbound::http::{Answered, HttpClient};
use crate::traces;

/// Source: <https://learn.microsoft.com/graph/auth-v2-service#4-request-an-access-token>.
const SCOPE: &str = "https://graph.microsoft.com/.default";
/// The least of the application permissions that Graph takes for it. Source: the page above.
const PERMISSION: &str = "Team.ReadBasic.All";
const NOT_PERMITTED: [u16; 2] = [401, 403];
/// Tenants whose tokens are kept; a Bellhop serves a handful.
const TENANTS_MAX: usize = 64;

pub(super) struct Graph {
    http: HttpClient,
    clock: SharedClock,
    timeout: Duration,
    url: Url,
    bot: TeamsBot,
    /// Each tenant gives its own tokens, to multi-tenant bots too.
    tokens: Mutex<HashMap<String, Arc<Tokens>>>,
    /// It was said that the permission is missing.
    is_told: AtomicBool,
}

impl Graph {
    pub(super) fn new(timeout: Duration, clock: SharedClock, bot: TeamsBot, url: Url) -> reqwest::Result<Self> {
        let (http, tokens, is_told) = (HttpClient::new(timeout)?, Mutex::default(), AtomicBool::default());
        Ok(Self { http, clock, timeout, url, bot, tokens, is_told })
    }

    pub(super) async fn team_name(&self, tenant_id: &Uuid, team_id: &Uuid) -> Option<TeamName> {
        let asked = self.ask(tenant_id, team_id).instrument(traces::chat_call("teams", "graph"));
        match tokio::time::timeout(self.timeout, asked).await {
            Ok(Ok(name)) => Some(name),
            Ok(Err(reason)) => {
                tracing::debug!(%team_id, reason, "Microsoft Graph names no team");
                None
            }
            Err(_) => {
                tracing::debug!(%team_id, "Microsoft Graph takes too long to name a team");
                None
            }
        }
    }

    /// Which of these groups the person is in, directly or by a group in a group. The app needs `GroupMember.Read.All` and
    /// `User.ReadBasic.All`.
    /// Source: <https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups>.
    pub(super) async fn groups_of(
        &self,
        tenant_id: &Uuid,
        user_id: &Uuid,
        groups: &[&Uuid],
    ) -> Result<Vec<String>, String> {
        #[derive(Deserialize)]
        struct Answer {
            value: Vec<String>,
        }
        let asked = async {
            let tokens = self.tokens_of(tenant_id).await.map_err(|error| error.to_string())?;
            let token = tokens.token().await.map_err(|outcome| format!("there is no token for it: {outcome:?}"))?;
            let path = format!("v1.0/users/{user_id}/checkMemberGroups");
            let url = self.url.join(&path).map_err(|error| error.to_string())?;
            let ids: Vec<&str> = groups.iter().map(|id| id.as_str()).collect();
            let body = serde_json::json!({ "groupIds": ids }).to_string();
            let request = self.http.request(Method::POST, url).bearer_auth(token.text.expose_secret());
            let request = request.header("content-type", "application/json").body(body);
            let answered = Answered::of(request, ANSWER_BYTES_MAX).await.map_err(|error| error.to_string())?;
            let answer = answered.answer(self.clock.now_ms());
            if answer.status != 200 {
                return Err(format!("it answers HTTP {}", answer.status));
            }
            let said: Answer =
                serde_json::from_slice(answer.body).map_err(|_| "its answer is unreadable".to_owned())?;
            Ok(said.value)
        };
        asked.instrument(traces::chat_call("teams", "graph")).await
    }

    async fn ask(&self, tenant_id: &Uuid, team_id: &Uuid) -> Result<TeamName, String> {
        #[derive(Deserialize)]
        struct Team {
            #[serde(rename = "displayName")]
            display_name: String,
        }
        let tokens = self.tokens_of(tenant_id).await.map_err(|error| error.to_string())?;
        let token = tokens.token().await.map_err(|outcome| format!("there is no token for it: {outcome:?}"))?;
        let path = format!("v1.0/teams/{team_id}?$select=displayName");
        let url = self.url.join(&path).map_err(|error| error.to_string())?;
        let request = self.http.request(Method::GET, url).bearer_auth(token.text.expose_secret());
        let answered = Answered::of(request, ANSWER_BYTES_MAX).await.map_err(|error| error.to_string())?;
        let answer = answered.answer(self.clock.now_ms());
        if NOT_PERMITTED.contains(&answer.status) && !self.is_told.swap(true, Ordering::Relaxed) {
            tracing::info!(
                permission = PERMISSION,
                "Microsoft Graph tells the bot's app no names of teams: grant it the application permission, or name teams yourself"
            );
        }
        let team = serde_json::from_slice::<Team>(answer.body).ok().filter(|_| answer.status == 200);
        let team = team.ok_or_else(|| format!("it answers HTTP {}", answer.status))?;
        TeamName::parse(&team.display_name).map_err(|_| "its name is none that the API takes".to_owned())
    }

    async fn tokens_of(&self, tenant_id: &Uuid) -> reqwest::Result<Arc<Tokens>> {
        let mut kept = self.tokens.lock().await;
        let tenant = tenant_id.as_str().to_lowercase();
        if let Some(tokens) = kept.get(&tenant) {
            return Ok(tokens.clone());
        }
        if kept.len() >= TENANTS_MAX {
            kept.clear();
        }
        let tokens = Arc::new(Tokens::new(self.timeout, self.clock.clone(), &self.bot, tenant.clone(), SCOPE)?);
        kept.insert(tenant, tokens.clone());
        Ok(tokens)
    }
}
