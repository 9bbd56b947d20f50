-- What Bellhop remembers. Times are milliseconds since 1970 (UTC), lists are JSON text, secrets are sealed (AES-256-GCM).
-- The statements in src/ are written for SQLite and PostgreSQL alike; only these files differ between engines.

CREATE TABLE access_keys (
    access_key_id TEXT   NOT NULL PRIMARY KEY,
    account_id    TEXT   NOT NULL,
    principal_arn TEXT   NOT NULL,
    sealed_secret BLOB   NOT NULL,
    declared      BIGINT NOT NULL  -- 1: stands in the settings and goes when it is taken out of them
);

CREATE TABLE slack_workspaces (
    account_id       TEXT   NOT NULL,
    team_id          TEXT   NOT NULL,
    team_name        TEXT   NOT NULL,
    sealed_bot_token BLOB   NOT NULL,
    declared         BIGINT NOT NULL,
    PRIMARY KEY (account_id, team_id)
);

CREATE TABLE slack_channel_configurations (
    arn                         TEXT   NOT NULL PRIMARY KEY,
    account_id                  TEXT   NOT NULL,
    name                        TEXT   NOT NULL,
    team_id                     TEXT   NOT NULL,
    channel_id                  TEXT   NOT NULL,
    channel_name                TEXT   NOT NULL,
    iam_role_arn                TEXT   NOT NULL,
    sns_topic_arns              TEXT   NOT NULL,
    logging_level               TEXT   NOT NULL,
    guardrail_policy_arns       TEXT   NOT NULL,
    user_authorization_required BIGINT NOT NULL,
    tags                        TEXT   NOT NULL,
    created_at_ms               BIGINT NOT NULL,
    UNIQUE (account_id, team_id, channel_id)
);
CREATE INDEX slack_channel_configurations_by_account ON slack_channel_configurations (account_id, arn);

-- The index of slack_channel_configurations.sns_topic_arns by topic, written in the same transaction.
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

-- The ledger: every message that was accepted, as it arrived.
CREATE TABLE notifications (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    topic_arn      TEXT    NOT NULL,
    message_id     TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    received_at_ms BIGINT  NOT NULL,
    UNIQUE (topic_arn, message_id)
);

-- The outbox: one row per message and configuration.
CREATE TABLE deliveries (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    notification_id   BIGINT  NOT NULL REFERENCES notifications (id),
    configuration_arn TEXT    NOT NULL,
    destination       TEXT    NOT NULL,
    state             TEXT    NOT NULL,  -- pending, delivered, dead
    attempts          BIGINT  NOT NULL,
    reason            TEXT,              -- of the last failed attempt
    posted            TEXT,              -- the platform's name for the message: Slack's ts
    since_ms          BIGINT  NOT NULL,  -- accepted or revived
    updated_at_ms     BIGINT  NOT NULL,
    UNIQUE (notification_id, configuration_arn)
);
CREATE INDEX deliveries_pending ON deliveries (destination, id) WHERE state = 'pending';
-- The state stands in front although it is always the same: else SQLite takes deliveries_by_state and sorts.
CREATE INDEX deliveries_waiting ON deliveries (state, since_ms) WHERE state = 'pending';
CREATE INDEX deliveries_by_configuration ON deliveries (configuration_arn, state);
CREATE INDEX deliveries_by_state ON deliveries (state, id);

-- One lane per channel: due when it has something to send, leased while one worker sends it.
CREATE TABLE destinations (
    destination     TEXT   NOT NULL PRIMARY KEY,
    due_at_ms       BIGINT,           -- NULL: nothing waits
    leased_until_ms BIGINT NOT NULL,
    fence           BIGINT NOT NULL,  -- grows when a lease begins and ends: a worker that lost its lease settles nothing
    arrival_ms      BIGINT NOT NULL   -- pace: the theoretical arrival time of the next request
);
CREATE INDEX destinations_due ON destinations (due_at_ms) WHERE due_at_ms IS NOT NULL;

-- The first message of each thread, to reply to and to update.
CREATE TABLE threads (
    destination            TEXT   NOT NULL,
    thread_key             TEXT   NOT NULL,
    parent_posted          TEXT   NOT NULL,
    parent_notification_id BIGINT NOT NULL,
    PRIMARY KEY (destination, thread_key)
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
-- SQLite adds the id to each index by itself.
CREATE INDEX audit_records_by_time ON audit_records (event_time_ms);
CREATE INDEX audit_records_by_account ON audit_records (account_id, event_time_ms);
