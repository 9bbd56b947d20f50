//! Policies from text to answer: what is refused and where, how levels merge, what a policy means for a channel.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::chat_configuration::{Channel, ChimeWebhook, SlackChannel, TeamsChannel};

const TENANT: &str = "aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb";
const TEAM: &str = "cccccccc-1111-4222-8333-dddddddddddd";
const OTHER: &str = "eeeeeeee-1111-4222-8333-ffffffffffff";

fn document(json: &Value) -> Document {
    Document::parse(&json.to_string()).unwrap_or_else(|bad| panic!("{json}: {bad}"))
}

fn bad(json: &Value) -> String {
    Document::parse(&json.to_string()).unwrap_err().to_string()
}

fn named(name: &str, json: &Value) -> NamedDocument {
    NamedDocument { name: name.to_owned(), document: document(json) }
}

/// What levels of documents come to, the root's first.
fn merged(levels: &[&[Value]]) -> (Value, Vec<String>) {
    let name = |level: usize, index: usize| format!("{}{index}", if level == 0 { "root" } else { "account" });
    let named: Vec<Vec<NamedDocument>> = levels
        .iter()
        .enumerate()
        .map(|(level, documents)| documents.iter().enumerate().map(|(n, json)| named(&name(level, n), json)).collect())
        .collect();
    let levels: Vec<Vec<&NamedDocument>> = named.iter().map(|level| level.iter().collect()).collect();
    let levels: Vec<&[&NamedDocument]> = levels.iter().map(Vec::as_slice).collect();
    let (effective, ignored) = merge(&levels);
    (effective.to_json(), ignored.iter().map(ToString::to_string).collect())
}

fn slack(settings: &Value) -> Value {
    json!({ "chatbot": { "platforms": { "slack": settings } } })
}

fn teams(settings: &Value) -> Value {
    json!({ "chatbot": { "platforms": { "microsoft_teams": settings } } })
}

fn policy(json: &Value) -> ChatPolicy {
    let root = named("root", json);
    let (effective, ignored) = merge(&[&[&root]]);
    assert!(ignored.is_empty());
    ChatPolicy::new(&effective)
}

fn in_slack(team_id: &str, channel_id: &str) -> Channel {
    Channel::Slack(SlackChannel {
        team_id: team_id.parse().unwrap(),
        channel_id: channel_id.parse().unwrap(),
        channel_name: "ops".parse().unwrap(),
    })
}

fn in_teams(tenant_id: &str, team_id: &str) -> Channel {
    Channel::MicrosoftTeams(TeamsChannel {
        tenant_id: tenant_id.parse().unwrap(),
        team_id: team_id.parse().unwrap(),
        team_name: None,
        channel_id: "19%3Aa%40thread.tacv2".parse().unwrap(),
        channel_name: None,
    })
}

fn in_chime() -> Channel {
    Channel::ChimeWebhook(ChimeWebhook {
        description: "Ops".parse().unwrap(),
        url: "https://hooks.chime.aws/incomingwebhooks/id?token=secret".parse().unwrap(),
    })
}

fn reason(policy: &ChatPolicy, channel: &Channel, channel_type: Option<ChannelType>) -> Option<String> {
    policy.allowed(channel, channel_type).state_reason()
}

/// With everything that the syntax has. Source: the User Guide's syntax, with ids of our own.
fn whole() -> Value {
    json!({ "chatbot": {
        "platforms": {
            "slack": {
                "client": { "@@assign": "enabled" },
                "workspaces": { "@@assign": ["T1", "T2"] },
                "default": {
                    "supported_channel_types": { "@@assign": ["private"] },
                    "supported_role_settings": { "@@assign": ["user_role"] }
                },
                "overrides": { "T2": {
                    "supported_channel_types": { "@@assign": ["public", "private"] },
                    "supported_role_settings": { "@@assign": ["channel_role", "user_role"] }
                } }
            },
            "microsoft_teams": {
                "client": { "@@assign": "enabled" },
                "tenants": { TENANT: { "@@assign": [TEAM] } },
                "default": { "supported_role_settings": { "@@assign": ["user_role"] } },
                "overrides": { TENANT: { TEAM: { "supported_role_settings": { "@@assign": ["channel_role"] } } } }
            },
            "chime": { "client": { "@@assign": "disabled" } }
        },
        "default": { "client": { "@@assign": "disabled" } }
    } })
}

#[test]
fn a_whole_policy_says_where_and_under_whose_role() {
    let policy = policy(&whole());
    let (public, private) = (Some(ChannelType::Public), Some(ChannelType::Private));
    let is_public = "Slack channel with ID C1 is public, and public channels of workspace T1 are not allowed by the chat \
                     applications policy of the organization";
    let unknown = "It is not known whether Slack channel with ID C1 is public or private, and only private channels are \
                   allowed by the chat applications policy of the organization";
    let by_policy = |what: &str| Some(format!("{what} by the chat applications policy of the organization"));
    for (channel, channel_type, expected) in [
        (in_slack("T1", "C1"), private, None),
        (in_slack("T1", "C1"), public, Some(is_public.to_owned())),
        (in_slack("T1", "C1"), None, Some(unknown.to_owned())),
        (in_slack("T2", "C1"), public, None),
        (in_slack("T2", "C1"), None, None),
        (in_slack("T3", "C1"), private, by_policy("Slack workspace with ID T3 is not allowed")),
        (in_teams(TENANT, TEAM), None, None),
        (in_teams(&TENANT.to_uppercase(), &TEAM.to_uppercase()), None, None),
        (in_teams(TENANT, OTHER), None, by_policy(&format!("Microsoft Teams team with ID {OTHER} is not allowed"))),
        (in_teams(OTHER, TEAM), None, by_policy(&format!("Microsoft Teams tenant with ID {OTHER} is not allowed"))),
        (in_chime(), None, by_policy("Amazon Chime is disabled")),
    ] {
        assert_eq!(reason(&policy, &channel, channel_type), expected, "{channel:?}, {channel_type:?}");
    }
    let asks = |team_id| policy.asks_channel_type(&in_slack(team_id, "C1"));
    assert_eq!((asks("T1"), asks("T2"), asks("T3")), (true, false, false));
    let roles = |channel: &Channel| policy.allowed(channel, private).roles;
    assert_eq!(roles(&in_slack("T1", "C1")), RoleSettings { user_role: true, channel_role: false });
    assert_eq!(roles(&in_slack("T2", "C1")), RoleSettings::ANY);
    assert_eq!(roles(&in_teams(TENANT, TEAM)), RoleSettings { user_role: false, channel_role: true });
    assert_eq!(roles(&in_teams(TENANT, OTHER)), RoleSettings { user_role: true, channel_role: false });
}

#[test]
fn what_a_policy_does_not_mention_it_does_not_restrict_and_an_empty_list_allows_nothing() {
    let nothing = policy(&json!({ "chatbot": {} }));
    assert_eq!(nothing, ChatPolicy::default());
    for channel in [in_slack("T1", "C1"), in_teams(TENANT, TEAM), in_chime()] {
        assert_eq!(nothing.allowed(&channel, None), Allowed::ALL);
    }
    let any = policy(&slack(&json!({ "workspaces": { "@@assign": ["*"] } })));
    assert_eq!(reason(&any, &in_slack("T9", "C1"), None), None);
    for closed in [
        slack(&json!({ "workspaces": { "@@assign": [] } })),
        slack(&json!({ "default": { "supported_channel_types": { "@@assign": [] } } })),
    ] {
        assert!(reason(&policy(&closed), &in_slack("T1", "C1"), Some(ChannelType::Public)).is_some(), "{closed}");
    }
    let closed = policy(&teams(&json!({ "tenants": { TENANT: { "@@assign": [] } } })));
    assert!(closed.team(&TENANT.parse().unwrap(), &TEAM.parse().unwrap()).is_err());
    for (tenant, team, allowed) in [("*", TEAM, true), ("*", OTHER, false), (TENANT, "*", true), (OTHER, "*", false)] {
        let policy = policy(&teams(&json!({ "tenants": { tenant: { "@@assign": [team] } } })));
        let found = policy.team(&TENANT.parse().unwrap(), &TEAM.parse().unwrap());
        assert_eq!(found.is_ok(), allowed, "{tenant} {team}");
    }
}

#[test]
fn the_default_is_for_platforms_that_say_nothing_wherever_it_stands() {
    let said = json!({ "client": { "@@assign": "disabled" } });
    let enabled = json!({ "client": { "@@assign": "enabled" } });
    for json in [
        json!({ "chatbot": { "default": said, "platforms": { "slack": enabled } } }),
        json!({ "chatbot": { "platforms": { "slack": enabled, "default": said } } }),
        json!({ "ChatBot": { "Platforms": { "SLACK": { "Client": { "@@Assign": "enabled" } } }, "Default": said } }),
    ] {
        let policy = policy(&json);
        assert_eq!(reason(&policy, &in_slack("T1", "C1"), None), None, "{json}");
        assert!(reason(&policy, &in_chime(), None).is_some(), "{json}");
        assert!(reason(&policy, &in_teams(TENANT, TEAM), None).is_some(), "{json}");
    }
}

#[test]
fn roles_are_of_people_of_channels_of_both_or_of_nobody() {
    for (settings, wanted, required) in [
        (json!(["user_role", "channel_role"]), false, false),
        (json!(["user_role", "channel_role"]), true, true),
        (json!(["user_role"]), false, true),
        (json!(["channel_role"]), true, false),
        (json!([]), true, false),
    ] {
        let json = slack(&json!({ "default": { "supported_role_settings": { "@@assign": settings } } }));
        let roles = policy(&json).allowed(&in_slack("T1", "C1"), None).roles;
        assert_eq!(roles.require_user_role(wanted), required, "{json}");
        let has = |name: &str| settings.as_array().unwrap().contains(&json!(name));
        assert_eq!(roles, RoleSettings { user_role: has("user_role"), channel_role: has("channel_role") });
    }
}

#[test]
fn a_wrong_document_is_refused_with_its_place() {
    let assign = |value: Value| json!({ "@@assign": value });
    for (json, expected) in [
        (json!([]), "`the policy` must be an object"),
        (json!({}), "`the policy` must have the key `chatbot`"),
        (json!({ "tags": {} }), "`tags` means nothing; there may be `chatbot` here"),
        (json!({ "chatbot": { "platforms": { "irc": {} } } }), "`chatbot.platforms.irc` means nothing; there may be"),
        (slack(&json!({ "clients": {} })), "`chatbot.platforms.slack.clients` means nothing; there may be `client`,"),
        (slack(&json!({ "client": "enabled" })), "`chatbot.platforms.slack.client` must be an object with operators"),
        (slack(&json!({ "client": assign(json!("on")) })), "client.@@assign` has `on`, which is not `enabled` or"),
        (slack(&json!({ "client": assign(json!(["enabled"])) })), "client.@@assign` must be `enabled` or `disabled`"),
        (slack(&json!({ "client": { "@@append": ["enabled"] } })), "client.@@append` is for lists; `client` has one"),
        (slack(&json!({ "client": { "@@set": 1 } })), "client.@@set` is no operator; there may be `@@assign`,"),
        (slack(&json!({ "workspaces": assign(json!("T1")) })), "workspaces.@@assign` must be a list of the id of a"),
        (slack(&json!({ "workspaces": assign(json!(["t1"])) })), "workspaces.@@assign` has `t1`, which is not the id"),
        (slack(&json!({ "workspaces": assign(json!([1])) })), "workspaces.@@assign` must be a list of the id of a"),
        (slack(&json!({ "overrides": { "*": {} } })), "slack.overrides.*` is not the id of a Slack workspace"),
        (slack(&json!({ "overrides": { "T1": { "client": {} } } })), "overrides.T1.client` means nothing"),
        (teams(&json!({ "default": { "supported_channel_types": {} } })), "supported_channel_types` means nothing"),
        (teams(&json!({ "tenants": {} })), "microsoft_teams.tenants` must name the tenants that are allowed"),
        (teams(&json!({ "tenants": { TENANT: {} } })), "must say which teams"),
        (teams(&json!({ "tenants": { "x": assign(json!(["*"])) } })), "tenants.x` is not the id of a tenant"),
        (teams(&json!({ "overrides": { TENANT: { "*": {} } } })), "is not the id of a tenant or a team"),
        (
            slack(&json!({ "@@operators_allowed_for_child_policies": ["@@none", "@@assign"] })),
            "slack.@@operators_allowed_for_child_policies` must be `[\"@@all\"]`",
        ),
        (slack(&json!({ "@@operators_allowed_for_child_policies": "@@none" })), "must be `[\"@@all\"]`"),
        (
            json!({ "chatbot": { "default": { "client": assign(json!("enabled")) },
                "platforms": { "default": { "client": assign(json!("enabled")) } } } }),
            "`chatbot.platforms.default.client` is said by `chatbot.default.client` too",
        ),
    ] {
        let found = bad(&json);
        assert!(found.contains(expected), "{json}\n   found {found}\nexpected {expected}");
    }
    let at = |text: &str| Document::parse(text).unwrap_err().to_string();
    assert!(at("{\n  \"chatbot\": {,}\n}").starts_with("it is not JSON: ") && at("{\n  ,}").contains("line 2"));
    let twice = r#"{"chatbot": {"default": {}, "Default": {}}}"#;
    assert!(at(twice).contains("the key `Default` is there twice"), "{}", at(twice));
    assert!(at(&" ".repeat(DOCUMENT_BYTES_MAX + 1)).contains("bytes: a policy may have"));
    assert!(at(&"[".repeat(10_000)).contains("it is not JSON"));
}

#[test]
fn a_level_below_overwrites_adds_and_takes_away() {
    let workspaces = |operators: Value| slack(&json!({ "workspaces": operators }));
    let root = workspaces(json!({ "@@assign": ["T1", "T2"] }));
    for (below, expected) in [
        (json!({ "@@assign": ["T3"] }), json!(["T3"])),
        (json!({ "@@append": ["T3", "T1"] }), json!(["T1", "T2", "T3"])),
        (json!({ "@@remove": ["T2", "T9"] }), json!(["T1"])),
        // Closed, not open again as if nothing had been said.
        (json!({ "@@remove": ["T1", "T2"] }), json!([])),
        (json!({ "@@append": ["T3"], "@@remove": ["T3"] }), json!(["T1", "T2"])),
    ] {
        let (found, ignored) = merged(&[std::slice::from_ref(&root), &[workspaces(below.clone())]]);
        assert_eq!(found, slack(&json!({ "workspaces": expected })), "{below}");
        assert!(ignored.is_empty());
    }
    // Nothing was said above: nothing is.
    let (found, _) = merged(&[&[], &[workspaces(json!({ "@@remove": ["T1"] }))]]);
    assert_eq!(found, json!({}));
    let (found, _) = merged(&[&[], &[workspaces(json!({ "@@append": ["T1"] }))]]);
    assert_eq!(found, workspaces(json!(["T1"])));
}

/// Source: the User Guide's examples of inheritance: restricted children, and conflicts of one level.
#[test]
fn what_a_level_above_locks_stays_and_is_told() {
    let client = |value: &str| slack(&json!({ "client": { "@@assign": value } }));
    let locked =
        slack(&json!({ "client": { "@@operators_allowed_for_child_policies": ["@@none"], "@@assign": "disabled" } }));
    let (found, ignored) = merged(&[&[locked], &[client("enabled")]]);
    assert_eq!(found, slack(&json!({ "client": "disabled" })));
    let told = "account0: `@@assign` of `chatbot.platforms.slack.client` has no effect: a policy above does not allow it \
                (`@@operators_allowed_for_child_policies`)";
    assert_eq!(ignored, [told]);

    // Of one level: the first assignment stands, both add, and children may do what both allow.
    let of = |operators: &[&str], values: Value| {
        let mut setting = json!({ "@@operators_allowed_for_child_policies": operators });
        setting.as_object_mut().unwrap().extend(values.as_object().unwrap().clone());
        slack(&json!({ "workspaces": setting }))
    };
    let first = of(&["@@append"], json!({ "@@assign": ["T1"] }));
    let second = of(&["@@append", "@@remove"], json!({ "@@assign": ["T2"], "@@append": ["T3"] }));
    let child = slack(&json!({ "workspaces": { "@@append": ["T4"], "@@remove": ["T1"] } }));
    let (found, ignored) = merged(&[&[first, second], &[child]]);
    assert_eq!(found, slack(&json!({ "workspaces": ["T1", "T3", "T4"] })));
    assert_eq!(ignored.len(), 2, "{ignored:?}");
    assert!(
        ignored[0].starts_with("root1: `@@assign`")
            && ignored[0].ends_with("a policy of the same level assigns it first")
    );
    assert!(ignored[1].starts_with("account0: `@@remove`"));

    // Above a setting, a control is about what may be added.
    let none = json!(["@@none"]);
    let root = json!({ "chatbot": { "platforms": { "@@operators_allowed_for_child_policies": none,
        "slack": { "client": { "@@assign": "enabled" } } } } });
    let child = json!({ "chatbot": { "platforms": { "slack": { "client": { "@@assign": "disabled" } },
        "chime": { "client": { "@@assign": "enabled" } } } } });
    let (found, ignored) = merged(&[&[root], &[child]]);
    assert_eq!(found, slack(&json!({ "client": "disabled" })));
    assert_eq!(ignored.len(), 1, "{ignored:?}");
    assert!(ignored[0].contains("chatbot.platforms.chime.client"));
}

#[test]
fn an_account_has_what_is_attached_to_it_beneath_the_roots() {
    let root = named("root", &slack(&json!({ "client": { "@@assign": "disabled" } })));
    let attached = named("team", &slack(&json!({ "client": { "@@assign": "enabled" } })));
    let (ours, theirs): (AccountId, AccountId) = ("123456789012".parse().unwrap(), "210987654321".parse().unwrap());
    let policies = ChatPolicies::new(&[root], &[Attachment { account_ids: vec![ours.clone()], document: attached }]);
    let is_allowed = |account_id: &AccountId| policies.of(account_id).policy.workspace(&"T1".parse().unwrap()).is_ok();
    assert!(is_allowed(&ours) && !is_allowed(&theirs));
    assert_eq!(ChatPolicies::default().of(&ours).policy, ChatPolicy::default());
}

/// A setting of a few workspaces, whatever its operators.
fn setting() -> impl Strategy<Value = Value> {
    let ids = || proptest::collection::vec(proptest::sample::select(vec!["T1", "T2", "T3", "*"]), 0..3);
    let controls = vec![vec![], vec!["@@all"], vec!["@@none"], vec!["@@append"], vec!["@@assign", "@@remove"]];
    let of = (proptest::option::of(ids()), ids(), ids(), proptest::sample::select(controls));
    of.prop_map(|(assign, append, remove, control)| {
        let mut setting = json!({ "@@append": append, "@@remove": remove });
        if let Some(assign) = assign {
            setting["@@assign"] = json!(assign);
        }
        if !control.is_empty() {
            setting["@@operators_allowed_for_child_policies"] = json!(control);
        }
        slack(&json!({ "workspaces": setting }))
    })
}

fn levels() -> impl Strategy<Value = Vec<Vec<Value>>> {
    proptest::collection::vec(proptest::collection::vec(setting(), 0..3), 1..4)
}

proptest! {
    #[test]
    fn merging_is_deterministic_and_what_is_locked_above_never_changes(levels in levels(), child in setting()) {
        let of = |levels: &[Vec<Value>]| merged(&levels.iter().map(Vec::as_slice).collect::<Vec<_>>());
        prop_assert_eq!(of(&levels), of(&levels));
        let locked = slack(&json!({ "workspaces": { "@@operators_allowed_for_child_policies": ["@@none"] } }));
        let mut above = levels;
        above.push(vec![locked]);
        let (before, _) = of(&above);
        above.push(vec![child]);
        prop_assert_eq!(of(&above).0, before);
    }

    #[test]
    fn no_text_makes_the_parser_fail_otherwise_than_by_saying_so(text in "[ -~\\n]{0,200}") {
        let _ = Document::parse(&text);
        let _ = Document::parse(&format!("{{\"chatbot\":{text}}}"));
    }
}
