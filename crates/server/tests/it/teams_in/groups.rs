//! Roles of people of Microsoft Teams that an administrator gives: to one by the API, to a group of Microsoft Entra by the command line.

use std::process::Command;

use serde_json::json;
use wire::operations::Operation as O;

use super::{ANNA, Spoken, THREAD, spoken};
use crate::kit::{ROLE, TEAMS_TEAM, TENANT};

const ARN: &str = "arn:aws:chatbot::123456789012:chat-configuration/microsoft-teams-channel/ops";
const GROUP: &str = "abababab-1111-4222-8333-444444444444";
const OTHER_GROUP: &str = "abababab-1111-4222-8333-555555555555";

async fn give(spoken: &Spoken, group: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
    command.args(["user-identity", "create", "teams", "--teams-group", group, "--configuration-arn", ARN]);
    command.args(["--iam-role-arn", ROLE, "--data-dir"]).arg(&spoken.server.settings.store.data_dir).env_clear();
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Whether Anna's command is answered in the channel, and not with a link to her alone.
async fn may_act(spoken: &Spoken, id: &str) -> bool {
    let before = spoken.messages(THREAD).len();
    assert_eq!(spoken.say(&spoken.mention(id, "lambda list-functions")).await.0, 200);
    spoken.answered().await;
    spoken.messages(THREAD).len() > before
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_entra_gives_its_role_to_those_of_whom_graph_says_that_they_are_in_it() {
    let spoken = spoken().await;
    spoken.configure().await;
    spoken.server.call(O::UpdateAccountPreferences, json!({ "UserAuthorizationRequired": true })).await.ok(200);
    // Microsoft writes ids in either case.
    give(&spoken, &GROUP.to_uppercase()).await;
    assert!(!may_act(&spoken, "1").await, "without the permission nobody is in a group");
    spoken.teams.is_in(ANNA, &[OTHER_GROUP]);
    assert!(!may_act(&spoken, "2").await);
    spoken.teams.is_in(ANNA, &[OTHER_GROUP, GROUP]);
    assert!(may_act(&spoken, "3").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_gives_a_person_a_role_by_the_api() {
    let spoken = spoken().await;
    spoken.configure().await;
    spoken.server.call(O::UpdateAccountPreferences, json!({ "UserAuthorizationRequired": true })).await.ok(200);
    assert!(!may_act(&spoken, "1").await);
    let body = json!({ "ChatConfigurationArn": ARN, "UserId": ANNA.to_uppercase(), "IamRoleArn": ROLE });
    let made = spoken.server.call(O::CreateMicrosoftTeamsUserIdentity, body.clone()).await.ok(201);
    let expected = json!({ "ChatConfigurationArn": ARN, "IamRoleArn": ROLE, "UserId": ANNA, "TeamId": TEAMS_TEAM,
                           "TeamsChannelId": super::CHANNEL, "TeamsTenantId": TENANT, "AwsUserIdentity": null });
    assert_eq!(made, json!({ "TeamsUserIdentity": expected }));
    assert!(may_act(&spoken, "2").await);
    // The configuration of another platform is not there.
    let mut of_slack = body;
    of_slack["ChatConfigurationArn"] = json!(ARN.replace("microsoft-teams-channel", "slack-channel"));
    let refused = spoken.server.call(O::CreateMicrosoftTeamsUserIdentity, of_slack).await;
    refused.refused(404, "ResourceNotFoundException", "Message");
}
