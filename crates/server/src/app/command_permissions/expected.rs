//! Whether somebody may run something, asked beforehand: for `can-i`. Nothing is run.
//!
//! What Bellhop knows itself comes first (deny list, role, organization). Then the guardrails, as far as this server may read them; then
//! the role, asked by itself: a session that may do nothing but `iam:SimulatePrincipalPolicy` asks what the role may. What neither
//! says is left to AWS, and said so.

use awscall::call::Call;
use domain::chat_configuration::ChatConfiguration;
use domain::command::forecast::{Forecast, forecast};
use domain::command::refusal::{Refusal, RefusedBy};
use domain::command::{access_denied, iam_action};
use serde_json::{Map, Value, json};
use store::{PersonId, StoreError};

use super::{NoCredentials, Standing};
use crate::app::App;
use crate::outbound::aws::sts::AssumeRole;
use crate::outbound::aws::{AwsError, Limits, call_of};

/// What the session that asks may do, and all of it.
const ASKING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:SimulatePrincipalPolicy","Resource":"*"}]}"#;
/// ARNs of a command that are asked about.
const RESOURCES_MAX: usize = 10;

/// What is expected, and by whom.
pub(in crate::app) enum Expected {
    /// Before any policy of AWS.
    Refused(Refusal),
    Asked {
        standing: Standing,
        actions: Vec<String>,
        guardrails: Heard,
        role: Heard,
    },
}

/// What one side said.
pub(in crate::app) enum Heard {
    Said(Forecast, Option<String>),
    /// It could not be asked; why, and what would let it.
    Unknown(String),
}

impl App {
    pub(in crate::app) async fn expected(
        &self,
        configuration: &ChatConfiguration,
        person: &PersonId,
        call: &Call,
    ) -> Result<Expected, StoreError> {
        let standing = match self.standing(configuration, person, call.service, call.operation, &call.input).await? {
            Ok(standing) => standing,
            Err(refusal) => return Ok(Expected::Refused(refusal)),
        };
        let actions: Vec<String> =
            iam_action::actions(call.service, call.operation, &call.input).iter().map(ToString::to_string).collect();
        let resources = resources_of(&call.input);
        let region = self.sts.region().await;
        let (guardrails, role) = tokio::join!(
            self.guardrails_say(&standing, &actions, &resources, &region),
            self.role_says(&standing, &actions, &resources, &region)
        );
        Ok(match role {
            Ok(role) => Expected::Asked { standing, actions, guardrails, role },
            Err(refusal) => Expected::Refused(refusal),
        })
    }

    async fn guardrails_say(
        &self,
        standing: &Standing,
        actions: &[String],
        resources: &[String],
        region: &str,
    ) -> Heard {
        let mut documents = Vec::new();
        let mut unread = Vec::new();
        for arn in &standing.guardrails {
            match self.command_sessions.guardrails.document(arn.as_str(), region).await {
                Ok(document) => documents.push(document),
                Err(_) => unread.push(arn.as_str()),
            }
        }
        let documents: Vec<&str> = documents.iter().map(AsRef::as_ref).collect();
        let places: Vec<Option<&str>> = match resources {
            [] => vec![None],
            some => some.iter().map(|arn| Some(arn.as_str())).collect(),
        };
        let all = actions.iter().flat_map(|action| places.iter().map(move |place| (action, *place)));
        let heard = all.map(|(action, place)| forecast(&documents, action, place)).reduce(both).unwrap_or(Forecast::No);
        match (unread.as_slice(), heard) {
            // What is not read may deny as well as allow.
            ([_, ..], _) => Heard::Unknown(format!(
                "I may not read {} (`iam:GetPolicy`, `iam:GetPolicyVersion`).",
                unread.join(", ")
            )),
            ([], heard) => Heard::Said(heard, None),
        }
    }

    /// An `Err` is the refusal to lend the role: then nothing can be run at all.
    async fn role_says(
        &self,
        standing: &Standing,
        actions: &[String],
        resources: &[String],
        region: &str,
    ) -> Result<Heard, Refusal> {
        // What a command would run with: whoever refuses that refuses all.
        match self.command_credentials(standing).await {
            Ok(_) => {}
            Err(NoCredentials::Refused(refusal)) => return Err(refusal),
            Err(NoCredentials::Unavailable(why)) => {
                return Ok(Heard::Unknown(format!("AWS STS did not lend it: {why}.")));
            }
        }
        let asked = AssumeRole {
            role_arn: standing.role.as_str().to_owned(),
            region: region.to_owned(),
            session_name: standing.session_name.as_str().to_owned(),
            source_identity: None,
            policy_arns: Vec::new(),
            policy: Some(ASKING.to_owned()),
            tags: Vec::new(),
            duration: None,
        };
        let credentials = match self.sts.assume_role(&asked).await {
            Ok(credentials) => credentials,
            Err(error) => return Ok(Heard::Unknown(format!("AWS STS did not lend it: {error}."))),
        };
        let mut input = json!({ "PolicySourceArn": standing.role.as_str(), "ActionNames": actions });
        if let (Some(input), [_, ..]) = (input.as_object_mut(), resources) {
            input.insert("ResourceArns".to_owned(), json!(resources));
        }
        let answered = match call_of("iam", "SimulatePrincipalPolicy", input) {
            Ok(call) => self.aws.call(&call, &credentials, region, &Limits::default()).await,
            Err(error) => Err(error),
        };
        Ok(match answered {
            Ok(output) => simulated(&output, !resources.is_empty()),
            Err(AwsError::Service(said)) if access_denied::is_denied(&said.code) => Heard::Unknown(
                "It may not be asked: that needs `iam:SimulatePrincipalPolicy` in its own policies.".to_owned(),
            ),
            Err(error) => Heard::Unknown(format!("AWS IAM did not say: {error}.")),
        })
    }
}

/// What IAM's simulation comes to. On no resource in particular, an implicit deny is no answer: some may be allowed.
fn simulated(output: &Map<String, Value>, resource_is_known: bool) -> Heard {
    let results = output.get("EvaluationResults").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let one = |result: &Value| {
        let text = |name: &str| result.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_open = result.get("MissingContextValues").and_then(Value::as_array).is_some_and(|keys| !keys.is_empty());
        let refused_above = result.get("OrganizationsDecisionDetail").and_then(|it| it.get("AllowedByOrganizations"))
            == Some(&json!(false));
        match text("EvalDecision").as_str() {
            _ if refused_above => (Forecast::No, Some(RefusedBy::OrganizationsPolicy.words())),
            "allowed" if !is_open => (Forecast::Yes, None),
            "explicitDeny" if !is_open => (Forecast::No, Some("its policies deny it".to_owned())),
            "implicitDeny" if resource_is_known && !is_open => {
                (Forecast::No, Some("its policies do not allow it".to_owned()))
            }
            _ => (Forecast::Depends, None),
        }
    };
    let all = results.iter().map(one).reduce(|(one, why), (other, because)| (both(one, other), why.or(because)));
    match all {
        Some((heard, why)) => Heard::Said(heard, why),
        None => Heard::Unknown("AWS IAM answered nothing about it.".to_owned()),
    }
}

/// Both are needed.
pub(in crate::app) fn both(one: Forecast, other: Forecast) -> Forecast {
    match (one, other) {
        (Forecast::No, _) | (_, Forecast::No) => Forecast::No,
        (Forecast::Yes, Forecast::Yes) => Forecast::Yes,
        _ => Forecast::Depends,
    }
}

/// What a command names by ARN, at its top.
fn resources_of(input: &Map<String, Value>) -> Vec<String> {
    let texts = input.values().filter_map(Value::as_str).filter(|text| text.starts_with("arn:"));
    texts.take(RESOURCES_MAX).map(str::to_owned).collect()
}
