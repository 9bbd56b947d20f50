//! The store's one suite. It speaks through `Store` only and is instantiated once for each engine, by a [`setup::Setup`]
//! that makes a store of that engine; what only one engine has (its files, its locks, its query plans) is in a file of
//! its own.

// `cfg(test)` holds for the whole binary; clippy looks for the attribute to know that a panic is a verdict here.
#[cfg(test)]
mod audit_records;
#[cfg(test)]
mod chat_commands;
#[cfg(test)]
mod chat_configurations;
#[cfg(test)]
mod chat_events;
#[cfg(test)]
mod checks;
#[cfg(test)]
mod command_aliases;
#[cfg(test)]
mod copies;
#[cfg(test)]
mod custom_actions;
#[cfg(test)]
mod declared_identities;
#[cfg(test)]
mod deliveries;
#[cfg(test)]
mod digests;
#[cfg(test)]
mod enqueue;
#[cfg(test)]
mod gates;
#[cfg(test)]
mod holds;
#[cfg(test)]
mod identities;
#[cfg(test)]
mod interleavings;
#[cfg(test)]
mod lanes;
#[cfg(test)]
mod platforms;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod replays;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod setup;
#[cfg(test)]
mod silences;
#[cfg(test)]
mod sqlite;
#[cfg(test)]
mod threads;
#[cfg(test)]
mod topic_subscriptions;

/// Makes every test of the suite a test of each engine. A test that is not listed here is dead code, which clippy refuses.
macro_rules! suite {
    ($($file:ident { $($test:ident)* })*) => {
        suite! { @engine on_sqlite, crate::sqlite::DataDirectory: $($file { $($test)* })* }
        suite! { @engine on_postgres, crate::postgres::Database: $($file { $($test)* })* }
    };
    (@engine $engine:ident, $setup:ty: $($file:ident { $($test:ident)* })*) => {
        #[cfg(test)]
        mod $engine {
            $(mod $file {
                $(#[tokio::test]
                async fn $test() {
                    crate::$file::$test(&<$setup>::default()).await;
                })*
            })*

            #[test]
            fn every_interleaving_keeps_the_outboxs_promises() {
                crate::interleavings::keep_the_outboxs_promises::<$setup>();
            }
        }
    };
}

suite! {
    chat_configurations {
        what_is_created_is_read_back
        a_name_and_a_channel_are_taken_once_in_an_account
        an_update_changes_what_it_names_and_nothing_else
        an_update_to_a_taken_channel_changes_nothing
        another_accounts_configuration_is_not_there
        pages_by_key_are_stable_under_inserts_and_deletes
        a_topic_is_listed_while_a_configuration_lists_it
    }
    platforms {
        each_platform_lists_its_own
        a_channel_of_a_team_is_taken_once_and_a_webhook_never
        what_is_not_authorised_is_refused_and_reserves_nothing
        the_limit_is_the_accounts_and_a_deletion_gives_back
        a_workspace_and_a_team_stay_while_configurations_do
        a_webhook_moves_and_its_url_is_kept_sealed
        what_was_read_is_not_answered_after_a_change
    }
    custom_actions {
        an_action_is_made_read_changed_and_deleted
        a_token_makes_a_repeated_create_the_same_for_a_day
        actions_have_a_limit_and_pages
        actions_show_where_they_are_associated
        what_shows_in_a_configuration_is_what_it_is_now
        tags_are_put_over_and_taken_away
        preferences_begin_with_the_defaults_and_change_one_by_one
        people_have_one_role_each_in_a_channel
    }
    command_aliases {
        an_alias_is_its_channels_and_made_once
        a_channel_has_so_many_aliases_and_no_more
    }
    topic_subscriptions {
        a_topic_is_wanted_until_sns_confirms_it_and_unwanted_when_nobody_lists_it
        a_topic_that_is_wanted_again_is_asked_for_again
        a_subscription_that_ended_is_wanted_again
        an_update_leaves_the_subscriptions_of_topics_that_it_keeps
        a_topic_stays_wanted_while_another_configuration_lists_it
        what_sns_said_is_not_recorded_over_a_newer_state
        only_unwanted_topics_are_forgotten
        what_was_asked_longest_ago_is_due_first
    }
    secrets {
        declared_access_keys_become_those_of_the_settings
        declared_slack_workspaces_become_those_of_the_settings
        a_key_declared_twice_is_a_conflict_and_changes_nothing
        an_accounts_workspaces_are_read_in_pages
    }
    identities {
        an_account_is_made_once_and_switched_off_and_on
        an_account_is_deleted_only_when_it_has_nothing
        users_are_of_one_account_and_listed_in_pages
        a_user_is_deleted_only_without_keys_and_attachments
        an_access_key_signs_while_it_is_active
        an_access_key_needs_its_account_and_user
        a_policy_is_deleted_only_when_it_is_attached_to_nobody
        a_policys_document_is_replaced_and_whom_it_binds_stays
        attaching_twice_is_attaching_once
        an_account_has_so_many_attachments_and_no_more
    }
    declared_identities {
        what_is_declared_becomes_that_of_the_settings
        an_account_exists_as_soon_as_something_of_it_is_declared
        an_account_that_was_taken_out_stays_while_it_has_something
        a_user_that_was_taken_out_takes_its_keys_and_attachments_with_it
        what_was_switched_off_stays_off
        what_is_declared_cannot_be_deleted_by_hand
        a_row_made_by_hand_is_in_the_way_and_nothing_changes
        what_is_declared_twice_changes_nothing
        a_key_of_a_user_that_nobody_declares_is_a_conflict
    }
    sessions {
        a_session_comes_back_as_it_went_in
        a_session_needs_its_account
        a_session_that_ended_stays_a_day
        a_revoked_session_is_gone
        all_sessions_of_a_principal_are_revoked
        sessions_are_listed_in_pages
        a_deleted_account_takes_its_sessions_with_it
    }
    enqueue {
        a_thousand_at_once_with_repeats_are_accepted_once_each
        an_unknown_topic_writes_nothing
        a_topic_with_three_hundred_listeners_reaches_them_all
        a_message_id_is_one_message_per_topic
        a_caller_that_goes_away_takes_nothing_with_it
        what_was_accepted_is_there_after_reopening_without_closing
        a_closed_store_says_so
    }
    lanes {
        a_message_goes_from_claim_to_delivered
        a_lane_has_one_lease_until_it_ends
        a_lost_leases_failure_settles_nothing_and_its_success_counts
        a_reason_with_a_nul_is_settled_like_any_other
        a_lease_that_was_given_back_settles_nothing
        those_that_waited_longest_are_claimed_first
        a_waiting_lane_keeps_its_time_when_more_arrives
        what_arrives_while_a_lane_is_leased_is_sent_next
        the_pace_of_a_lane_is_remembered
         a_message_keeps_its_picture_until_it_is_pruned
        a_failure_in_the_old_channel_does_not_follow_to_the_new_one
        a_late_failure_does_not_undo_a_delivery
        a_message_that_is_out_is_not_sent_again_in_the_new_channel
        a_buried_delivery_is_not_woken_by_a_late_failure
        a_buried_delivery_that_went_out_is_delivered
    }
    deliveries {
        a_page_holds_the_newest_first_and_one_state_if_asked
        pages_are_stable_while_more_arrives
        a_delivery_is_shown_with_its_envelope
        deleting_a_configuration_buries_what_waits_with_the_reason
        only_the_dead_are_revived
        the_oldest_dead_are_revived_up_to_the_limit
        the_longest_waiting_is_not_hidden_by_a_revived_one
    }
    audit_records {
        what_is_recorded_is_read_back_in_order
        pages_by_position_miss_and_repeat_nothing
        a_page_is_of_one_account_if_asked
        a_batch_is_recorded_whole_or_not_at_all
        what_is_older_is_pruned_and_nothing_else
    }
    checks {
        a_store_that_is_in_order_has_nothing_to_be_told
        a_lane_that_would_sleep_for_ever_is_found_and_woken
        secrets_that_the_key_does_not_open_are_named
    }
    chat_commands {
        a_command_begins_once_however_often_its_event_comes
        a_button_starts_a_command_once_and_as_it_was_shown
        a_cancelled_command_is_never_started
        what_ended_is_answered_and_its_result_is_gone
        of_a_command_whose_lease_ended_nobody_knows_what_came
        what_was_running_when_its_server_died_is_found_at_once
        commands_are_listed_and_forgotten_unless_somebody_waits
        a_damaged_command_is_there_without_its_words
        what_a_channel_and_a_person_chose_is_remembered
    }
    chat_events {
        an_event_is_heard_once_however_often_it_is_said
        a_leased_event_is_nobody_elses_until_the_lease_ends
        what_fails_comes_again_or_stays_with_its_reason
        only_what_ended_is_forgotten
        a_ticket_is_spent_by_one_event
        a_damaged_event_keeps_no_other_waiting
    }
    digests {
        what_waits_is_folded_into_the_oldest_of_its_priority
        a_digest_that_waits_takes_in_what_arrives
        a_folded_delivery_can_be_brought_alone
        a_lost_lease_folds_nothing
    }
    gates {
        what_is_muted_is_in_the_ledger_and_can_be_brought
        what_is_muted_is_not_what_a_channel_was_told
        a_message_is_sent_where_rules_say_once_and_stays_where_they_name_nobody
        quiet_hours_hold_what_comes_and_bring_it_before_what_is_newer
        what_comes_as_quiet_hours_end_does_not_overtake
        quiet_hours_last_in_another_channel_and_end_for_one_that_is_brought
    }
    silences {
        a_silence_is_in_force_until_it_ends_or_is_ended
        there_are_only_so_many_in_force
    }
    holds {
        what_is_held_waits_beside_its_lane_and_says_why
        a_pause_that_ends_brings_back_what_was_held_before_what_is_newer
        what_is_still_paused_stays_held
        what_is_held_for_a_pause_that_ended_is_found
        a_pause_is_tried_when_it_is_due
        what_was_held_too_long_is_dead_with_the_reason
    }
    threads {
        a_threads_first_message_is_found_again
        a_reply_changes_how_its_matter_stands
        a_thread_is_forgotten_with_its_first_message_or_when_it_is_old
        preferences_outlive_their_configuration
    }
    replays {
        a_replay_brings_what_did_not_arrive
        a_replay_of_everything_sends_again_what_arrived
        a_replay_reaches_configurations_that_came_later
        a_replay_is_of_its_time_and_topic_and_goes_page_by_page
        a_channel_is_told_the_same_once_within_the_window
        an_account_has_its_events_a_second_where_that_is_wanted
        what_is_old_is_forgotten_unless_it_waits
        what_was_refused_is_kept_up_to_its_bound
    }
}
