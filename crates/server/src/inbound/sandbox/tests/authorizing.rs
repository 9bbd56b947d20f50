//! OAuth as Slack plays it: somebody says yes, and the code is worth a token, once.

use serde_json::{Value, json};
use url::Url;

use super::{TOKEN, Twin};

const BACK: &str = "http://127.0.0.1:9/slack/oauth";

fn question(twin: &Twin, redirect_uri: &str) -> Url {
    let query =
        [("client_id", "the-client"), ("scope", "chat:write,<b>"), ("state", "s&1"), ("redirect_uri", redirect_uri)];
    Url::parse_with_params(&twin.url("slack/oauth/v2/authorize"), query).unwrap()
}

async fn code(twin: &Twin) -> String {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let response = http.get(question(twin, BACK)).send().await.unwrap();
    assert_eq!(response.status(), 302);
    let back = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    let of = |wanted: &str| back.query_pairs().find(|(name, _)| name == wanted).unwrap().1.into_owned();
    assert_eq!(of("state"), "s&1");
    of("code")
}

async fn exchanged(twin: &Twin, secret: &str, form: &[(&str, &str)]) -> Value {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = twin.http.post(twin.url("slack/api/oauth.v2.access")).basic_auth("the-client", Some(secret));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_code_is_worth_the_token_once() {
    let twin = Twin::start().await;
    let code = code(&twin).await;
    let form = [("code", code.as_str()), ("redirect_uri", BACK)];
    assert_eq!(exchanged(&twin, "wrong", &form).await["error"], "bad_client_secret");
    let other = [("code", code.as_str()), ("redirect_uri", "http://127.0.0.1:9/elsewhere")];
    assert_eq!(exchanged(&twin, "the-client-secret", &other).await["error"], "bad_redirect_uri");
    let token = exchanged(&twin, "the-client-secret", &form).await;
    assert_eq!((&token["access_token"], &token["app_id"]), (&json!(TOKEN), &json!("A0SANDBOX")));
    assert_eq!((&token["team"]["id"], &token["bot_user_id"]), (&json!("T0SANDBOX"), &json!("U0BELLHOP")));
    assert_eq!(exchanged(&twin, "the-client-secret", &form).await["error"], "code_already_used");
    assert_eq!(exchanged(&twin, "the-client-secret", &[("code", "x")]).await["error"], "invalid_code");
}

#[tokio::test]
async fn a_code_lasts_ten_minutes() {
    let twin = Twin::start().await;
    let code = code(&twin).await;
    twin.advance_ms(10 * 60 * 1_000);
    assert_eq!(exchanged(&twin, "the-client-secret", &[("code", &code)]).await["error"], "invalid_code");
}

#[tokio::test]
async fn a_person_is_asked_on_a_page_that_runs_nothing() {
    let twin = Twin::start().await;
    let response = twin.http.get(question(&twin, BACK)).header("accept", "text/html,*/*").send().await.unwrap();
    assert!(
        response.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'; style-src")
    );
    let page = response.text().await.unwrap();
    assert!(page.contains("&lt;b&gt;") && !page.contains("<b>") && !page.contains("<script"), "{page}");
    assert!(page.contains("error=access_denied&amp;state=s%261"), "{page}");
}

#[tokio::test]
async fn nobody_is_sent_to_another_machine() {
    let twin = Twin::start().await;
    for uri in ["https://evil.example/", "javascript:alert(1)", "//evil.example", ""] {
        assert_eq!(twin.http.get(question(&twin, uri)).send().await.unwrap().status(), 400, "{uri}");
    }
    let mut stranger = question(&twin, BACK);
    stranger.set_query(Some("client_id=other"));
    assert_eq!(twin.http.get(stranger).send().await.unwrap().status(), 400);
}
