//! What rules make of a message as it is accepted: whether each of its deliveries goes out, when, and where else.
//!
//! `app` brings the gate, `enqueue` asks it in its transaction about exactly those who listen at that moment. What is kept
//! out is written all the same, with the reason.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use wire::ids::{AccountId, ChatConfigurationArn, Platform};

use super::enqueue::{Addressee, KeptOut};
use crate::StoreError;
use crate::sql::{Query, Transaction, query_of};

/// Asked about a configuration, by its ARN. It runs while others wait for the writer: it must be quick and touch nothing.
#[derive(Clone)]
pub struct Gate(Arc<dyn Fn(&str) -> Admission + Send + Sync>);

/// What it answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admission {
    pub fate: Fate,
    /// Names or ARNs of further configurations of the same account. They are asked about in their turn, and send nowhere.
    pub send_to: Vec<String>,
    /// The rule that sends it there only.
    pub only: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Fate {
    #[default]
    Deliver,
    Suppress {
        reason: String,
    },
    /// Until quiet hours end.
    Hold {
        until_ms: i64,
        reason: String,
    },
}

impl Gate {
    pub fn new(ask: impl Fn(&str) -> Admission + Send + Sync + 'static) -> Self {
        Self(Arc::new(ask))
    }

    fn ask(&self, configuration_arn: &str) -> Admission {
        (self.0)(configuration_arn)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate")
    }
}

impl Fate {
    fn kept_out(self) -> Option<KeptOut> {
        match self {
            Self::Deliver => None,
            Self::Suppress { reason } => Some(KeptOut { state: "suppressed", reason, until_ms: None }),
            Self::Hold { until_ms, reason } => Some(KeptOut { state: "held", reason, until_ms: Some(until_ms) }),
        }
    }
}

/// A delivery, and what keeps it out.
pub(super) type Routed<'a> = (Cow<'a, Addressee>, Option<KeptOut>);

/// Who gets a message: its listeners, and where rules send it beside them. A rule that sends it elsewhere only keeps it out
/// where it was listed, unless there is no such configuration: a message is not lost to a misspelt name.
pub(super) async fn route<'a>(
    transaction: &mut Transaction,
    gate: &Gate,
    listeners: &'a [Addressee],
) -> Result<Vec<Routed<'a>>, StoreError> {
    let mut routed: Vec<Routed<'a>> = Vec::with_capacity(listeners.len());
    let (mut further, mut targets): (Vec<Addressee>, BTreeSet<String>) = (Vec::new(), BTreeSet::new());
    let mut elsewhere: Vec<(usize, String)> = Vec::new();
    for (index, listener) in listeners.iter().enumerate() {
        let Admission { fate, send_to, only } = gate.ask(&listener.configuration_arn);
        // What is muted here is sent nowhere from here.
        if !send_to.is_empty() && !matches!(fate, Fate::Suppress { .. }) {
            let found = named(transaction, &listener.configuration_arn, &send_to).await?;
            if let (Some(rule), false) = (only, found.is_empty()) {
                let names: Vec<&str> = found.iter().map(|one| short(&one.configuration_arn)).collect();
                elsewhere.push((index, format!("sent to {} instead by rule `{rule}`", names.join(", "))));
            }
            targets.extend(found.iter().map(|one| one.configuration_arn.clone()));
            further.extend(found);
        }
        routed.push((Cow::Borrowed(listener), fate.kept_out()));
    }
    for (index, reason) in elsewhere {
        if let Some((listener, kept_out)) = routed.get_mut(index)
            && !targets.contains(&listener.configuration_arn)
        {
            *kept_out = Fate::Suppress { reason }.kept_out();
        }
    }
    let mut known: BTreeSet<String> = listeners.iter().map(|listener| listener.configuration_arn.clone()).collect();
    for one in further {
        if known.insert(one.configuration_arn.clone()) {
            let kept_out = gate.ask(&one.configuration_arn).fate.kept_out();
            routed.push((Cow::Owned(one), kept_out));
        }
    }
    Ok(routed)
}

/// The configurations of these names or ARNs in the account of `configuration_arn`, as far as there are any.
async fn named(
    transaction: &mut Transaction,
    configuration_arn: &str,
    names: &[String],
) -> Result<Vec<Addressee>, StoreError> {
    let arn = ChatConfigurationArn::parse(configuration_arn).ok();
    let Some(account_id) = arn.and_then(|arn| arn.account_id()) else { return Ok(Vec::new()) };
    let arns: BTreeSet<String> = names.iter().flat_map(|name| arns_of(&account_id, name)).collect();
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    let list = (1..=arns.len()).map(|n| format!("${}", n + 1)).collect::<Vec<_>>().join(", ");
    let select = query_of(format!(
        "SELECT arn, destination FROM chat_configurations WHERE account_id = $1 AND arn IN ({list}) ORDER BY arn"
    ));
    let select = arns.iter().fold(select.bind(account_id.as_str()), Query::bind);
    let rows = select.fetch_all(transaction).await?;
    rows.iter()
        .map(|row| Ok(Addressee { configuration_arn: row.try_get("arn")?, destination: row.try_get("destination")? }))
        .collect()
}

/// A name may stand on each platform.
fn arns_of(account_id: &AccountId, name: &str) -> Vec<String> {
    if name.starts_with("arn:") {
        return vec![name.to_owned()];
    }
    let Ok(name) = name.parse() else { return Vec::new() };
    let arn = |platform| ChatConfigurationArn::new(platform, account_id, &name).as_str().to_owned();
    [Platform::SlackChannel, Platform::MicrosoftTeamsChannel, Platform::ChimeWebhook].map(arn).into()
}

/// `slack-channel/ops`
fn short(arn: &str) -> &str {
    arn.rsplit_once("chat-configuration/").map_or(arn, |(_, name)| name)
}
