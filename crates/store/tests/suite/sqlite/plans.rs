//! No statement's cost grows with what the store holds: SQLite's plan of every statement that the suite runs.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Mutex;

use sqlx::Row as _;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::DataDirectory;
use crate::setup::Setup as _;
use crate::{
    audit_records, chat_commands, chat_configurations, chat_events, command_aliases, custom_actions,
    declared_identities, deliveries, digests, gates, holds, identities, lanes, platforms, replays, secrets, sessions,
    silences, threads, topic_subscriptions,
};

/// Read whole on purpose: once at the start, and only as much as the settings declare or as there are channels; or because
/// somebody asked for all of it.
const WHOLE: [&str; 9] = [
    "SELECT account_id FROM accounts WHERE declared = 1",
    "SELECT account_id, name FROM users WHERE declared = 1",
    "SELECT access_key_id FROM access_keys WHERE declared = 1",
    "SELECT account_id, name FROM policies WHERE declared = 1",
    "DELETE FROM policy_attachments WHERE declared = 1",
    "DELETE FROM slack_workspaces WHERE declared = 1",
    "DELETE FROM configured_teams WHERE declared = 1",
    "UPDATE destinations SET leased_until_ms = 0 WHERE leased_until_ms > 0",
    "DELETE FROM configuration_preferences",
];

/// What the driver said that it ran, in this process.
static STATEMENTS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Listens to the driver's log, which names every statement.
struct Recorder;

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut StatementField);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct StatementField;

impl Visit for StatementField {
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}

    /// The whole statement; a short one is its own summary, which otherwise ends with an ellipsis.
    fn record_str(&mut self, field: &Field, value: &str) {
        let whole = field.name() == "db.statement" || (field.name() == "summary" && !value.ends_with('…'));
        let words: Vec<&str> = value.split_whitespace().collect();
        if whole && ["SELECT", "INSERT", "UPDATE", "DELETE"].iter().any(|verb| words.first() == Some(verb)) {
            STATEMENTS.lock().unwrap().insert(words.join(" "));
        }
    }
}

/// What is wrong with one line of a statement's plan.
fn fault(statement: &str, step: &str) -> Option<&'static str> {
    // What is counted is counted up to a bound.
    let counted = step == "SCAN counted" && statement.contains(") AS counted");
    // One row to join to, whether there is anything to join or not.
    let asked = step == "SCAN asked" && statement.contains("(SELECT 1 AS one) AS asked");
    let constant = asked || step.starts_with("SCAN CONSTANT ROW") || step.contains("-ROW VALUES CLAUSE");
    if step.starts_with("SCAN") && !counted && !constant {
        return Some("it reads a whole table");
    }
    // What one digest tells of has a bound.
    let of_a_digest = statement.contains("WHERE folded_into = $1 GROUP BY topic_arn");
    if step.contains("TEMP B-TREE") && !of_a_digest {
        return Some("it sorts what it has read");
    }
    // All that waits may be much; only the first few of it may be read, and a lane's by its lane.
    let lane = ["WHERE destination = $", "deliveries.destination = $"].iter().any(|part| statement.contains(part));
    let state_alone = step.contains("deliveries USING") && step.ends_with("(state=?)");
    (state_alone && (lane || !statement.contains("LIMIT"))).then_some("it reads all deliveries of one state")
}

async fn of_the_api() {
    let setup = DataDirectory::default;
    chat_configurations::an_update_changes_what_it_names_and_nothing_else(&setup()).await;
    chat_configurations::pages_by_key_are_stable_under_inserts_and_deletes(&setup()).await;
    chat_configurations::a_topic_is_listed_while_a_configuration_lists_it(&setup()).await;
    platforms::each_platform_lists_its_own(&setup()).await;
    platforms::a_channel_of_a_team_is_taken_once_and_a_webhook_never(&setup()).await;
    platforms::a_workspace_and_a_team_stay_while_configurations_do(&setup()).await;
    custom_actions::an_action_is_made_read_changed_and_deleted(&setup()).await;
    custom_actions::a_token_makes_a_repeated_create_the_same_for_a_day(&setup()).await;
    custom_actions::actions_have_a_limit_and_pages(&setup()).await;
    custom_actions::actions_show_where_they_are_associated(&setup()).await;
    custom_actions::what_shows_in_a_configuration_is_what_it_is_now(&setup()).await;
    command_aliases::an_alias_is_its_channels_and_made_once(&setup()).await;
    command_aliases::a_channel_has_so_many_aliases_and_no_more(&setup()).await;
    custom_actions::tags_are_put_over_and_taken_away(&setup()).await;
    custom_actions::preferences_begin_with_the_defaults_and_change_one_by_one(&setup()).await;
    custom_actions::people_have_one_role_each_in_a_channel(&setup()).await;
    secrets::declared_access_keys_become_those_of_the_settings(&setup()).await;
    secrets::declared_slack_workspaces_become_those_of_the_settings(&setup()).await;
    secrets::an_accounts_workspaces_are_read_in_pages(&setup()).await;
    declared_identities::what_is_declared_becomes_that_of_the_settings(&setup()).await;
    declared_identities::a_user_that_was_taken_out_takes_its_keys_and_attachments_with_it(&setup()).await;
    identities::an_account_is_made_once_and_switched_off_and_on(&setup()).await;
    identities::an_account_is_deleted_only_when_it_has_nothing(&setup()).await;
    identities::users_are_of_one_account_and_listed_in_pages(&setup()).await;
    identities::a_user_is_deleted_only_without_keys_and_attachments(&setup()).await;
    identities::an_access_key_signs_while_it_is_active(&setup()).await;
    identities::a_policy_is_deleted_only_when_it_is_attached_to_nobody(&setup()).await;
    sessions::a_session_that_ended_stays_a_day(&setup()).await;
    sessions::all_sessions_of_a_principal_are_revoked(&setup()).await;
    sessions::sessions_are_listed_in_pages(&setup()).await;
}

async fn of_the_outbox() {
    let setup = DataDirectory::default;
    topic_subscriptions::a_topic_is_wanted_until_sns_confirms_it_and_unwanted_when_nobody_lists_it(&setup()).await;
    topic_subscriptions::only_unwanted_topics_are_forgotten(&setup()).await;
    topic_subscriptions::what_was_asked_longest_ago_is_due_first(&setup()).await;
    lanes::a_message_goes_from_claim_to_delivered(&setup()).await;
    lanes::a_message_keeps_its_picture_until_it_is_pruned(&setup()).await;
    lanes::a_failure_in_the_old_channel_does_not_follow_to_the_new_one(&setup()).await;
    deliveries::a_page_holds_the_newest_first_and_one_state_if_asked(&setup()).await;
    deliveries::a_delivery_is_shown_with_its_envelope(&setup()).await;
    deliveries::only_the_dead_are_revived(&setup()).await;
    deliveries::the_longest_waiting_is_not_hidden_by_a_revived_one(&setup()).await;
    digests::what_waits_is_folded_into_the_oldest_of_its_priority(&setup()).await;
    digests::a_digest_that_waits_takes_in_what_arrives(&setup()).await;
    digests::a_folded_delivery_can_be_brought_alone(&setup()).await;
    digests::a_lost_lease_folds_nothing(&setup()).await;
    threads::a_reply_changes_how_its_matter_stands(&setup()).await;
    threads::a_thread_is_forgotten_with_its_first_message_or_when_it_is_old(&setup()).await;
    threads::preferences_outlive_their_configuration(&setup()).await;
    gates::what_is_muted_is_in_the_ledger_and_can_be_brought(&setup()).await;
    gates::what_is_muted_is_not_what_a_channel_was_told(&setup()).await;
    gates::a_message_is_sent_where_rules_say_once_and_stays_where_they_name_nobody(&setup()).await;
    gates::quiet_hours_hold_what_comes_and_bring_it_before_what_is_newer(&setup()).await;
    gates::what_comes_as_quiet_hours_end_does_not_overtake(&setup()).await;
    gates::quiet_hours_last_in_another_channel_and_end_for_one_that_is_brought(&setup()).await;
    silences::a_silence_is_in_force_until_it_ends_or_is_ended(&setup()).await;
    holds::what_is_held_waits_beside_its_lane_and_says_why(&setup()).await;
    holds::a_pause_that_ends_brings_back_what_was_held_before_what_is_newer(&setup()).await;
    holds::what_is_still_paused_stays_held(&setup()).await;
    holds::what_is_held_for_a_pause_that_ended_is_found(&setup()).await;
    holds::a_pause_is_tried_when_it_is_due(&setup()).await;
    holds::what_was_held_too_long_is_dead_with_the_reason(&setup()).await;
    replays::a_replay_brings_what_did_not_arrive(&setup()).await;
    replays::a_replay_of_everything_sends_again_what_arrived(&setup()).await;
    replays::a_replay_reaches_configurations_that_came_later(&setup()).await;
    replays::a_replay_is_of_its_time_and_topic_and_goes_page_by_page(&setup()).await;
    replays::a_channel_is_told_the_same_once_within_the_window(&setup()).await;
    replays::an_account_has_its_events_a_second_where_that_is_wanted(&setup()).await;
    replays::what_is_old_is_forgotten_unless_it_waits(&setup()).await;
    replays::what_was_refused_is_kept_up_to_its_bound(&setup()).await;
    chat_commands::a_command_begins_once_however_often_its_event_comes(&setup()).await;
    chat_commands::a_button_starts_a_command_once_and_as_it_was_shown(&setup()).await;
    chat_commands::a_cancelled_command_is_never_started(&setup()).await;
    chat_commands::what_ended_is_answered_and_its_result_is_gone(&setup()).await;
    chat_commands::of_a_command_whose_lease_ended_nobody_knows_what_came(&setup()).await;
    chat_commands::what_was_running_when_its_server_died_is_found_at_once(&setup()).await;
    chat_commands::commands_are_listed_and_forgotten_unless_somebody_waits(&setup()).await;
    chat_commands::what_a_channel_and_a_person_chose_is_remembered(&setup()).await;
    chat_events::an_event_is_heard_once_however_often_it_is_said(&setup()).await;
    chat_events::what_fails_comes_again_or_stays_with_its_reason(&setup()).await;
    chat_events::only_what_ended_is_forgotten(&setup()).await;
    chat_events::a_ticket_is_spent_by_one_event(&setup()).await;
    audit_records::what_is_recorded_is_read_back_in_order(&setup()).await;
    audit_records::a_page_is_of_one_account_if_asked(&setup()).await;
    audit_records::what_is_older_is_pruned_and_nothing_else(&setup()).await;
}

#[tokio::test]
async fn no_statement_reads_more_than_it_answers() {
    tracing::subscriber::set_global_default(Recorder).unwrap();
    of_the_api().await;
    of_the_outbox().await;

    let directory = DataDirectory::default();
    directory.open().await.close().await;
    let mut connection = directory.connect().await;
    let statements = STATEMENTS.lock().unwrap().clone();
    let mut planned = 0;
    for statement in statements.iter().filter(|text| !text.contains("_sqlx_") && !text.contains("sqlite_master")) {
        if WHOLE.contains(&statement.as_str()) {
            continue;
        }
        let explain = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")));
        let Ok(plan) = explain.fetch_all(&mut connection).await else {
            panic!("no plan of {statement}");
        };
        for row in plan {
            let step: String = row.try_get("detail").unwrap();
            assert_eq!(fault(statement, &step), None, "{step}\n{statement}");
        }
        planned += 1;
    }
    assert!(planned >= 120, "the driver's log was not heard: {planned} statements");
}
