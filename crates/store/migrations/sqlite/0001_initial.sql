-- What Bellhop remembers. Times are milliseconds since 1970 (UTC), lists are JSON text, secrets are sealed (AES-256-GCM).
-- The statements in src/ are written for SQLite and PostgreSQL alike; only these files differ between engines.

-- In the tables of identities, declared = 1 means: it stands in the settings, and goes when it is taken out of them.

-- Whom Bellhop serves.
CREATE TABLE accounts (
    account_id          TEXT   NOT NULL PRIMARY KEY,
    name                TEXT   NOT NULL,
    enabled             BIGINT NOT NULL,
    declared            BIGINT NOT NULL
);

CREATE TABLE users (
    account_id    TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    declared      BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, name)
);

CREATE TABLE access_keys (
    access_key_id TEXT   NOT NULL PRIMARY KEY,
    account_id    TEXT   NOT NULL,
    user_name     TEXT,             -- NULL: the account's root
    sealed_secret BLOB   NOT NULL,
    active        BIGINT NOT NULL,
    declared      BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL
);
CREATE INDEX access_keys_by_account ON access_keys (account_id, access_key_id);
CREATE INDEX access_keys_by_user ON access_keys (account_id, user_name);

CREATE TABLE policies (
    account_id TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    document   TEXT   NOT NULL,
    declared   BIGINT NOT NULL,
    PRIMARY KEY (account_id, name)
);

-- Whom a policy binds: the principals of the account whose ARN is like the pattern (* and ?).
CREATE TABLE policy_attachments (
    account_id        TEXT   NOT NULL,
    principal_pattern TEXT   NOT NULL,
    policy_name       TEXT   NOT NULL,
    declared          BIGINT NOT NULL,
    PRIMARY KEY (account_id, principal_pattern, policy_name)
);
CREATE INDEX policy_attachments_by_policy ON policy_attachments (account_id, policy_name);

-- Temporary credentials of those who signed in with an identity of AWS.
CREATE TABLE sessions (
    access_key_id TEXT   NOT NULL PRIMARY KEY,
    account_id    TEXT   NOT NULL,
    principal_arn TEXT   NOT NULL,
    user_id       TEXT   NOT NULL,  -- as AWS STS told it
    sealed_secret BLOB   NOT NULL,
    sealed_token  BLOB   NOT NULL,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id, access_key_id);
CREATE INDEX sessions_by_principal ON sessions (account_id, principal_arn);
CREATE INDEX sessions_alive ON sessions (account_id, expires_at_ms);
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);

CREATE TABLE slack_workspaces (
    account_id       TEXT   NOT NULL,
    team_id          TEXT   NOT NULL,
    team_name        TEXT   NOT NULL,
    sealed_bot_token BLOB   NOT NULL,
    declared         BIGINT NOT NULL,
    app_id           TEXT,             -- whose token it is, where that is known
    enterprise_id    TEXT,
    bot_user_id      TEXT,             -- as whom the app posts: its own messages are none of a person
    authorized_by    TEXT,             -- the principal who authorised it; NULL: the settings, or the command line
    sealed_refresh_token BLOB,
    token_expires_at_ms  BIGINT,
    disabled_reason  TEXT,             -- why its token is none any more
    PRIMARY KEY (account_id, team_id)
);
CREATE INDEX slack_workspaces_by_team ON slack_workspaces (team_id, account_id);
CREATE INDEX slack_workspaces_by_enterprise ON slack_workspaces (enterprise_id, account_id, team_id) WHERE enterprise_id IS NOT NULL;
CREATE INDEX slack_workspaces_by_expiry ON slack_workspaces (token_expires_at_ms) WHERE token_expires_at_ms IS NOT NULL;

-- Teams of Microsoft Teams that an account may post to.
CREATE TABLE configured_teams (
    account_id TEXT   NOT NULL,
    team_id    TEXT   NOT NULL,
    tenant_id  TEXT   NOT NULL,
    team_name  TEXT   NOT NULL,
    declared   BIGINT NOT NULL,
    PRIMARY KEY (account_id, team_id)
);

-- Teams of Microsoft Teams that have the app, as the Bot Framework said it. What an account may post to is `configured_teams`'.
CREATE TABLE teams_installations (
    team_id        TEXT   NOT NULL PRIMARY KEY,  -- lower case
    tenant_id      TEXT   NOT NULL,              -- lower case
    thread_id      TEXT,                         -- Teams' own name of the team, that of its first channel
    team_name      TEXT,
    service_url    TEXT   NOT NULL,              -- proven by a token
    installed_by   TEXT,                         -- their object id in Microsoft Entra
    removed_reason TEXT,                         -- NULL: it is there
    changed_at_ms  BIGINT NOT NULL               -- when what is known of it was said
);
CREATE INDEX teams_installations_by_thread ON teams_installations (thread_id);

-- Which columns of the channel are there depends on the platform, which the ARN names.
CREATE TABLE chat_configurations (
    arn                         TEXT   NOT NULL PRIMARY KEY,
    account_id                  TEXT   NOT NULL,
    name                        TEXT   NOT NULL,
    destination                 TEXT   NOT NULL,  -- the lane of its channel
    tenant_id                   TEXT,
    team_id                     TEXT,             -- Slack's or Microsoft Teams'
    team_name                   TEXT,
    channel_id                  TEXT,
    channel_name                TEXT,
    webhook_description         TEXT,
    sealed_webhook_url          BLOB,
    iam_role_arn                TEXT   NOT NULL,
    sns_topic_arns              TEXT   NOT NULL,
    logging_level               TEXT   NOT NULL,
    guardrail_policy_arns       TEXT   NOT NULL,
    user_authorization_required BIGINT NOT NULL,
    tags                        TEXT   NOT NULL,
    created_at_ms               BIGINT NOT NULL
);
CREATE INDEX chat_configurations_by_destination ON chat_configurations (destination, arn);
CREATE INDEX chat_configurations_by_account ON chat_configurations (account_id, arn);
CREATE INDEX chat_configurations_by_team ON chat_configurations (account_id, team_id, arn);
-- A channel once an account; a Chime webhook has no channel and may serve several configurations.
CREATE UNIQUE INDEX chat_configurations_by_channel ON chat_configurations (account_id, destination)
    WHERE channel_id IS NOT NULL;

-- How much an account has of what is limited, so that nothing is counted when something is made.
CREATE TABLE account_usage (
    account_id          TEXT   NOT NULL PRIMARY KEY,
    chat_configurations BIGINT NOT NULL,
    custom_actions      BIGINT NOT NULL
);

CREATE TABLE account_preferences (
    account_id                       TEXT   NOT NULL PRIMARY KEY,
    user_authorization_required      BIGINT NOT NULL,
    training_data_collection_enabled BIGINT NOT NULL
);

-- Roles that people of a channel have chosen. person_key orders the pages: the configuration's ARN and the person.
CREATE TABLE user_identities (
    person_key        TEXT NOT NULL PRIMARY KEY,
    account_id        TEXT NOT NULL,
    platform          TEXT NOT NULL,  -- slack, teams
    configuration_arn TEXT NOT NULL,
    user_id           TEXT NOT NULL,
    iam_role_arn      TEXT NOT NULL,
    aws_user_identity TEXT
);
CREATE INDEX user_identities_by_account ON user_identities (account_id, platform, person_key);
CREATE INDEX user_identities_by_configuration ON user_identities (configuration_arn, person_key);

-- Roles of groups of people of a channel.
CREATE TABLE group_identities (
    configuration_arn TEXT NOT NULL,
    group_id          TEXT NOT NULL,
    account_id        TEXT NOT NULL,
    platform          TEXT NOT NULL,  -- slack, teams
    iam_role_arn      TEXT NOT NULL,
    PRIMARY KEY (configuration_arn, group_id)
);

CREATE TABLE custom_actions (
    arn           TEXT   NOT NULL PRIMARY KEY,
    account_id    TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    command_text  TEXT   NOT NULL,
    alias_name    TEXT,
    attachments   TEXT   NOT NULL,
    tags          TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL
);
CREATE INDEX custom_actions_by_account ON custom_actions (account_id, arn);

-- Creates that carried a ClientToken: the same again within a day has the same answer.
CREATE TABLE client_tokens (
    account_id    TEXT   NOT NULL,
    client_token  TEXT   NOT NULL,
    request       TEXT   NOT NULL,  -- a digest of what was asked for
    arn           TEXT   NOT NULL,  -- what came of it
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, client_token)
);
CREATE INDEX client_tokens_by_age ON client_tokens (created_at_ms);

-- Which custom actions show in which configurations.
CREATE TABLE associations (
    configuration_arn TEXT NOT NULL,
    resource_arn      TEXT NOT NULL,
    PRIMARY KEY (configuration_arn, resource_arn)
);
CREATE INDEX associations_by_resource ON associations (resource_arn);

-- The index of chat_configurations.sns_topic_arns by topic, written in the same transaction.
CREATE TABLE topic_listeners (
    topic_arn         TEXT NOT NULL,
    configuration_arn TEXT NOT NULL,
    destination       TEXT NOT NULL,
    PRIMARY KEY (topic_arn, configuration_arn)
);
CREATE INDEX topic_listeners_by_configuration ON topic_listeners (configuration_arn);

-- One row per topic that Bellhop subscribes to: wanted, pending, confirmed, manual, or unwanted.
CREATE TABLE topic_subscriptions (
    topic_arn        TEXT   NOT NULL PRIMARY KEY,
    state            TEXT   NOT NULL,
    subscription_arn TEXT,
    reason           TEXT,
    asked_at_ms      BIGINT NOT NULL  -- when SNS was last asked about it; 0: not since the state changed
);
CREATE INDEX topic_subscriptions_by_state ON topic_subscriptions (state, asked_at_ms);
CREATE INDEX topic_subscriptions_failing ON topic_subscriptions (state, asked_at_ms) WHERE reason IS NOT NULL;

-- The ledger: every message that SNS signed, as it arrived.
CREATE TABLE notifications (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    topic_arn      TEXT    NOT NULL,
    message_id     TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    received_at_ms BIGINT  NOT NULL,
    UNIQUE (topic_arn, message_id)
);
CREATE INDEX notifications_by_time ON notifications (received_at_ms, id);

-- What was refused at the door, the last of it: nobody vouches for it, so it has a limit and is cut short.
CREATE TABLE refused_messages (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at_ms BIGINT  NOT NULL,
    outcome        TEXT    NOT NULL,  -- bad_signature, malformed, too_large, unknown_topic
    source         TEXT    NOT NULL,  -- the address that it came from, or the queue
    topic_arn      TEXT,              -- as it says
    message_id     TEXT,              -- as it says
    reason         TEXT    NOT NULL,
    body           TEXT    NOT NULL
);

-- The outbox: one row per message and configuration.
CREATE TABLE deliveries (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    notification_id   BIGINT  NOT NULL REFERENCES notifications (id),
    configuration_arn TEXT    NOT NULL,
    destination       TEXT    NOT NULL,
    state             TEXT    NOT NULL,  -- pending, held, delivered, folded, suppressed, throttled, dead
    priority          BIGINT  NOT NULL,  -- 0 goes out first
    attempts          BIGINT  NOT NULL,
    reason            TEXT,              -- of the last failed attempt, or of its state
    posted            TEXT,              -- the platform's name for the message: Slack's ts
    scope             TEXT,              -- held: the credentials that are paused
    until_ms          BIGINT,            -- held by quiet hours: when they end
    folded_into       BIGINT,            -- folded: the delivery that tells of it
    folds             BIGINT  NOT NULL,  -- how many it tells of beside itself
    since_ms          BIGINT  NOT NULL,  -- accepted or revived
    updated_at_ms     BIGINT  NOT NULL,
    UNIQUE (notification_id, configuration_arn)
);
CREATE INDEX deliveries_pending ON deliveries (destination, priority, id) WHERE state = 'pending';
-- The state stands in front although it is always the same: else SQLite takes deliveries_by_state and sorts.
CREATE INDEX deliveries_waiting ON deliveries (state, since_ms) WHERE state = 'pending';
CREATE INDEX deliveries_held_since ON deliveries (state, since_ms) WHERE state = 'held';
CREATE INDEX deliveries_held ON deliveries (destination, scope) WHERE state = 'held';
CREATE INDEX deliveries_held_by_scope ON deliveries (scope, destination) WHERE state = 'held';
CREATE INDEX deliveries_quiet ON deliveries (destination, until_ms) WHERE state = 'held' AND until_ms IS NOT NULL;
CREATE INDEX deliveries_quiet_until ON deliveries (state, until_ms) WHERE state = 'held' AND until_ms IS NOT NULL;
CREATE INDEX deliveries_folded ON deliveries (folded_into, id) WHERE folded_into IS NOT NULL;
CREATE INDEX deliveries_by_configuration ON deliveries (configuration_arn, state);
CREATE INDEX deliveries_by_state ON deliveries (state, id);

-- What happened to a delivery between its acceptance and its end.
CREATE TABLE delivery_history (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery_id BIGINT  NOT NULL,
    at_ms       BIGINT  NOT NULL,
    event       TEXT    NOT NULL,  -- retry, held, dead, revived, replayed
    detail      TEXT    NOT NULL
);
CREATE INDEX delivery_history_by_delivery ON delivery_history (delivery_id, id);

-- One lane per channel: due when it has something to send, leased while one worker sends it.
CREATE TABLE destinations (
    destination     TEXT   NOT NULL PRIMARY KEY,
    due_at_ms       BIGINT,           -- NULL: nothing waits
    leased_until_ms BIGINT NOT NULL,
    fence           BIGINT NOT NULL,  -- grows when a lease begins and ends: a worker that lost its lease settles nothing
    arrival_ms      BIGINT NOT NULL,  -- pace: the theoretical arrival time of the next request
    failures        BIGINT NOT NULL,  -- attempts that failed one after the other
    held            BIGINT NOT NULL   -- 1: some of its deliveries are held
);
CREATE INDEX destinations_due ON destinations (due_at_ms) WHERE due_at_ms IS NOT NULL;
CREATE INDEX destinations_failing ON destinations (failures) WHERE failures > 0;

-- Credentials that a platform refuses: what would go out with them is held until somebody mends them.
CREATE TABLE pauses (
    scope         TEXT   NOT NULL PRIMARY KEY,  -- slack/ACCOUNT/TEAM
    reason        TEXT   NOT NULL,
    since_ms      BIGINT NOT NULL,
    probe_at_ms   BIGINT NOT NULL,              -- when the credentials are tried again
    ended_at_ms   BIGINT                        -- set: they work again; the row stays until nothing is held for it
);
CREATE INDEX pauses_by_probe ON pauses (probe_at_ms) WHERE ended_at_ms IS NULL;
CREATE INDEX pauses_by_end ON pauses (ended_at_ms) WHERE ended_at_ms IS NOT NULL;

-- What a channel was told last of each matter: the same again within the window is suppressed.
CREATE TABLE recent_similar (
    destination     TEXT   NOT NULL,
    matter          TEXT   NOT NULL,
    says            TEXT   NOT NULL,
    notification_id BIGINT NOT NULL,
    at_ms           BIGINT NOT NULL,
    PRIMARY KEY (destination, matter)
);
CREATE INDEX recent_similar_by_age ON recent_similar (at_ms);

-- Events of this second, where AWS's limit of events a second is wanted.
CREATE TABLE event_rates (
    account_id TEXT   NOT NULL PRIMARY KEY,
    second     BIGINT NOT NULL,
    events     BIGINT NOT NULL
);

-- The first message of each thread, to reply to and to update, and how the matter stands by its newest message. A channel that
-- accounts share has threads of each of them.
CREATE TABLE threads (
    configuration_arn      TEXT   NOT NULL,
    destination            TEXT   NOT NULL,
    thread_key             TEXT   NOT NULL,
    parent_posted          TEXT   NOT NULL,
    parent_notification_id BIGINT NOT NULL,
    first_at_ms            BIGINT NOT NULL,  -- when the first message was published
    began_at_ms            BIGINT NOT NULL,  -- when the matter began, or began again
    last_at_ms             BIGINT NOT NULL,  -- when the newest message was published
    ended_at_ms            BIGINT,           -- when the matter was over, if it is
    severity               BIGINT NOT NULL,  -- by the newest message: 0 neutral, 1 good, 2 warning, 3 critical
    PRIMARY KEY (configuration_arn, destination, thread_key)
);
CREATE INDEX threads_by_parent ON threads (parent_notification_id);
CREATE INDEX threads_by_age ON threads (last_at_ms);

-- What somebody prefers for a configuration, whether it exists or not: it outlives the configuration. NULL: as the settings say.
CREATE TABLE configuration_preferences (
    configuration_arn TEXT   NOT NULL PRIMARY KEY,
    thread_updates    TEXT  ,           -- thread-only, both
    thread_window_ms  BIGINT
);

-- What stays out of chat until it ends: who wants that, and why.
CREATE TABLE silences (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    TEXT,             -- of configurations of this account; NULL: of all
    conditions    TEXT   NOT NULL,  -- as a rule's match, in JSON
    author        TEXT   NOT NULL,
    comment       TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL,
    ends_at_ms    BIGINT NOT NULL
);
CREATE INDEX silences_by_end ON silences (ends_at_ms, id);

-- Pictures that were put into messages after these were posted: kept for when a message is changed again.
CREATE TABLE pictures (
    destination TEXT   NOT NULL,
    posted      TEXT   NOT NULL,
    file        TEXT   NOT NULL,  -- the platform's id of it, or itself as a data URI
    alt_text    TEXT   NOT NULL,
    at_ms       BIGINT NOT NULL,
    PRIMARY KEY (destination, posted)
);
CREATE INDEX pictures_by_age ON pictures (at_ms);

-- What operators were told of and is not over.
CREATE TABLE findings (
    finding    TEXT   NOT NULL PRIMARY KEY,  -- its kind and whom it concerns
    since_ms   BIGINT NOT NULL,
    told_at_ms BIGINT NOT NULL
);

-- What one node at a time does for all: housekeeping, subscriptions, watching.
CREATE TABLE turns (
    task            TEXT   NOT NULL PRIMARY KEY,
    leased_until_ms BIGINT NOT NULL
);
CREATE INDEX turns_by_end ON turns (leased_until_ms);

-- What this installation has once: by which key its secrets are sealed.
CREATE TABLE installation (
    name   TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL
);

-- One row per API call of a known caller: the record as CloudTrail would write it.
CREATE TABLE audit_records (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    TEXT    NOT NULL,
    event_time_ms BIGINT  NOT NULL,
    event_id      TEXT    NOT NULL,
    event_name    TEXT    NOT NULL,
    record        TEXT    NOT NULL
);
CREATE INDEX audit_records_by_time ON audit_records (event_time_ms, id);
CREATE INDEX audit_records_by_account ON audit_records (account_id, event_time_ms, id);

-- What people said and pressed: heard once, whatever the platform repeats. What was said is gone once it is answered.
CREATE TABLE chat_events (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    event_key       TEXT   NOT NULL UNIQUE,  -- the platform's own name for it
    kind            TEXT   NOT NULL,         -- slack-event, slack-command, slack-interaction, teams-activity
    sealed_body     BLOB,                    -- as it came; NULL: answered
    state           TEXT   NOT NULL,         -- pending, answered, failed
    attempts        BIGINT NOT NULL,
    reason          TEXT,                    -- of the last failed attempt
    due_at_ms       BIGINT NOT NULL,
    leased_until_ms BIGINT NOT NULL,
    fence           BIGINT NOT NULL,         -- grows with each lease
    received_at_ms  BIGINT NOT NULL
);
-- The state stands in front although it is always the same: else SQLite takes chat_events_by_state and sorts.
CREATE INDEX chat_events_due ON chat_events (state, due_at_ms) WHERE state = 'pending';
CREATE INDEX chat_events_by_state ON chat_events (state, id);
CREATE INDEX chat_events_by_age ON chat_events (received_at_ms, id);

-- Tickets of buttons that may be pressed once, by whom they were: the event that spent them may come again.
CREATE TABLE spent_tickets (
    ticket        TEXT   NOT NULL PRIMARY KEY,
    event_key     TEXT   NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX spent_tickets_by_expiry ON spent_tickets (expires_at_ms);

-- What Slack said of channels, for policies that allow only some.
CREATE TABLE slack_channels (
    team_id    TEXT   NOT NULL,
    channel_id TEXT   NOT NULL,
    is_private BIGINT NOT NULL,
    seen_at_ms BIGINT NOT NULL,
    PRIMARY KEY (team_id, channel_id)
);
CREATE INDEX slack_channels_by_age ON slack_channels (seen_at_ms);

-- Browsers that were sent to Slack to authorise a workspace, until they come back or ten minutes have passed. Neither the
-- state nor the cookie is kept, but their digests.
CREATE TABLE oauth_states (
    state_hash    TEXT   NOT NULL PRIMARY KEY,
    browser_hash  TEXT   NOT NULL,
    account_id    TEXT   NOT NULL,
    app_id        TEXT   NOT NULL,
    authorized_by TEXT,             -- the principal who asked for the link; NULL: the command line
    ticket        TEXT   NOT NULL,  -- of the link, which authorises once
    expires_at_ms BIGINT NOT NULL,
    outcome       TEXT              -- what came of it, for whoever looks again; NULL: not used yet
);
CREATE INDEX oauth_states_by_expiry ON oauth_states (expires_at_ms);
CREATE INDEX oauth_states_by_ticket ON oauth_states (ticket);

-- Ways of people in chat to a role of their own. What is sealed in an address names the row.
CREATE TABLE links (
    link_id           TEXT NOT NULL PRIMARY KEY,
    asked_key         TEXT NOT NULL UNIQUE,
    code              TEXT NOT NULL UNIQUE,
    account_id        TEXT NOT NULL,
    configuration_arn TEXT NOT NULL,
    platform          TEXT NOT NULL,  -- slack, teams
    user_id           TEXT NOT NULL,
    person_name       TEXT,
    team_name         TEXT,
    channel_name      TEXT,
    created_at_ms     BIGINT NOT NULL,
    expires_at_ms     BIGINT NOT NULL,
    state             TEXT NOT NULL,  -- asked, opened, proven, joined, chosen, done, spent
    browser           TEXT,  -- hash of a cookie
    proof             TEXT,  -- JSON: who proved it, from where
    sealed_number     BLOB,
    wrong_numbers     BIGINT NOT NULL,
    iam_role_arn      TEXT
);
CREATE INDEX links_by_expiry ON links (expires_at_ms);
CREATE INDEX links_by_configuration ON links (configuration_arn, platform, user_id);

-- What people had run in AWS, each at most once. What was asked and what came of it is sealed.
CREATE TABLE chat_commands (
    command_id    TEXT   NOT NULL PRIMARY KEY,  -- made of the event that asked for it
    destination   TEXT   NOT NULL,              -- the channel
    state         TEXT   NOT NULL,              -- asked, started, ended, answered, cancelled
    revision      BIGINT NOT NULL,              -- grows as what is asked changes
    sealed_asked  BLOB,                         -- the command, its person, its place; NULL: cancelled
    sealed_result BLOB,                         -- NULL: none yet, answered, or nobody knows what came of it
    moved_by      TEXT,                         -- the event that started or cancelled it
    posted        TEXT,                         -- the message that says that it runs
    attempts      BIGINT NOT NULL,              -- to answer
    reason        TEXT,                         -- of the last failed attempt
    due_at_ms     BIGINT,                       -- when another node may take it up; NULL: nobody needs to
    created_at_ms BIGINT NOT NULL,
    started_at_ms BIGINT,
    ended_at_ms   BIGINT,
    expires_at_ms BIGINT NOT NULL               -- until then it may be started
);
CREATE INDEX chat_commands_due ON chat_commands (due_at_ms) WHERE due_at_ms IS NOT NULL;
CREATE INDEX chat_commands_by_age ON chat_commands (created_at_ms, command_id);

-- Where commands run that name no region.
CREATE TABLE command_regions (
    configuration_arn TEXT NOT NULL PRIMARY KEY,
    region            TEXT NOT NULL
);

-- Which of a channel's accounts a person means, for a while.
CREATE TABLE chosen_accounts (
    destination       TEXT   NOT NULL,
    person            TEXT   NOT NULL,
    configuration_arn TEXT   NOT NULL,
    until_ms          BIGINT NOT NULL,
    PRIMARY KEY (destination, person)
);
CREATE INDEX chosen_accounts_by_end ON chosen_accounts (until_ms);

-- Names for commands, of a channel.
CREATE TABLE command_aliases (
    destination   TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    action        TEXT   NOT NULL,
    created_by    TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (destination, name)
);
