//! Roles that an administrator gives: to a person by the API, to a user group of Slack by the command line; and what the policy of
//! an organization leaves of them.

use std::process::Command;

use server::config::ChatPolicySettings;

use super::*;
use crate::kit::{OTHER, SlackAnswer, TEAM};

const METHOD: &str = "usergroups.users.list";
const FIRST: &str = "S0AFIRST";
const SECOND: &str = "S0BSECOND";

/// `bellhop user-identity` beside the server: whether it went well, and all that it said.
async fn by_hand(server: &TestServer, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
    command.arg("user-identity").args(arguments).arg("--data-dir").arg(&server.settings.store.data_dir).env_clear();
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

async fn give(server: &TestServer, arn: &str, group: &str, role: &str) {
    let to = ["--slack-user-group", group, "--configuration-arn", arn, "--iam-role-arn", role];
    let (is_good, said) = by_hand(server, &[&["create", "slack"], &to[..]].concat()).await;
    assert!(is_good, "{said}");
}

/// What `switch-role` says that Anna acts under.
async fn acts_under(server: &TestServer, id: &str) -> String {
    say(server, id, "switch-role").await.last().unwrap().body.to_string()
}

async fn create(server: &TestServer, arn: &str, user_id: &str, role: &str) -> Answer {
    let body = json!({ "ChatConfigurationArn": arn, "SlackUserId": user_id, "IamRoleArn": role });
    server.call(O::CreateSlackUserIdentity, body).await
}

fn roles(allowed: &[&str]) -> impl FnOnce(&mut Settings) {
    let policy = json!({ "chatbot": { "platforms": { "slack": {
        "default": { "supported_role_settings": { "@@assign": allowed } } } } } });
    let document = Some(policy.to_string());
    move |settings| settings.organization.chat_policy = Some(ChatPolicySettings { document, file: None })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_gives_a_person_a_role_by_the_api() {
    let (server, alice, arn) = start(&[ON_CALL], |_| ()).await;
    let made = create(&server, &arn, "U0ANNA", DEPLOYER).await.ok(201);
    let expected = json!({ "ChatConfigurationArn": arn, "SlackTeamId": TEAM, "SlackUserId": "U0ANNA",
                           "IamRoleArn": DEPLOYER, "AwsUserIdentity": null });
    assert_eq!(made, json!({ "SlackUserIdentity": expected }));
    assert_eq!(identities(&server).await, json!([expected]));
    let told = acts_under(&server, "Ev1").await;
    assert!(told.contains(DEPLOYER) && told.contains("an administrator gave it to you"), "{told}");
    // Over what they had.
    create(&server, &arn, "U0ANNA", ON_CALL).await.ok(201);
    assert_eq!(identities(&server).await[0]["IamRoleArn"], ON_CALL);
    let text = create(&server, &arn, "U0 ANNA", ON_CALL).await.refused(400, "InvalidRequestException", "message");
    assert!(text.contains("U0 ANNA"), "{text}");
    let gone = arn.replace("/ops", "/gone");
    create(&server, &gone, "U0ANNA", ON_CALL).await.refused(404, "ResourceNotFoundException", "Message");
    let body = json!({ "ChatConfigurationArn": arn, "SlackUserId": "U0EVE", "IamRoleArn": ON_CALL });
    let theirs = server.call_as(OTHER, O::CreateSlackUserIdentity, body.clone()).await;
    theirs.refused(404, "ResourceNotFoundException", "Message");
    server.call_as(alice, O::CreateSlackUserIdentity, body).await.refused(403, "AccessDeniedException", "message");
    assert_eq!(identities(&server).await.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_a_persons_own_goes_before_a_groups_and_a_groups_before_the_channels() {
    let (server, _, arn) = start(&[ON_CALL], |_| ()).await;
    server.slack.says(METHOD, SECOND, json!({ "users": ["U0BOB", "U0ANNA"] }));
    server.slack.says(METHOD, FIRST, json!({ "users": ["U0BOB"] }));
    give(&server, &arn, SECOND, ON_CALL).await;
    give(&server, &arn, FIRST, DEPLOYER).await;
    let told = acts_under(&server, "Ev1").await;
    assert!(told.contains(&format!("{ON_CALL} (the user group {SECOND} gives it to you)")), "{told}");
    // Of several, the first by its id; who has joined it shows within five minutes.
    server.slack.says(METHOD, FIRST, json!({ "users": ["U0ANNA"] }));
    assert!(acts_under(&server, "Ev2").await.contains(SECOND));
    assert_eq!(server.slack.requests(METHOD).len(), 2, "members are remembered");
    server.clock.advance(5 * MINUTE_MS);
    let told = acts_under(&server, "Ev3").await;
    assert!(told.contains(&format!("{DEPLOYER} (the user group {FIRST} gives it to you)")), "{told}");
    create(&server, &arn, "U0ANNA", ON_CALL).await.ok(201);
    assert!(acts_under(&server, "Ev4").await.contains("an administrator gave it to you"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_whom_slack_does_not_say_that_they_are_in_a_group_is_not_in_it() {
    let (server, _, arn) = start(&[ON_CALL], |_| ()).await;
    server.call(O::UpdateAccountPreferences, json!({ "UserAuthorizationRequired": true })).await.ok(200);
    give(&server, &arn, FIRST, ON_CALL).await;
    server.slack.says(METHOD, FIRST, json!({ "users": ["U0ANNA"] }));
    // Whoever gets a link is looked at twice: before it, and for what it shows.
    let failures = [SlackAnswer::Status(500), SlackAnswer::Hang];
    server.slack.next(METHOD, failures.into_iter().flat_map(|failure| [failure.clone(), failure]));
    for id in ["Ev1", "Ev2"] {
        link_in(say(&server, id, "lambda list-functions").await.last().unwrap());
        assert!(server.slack.requests("chat.postMessage").is_empty(), "{id}");
    }
    // A group's role is a role of one's own: nobody is sent a link.
    say(&server, "Ev4", "lambda list-functions").await;
    assert_eq!(server.slack.requests("chat.postMessage").len(), 1);
}

/// The channel's role may be wider than that of the group.
#[tokio::test(flavor = "multi_thread")]
async fn while_nobody_says_who_is_in_a_group_nobody_falls_back_to_the_channels_role() {
    let (server, _, arn) = start(&[ON_CALL], |_| ()).await;
    give(&server, &arn, FIRST, DEPLOYER).await;
    give(&server, &arn, SECOND, ON_CALL).await;
    server.slack.says(METHOD, SECOND, json!({ "users": ["U0ANNA"] }));
    for (id, failure) in [("Ev1", SlackAnswer::Status(500)), ("Ev2", SlackAnswer::Hang)] {
        server.slack.next(METHOD, [failure]);
        let told = say(&server, id, "lambda list-functions").await.last().unwrap().body.to_string();
        assert!(told.contains("which groups you are in"), "{told}");
        assert!(server.slack.requests("chat.postMessage").is_empty(), "{id}: somebody acted");
    }
    server.slack.next(METHOD, [SlackAnswer::Status(500)]);
    assert!(acts_under(&server, "Ev3").await.contains("not known now"));
    // A group that was deleted in Slack stops nobody: nobody is in it.
    server.slack.next(METHOD, [SlackAnswer::Error("no_such_subteam")]);
    let told = acts_under(&server, "Ev4").await;
    assert!(told.contains(&format!("{ON_CALL} (the user group {SECOND} gives it to you)")), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_listed_deleted_and_end_with_their_configuration() {
    let (server, _, arn) = start(&[ON_CALL], |_| ()).await;
    give(&server, &arn, FIRST, ON_CALL).await;
    let of = ["--configuration-arn", &arn];
    let (_, listed) = by_hand(&server, &[&["list"], &of[..]].concat()).await;
    assert!(listed.contains(FIRST) && listed.contains(ON_CALL), "{listed}");
    let delete = [&["delete", "slack", "--slack-user-group", FIRST], &of[..]].concat();
    assert!(by_hand(&server, &delete).await.0);
    let (is_good, said) = by_hand(&server, &delete).await;
    assert!(!is_good && said.contains("has no role"), "{said}");
    give(&server, &arn, FIRST, ON_CALL).await;
    server.call(O::DeleteSlackChannelConfiguration, json!({ "ChatConfigurationArn": arn })).await.no_content();
    server.configure("ops", "C1", &[TOPIC]).await;
    assert!(server.store().group_identities(&arn.parse().unwrap()).await.unwrap().is_empty());
    let role = ["--iam-role-arn", ON_CALL];
    for wrong in
        [&["--slack-user-group", "U0ANNA"][..], &["--slack-user-group", FIRST, "--slack-user-id", "U0ANNA"], &[]]
    {
        let (is_good, said) = by_hand(&server, &[&["create", "slack"], wrong, &of[..], &role[..]].concat()).await;
        assert!(!is_good, "{wrong:?}: {said}");
    }
    for number in 0..20 {
        give(&server, &arn, &format!("S0{number}"), ON_CALL).await;
    }
    let one_more = ["create", "slack", "--slack-user-group", "S0MORE"];
    let (is_good, said) = by_hand(&server, &[&one_more, &of[..], &role[..]].concat()).await;
    assert!(!is_good && said.contains("20 groups already"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_organizations_policy_says_whose_roles_count() {
    let (mut server, _, arn) = start(&[ON_CALL], |_| ()).await;
    create(&server, &arn, "U0ANNA", DEPLOYER).await.ok(201);
    server.restart_with(roles(&["channel_role"])).await;
    let told = acts_under(&server, "Ev1").await;
    assert!(told.contains("the channel's role alone") && !told.contains("/link/"), "{told}");
    say(&server, "Ev2", "lambda list-functions").await;
    assert_eq!(server.slack.requests("chat.postMessage").len(), 1, "nobody needs a role that would not count");
    server.restart_with(roles(&["user_role"])).await;
    assert!(acts_under(&server, "Ev3").await.contains(DEPLOYER));
    let body = json!({ "ChatConfigurationArn": arn, "SlackTeamId": TEAM, "SlackUserId": "U0ANNA" });
    server.call(O::DeleteSlackUserIdentity, body).await.no_content();
    link_in(say(&server, "Ev4", "lambda list-functions").await.last().unwrap());
    server.restart_with(roles(&[])).await;
    for (id, text) in [("Ev5", "lambda list-functions"), ("Ev6", "switch-role")] {
        let told = say(&server, id, text).await.last().unwrap().body.to_string();
        assert!(told.contains("allows no role here") && !told.contains("/link/"), "{told}");
    }
    assert_eq!(server.slack.requests("chat.postMessage").len(), 1);
}
