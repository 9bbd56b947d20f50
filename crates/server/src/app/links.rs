//! A person in chat becomes somebody in AWS: the link that they are given, and each step of the way that it opens.
//!
//! Chat asks for a link (`ask_link`), `inbound/link` shows the way in a browser, and the API's `ProveLink` takes the proof
//! (`links/proof.rs`). The way joins three things that nobody can have at once but their owner: what chat showed to one person
//! alone (the address), the credentials of the principal, and the browser in which the number is typed that only the principal
//! was told. The last step asks the policies again. It never trusts a name: names are for people to read.

mod proof;
mod roles;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::chat_configuration::Channel;
use domain::conversation::Answer;
use domain::delivery::DeliveryOutcome;
use domain::notification::{Fact, Part, Text, render};
use secrecy::ExposeSecret as _;
use store::{Link, LinkRefusal, LinkState, ListedConfiguration, NewLink, PersonId, StoreError};
use url::Url;
use wire::ids::Arn;

pub use self::proof::{LINK_NUMBER_DIGITS, Proven};
pub use self::roles::{OfferedRole, WhyOffered, is_role};
use super::App;
use crate::credentials::{self, NoRandomness, base32};
use crate::outbound::slack::SlackChannelCall;

/// From the asking to the end of the way.
pub const LINK_LASTS_MS: i64 = 10 * 60 * 1000;
const ADDRESS: &str = "the address of a link";
/// A sealed id; nothing longer is decoded.
const TOKEN_BYTES_MAX: usize = 128;
const CODE_HALF: usize = 4;

/// What a person is given.
#[derive(Debug, Clone)]
pub struct AskedLink {
    pub url: Url,
    pub expires_at_ms: i64,
}

/// A link and what comes next on its way.
#[derive(Debug)]
pub struct LinkView {
    pub link: Link,
    pub step: LinkStep,
}

#[derive(Debug)]
pub enum LinkStep {
    /// It is nobody's browser's yet.
    Start,
    /// They prove in a terminal who they are in AWS, and type the number that they are told.
    Prove,
    /// They choose among these, or name another.
    Choose {
        principal_arn: String,
        roles: Vec<OfferedRole>,
    },
    Confirm {
        principal_arn: String,
        role: Arn,
    },
    Done {
        principal_arn: String,
        role: Arn,
    },
}

/// Why a way ends, or does not go on.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("the link does not go on: {0:?}")]
    Refused(LinkRefusal),
    /// The credentials that proved it do not work any more.
    #[error("the credentials of `{principal_arn}` do not work any more")]
    ProofEnded { principal_arn: String },
    #[error("`{principal_arn}` may not act under `{role}`")]
    RoleNotAllowed { principal_arn: String, role: String },
    #[error("no randomness")]
    NoRandomness(#[from] NoRandomness),
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl From<LinkRefusal> for LinkError {
    fn from(refusal: LinkRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl App {
    /// A link for a person of a configuration's channel; the same for the same `asked_key`. To be shown to that person alone.
    pub async fn ask_link(
        &self,
        configuration: &ListedConfiguration,
        person: &PersonId,
        person_name: Option<&str>,
        asked_key: &str,
    ) -> Result<AskedLink, StoreError> {
        let unavailable = |_| StoreError::Unavailable("no randomness".to_owned());
        let now_ms = self.clock.now_ms();
        let (it, team_name) = (&configuration.configuration, configuration.team_name.clone());
        let link = NewLink {
            id: credentials::nonce().map_err(unavailable)?,
            asked_key: format!("{asked_key} {}", it.arn),
            code: credentials::nonce().map_err(unavailable)?.chars().take(2 * CODE_HALF).collect(),
            account_id: it.account_id.clone(),
            configuration_arn: it.arn.clone(),
            person: person.clone(),
            person_name: person_name.map(str::to_owned),
            team_name,
            channel_name: channel_name(&it.channel),
            created_at_ms: now_ms,
            expires_at_ms: now_ms.saturating_add(LINK_LASTS_MS),
        };
        let link = self.store.put_link(&link).await?;
        let token = URL_SAFE_NO_PAD.encode(self.store.encryption_key().seal(ADDRESS, &link.id)?);
        let url = self.sns_endpoint.join(&format!("link/{token}"));
        let url = url.map_err(|error| StoreError::Unavailable(format!("no address for a link: {error}")))?;
        Ok(AskedLink { url, expires_at_ms: link.expires_at_ms })
    }

    /// What a browser that comes with this address sees. Looking changes nothing: those who preview addresses take nothing.
    pub async fn see_link(&self, token: &str, browser: Option<&str>) -> Result<LinkView, LinkError> {
        let link = self.link_of(token).await?;
        let now_ms = self.clock.now_ms();
        let is_their_browser = link.browser.is_some() && link.browser == browser.map(browser_hash);
        match link.state {
            LinkState::Asked if now_ms >= link.expires_at_ms => return Err(LinkRefusal::Expired.into()),
            LinkState::Asked => return Ok(LinkView { link, step: LinkStep::Start }),
            LinkState::Done if !is_their_browser => return Err(LinkRefusal::Done.into()),
            _ if !is_their_browser => return Err(LinkRefusal::OtherBrowser.into()),
            LinkState::Spent => return Err(LinkRefusal::Spent.into()),
            LinkState::Done => {}
            _ if now_ms >= link.expires_at_ms => return Err(LinkRefusal::Expired.into()),
            _ => {}
        }
        let principal_arn = link.proof.as_ref().map(|proof| proof.principal_arn.clone()).unwrap_or_default();
        let step = match (link.state, &link.iam_role_arn) {
            (LinkState::Done, Some(role)) => LinkStep::Done { principal_arn, role: role.clone() },
            (LinkState::Chosen, Some(role)) => LinkStep::Confirm { principal_arn, role: role.clone() },
            (LinkState::Joined | LinkState::Chosen, _) => {
                let caller = self.prover(&link).await?;
                LinkStep::Choose { principal_arn, roles: self.offered_roles(&caller, &link).await? }
            }
            _ => LinkStep::Prove,
        };
        Ok(LinkView { link, step })
    }

    /// The way goes on in this browser alone.
    pub async fn open_link(&self, token: &str, browser: &str) -> Result<(), LinkError> {
        let id = self.link_id(token)?;
        Ok(self.store.open_link(&id, &browser_hash(browser), self.clock.now_ms()).await??)
    }

    pub async fn type_link_number(&self, token: &str, browser: &str, typed: &str) -> Result<(), LinkError> {
        let id = self.link_id(token)?;
        let digits: String = typed.chars().filter(char::is_ascii_digit).take(2 * LINK_NUMBER_DIGITS).collect();
        Ok(self.store.join_link(&id, &browser_hash(browser), &digits, self.clock.now_ms()).await??)
    }

    /// `None`: they want to choose again.
    pub async fn choose_link_role(&self, token: &str, browser: &str, role: Option<&str>) -> Result<(), LinkError> {
        let link = self.link_of(token).await?;
        let browser = browser_hash(browser);
        if link.browser.as_ref() != Some(&browser) {
            return Err(LinkRefusal::OtherBrowser.into());
        }
        let role = match role {
            Some(role) => Some(self.allowed_role(&self.prover(&link).await?, &link, role).await?),
            None => None,
        };
        Ok(self.store.choose_link_role(&link.id, &browser, role.as_ref(), self.clock.now_ms()).await??)
    }

    /// The last step. `role` is what the page showed: what was chosen since in another tab is not meant.
    pub async fn confirm_link(&self, token: &str, browser: &str, role: &str) -> Result<Link, LinkError> {
        let link = self.link_of(token).await?;
        let browser = browser_hash(browser);
        if link.browser.as_ref() != Some(&browser) {
            return Err(LinkRefusal::OtherBrowser.into());
        }
        // Confirmed twice, or before a crash: it is as they wanted it.
        if link.state == LinkState::Done && link.iam_role_arn.as_ref().is_some_and(|done| done.as_str() == role) {
            return Ok(link);
        }
        let allowed = self.allowed_role(&self.prover(&link).await?, &link, role).await?;
        self.store.finish_link(&link, &browser, &allowed, self.clock.now_ms()).await??;
        let principal = link.proof.as_ref().map(|proof| proof.principal_arn.as_str());
        let (arn, person) = (link.configuration_arn.as_str(), link.person.as_str());
        tracing::info!(configuration = arn, person, principal, role, "a person of a channel has a role of their own");
        Ok(link)
    }

    /// In chat, too, as far as it can be told there; the page has said it.
    pub async fn tell_of_link(&self, link: &Link, role: &str) {
        if let Err(reason) = self.told_of_link(link, role).await {
            let arn = link.configuration_arn.as_str();
            tracing::info!(configuration = arn, reason, "a person could not be told in chat that they are linked");
        }
    }

    async fn told_of_link(&self, link: &Link, role: &str) -> Result<(), String> {
        let listed = self.store.chat_configuration(&link.account_id, &link.configuration_arn).await;
        let listed = listed.map_err(|error| error.to_string())?.ok_or("its configuration is gone")?;
        let (Channel::Slack(channel), PersonId::Slack(user_id)) = (&listed.configuration.channel, &link.person) else {
            return Err("only Slack is told".to_owned());
        };
        let workspace = self.store.slack_workspace(&link.account_id, &channel.team_id).await;
        let workspace = workspace.map_err(|error| error.to_string())?.ok_or("its workspace is not authorised")?;
        let answer = Answer {
            body: vec![Part::Facts(vec![Fact { label: "Role".to_owned(), value: Text::Arn(role.to_owned()) }])],
            ..Answer::sentence("You are linked: what you ask me for in this channel is done under your own role.")
        };
        let call = SlackChannelCall { token: &workspace.bot_token, channel_id: channel.channel_id.as_str() };
        let message = render::slack::answer(&answer);
        match self.slack.post_ephemeral(&call, user_id.as_str(), None, &message).await {
            DeliveryOutcome::Delivered { .. } => Ok(()),
            DeliveryOutcome::Retry { reason, .. }
            | DeliveryOutcome::Paused { reason }
            | DeliveryOutcome::Dead { reason } => Err(reason),
        }
    }

    /// How this server is known, without a slash at its end.
    pub fn own_url(&self) -> String {
        self.sns_endpoint.as_str().trim_end_matches("sns").trim_end_matches('/').to_owned()
    }

    /// Whether browsers reach this server by TLS, as far as the settings say.
    pub fn is_served_by_tls(&self) -> bool {
        self.sns_endpoint.scheme() == "https"
    }

    /// What a form of a link's page carries, so that no other site can send one.
    pub fn link_form_token(link: &Link, browser: &str) -> String {
        hash(&["the form of a link", &link.id, browser])
    }

    async fn link_of(&self, token: &str) -> Result<Link, LinkError> {
        let id = self.link_id(token)?;
        self.store.link(&id).await?.ok_or(LinkError::Refused(LinkRefusal::Unknown))
    }

    fn link_id(&self, token: &str) -> Result<String, LinkError> {
        let opened = (token.len() <= TOKEN_BYTES_MAX).then(|| URL_SAFE_NO_PAD.decode(token).ok()).flatten();
        let opened = opened.and_then(|sealed| self.store.encryption_key().unseal(ADDRESS, &sealed));
        Ok(opened.ok_or(LinkRefusal::Unknown)?.expose_secret().to_owned())
    }
}

/// `K7QM-2XPA`, as a terminal takes it.
pub fn spoken_code(code: &str) -> String {
    let (first, second) = code.split_at_checked(CODE_HALF).unwrap_or((code, ""));
    format!("{first}-{second}")
}

/// A name of a browser that cannot be guessed: what its cookie holds.
pub fn new_browser() -> Result<String, NoRandomness> {
    Ok(credentials::nonce()? + &credentials::nonce()?)
}

fn browser_hash(browser: &str) -> String {
    hash(&["a browser of a link", browser])
}

fn hash(parts: &[&str]) -> String {
    let digest = digest::digest(&digest::SHA256, parts.join("\0").as_bytes());
    base32(digest.as_ref())
}

fn channel_name(channel: &Channel) -> Option<String> {
    match channel {
        Channel::ChimeWebhook(_) => None,
        Channel::MicrosoftTeams(channel) => channel.channel_name.as_ref().map(|name| name.as_str().to_owned()),
        Channel::Slack(channel) => Some(channel.channel_name.as_str().to_owned()),
    }
}
