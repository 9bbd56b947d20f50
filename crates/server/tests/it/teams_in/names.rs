//! What a team is called where nobody said it: Microsoft Graph is asked, if it may be.

use std::process::Command;

use serde_json::{Value, json};

use super::installations::{NEW_TEAM, NEW_THREAD, event, teams, told};
use super::{Spoken, installer, spoken_with};
use crate::kit::{APP_SECRET, OPS, TENANT};

const OTHER_TEAM: &str = "eeeeeeee-2222-4333-8444-666666666666";
const NAMELESS: &str = "Microsoft Teams team";

async fn anybody_installs() -> Spoken {
    spoken_with(|settings| settings.microsoft_teams.installers = vec![installer(&["*"])]).await
}

/// The app is added, by an event that says no name.
async fn added(spoken: &Spoken, id: &str, team_id: &str) {
    let team = json!({"id": NEW_THREAD, "aadGroupId": team_id});
    told(spoken, &event(spoken, id, &team, json!({"type": "installationUpdate", "action": "add"}))).await;
}

async fn name(spoken: &Spoken, team_id: &str) -> Value {
    let team = teams(spoken).await.into_iter().find(|team| team["TeamId"] == team_id);
    team.map_or(Value::Null, |team| team["TeamName"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_that_nobody_names_has_its_name_of_graph() {
    let spoken = anybody_installs().await;
    spoken.teams.names(&[(NEW_TEAM, "By Graph")]);
    added(&spoken, "1", NEW_TEAM).await;
    assert_eq!(name(&spoken, NEW_TEAM).await, "By Graph");
    assert_eq!(spoken.teams.named_requests(), [format!("/graph/v1.0/teams/{NEW_TEAM}?$select=displayName")]);
    assert!(spoken.teams.logins().contains(&TENANT.to_owned()), "a tenant's own names: {:?}", spoken.teams.logins());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_known_is_not_asked_for() {
    let spoken = anybody_installs().await;
    spoken.teams.names(&[(NEW_TEAM, "By Graph")]);
    let team = json!({"id": NEW_THREAD, "name": "Said", "aadGroupId": NEW_TEAM});
    told(&spoken, &event(&spoken, "1", &team, json!({"type": "installationUpdate", "action": "add"}))).await;
    assert_eq!((name(&spoken, NEW_TEAM).await, spoken.teams.named_requests()), (json!("Said"), vec![]));
}

/// Without the permission, without such a team, with a name that the API does not take, without a login.
#[tokio::test(flavor = "multi_thread")]
async fn where_graph_does_not_say_it_the_team_is_there_all_the_same() {
    let spoken = anybody_installs().await;
    added(&spoken, "1", NEW_TEAM).await;
    assert_eq!((name(&spoken, NEW_TEAM).await, spoken.teams.named_requests().len()), (json!(NAMELESS), 1));
    for (id, names) in [("2", &[][..]), ("3", &[(OTHER_TEAM, "two\nlines")]), ("4", &[(OTHER_TEAM, "")])] {
        spoken.teams.names(names);
        added(&spoken, id, OTHER_TEAM).await;
        assert_eq!(name(&spoken, OTHER_TEAM).await, NAMELESS, "{names:?}");
    }
    assert_eq!(spoken.teams.named_requests().len(), 4);
}

/// The command line beside the server.
fn authorize(spoken: &Spoken, team_id: &str, more: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_bellhop"))
        .args(["teams", "authorize", "--account-id", OPS.account_id, "--tenant-id", TENANT, "--team-id", team_id])
        .args(more)
        .arg("--data-dir")
        .arg(&spoken.server.settings.store.data_dir)
        .env_clear()
        .env("BELLHOP_MICROSOFT_TEAMS__BOT__APP_ID", super::US.trim_start_matches("28:"))
        .env("BELLHOP_MICROSOFT_TEAMS__BOT__APP_PASSWORD", APP_SECRET)
        .env("BELLHOP_MICROSOFT_TEAMS__BOT__LOGIN_URL", spoken.teams.url("/login/").as_str())
        .env("BELLHOP_MICROSOFT_TEAMS__BOT__GRAPH_URL", spoken.teams.url("/graph/").as_str())
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success() && !said.contains(APP_SECRET), "{said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn by_hand_a_team_has_its_name_of_graph_unless_it_is_said() {
    let spoken = anybody_installs().await;
    let said = authorize(&spoken, OTHER_TEAM, &[]);
    assert!(said.contains("name it with --team-name"), "{said}");
    assert_eq!(name(&spoken, OTHER_TEAM).await, OTHER_TEAM);
    spoken.teams.names(&[(NEW_TEAM, "By Graph"), (OTHER_TEAM, "Other by Graph")]);
    let said = authorize(&spoken, NEW_TEAM, &[]);
    assert!(!said.contains("--team-name"), "{said}");
    assert_eq!(name(&spoken, NEW_TEAM).await, "By Graph");
    authorize(&spoken, OTHER_TEAM, &["--team-name", "Said"]);
    assert_eq!(name(&spoken, OTHER_TEAM).await, "Said");
}
