//! A browser goes to Slack and comes back: for which account, with what, and all that must not authorise anything. Slack is our
//! fake, written after Slack's documentation of OAuth v2.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::Url;
use wire::operations::Operation::{
    CreateSlackChannelConfiguration, DescribeSlackWorkspaces as DESCRIBE, GetSlackOauthParameters as PARAMETERS,
};

use crate::kit::{
    APP, Key, OPS, OTHER, ROLE, SlackAnswer, TEAM, TOPIC, TestServer, declare_user, http_client, slack_app, with,
};

const TEN_MINUTES_MS: i64 = 10 * 60 * 1000;
const SCOPES: &str = "app_mentions:read,channels:read,chat:write,chat:write.public,commands,files:write,groups:read,im:history,\
                      team:read,usergroups:read,users:read";

async fn server() -> TestServer {
    TestServer::start_with(|settings| settings.slack.apps = vec![slack_app()]).await
}

/// What Slack gives for a code, of a workspace.
fn granted(token: &str, team_id: &str, name: &str) -> Value {
    json!({ "access_token": token, "token_type": "bot", "scope": SCOPES, "bot_user_id": "U0BOT", "app_id": APP.id,
            "team": { "id": team_id, "name": name }, "enterprise": null, "is_enterprise_install": false })
}

/// Keeps one cookie and follows nothing.
#[derive(Default)]
struct Browser {
    cookie: Option<String>,
}

struct Shown {
    status: u16,
    location: Option<Url>,
    set_cookie: Option<String>,
    policy: Option<String>,
    text: String,
}

impl Browser {
    async fn get(&mut self, url: &str) -> Shown {
        let mut request = http_client().get(url);
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("theme=dark; {cookie}"));
        }
        let response = request.send().await.unwrap();
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (set_cookie, policy) = (header("set-cookie"), header("content-security-policy"));
        if let Some(set) = &set_cookie {
            self.cookie = Some(set.split(';').next().unwrap().to_owned());
        }
        let location = header("location").map(|location| Url::parse(&location).unwrap());
        let status = response.status().as_u16();
        Shown { status, location, set_cookie, policy, text: response.text().await.unwrap() }
    }

    /// Opens a link; answers the state that Slack is to bring back.
    async fn open(&mut self, link: &str) -> String {
        let shown = self.get(link).await;
        assert_eq!(shown.status, 303, "{}", shown.text);
        parameter(&shown.location.unwrap(), "state")
    }

    async fn come_back(&mut self, server: &TestServer, query: &str) -> Shown {
        self.get(&format!("http://{}/slack/oauth?{query}", server.address())).await
    }
}

fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(found, _)| found == name).unwrap_or_else(|| panic!("no `{name}` in {url}")).1.into_owned()
}

async fn link(server: &TestServer, key: Key) -> String {
    let parameters = server.call_as(key, PARAMETERS, json!({})).await.ok(200);
    let link = parameters["AuthorizeUrl"].as_str().unwrap().to_owned();
    // A server that starts again has another port, which its public URL would hide.
    let path = link.split_once("/slack/install").unwrap().1;
    format!("http://{}/slack/install{path}", server.address())
}

async fn workspaces(server: &TestServer, key: Key) -> Vec<String> {
    let described = server.call_as(key, DESCRIBE, json!({})).await.ok(200);
    let found = described["SlackWorkspaces"].as_array().unwrap();
    found.iter().map(|workspace| workspace["SlackTeamId"].as_str().unwrap().to_owned()).collect()
}

/// A page that says no, with these words.
#[track_caller]
fn says_no(shown: &Shown, words: &str) {
    assert!(matches!(shown.status, 400 | 503), "{}: {}", shown.status, shown.text);
    assert!(shown.text.contains(words), "not `{words}`: {}", shown.text);
    assert!(shown.text.contains("<h1>") && shown.text.contains("lang="), "{}", shown.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_authorises_a_workspace_for_the_account_of_its_link_alone() {
    let server = server().await;
    server.slack.says("oauth.v2.access", "code-1", granted("xoxb-oauth", "T0WEB", "Web <b>& more</b>"));
    let mut browser = Browser::default();
    let shown = browser.get(&link(&server, OPS).await).await;
    let slacks = shown.location.unwrap();
    assert_eq!(slacks.path(), "/oauth/v2/authorize");
    assert_eq!(slacks.origin(), server.slack.api_url().origin());
    assert_eq!((parameter(&slacks, "client_id").as_str(), parameter(&slacks, "scope").as_str()), ("12.34", SCOPES));
    let redirect = format!("http://{}/slack/oauth", server.address());
    assert_eq!(parameter(&slacks, "redirect_uri"), redirect);
    let cookie = shown.set_cookie.unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/slack/", "Max-Age=600"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "a browser would not send it to http: {cookie}");
    let state = parameter(&slacks, "state");
    let shown = browser.come_back(&server, &format!("code=code-1&state={state}")).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert!(
        shown.text.contains("Web &lt;b&gt;&amp; more&lt;/b&gt; is authorized") && shown.text.contains(OPS.account_id)
    );
    assert!(!shown.text.contains("<script") && shown.policy.unwrap().contains("default-src 'none'"));
    let [exchange] = server.slack.requests("oauth.v2.access").try_into().unwrap();
    assert_eq!(exchange.token, format!("Basic {}", STANDARD.encode("12.34:client-secret")));
    assert_eq!(exchange.body, json!({ "code": "code-1", "redirect_uri": redirect }));
    assert_eq!(workspaces(&server, OPS).await, [TEAM, "T0WEB"]);
    assert_eq!(workspaces(&server, OTHER).await, [TEAM, "T0THEIRS"]);
    let channel = json!({ "ConfigurationName": "web", "SlackTeamId": "T0WEB", "SlackChannelId": "C7", "IamRoleArn": ROLE,
                          "SnsTopicArns": [TOPIC] });
    let theirs = server.call_as(OTHER, CreateSlackChannelConfiguration, channel.clone()).await;
    let text = theirs.refused(400, "InvalidRequestException", "message");
    assert!(text.contains("T0WEB is not authorized with AWS account"), "{text}");
    server.call(CreateSlackChannelConfiguration, channel).await.ok(201);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert_eq!(server.slack.posted("C7")[0].token, "xoxb-oauth");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_between_any_two_steps_loses_and_doubles_nothing() {
    let mut server = server().await;
    server.slack.says("oauth.v2.access", "code-1", granted("xoxb-oauth", "T0WEB", "Web"));
    let asked = link(&server, OPS).await;
    let ticket = asked.split_once("/slack/install").unwrap().1.to_owned();
    server.restart().await;
    let mut browser = Browser::default();
    let state = browser.open(&format!("http://{}/slack/install{ticket}", server.address())).await;
    server.restart().await;
    let query = format!("code=code-1&state={state}");
    // Slack says nothing: nothing is spent, and the same page asks again.
    server.slack.next("oauth.v2.access", [SlackAnswer::Status(503)]);
    says_no(&browser.come_back(&server, &query).await, "Slack does not answer");
    server.restart().await;
    let shown = browser.come_back(&server, &query).await;
    assert!(shown.text.contains("Web is authorized"), "{}", shown.text);
    server.restart().await;
    // Whoever did not hear the answer reloads.
    let again = browser.come_back(&server, &query).await;
    assert_eq!((again.status, again.text), (200, shown.text));
    assert_eq!(server.slack.requests("oauth.v2.access").len(), 2);
    assert_eq!(workspaces(&server, OPS).await, [TEAM, "T0WEB"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_once_and_for_ten_minutes() {
    let server = server().await;
    server.slack.says("oauth.v2.access", "code-1", granted("xoxb-oauth", "T0WEB", "Web"));
    server.slack.says("oauth.v2.access", "code-2", granted("xoxb-more", "T0MORE", "More"));
    let asked = link(&server, OPS).await;
    let (mut first, mut second) = (Browser::default(), Browser::default());
    let (of_first, of_second) = (first.open(&asked).await, second.open(&asked).await);
    assert_ne!(of_first, of_second);
    assert_eq!(first.come_back(&server, &format!("code=code-1&state={of_first}")).await.status, 200);
    let shown = second.come_back(&server, &format!("code=code-2&state={of_second}")).await;
    says_no(&shown, "This link was used before");
    says_no(&Browser::default().get(&asked).await, "This link was used before");
    assert_eq!(server.slack.requests("oauth.v2.access").len(), 1, "a code that is for nothing is not asked about");
    let late = link(&server, OPS).await;
    let state = first.open(&late).await;
    server.clock.advance(TEN_MINUTES_MS);
    says_no(&first.come_back(&server, &format!("code=code-2&state={state}")).await, "This link has expired");
    says_no(&first.get(&late).await, "This link has expired");
    assert_eq!(workspaces(&server, OPS).await, [TEAM, "T0WEB"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_begin_in_this_browser_authorises_nothing() {
    let server = server().await;
    server.slack.says("oauth.v2.access", "code-1", granted("xoxb-oauth", "T0WEB", "Web"));
    let (mut browser, mut another) = (Browser::default(), Browser::default());
    let state = browser.open(&link(&server, OPS).await).await;
    another.open(&link(&server, OTHER).await).await;
    let query = format!("code=code-1&state={state}");
    for mut wrong in [another, Browser::default(), Browser { cookie: Some("bellhop_slack_install=guess".to_owned()) }] {
        says_no(&wrong.come_back(&server, &query).await, "not the browser in which the link was opened");
    }
    let unknown = "A".repeat(32);
    for query in
        ["", "code=code-1", "code=code-1&state=", &format!("code=code-1&state={unknown}"), &"x=1&".repeat(5000)]
    {
        let shown = browser.come_back(&server, query).await;
        says_no(&shown, "What Slack sent back is not known here");
    }
    says_no(
        &browser.come_back(&server, &format!("error=access_denied&state={state}")).await,
        "somebody declined in Slack",
    );
    says_no(&browser.come_back(&server, &format!("state={state}")).await, "Slack sent no code back");
    for ticket in ["", "?ticket=", "?ticket=forged", &format!("?ticket={}", "A".repeat(3000))] {
        let shown = browser.get(&format!("http://{}/slack/install{ticket}", server.address())).await;
        says_no(&shown, "This link is not one of ours");
    }
    assert!(server.slack.requests("oauth.v2.access").is_empty());
    assert_eq!(workspaces(&server, OPS).await, [TEAM]);
    // All of that spent nothing.
    assert_eq!(browser.come_back(&server, &query).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_refuses_is_said_with_what_to_do() {
    let server = server().await;
    let mut browser = Browser::default();
    let state = browser.open(&link(&server, OPS).await).await;
    let query = format!("code=code-1&state={state}");
    for (code, words) in [
        ("invalid_code", "does not know this code any more"),
        ("code_already_used", "This code was used before"),
        ("bad_client_secret", "the client secret in its settings is wrong"),
        ("invalid_client_id", "does not know this server"),
        ("bad_redirect_uri", "/slack/oauth to the Redirect URLs"),
        ("invalid_team_for_non_distributed_app", "Activate public distribution"),
        ("never_heard_of", "with the code never_heard_of"),
    ] {
        server.slack.next("oauth.v2.access", [SlackAnswer::Error(code)]);
        says_no(&browser.come_back(&server, &query).await, words);
    }
    server.slack.says(
        "oauth.v2.access",
        "code-1",
        with(granted("xoxb-1", "T0WEB", "Web"), json!({ "app_id": "A0ELSE" })),
    );
    says_no(&browser.come_back(&server, &query).await, "another app than the link is of");
    server.slack.says(
        "oauth.v2.access",
        "code-1",
        with(granted("xoxp-1", "T0WEB", "Web"), json!({ "token_type": "user" })),
    );
    says_no(&browser.come_back(&server, &query).await, "no token of a bot");
    // A workspace of the settings stays theirs.
    server.slack.says("oauth.v2.access", "code-1", granted("xoxb-1", TEAM, "Operations"));
    says_no(&browser.come_back(&server, &query).await, "authorized by the settings of this server");
    assert_eq!(workspaces(&server, OPS).await, [TEAM]);
    server.slack.says(
        "oauth.v2.access",
        "code-1",
        with(granted("xoxb-1", "T0WEB", "Web"), json!({ "scope": "chat:write" })),
    );
    let shown = browser.come_back(&server, &query).await;
    assert!(shown.status == 200 && shown.text.contains("It lacks these scopes: app_mentions:read"), "{}", shown.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_authorises_the_workspaces_that_added_the_app() {
    let server = server().await;
    let whole = json!({ "team": null, "enterprise": { "id": "E0ORG", "name": "Org" }, "is_enterprise_install": true });
    server.slack.says("oauth.v2.access", "code-1", with(granted("xoxb-org", "T0", ""), whole));
    server.slack.says("auth.teams.list", "xoxb-org", json!({ "teams": [] }));
    let mut browser = Browser::default();
    let state = browser.open(&link(&server, OPS).await).await;
    let query = format!("code=code-1&state={state}");
    says_no(&browser.come_back(&server, &query).await, "No workspace is authorized yet");
    let page = |teams: Value, next: &str| json!({ "teams": teams, "response_metadata": { "next_cursor": next } });
    server.slack.says("auth.teams.list", "xoxb-org", page(json!([{ "id": "T0A", "name": "A" }]), "more"));
    server.slack.says("auth.teams.list", "xoxb-org/more", page(json!([{ "id": "T0B", "name": "B" }]), ""));
    let shown = browser.come_back(&server, &query).await;
    assert!(shown.text.contains("2 workspaces are authorized"), "{}", shown.text);
    assert_eq!(workspaces(&server, OPS).await, ["T0A", "T0B", TEAM]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_for_those_who_may_end_what_it_begins() {
    let mut half = None;
    let statement = json!({ "Effect": "Allow", "Action": "chatbot:GetSlackOauthParameters", "Resource": "*" });
    let server = TestServer::start_with(|settings| {
        half = Some(declare_user(settings, "half", std::slice::from_ref(&statement)));
        settings.slack.apps = vec![slack_app(), crate::kit::OTHER_APP.settings()];
    })
    .await;
    let text = server.call_as(half.unwrap(), PARAMETERS, json!({})).await.denied();
    assert!(text.contains("perform: chatbot:RedeemSlackOauthCode on resource: *"), "{text}");
    let answer = server.call(PARAMETERS, json!({ "AppId": APP.id })).await.ok(200);
    assert_eq!(answer["ExpiresAt"], "2026-11-22T12:10:00Z");
    // An app without a client secret is none of OAuth's.
    let other = server.call(PARAMETERS, json!({ "AppId": "A0OTHER" })).await;
    let text = other.refused(400, "InvalidRequestException", "message");
    assert!(text.contains("`A0OTHER` is not one of `slack.apps` with `client_id`"), "{text}");
    for record in server.audited(3).await {
        assert!(!record.to_string().contains("ticket="), "{record}");
    }
    let without = TestServer::start().await;
    let text = without.call(PARAMETERS, json!({})).await.refused(400, "InvalidRequestException", "message");
    assert!(text.contains("no Slack app for OAuth"), "{text}");
}
