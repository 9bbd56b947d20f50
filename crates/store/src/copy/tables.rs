//! The tables that are copied, in an order in which each row finds what it refers to. A test holds it to the schema.

/// A table, and the columns of its key in the key's order.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: &'static [&'static str],
}

impl Table {
    /// Whether the database numbers its rows.
    pub(super) fn is_numbered(&self) -> bool {
        self.key == ["id"]
    }

    /// Whether a store has rows of it as soon as it is made.
    pub(super) fn is_made_with_the_schema(&self) -> bool {
        self.name == "installation"
    }
}

const fn table(name: &'static str, key: &'static [&'static str]) -> Table {
    Table { name, key }
}

pub(super) const TABLES: &[Table] = &[
    table("installation", &["name"]),
    table("accounts", &["account_id"]),
    table("users", &["account_id", "name"]),
    table("access_keys", &["access_key_id"]),
    table("policies", &["account_id", "name"]),
    table("policy_attachments", &["account_id", "principal_pattern", "policy_name"]),
    table("sessions", &["access_key_id"]),
    table("slack_workspaces", &["account_id", "team_id"]),
    table("configured_teams", &["account_id", "team_id"]),
    table("teams_installations", &["team_id"]),
    table("chat_configurations", &["arn"]),
    table("account_usage", &["account_id"]),
    table("account_preferences", &["account_id"]),
    table("user_identities", &["person_key"]),
    table("group_identities", &["configuration_arn", "group_id"]),
    table("custom_actions", &["arn"]),
    table("client_tokens", &["account_id", "client_token"]),
    table("associations", &["configuration_arn", "resource_arn"]),
    table("topic_listeners", &["topic_arn", "configuration_arn"]),
    table("topic_subscriptions", &["topic_arn"]),
    table("notifications", &["id"]),
    table("refused_messages", &["id"]),
    table("deliveries", &["id"]),
    table("delivery_history", &["id"]),
    table("destinations", &["destination"]),
    table("pauses", &["scope"]),
    table("recent_similar", &["destination", "matter"]),
    table("event_rates", &["account_id"]),
    table("threads", &["configuration_arn", "destination", "thread_key"]),
    table("configuration_preferences", &["configuration_arn"]),
    table("silences", &["id"]),
    table("pictures", &["destination", "posted"]),
    table("findings", &["finding"]),
    table("turns", &["task"]),
    table("audit_records", &["id"]),
    table("chat_events", &["id"]),
    table("spent_tickets", &["ticket"]),
    table("chat_commands", &["command_id"]),
    table("command_regions", &["configuration_arn"]),
    table("chosen_accounts", &["destination", "person"]),
    table("command_aliases", &["destination", "name"]),
    table("slack_channels", &["team_id", "channel_id"]),
    table("oauth_states", &["state_hash"]),
    table("links", &["link_id"]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::database::schema_of;
    use crate::sql::Engine;

    /// What the migrations make: each table's name with the lines of its columns.
    fn made(engine: Engine) -> Vec<(String, String)> {
        let tables = schema_of(engine);
        let tables = tables.split("CREATE TABLE ").skip(1);
        let tables = tables.map(|table| table.split_once(" (").expect("a table has columns"));
        tables.map(|(name, rest)| (name.to_owned(), rest.split("\n);").next().unwrap().to_owned())).collect()
    }

    #[test]
    fn every_table_of_the_schema_is_copied_once() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let made: BTreeSet<String> = made(engine).into_iter().map(|(name, _)| name).collect();
            let copied: BTreeSet<String> = TABLES.iter().map(|table| table.name.to_owned()).collect();
            assert_eq!(copied, made, "on {engine:?}");
            assert_eq!(copied.len(), TABLES.len(), "a table is copied twice");
        }
    }

    /// By anything less than the whole key, a page would skip rows.
    #[test]
    fn a_table_is_paged_by_its_whole_primary_key() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            for (name, columns) in made(engine) {
                let table = TABLES.iter().find(|table| table.name == name).unwrap();
                let key = if let Some((_, key)) = columns.split_once("    PRIMARY KEY (") {
                    key.split(')').next().unwrap().split(", ").collect::<Vec<_>>()
                } else {
                    let line = columns.lines().find(|line| line.contains("PRIMARY KEY")).unwrap();
                    vec![line.split_whitespace().next().unwrap()]
                };
                assert_eq!(table.key, key, "{name} on {engine:?}");
            }
        }
    }

    #[test]
    fn what_is_referred_to_is_copied_before() {
        for (name, columns) in made(Engine::Sqlite) {
            let at = |wanted: &str| TABLES.iter().position(|table| table.name == wanted).unwrap();
            for referred in columns.split("REFERENCES ").skip(1) {
                let referred = referred.split_whitespace().next().unwrap();
                assert!(at(referred) < at(&name), "{name} refers to {referred}");
            }
        }
    }
}
