//! Show logs and Show error logs under an alarm: finds the log group, and runs a query of it like any command.
//!
//! Which group that is, AWS is asked where it does not follow from a name, as whoever pressed and with their role alone; what is asked
//! is in the audit trail too. The query itself goes the way of commands (`commands`), and waits for its rows there.

use std::sync::Arc;
use std::time::Duration;

use awscall::call::Call;
use awscall::command_line::{CommandLine, Parsed, parse};
use domain::command::alarm_logs::{AlarmLogs, LogSource, execution_log_group, is_log_group};
use domain::command::refusal::RefusedBy;
use domain::conversation::{Answer, Reply};
use serde_json::{Map, Value};
use store::{ListedConfiguration, StoreError};

use super::commands::{Wanted, asked_of};
use super::{Turn, to_asker};
use crate::app::App;
use crate::app::chat_commands::{Asked, Audited, Origin, Settled, Step, command_id};
use crate::app::command_permissions::{NoCredentials, Standing};
use crate::app::notification_buttons::Notice;
use crate::outbound::aws::Limits;

/// Somebody waits for the logs: a look that takes longer is none.
const LOOK_WITHIN: Duration = Duration::from_secs(4);
/// The stage of an HTTP API that has only one.
const DEFAULT_STAGE: &str = "$default";

/// Whoever looks, and as whom.
struct Looks<'a> {
    listed: &'a ListedConfiguration,
    id: String,
    asked: Asked,
    standing: &'a Standing,
    region: &'a str,
}

/// The log group, or a sentence that says why there is none.
type Found = Result<String, String>;

impl App {
    pub(super) async fn logs_pressed(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        listed: &ListedConfiguration,
        notice: &Notice,
        errors: bool,
    ) -> Result<Vec<Reply>, StoreError> {
        let Some(logs) = &notice.logs else {
            return Ok(to_asker(Answer::sentence("I know of no logs of this notification.")));
        };
        let account_id = listed.configuration.account_id.as_str();
        if let Some(account) = logs.account.as_deref().filter(|account| *account != account_id) {
            let elsewhere = format!(
                "The alarm is of account {account}, and this channel's role of {account_id}: I cannot look into its logs."
            );
            return Ok(to_asker(Answer::sentence(elsewhere)));
        }
        let event = turn.event.said_below();
        let below = Turn { event: &event, configurations: turn.configurations.clone(), ..*turn };
        let log_group = match Box::pin(self.log_group(&below, listed, logs)).await? {
            Ok(Ok(log_group)) => log_group,
            Ok(Err(sentence)) => {
                let note = Some("Nothing else was run.".to_owned());
                return Ok(to_asker(Answer { note, ..Answer::sentence(sentence) }));
            }
            Err(replies) => return Ok(replies),
        };
        let line = logs.line(&log_group, errors, self.clock.now_ms());
        let configuration_arn = Some(listed.configuration.arn.clone());
        self.wanted(&below, Wanted { line, origin: Origin::Button, configuration_arn }).await
    }

    /// An outer `Err` is what is said instead: whoever has no role yet gets a link to one.
    async fn log_group(
        &self,
        turn: &Turn<'_>,
        listed: &ListedConfiguration,
        logs: &AlarmLogs,
    ) -> Result<Result<Found, Vec<Reply>>, StoreError> {
        let origin = Origin::Button;
        let Some(asked) = asked_of(turn, String::new(), origin, Some(listed.configuration.arn.clone())) else {
            return Ok(Err(super::switch_role::nobody()));
        };
        let Some(person) = asked.person_id() else { return Ok(Err(super::switch_role::nobody())) };
        let standing = match self.standing_of(&listed.configuration, &person).await? {
            Ok(standing) => standing,
            Err(refusal) if refusal.by == RefusedBy::LinkFirst => {
                let link = self.link_first(turn, listed).await?;
                return Ok(Err(link.unwrap_or_else(|| to_asker(Answer::sentence(refusal.sentence)))));
            }
            Err(refusal) => return Ok(Err(to_asker(Answer::sentence(refusal.sentence)))),
        };
        let looks = Looks { listed, id: command_id(turn.key), asked, standing: &standing, region: &logs.region };
        let found = match &logs.source {
            LogSource::Function(name) => self.group_of_function(looks, name, logs.source.usual_log_group()).await,
            LogSource::HttpApi { id, stage } => {
                self.group_of_http_api(looks, id, stage.as_deref().unwrap_or(DEFAULT_STAGE)).await
            }
            LogSource::RestApi { name, stage: Some(stage) } => self.group_of_rest_api(looks, name, stage).await,
            LogSource::RestApi { name, stage: None } => Err(format!(
                "The alarm is of all stages of {name}: I do not know whose logs to show. Say \
                     `@aws logs tail API-Gateway-Execution-Logs_API-ID/STAGE --since 1h`."
            )),
        };
        let shown = |group: String| is_log_group(&group).then_some(group);
        Ok(Ok(found.and_then(|group| {
            shown(group).ok_or_else(|| "The name of its log group is none that I can show.".to_owned())
        })))
    }

    /// What the function was told; where that cannot be known, what AWS makes for it.
    async fn group_of_function(&self, mut looks: Looks<'_>, name: &str, usual: Option<String>) -> Found {
        let line = format!("lambda get-function-configuration --function-name '{name}'");
        let told = self.look_up(&mut looks, &line).await.ok();
        let group = told.and_then(|output| text_at(&output, "LoggingConfig", "LogGroup"));
        group.or(usual).ok_or_else(|| format!("I know of no log group of {name}."))
    }

    async fn group_of_http_api(&self, mut looks: Looks<'_>, id: &str, stage: &str) -> Found {
        let line = format!("apigatewayv2 get-stage --api-id '{id}' --stage-name '{stage}'");
        let output = self.look_up(&mut looks, &line).await?;
        let destination = text_at(&output, "AccessLogSettings", "DestinationArn");
        let group = destination.as_deref().and_then(group_of_arn);
        group.ok_or_else(|| format!("The stage {stage} of {id} writes no access logs into a log group."))
    }

    /// Its access logs, else what API Gateway itself writes.
    async fn group_of_rest_api(&self, mut looks: Looks<'_>, name: &str, stage: &str) -> Found {
        let output = self.look_up(&mut looks, "apigateway get-rest-apis --limit 500").await?;
        let apis = output.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut named = apis.iter().filter(|api| api.get("name").and_then(Value::as_str) == Some(name));
        let id = named.next().and_then(|api| api.get("id")?.as_str()).filter(|id| is_log_group(id));
        let Some(id) = id.filter(|_| named.next().is_none()) else {
            return Err(format!("There is none, or more than one, API called {name} in {}.", looks.region));
        };
        let line = format!("apigateway get-stage --rest-api-id '{id}' --stage-name '{stage}'");
        let output = self.look_up(&mut looks, &line).await?;
        let destination = text_at(&output, "accessLogSettings", "destinationArn");
        Ok(destination.as_deref().and_then(group_of_arn).unwrap_or_else(|| execution_log_group(id, stage)))
    }

    /// One read-only call, as whoever pressed, on record like every command.
    async fn look_up(&self, looks: &mut Looks<'_>, line: &str) -> Result<Map<String, Value>, String> {
        let Parsed::Run(line) = parse(line) else { return Err("I do not know how to find its logs.".to_owned()) };
        let line = line.with_region(looks.region);
        looks.asked.line.clone_from(&line.shown);
        let settled = Settled {
            id: looks.id.clone(),
            asked: looks.asked.clone(),
            line: line.clone(),
            region: looks.region.to_owned(),
            standing: looks.standing.clone(),
            read_only: true,
        };
        if let Some(rule) = self.approval_rule(&settled, looks.listed) {
            let named = format!("{} {}", line.call.service.name, line.call.operation.command);
            return Err(format!(
                "I cannot find its logs: the rule {} wants somebody else's yes for {named}.",
                rule.name
            ));
        }
        self.audit_command(&audited(looks, &line, Step::Started, None)).await;
        let answered = self.answer_of_look(looks, &line.call).await;
        let error = answered.as_ref().err().map(|(code, sentence)| (code.as_str(), sentence.as_str()));
        self.audit_command(&audited(looks, &line, Step::Ended, error)).await;
        answered.map_err(|(_, sentence)| sentence)
    }

    async fn answer_of_look(&self, looks: &Looks<'_>, call: &Call) -> Result<Map<String, Value>, (String, String)> {
        let what = format!("{} {}", call.service.name, call.operation.command);
        let credentials = self.command_credentials(looks.standing).await.map_err(|none| {
            let why = match none {
                NoCredentials::Refused(refusal) => refusal.sentence,
                NoCredentials::Unavailable(why) => why,
            };
            ("AccessDenied".to_owned(), format!("I cannot find its logs. {why}"))
        })?;
        let limits = Limits::default().within(LOOK_WITHIN).once();
        let answered = self.aws.call(call, &credentials, looks.region, &limits).await;
        answered.map_err(|error| {
            let code = error.code().unwrap_or("Unavailable").to_owned();
            let role = looks.standing.role.as_str();
            let sentence = format!(
                "I cannot find its logs: {what} was answered {code}, under {role}. `@aws can-i {what}` says who can change that."
            );
            (code, sentence)
        })
    }
}

fn audited<'a>(
    looks: &'a Looks<'_>,
    line: &'a CommandLine,
    step: Step,
    error: Option<(&'a str, &'a str)>,
) -> Audited<'a> {
    let (id, asked, standing) = (looks.id.as_str(), &looks.asked, Some(looks.standing));
    Audited { step, id, asked, line: Some(line), standing, read_only: true, error }
}

fn text_at(output: &Map<String, Value>, member: &str, inner: &str) -> Option<String> {
    output.get(member)?.get(inner)?.as_str().map(str::to_owned)
}

/// `arn:aws:logs:eu-west-1:123456789012:log-group:NAME`, with or without `:*` behind it.
fn group_of_arn(arn: &str) -> Option<String> {
    let (_, name) = arn.split_once(":log-group:")?;
    Some(name.split(':').next()?.to_owned())
}
