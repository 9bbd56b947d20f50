//! An account with one of everything, and a look at all that an account has: what must still be as it was when a request was
//! refused.

use serde_json::{Value, json};
use server::config::{ConfiguredTeamSettings, Settings, SlackAppSettings, SlackWorkspaceSettings};
use store::{NewLink, PersonId};
use wire::operations::Operation as O;

use super::{APP, Key, OPS, ROLE, TEAM, TEAMS_TEAM, TENANT, TOPIC, TestServer};

/// Someone of Microsoft Teams; in Slack, they are `U0PERSON`.
pub const PERSON: &str = "cccccccc-1111-4222-8333-dddddddddddd";
pub const CHIME_URL: &str = "https://hooks.chime.aws/incomingwebhooks/ops?token=secret";

/// The names of what [`furnish`] makes. Made or not: they are good names to ask for.
#[derive(Debug, Clone)]
pub struct Furniture {
    /// Letters and digits alone: channels are named by it too.
    pub name: String,
    pub chime: String,
    pub slack: String,
    pub teams: String,
    pub action: String,
    pub slack_user: String,
    pub teams_user: String,
    /// A workspace and a team without configurations.
    pub spare_workspace: String,
    pub spare_team: String,
    /// Of a link that waits for a proof.
    pub link_code: String,
}

impl Furniture {
    pub fn named(key: Key, name: &str) -> Self {
        let configuration =
            |platform| format!("arn:aws:chatbot::{}:chat-configuration/{platform}/{name}", key.account_id);
        Self {
            name: name.to_owned(),
            chime: configuration("chime-webhook"),
            slack: configuration("slack-channel"),
            teams: configuration("microsoft-teams-channel"),
            action: format!("arn:aws:chatbot::{}:custom-action/{name}", key.account_id),
            slack_user: "U0PERSON".to_owned(),
            teams_user: PERSON.to_owned(),
            spare_workspace: "T0SPARE".to_owned(),
            spare_team: "eeeeeeee-2222-4333-8444-555555555555".to_owned(),
            link_code: format!("{:A<8}", name.to_uppercase()),
        }
    }

    /// The same things under names that nobody has, each as long as it was.
    pub fn absent(&self) -> Self {
        let gone = |text: &str| text.replace(&self.name, &"z".repeat(self.name.len()));
        Self {
            name: gone(&self.name),
            chime: gone(&self.chime),
            slack: gone(&self.slack),
            teams: gone(&self.teams),
            action: gone(&self.action),
            slack_user: "U0NOBODY".to_owned(),
            teams_user: PERSON.replace('c', "9"),
            spare_workspace: "T0NOONE".to_owned(),
            spare_team: self.spare_team.replace('e', "9"),
            link_code: "ZZZZZZZZ".to_owned(),
        }
    }
}

/// The workspace and the team that are spare belong to [`OPS`]. Workspaces can be authorised by OAuth.
pub fn with_spares(settings: &mut Settings) {
    settings.slack.apps.push(slack_app());
    let names = Furniture::named(OPS, "");
    settings.slack.workspaces.push(SlackWorkspaceSettings {
        account_id: OPS.account_id.parse().unwrap(),
        team_id: names.spare_workspace.parse().unwrap(),
        team_name: "Spare".to_owned(),
        bot_token: "xoxb-spare".into(),
        app_id: None,
    });
    settings.microsoft_teams.teams.push(ConfiguredTeamSettings {
        account_id: OPS.account_id.parse().unwrap(),
        team_id: names.spare_team.parse().unwrap(),
        tenant_id: TENANT.parse().unwrap(),
        team_name: "Spare".to_owned(),
    });
}

/// [`APP`] with all that OAuth needs.
pub fn slack_app() -> SlackAppSettings {
    let (client_id, client_secret) = (Some("12.34".to_owned()), Some("client-secret".into()));
    SlackAppSettings { client_id, client_secret, ..APP.settings() }
}

/// Makes a configuration of each platform and a custom action, tagged; associates the action with the Slack channel, and
/// links a person in Slack and one in Teams to a role.
pub async fn furnish(server: &TestServer, key: Key, name: &str) -> Furniture {
    let made = Furniture::named(key, name);
    let tags = json!([{ "TagKey": "team", "TagValue": name }]);
    let bodies = [
        (
            O::CreateChimeWebhookConfiguration,
            json!({ "ConfigurationName": name, "WebhookDescription": name, "WebhookUrl": CHIME_URL,
                    "IamRoleArn": ROLE, "SnsTopicArns": [TOPIC], "Tags": tags }),
        ),
        (
            O::CreateSlackChannelConfiguration,
            json!({ "ConfigurationName": name, "SlackTeamId": TEAM, "SlackChannelId": format!("C{name}"),
                    "SlackChannelName": name, "IamRoleArn": ROLE, "SnsTopicArns": [TOPIC], "Tags": tags }),
        ),
        (
            O::CreateMicrosoftTeamsChannelConfiguration,
            json!({ "ConfigurationName": name, "TeamId": TEAMS_TEAM, "TenantId": TENANT,
                    "ChannelId": format!("19%3A{name}%40thread.tacv2"), "IamRoleArn": ROLE, "SnsTopicArns": [TOPIC],
                    "Tags": tags }),
        ),
        (O::CreateCustomAction, json!({ "ActionName": name, "Definition": { "CommandText": "s3 ls" }, "Tags": tags })),
        (O::AssociateToConfiguration, json!({ "ChatConfiguration": made.slack, "Resource": made.action })),
    ];
    for (operation, body) in bodies {
        server.call_as(key, operation, body).await.ok(201);
    }
    server.link(key, &made.slack, &PersonId::Slack(made.slack_user.parse().unwrap())).await;
    server.link(key, &made.teams, &PersonId::MicrosoftTeams(made.teams_user.parse().unwrap())).await;
    open_link(server, key, &made).await;
    made
}

/// A link of a person in the Slack channel, opened in a browser: it waits for a proof.
async fn open_link(server: &TestServer, key: Key, made: &Furniture) {
    let now_ms = server.api().now_ms;
    let link = NewLink {
        id: made.link_code.clone(),
        asked_key: made.link_code.clone(),
        code: made.link_code.clone(),
        account_id: key.account_id.parse().unwrap(),
        configuration_arn: made.slack.parse().unwrap(),
        person: PersonId::Slack("U0NEW".parse().unwrap()),
        person_name: None,
        team_name: None,
        channel_name: None,
        created_at_ms: now_ms,
        expires_at_ms: now_ms + 600_000,
    };
    server.store().put_link(&link).await.unwrap();
    server.store().open_link(&link.id, "a-browser", now_ms).await.unwrap().unwrap();
}

/// All that an account's administrator can see in it.
pub async fn everything(server: &TestServer, key: Key) -> Value {
    let mut seen = Vec::new();
    for operation in O::ALL {
        let lists = operation.is_read_only()
            && !matches!(
                operation,
                O::GetCustomAction
                    | O::GetMicrosoftTeamsChannelConfiguration
                    | O::ListAssociations
                    | O::ListTagsForResource
            );
        if lists {
            seen.push(server.call_as(key, *operation, json!({})).await.ok(200));
        }
    }
    let text = json!(seen).to_string();
    // What lists do not tell is asked for each ARN that they named.
    for arn in text.split('"').filter(|text| text.starts_with("arn:aws:chatbot:")) {
        seen.push(server.call_as(key, O::ListTagsForResource, json!({ "ResourceARN": arn })).await.ok(200));
        if arn.contains("custom-action") {
            seen.push(server.call_as(key, O::GetCustomAction, json!({ "CustomActionArn": arn })).await.ok(200));
        } else {
            seen.push(server.call_as(key, O::ListAssociations, json!({ "ChatConfiguration": arn })).await.ok(200));
        }
    }
    json!(seen)
}
