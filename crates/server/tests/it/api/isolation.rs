//! Two accounts on one server: each is alone. Nothing of the one is there for the other, and what is not theirs sounds like
//! what is not there, byte for byte but for the names that they sent themselves.

use serde_json::{Value, json};
use server::config::{ConfiguredTeamSettings, Settings};
use wire::operations::Operation;

use crate::kit::{
    Answer, Furniture, Key, OPS, OTHER, ROLE, TEAM_NAME, TEAMS_TEAM, TENANT, TOPIC, TestServer, everything, furnish,
    request, with_spares,
};

/// In no word of an answer.
const NAME: &str = "k7q";

/// By ARN.
const READS: [Operation; 5] = [
    Operation::DescribeChimeWebhookConfigurations,
    Operation::DescribeSlackChannelConfigurations,
    Operation::GetCustomAction,
    Operation::GetMicrosoftTeamsChannelConfiguration,
    Operation::ListTagsForResource,
];

/// The same team in both accounts.
fn with_team_of_other(settings: &mut Settings) {
    with_spares(settings);
    settings.microsoft_teams.teams.push(ConfiguredTeamSettings {
        account_id: OTHER.account_id.parse().unwrap(),
        team_id: TEAMS_TEAM.parse().unwrap(),
        tenant_id: TENANT.parse().unwrap(),
        team_name: TEAM_NAME.to_owned(),
    });
}

/// An answer without the names of what it was asked about.
fn impersonal(answer: &Answer, about: &Furniture, account: Key) -> String {
    let mut text = answer.bytes().replace(ROLE, "ROLE");
    for (name, word) in [
        (about.name.as_str(), "NAME"),
        (&about.slack_user, "SLACK-USER"),
        (&about.teams_user, "TEAMS-USER"),
        (&about.spare_team, "TEAM"),
    ] {
        text = text.replace(name, word);
    }
    // A ticket is another each time, as it is sealed.
    if let Some((before, ticket)) = text.split_once("?ticket=") {
        let after = ticket.split_once('"').map(|(_, after)| after).unwrap_or_default();
        text = format!("{before}?ticket=TICKET\"{after}");
    }
    text.replace(account.account_id, "ACCOUNT")
}

async fn call(server: &TestServer, key: Key, operation: Operation, about: &Furniture) -> Answer {
    server.call_as(key, operation, request(operation, about).body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn not_yours_and_not_there_are_one_answer() {
    let server = TestServer::start_with(with_team_of_other).await;
    let ours = furnish(&server, OPS, NAME).await;
    let before = everything(&server, OPS).await;
    let never_made = ours.absent();
    let never_made_by_them = Furniture::named(OTHER, NAME).absent();
    // What they make shows in their lists: that comes last.
    let creates = |operation: &Operation| {
        // A person's role is made in a configuration, which must be theirs.
        operation.name().starts_with("Create") && !operation.name().ends_with("UserIdentity")
    };
    let (makes, others): (Vec<Operation>, Vec<Operation>) = Operation::every().partition(creates);
    for operation in others.into_iter().chain(makes) {
        // Their owner has just read them: whatever is kept in memory is kept now.
        for reads in READS {
            call(&server, OPS, reads, &ours).await.ok(200);
        }
        let of_ours = call(&server, OTHER, operation, &ours).await;
        let of_none = call(&server, OTHER, operation, &never_made).await;
        let said = impersonal(&of_ours, &ours, OPS);
        assert_eq!(said, impersonal(&of_none, &never_made, OPS), "{}", operation.name());
        // What they make is their own, under the second name as under the first.
        if creates(&operation) {
            assert_eq!(of_ours.status, 201, "{said}");
            continue;
        }
        let of_none_of_theirs = call(&server, OTHER, operation, &never_made_by_them).await;
        assert_eq!(said, impersonal(&of_none_of_theirs, &never_made_by_them, OTHER), "{}", operation.name());
        // And all three are answers of one who has nothing: an error, an empty list, a preference.
        let has_nothing = matches!(of_ours.status, 204 | 404)
            || operation.is_read_only()
            || operation.name() == "UpdateAccountPreferences"
            // A code is in the account or unknown; it declares no error of its own for that.
            || (operation.name(), of_ours.status) == ("ProveLink", 400);
        assert!(has_nothing, "{}: {said}", operation.name());
        assert!(!said.contains(NAME) && !said.contains("secret"), "{said}");
    }
    assert_eq!(everything(&server, OPS).await, before, "another account changed something");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_with_the_same_names_are_two() {
    let server = TestServer::start_with(with_team_of_other).await;
    let (ours, theirs) = (furnish(&server, OPS, NAME).await, furnish(&server, OTHER, NAME).await);
    // The same but for the account, and each other's account is nowhere in it: roles and topics may be anybody's.
    let seen = |all: &Value| {
        let text = all.to_string();
        text.replace(ROLE, "ROLE").replace(TOPIC, "TOPIC")
    };
    let (of_ours, of_theirs) = (everything(&server, OPS).await, everything(&server, OTHER).await);
    assert!(!seen(&of_ours).contains(OTHER.account_id) && seen(&of_ours).contains(OPS.account_id));
    assert!(!seen(&of_theirs).contains(OPS.account_id) && seen(&of_theirs).contains(OTHER.account_id));
    // Everything that can be done to the one by its own, the spare workspace and team apart, which the other has not.
    for operation in Operation::every() {
        let before = everything(&server, OPS).await;
        call(&server, OTHER, operation, &theirs).await;
        assert_eq!(everything(&server, OPS).await, before, "{} reached into another account", operation.name());
    }
    assert_eq!(everything(&server, OPS).await, of_ours);
    call(&server, OPS, Operation::GetCustomAction, &ours).await.ok(200);
    call(&server, OTHER, Operation::GetCustomAction, &theirs).await.refused(
        404,
        "ResourceNotFoundException",
        "Message",
    );
}

/// Accounts do not share limits, names, channels, tokens of clients.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_full_leaves_room_for_another() {
    let server = TestServer::start_with(|settings| {
        with_team_of_other(settings);
        settings.limits.chat_configurations = 3;
        settings.limits.custom_actions = 1;
    })
    .await;
    let ours = furnish(&server, OPS, NAME).await;
    for operation in Operation::ALL.iter().filter(|operation| operation.name().starts_with("Create")) {
        call(&server, OPS, *operation, &ours).await.refused(403, "LimitExceededException", "message"); // reference
    }
    furnish(&server, OTHER, NAME).await;
    // A message goes to everybody who listens: each account by its own configuration.
    server.publish(TOPIC, "message-1").await;
    server.pass(1000).await;
    let mut posted: Vec<_> = server.slack.posted(&format!("C{NAME}")).into_iter().map(|post| post.token).collect();
    posted.sort();
    assert_eq!(json!(posted), json!(["xoxb-ops", "xoxb-other"]));
    server.leaves_dead(4);
}
