//! What settings are understood, and what is said of those that are not.

use super::*;

fn of_toml(text: &str) -> Result<Settings, SettingsError> {
    read(Figment::from(Toml::string(text)), "bellhop.toml", &Overrides::default())
}

#[test]
fn an_empty_file_is_the_defaults_and_trusts_nobody() {
    let settings = of_toml("").unwrap();
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:4750");
    assert!(settings.access_keys.is_empty() && settings.slack.workspaces.is_empty());
    assert!(settings.sns.trusted_certificate_hosts.is_empty());
}

#[test]
fn devs_defaults_are_settings_like_any_other() {
    let settings = Settings::of_dev(&Overrides::default()).unwrap();
    assert_eq!(settings.access_keys[0].access_key_id, "test");
    assert_eq!(settings.slack.workspaces[0].team_id.as_str(), "T0SANDBOX");
    assert!(settings.server.listen.ip().is_loopback());
}

#[test]
fn a_key_that_means_nothing_is_an_error_that_names_it_and_its_place() {
    let error = of_toml("[slack]\napi_ulr = \"http://x/\"").unwrap_err().to_string();
    assert!(error.contains("api_ulr") && error.contains("api_url") && error.contains("bellhop.toml"), "{error}");
    let error = of_toml("[slacks]").unwrap_err().to_string();
    assert!(error.contains("slacks"), "{error}");
}

#[test]
fn a_wrong_value_is_an_error_that_names_its_key() {
    for (text, named) in [
        ("[server]\nlisten = \"here\"", "server.listen"),
        ("[slack]\napi_url = \"http://x/api\"", "must end with `/`"),
        ("[slack]\napi_url = \"file:///x/\"", "slack.api_url"),
        ("[[slack.apps]]\napp_id = \"A1\"\nsocket_connections = 0", "slack.apps.socket_connections"),
        ("[[slack.apps]]\napp_id = \"A1\"\nsocket_connections = 11", "slack.apps.socket_connections"),
        ("[delivery]\nslack_burst = 0", "delivery.slack_burst"),
        ("[delivery]\nslack_messages_per_second = 0.0", "delivery.slack_messages_per_second"),
        ("[sns]\ntrusted_certificate_hosts = [\"http://x\"]", "http://x"),
        ("[sign_in]\nsession_minutes = 14", "sign_in.session_minutes"),
        ("[sign_in]\nsession_minutes = 721", "sign_in.session_minutes"),
        ("[sign_in]\nserver_name = \"https://x/\"", "sign_in.server_name"),
        ("[sign_in]\nsts_hosts = [\"http://x\"]", "http://x"),
        ("[sign_in]\nsts_hosts = [\"user@x:1\"]", "user@x:1"),
        ("[server]\ntrusted_proxies = [\"10.0.0.0/33\"]", "10.0.0.0/33"),
        ("[server]\nmax_requests_in_flight = 0", "server.max_requests_in_flight"),
        ("[audit]\nretention = 1", "retention_days"),
        ("[cloudwatch.metrics]\nnamespace = \"\"", "cloudwatch.metrics.namespace"),
        ("[cloudwatch.metrics]\nevery_seconds = 0", "cloudwatch.metrics.every_seconds"),
        ("[cloudwatch.logs]\nretention_days = 8", "cloudwatch.logs.retention_days"),
        ("[cloudwatch.logs]\ngroup_prefix = \"/aws chatbot/\"", "cloudwatch.logs.group_prefix"),
        ("[throttle]\nburst = 0", "burst"),
        ("[threads]\nupdates = \"none\"", "say `thread-only` or `both`"),
        ("[threads]\nwindow_hours = 721", "threads.window_hours"),
        ("[threads.configurations.ops]\nupdates = \"both\"", "`ops`"),
        ("[threads.configurations.ops]\nwindow = 1", "window_hours"),
        ("[throttle]\nrequests_per_second = -1.0", "or 0 for no limit"),
        ("[throttle.operations]\nTagResources = { requests_per_second = 1, burst = 1 }", "`TagResources`"),
        ("[throttle.operations]\nTagResource = { requests_per_second = 1, burst = 0 }", "burst"),
        ("[[ingest.sqs]]\nqueue_url = \"here\"", "queue_url"),
        ("[[ingest.sqs]]\nqueue_url = \"http://localhost:4566/1/q\"", "say it with `region`"),
        ("[[ingest.sqs]]\nqueue_url = \"https://sqs.eu-west-1.amazonaws.com/\"", "like `/123456789012/bellhop`"),
        (
            "[[microsoft_teams.webhooks]]\nteam_id = \"11111111-2222-4333-8444-555555555555\"\nchannel_id = \"ops\"\nurl = \"x\"",
            "`ops`",
        ),
        ("[delivery]\nteams_tenant_messages_per_second = 0.0", "delivery.teams_tenant_messages_per_second"),
        ("[[rules]]\nname = \"r\"\nmute = true\nmatch = { colour = \"red\" }", "rule `r`: `match.colour`"),
        ("[[approvals.rules]]\nname = \"\"", "number 1: `name`"),
        ("[[approvals.rules]]\nname = \"r\"\noperations = [\"delete\"]", "like `ec2:TerminateInstances`"),
        ("[[approvals.rules]]\nname = \"r\"\nexpires_minutes = 0", "`expires_minutes`"),
        ("[[approvals.rules]]\nname = \"r\"\nhours = { from = \"9\" }", "`hours.from`"),
        ("[[approvals.rules]]\nname = \"r\"\n[[approvals.rules]]\nname = \"r\"", "number 2"),
        ("[[access_keys]]\naccount_id = \"1\"\naccess_key_id = \"a\"\nsecret_access_key = \"b\"", "account_id"),
    ] {
        let error = of_toml(text).unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn a_queue_needs_its_url_alone_and_what_is_said_of_it_is_looked_at() {
    let queue = |more: &str| {
        of_toml(&format!(
            "[[ingest.sqs]]\nqueue_url = \"https://sqs.eu-central-1.amazonaws.com/123456789012/bellhop\"\n{more}"
        ))
        .map_err(|error| error.to_string())
    };
    let settings = queue("").unwrap();
    let [found] = settings.ingest.sqs.as_slice() else {
        panic!("{:?}", settings.ingest);
    };
    assert_eq!((found.region(), found.wait_seconds, found.pollers), (Some("eu-central-1"), 20, 1));
    assert_eq!((found.trust, found.visibility_timeout_seconds), (QueueTrust::Queue, None));
    assert_eq!(queue("region = \"eu-west-1\"").unwrap().ingest.sqs[0].region(), Some("eu-west-1"));
    assert_eq!(queue("trust = \"signature\"").unwrap().ingest.sqs[0].trust, QueueTrust::Signature);
    let again = "[[ingest.sqs]]\nqueue_url = \"https://sqs.eu-central-1.amazonaws.com/123456789012/bellhop\"";
    for (more, named) in [
        ("topic_arn = \"alarms\"", "not the arn of an Amazon SNS topic"),
        ("region = \"Frankfurt\"", "`region`"),
        ("wait_seconds = 0", "`wait_seconds`"),
        ("wait_seconds = 21", "`wait_seconds`"),
        ("visibility_timeout_seconds = 9", "`visibility_timeout_seconds`"),
        ("visibility_timeout_seconds = 43201", "`visibility_timeout_seconds`"),
        ("pollers = 0", "`pollers`"),
        ("trust = \"nobody\"", "trust"),
        ("credentials = \"x\"", "credentials"),
        (again, "twice"),
    ] {
        let error = queue(more).unwrap_err();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn hosts_are_a_list_or_a_text_with_commas() {
    for text in ["[\"localhost:4566\", \"ministack\"]", "\"localhost:4566, ministack\""] {
        let settings = of_toml(&format!("[sns]\ntrusted_certificate_hosts = {text}")).unwrap();
        assert_eq!(settings.sns.trusted_certificate_hosts.len(), 2);
    }
}

#[test]
fn proxies_are_networks_or_addresses() {
    let settings = of_toml("[server]\ntrusted_proxies = \"10.0.0.0/8, ::1\"").unwrap();
    let texts: Vec<_> = settings.server.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["10.0.0.0/8", "::1/128"]);
}

#[test]
fn an_operation_may_have_a_rate_of_its_own() {
    // Lower case is what the environment's reader makes of a name.
    let text = "[throttle.operations]\ncreateslackchannelconfiguration = { requests_per_second = 5, burst = 10 }";
    let settings = of_toml(text).unwrap();
    let rate = settings.throttle.operations[&wire::operations::Operation::CreateSlackChannelConfiguration];
    assert_eq!((rate.requests_per_second, rate.burst), (5.0, 10));
}

#[test]
fn a_policys_document_may_be_a_file_beside_the_settings() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("bellhop.toml");
    let policy = |more: &str| format!("[[policies]]\naccount_id = 123456789012\nname = \"look\"\n{more}");
    let read = |more: &str| {
        std::fs::write(&file, policy(more)).unwrap();
        Settings::of_file(&file).map_err(|error| error.to_string())
    };
    let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"chatbot:*","Resource":"*"}}"#;
    std::fs::write(directory.path().join("look.json"), document).unwrap();
    let settings = read("document_file = \"look.json\"").unwrap();
    assert_eq!(settings.policies[0].document.as_deref(), Some(document));
    assert!(read(&format!("document = '{document}'")).is_ok());
    for (more, named) in [
        ("document_file = \"other.json\"".to_owned(), "other.json"),
        (String::new(), "either `document` or `document_file`"),
        (format!("document_file = \"look.json\"\ndocument = '{document}'"), "either `document` or"),
        ("document = '{}'".to_owned(), "policy `look`"),
        (format!("document = '{document}'\nattached_to = [\"*\"]"), "`*`"),
        (format!("document = '{document}'\nattached_to = [\"arn:aws:iam::210987654321:user/a\"]"), "another account"),
    ] {
        let error = read(&more).unwrap_err();
        assert!(error.contains(named), "{error}");
    }
}

const BOT: &str = "[microsoft_teams.bot]\napp_id = \"11111111-2222-4333-8444-555555555555\"";

#[test]
fn a_bots_secret_may_be_a_file_beside_the_settings() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("bellhop.toml");
    let read = |more: &str| {
        std::fs::write(&file, format!("{BOT}\n{more}")).unwrap();
        Settings::of_file(&file).map_err(|error| error.to_string())
    };
    std::fs::write(directory.path().join("secret"), "of~the.file\n").unwrap();
    std::fs::write(directory.path().join("empty"), "\n").unwrap();
    let secret = |settings: Settings| {
        use secrecy::ExposeSecret as _;
        settings.microsoft_teams.bot.unwrap().app_password.unwrap().expose_secret().to_owned()
    };
    assert_eq!(secret(read("app_password_file = \"secret\"").unwrap()), "of~the.file");
    assert_eq!(secret(read("app_password = \"of~the.line\"").unwrap()), "of~the.line");
    for (more, named) in [
        ("", "either `app_password` or `app_password_file`"),
        ("app_password = \"a\"\napp_password_file = \"secret\"", "either `app_password` or"),
        ("app_password_file = \"other\"", "other"),
        ("app_password_file = \"empty\"", "is empty"),
        ("app_password = \"\"", "is empty"),
    ] {
        let error = read(more).unwrap_err();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn a_bots_secret_goes_to_https_or_this_machine_only() {
    let of = |more: &str| of_toml(&format!("{BOT}\napp_password = \"a\"\n{more}")).map_err(|error| error.to_string());
    let bot = of("").unwrap().microsoft_teams.bot.unwrap();
    assert_eq!(bot.service_url().unwrap().as_str(), "https://smba.trafficmanager.net/teams/");
    assert_eq!(bot.login_url().unwrap().as_str(), "https://login.microsoftonline.com/");
    assert!(of("login_url = \"http://127.0.0.1:3978/\"").is_ok());
    for (more, named) in [
        ("login_url = \"http://login.example/\"", "microsoft_teams.bot.login_url"),
        ("service_url = \"http://localhost.example/\"", "microsoft_teams.bot.service_url"),
        ("service_url = \"https://smba.example/teams\"", "must end with `/`"),
    ] {
        let error = of(more).unwrap_err();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn a_webhooks_channel_is_the_same_in_every_spelling() {
    let destination = |team_id: &str, channel_id: &str| {
        let table = format!(
            "[[microsoft_teams.webhooks]]\nteam_id = \"{team_id}\"\nchannel_id = \"{channel_id}\"\nurl = \"x\""
        );
        of_toml(&table).unwrap().microsoft_teams.webhooks[0].destination().unwrap()
    };
    let lower = destination("aaaaaaaa-2222-4333-8444-555555555555", "19%3aops%40thread.tacv2");
    assert_eq!(lower, "teams/aaaaaaaa-2222-4333-8444-555555555555/19%3Aops%40thread.tacv2");
    assert_eq!(lower, destination("AAAAAAAA-2222-4333-8444-555555555555", "19:ops@thread.tacv2"));
}

#[test]
fn secrets_are_not_printed() {
    let settings = Settings::of_dev(&Overrides::default()).unwrap();
    let printed = format!("{settings:?}");
    assert!(!printed.contains("xoxb-"), "{printed}");
    let settings = of_toml(&format!("{BOT}\napp_password = \"of~the.line\"")).unwrap();
    let printed = format!("{settings:?}");
    assert!(!printed.contains("of~the.line"), "{printed}");
}

#[test]
fn the_rules_of_the_guide_are_rules() {
    let guide = include_str!("../../../../docs/guides/rules.md");
    let examples: Vec<&str> = guide.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(examples.len(), 7);
    for example in examples {
        let settings = of_toml(example).unwrap_or_else(|error| panic!("{error}: {example}"));
        assert!(!settings.rules().unwrap().is_empty(), "{example}");
    }
}

#[test]
fn the_rules_of_the_guide_of_approvals_are_rules() {
    let guide = include_str!("../../../../docs/guides/approvals.md");
    let examples: Vec<&str> = guide.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(examples.len(), 4);
    for example in examples {
        let settings = of_toml(example).unwrap_or_else(|error| panic!("{error}: {example}"));
        let rules = settings.approvals().unwrap_or_else(|error| panic!("{error}: {example}"));
        assert!(!rules.is_empty(), "{example}");
    }
}
