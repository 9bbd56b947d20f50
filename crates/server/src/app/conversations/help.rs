//! `@aws help`: what can be asked for here, and what this channel is.

use domain::chat_configuration::ChatConfiguration;
use domain::conversation::{Answer, Audience, Control, Reply, Scene, Style};
use domain::notification::{Fact, Part, Text};
use store::{ListedConfiguration, StoreError};
use wire::ids::GuardrailPolicyArn;

use super::Turn;
use crate::app::App;
use crate::app::tickets::{Purpose, Ticket};

/// Aliases that stand in the answer; `alias list` has them all.
const ALIASES: i64 = 10;
/// More accounts share no channel that anybody reads.
const CONFIGURATIONS: usize = 10;

impl App {
    pub(super) async fn help(&self, turn: &Turn<'_>) -> Result<Vec<Reply>, StoreError> {
        let Some(first) = turn.configurations.first() else {
            return Ok(vec![Reply::Say { to: Audience::Everyone, answer: not_configured(turn) }]);
        };
        let mut body = Vec::new();
        if self.commands.enabled {
            body.push(commands(self.commands.read_only_only));
        }
        let requests = REQUESTS.iter().filter(|request| match request.kind {
            OfferedKind::Always => true,
            OfferedKind::Commands => self.commands.enabled,
            OfferedKind::Changes => self.commands.enabled && !self.commands.read_only_only,
        });
        let requests = requests.map(|request| fact(request.words, Text::Plain(request.what.to_owned())));
        let mut requests: Vec<Fact> = requests.collect();
        let is_ruled = |listed: &ListedConfiguration| !self.approval_rules_at(&listed.configuration, None).is_empty();
        if self.commands.enabled && turn.configurations.iter().any(is_ruled) {
            let what = "some commands here run after somebody else's yes; `@aws whoami` names the rules";
            requests.push(fact("Approvals", Text::Plain(what.to_owned())));
        }
        body.push(Part::Facts(requests));
        let destination = first.configuration.channel.destination();
        let aliases = self.store.command_aliases(&destination, ALIASES.saturating_add(1)).await?;
        if self.commands.enabled && !aliases.is_empty() {
            let shown = usize::try_from(ALIASES).unwrap_or_default();
            let items = aliases.iter().take(shown).map(|alias| Text::Code(format!("@aws run {}", alias.name)));
            let more = (aliases.len() > shown).then(|| Text::Plain("more: alias list".to_owned()));
            body.push(Part::Bullets {
                title: Some("Aliases of this channel".to_owned()),
                items: items.chain(more).collect(),
                left_out: 0,
            });
        }
        for listed in turn.configurations.iter().take(CONFIGURATIONS) {
            body.push(Part::Facts(self.configuration(&listed.configuration)));
        }
        let press = |label: &str, purpose| -> Result<Control, StoreError> {
            let ticket = Ticket { person: None, ..Ticket::for_asker(turn.event, purpose, None, self.clock.now_ms()) };
            Ok(Control::Press { label: label.to_owned(), style: Style::Plain, ticket: self.seal_ticket(&ticket)? })
        };
        let note = if self.commands.enabled {
            "What you may run is what your role and the guardrails allow; `@aws whoami` says which those are for you."
        } else {
            "Whoever runs me has switched commands of AWS off."
        };
        let answer = Answer {
            headline: "What I can do here".to_owned(),
            body,
            controls: vec![press("Switch role", Purpose::SwitchRole)?],
            note: Some(note.to_owned()),
        };
        Ok(vec![Reply::Say { to: Audience::Everyone, answer }])
    }

    fn configuration(&self, configuration: &ChatConfiguration) -> Vec<Fact> {
        let account = configuration.account_id.as_str();
        let account = match self.account_names.of(account) {
            Some(name) => Text::Plain(format!("{name} ({account})")),
            None => Text::Code(account.to_owned()),
        };
        let guardrails = configuration.guardrail_policy_arns.iter().map(GuardrailPolicyArn::as_str);
        let guardrails: Vec<&str> = guardrails.map(|arn| arn.rsplit('/').next().unwrap_or(arn)).collect();
        let guardrails = if guardrails.is_empty() { "none but my own list".to_owned() } else { guardrails.join(", ") };
        let role = if configuration.user_authorization_required {
            fact("Role", Text::Plain("everybody's own: `@aws switch-role`".to_owned()))
        } else {
            fact("Channel role", Text::Arn(configuration.iam_role_arn.as_str().to_owned()))
        };
        let name = Text::Code(configuration.name.as_str().to_owned());
        vec![fact("Configuration", name), fact("Account", account), role, fact("Guardrails", Text::Plain(guardrails))]
    }
}

/// Something that can be asked for.
struct Offered {
    words: &'static str,
    what: &'static str,
    kind: OfferedKind,
}

/// Where it is offered.
enum OfferedKind {
    Always,
    /// Where commands run.
    Commands,
    /// Where they may change something.
    Changes,
}

const fn of_commands(words: &'static str, what: &'static str) -> Offered {
    Offered { words, what, kind: OfferedKind::Commands }
}

const fn always(words: &'static str, what: &'static str) -> Offered {
    Offered { words, what, kind: OfferedKind::Always }
}

const REQUESTS: &[Offered] = &[
    of_commands("@aws search list buckets", "finds an operation of AWS by words"),
    of_commands("@aws lambda --help", "what a service can be asked; also `lambda invoke --help`"),
    of_commands("@aws whoami", "under which role and guardrails you act here"),
    of_commands("@aws can-i lambda invoke", "whether you may, and if not, who says so"),
    of_commands("@aws alias list", "short names for commands; `alias create` makes one"),
    Offered {
        words: "@aws ssm start-automation-execution",
        what: "starts a runbook; `ssm-incidents start-incident` an incident, `support create-case` a support case",
        kind: OfferedKind::Changes,
    },
    of_commands("@aws set default-region", "where commands run that name no region"),
    always("@aws switch-role", "which IAM role you act under here"),
    always("@aws preferences", "where the updates of a thread show in this channel"),
    always("@aws feedback", "where to say what is good and what is not"),
];

/// Every line of it can be typed as it stands.
fn commands(read_only_only: bool) -> Part {
    let mut lines =
        vec!["@aws lambda list-functions --region us-east-1", "@aws cloudwatch describe-alarms --state-value ALARM"];
    if !read_only_only {
        lines.push("@aws lambda invoke --function-name my-function");
    }
    let title = if read_only_only {
        "Any operation of AWS that only reads"
    } else {
        "Any operation of AWS; what may change something is shown first, and asks"
    };
    Part::Preformatted { title: Some(title.to_owned()), text: lines.join("\n") }
}

/// Whoever reads it may be the one who can mend it: the command with the ids filled in. A person's own chat with the app has no
/// configuration, and never will.
pub(super) fn not_configured(turn: &Turn<'_>) -> Answer {
    let Some(place) = place_words(&turn.event.scene) else {
        let why = "Roles, preferences and notifications are a channel's. Mention me in one that is configured.";
        let body = vec![Part::Paragraph { title: None, text: Text::Plain(why.to_owned()) }];
        return Answer { body, ..Answer::sentence("Please ask me in a channel") };
    };
    let text =
        format!("aws chatbot {place} \\\n  --configuration-name NAME --iam-role-arn ROLE --sns-topic-arns TOPIC");
    Answer {
        body: vec![Part::Preformatted { title: Some("Configure it with".to_owned()), text }],
        ..Answer::sentence("This channel is not configured yet")
    }
}

/// `None`: it is no channel.
fn place_words(scene: &Scene) -> Option<String> {
    match scene {
        Scene::Slack(scene) => {
            let channel_id = scene.channel_id.as_ref().filter(|id| !id.starts_with('D'))?;
            let team_id = &scene.team_id;
            Some(format!(
                "create-slack-channel-configuration \\\n  --slack-team-id {team_id} --slack-channel-id {channel_id}"
            ))
        }
        Scene::Teams(scene) => {
            let (team_id, channel_id) = (scene.team_id.as_ref()?, scene.channel_id.as_ref()?);
            let tenant_id = &scene.tenant_id;
            Some(format!(
                "create-microsoft-teams-channel-configuration \\\n  --tenant-id {tenant_id} --team-id {team_id} \\\n  \
                 --channel-id {channel_id}"
            ))
        }
    }
}

pub(super) fn fact(label: &str, value: Text) -> Fact {
    Fact { label: label.to_owned(), value }
}

/// What people call a configuration.
pub(super) fn name_of(listed: &ListedConfiguration) -> &str {
    listed.configuration.name.as_str()
}
