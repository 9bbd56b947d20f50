//! Who does not come through: other browsers, other sites, other accounts, late, twice, or by guessing.

use super::*;
use crate::kit::OTHER;

#[tokio::test(flavor = "multi_thread")]
async fn only_the_browser_that_opened_it_goes_on() {
    let (server, alice, _) = start(&[ON_CALL], |_| ()).await;
    let path = ask(&server, "Ev1").await;
    let mut own = Browser::at(&path);
    own.see(&server).await;
    // Chat and mail look at addresses before people do: looking takes nothing.
    Browser::at(&path).see(&server).await;
    let code = own.send(&server, "open", &[]).await.code();
    let mut other = Browser::at(&path);
    let page = other.see(&server).await;
    assert_eq!(page.status, 403);
    assert!(page.text.contains("another browser") && page.text.contains("switch-role"), "{}", page.text);
    assert!(!page.text.contains(&code), "{}", page.text);
    let number = number(&server, alice, &code).await;
    assert_eq!(other.send(&server, "number", &[("number", &number)]).await.status, 403);
    let page = own.send(&server, "number", &[("number", &number)]).await;
    assert!(page.text.contains("Choose your role"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_is_not_taken() {
    let (server, _, _) = start(&[ON_CALL], |_| ()).await;
    let path = ask(&server, "Ev1").await;
    let mut browser = Browser::at(&path);
    // Without the page: neither cookie nor its word.
    assert_eq!(browser.send(&server, "open", &[]).await.status, 403);
    browser.see(&server).await;
    browser.headers = vec![("sec-fetch-site", "cross-site")];
    assert_eq!(browser.send(&server, "open", &[]).await.status, 403);
    // The word of another browser's page.
    let mut forger = Browser::at(&path);
    forger.see(&server).await;
    forger.cookie = browser.cookie.clone();
    assert_eq!(forger.send(&server, "open", &[]).await.status, 403);
    browser.headers = Vec::new();
    assert_eq!(browser.send(&server, "open", &[]).await.status, 200, "an old browser does not say whose page it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_lasts_ten_minutes() {
    let (server, alice, _) = start(&[ON_CALL], |_| ()).await;
    let mut browser = Browser::at(&ask(&server, "Ev1").await);
    browser.see(&server).await;
    let code = browser.send(&server, "open", &[]).await.code();
    let number = number(&server, alice, &code).await;
    server.clock.advance(10 * MINUTE_MS - 1);
    let page = browser.send(&server, "number", &[("number", &number)]).await;
    assert!(page.text.contains("Choose your role"), "{}", page.text);
    server.clock.advance(1);
    for page in [browser.see(&server).await, browser.send(&server, "role", &[("role", ON_CALL)]).await] {
        assert_eq!(page.status, 410);
        assert!(page.text.contains("expired") && page.text.contains("switch-role"), "{}", page.text);
    }
    let text = prove(&server, alice, &code).await.refused(400, "InvalidRequestException", "message");
    assert!(text.contains("expired"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_once() {
    let (server, alice, _) = start(&[ON_CALL], |_| ()).await;
    let path = ask(&server, "Ev1").await;
    let mut browser = Browser::at(&path);
    joined(&server, alice, &mut browser).await;
    browser.send(&server, "role", &[("role", ON_CALL)]).await;
    browser.send(&server, "confirm", &[("role", ON_CALL)]).await;
    // Sent again it changes nothing and says the same; another role it does not take.
    let page = browser.send(&server, "confirm", &[("role", ON_CALL)]).await;
    assert!(page.text.contains("You are linked"), "{}", page.text);
    browser.send(&server, "confirm", &[("role", DEPLOYER)]).await;
    browser.send(&server, "role", &[("role", DEPLOYER)]).await;
    assert_eq!(identities(&server).await[0]["IamRoleArn"], ON_CALL);
    let page = Browser::at(&path).see(&server).await;
    assert_eq!(page.status, 410);
    assert!(page.text.contains("used"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_link_of_a_person_is_the_one_that_works() {
    let (server, _, _) = start(&[ON_CALL], |_| ()).await;
    let first = ask(&server, "Ev1").await;
    let second = ask(&server, "Ev2").await;
    let page = Browser::at(&first).see(&server).await;
    assert_eq!(page.status, 404);
    assert!(page.text.contains("newer"), "{}", page.text);
    assert_eq!(Browser::at(&second).see(&server).await.status, 200);
    for foreign in ["/link/x", "/link/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &second[..60]] {
        assert_eq!(Browser::at(foreign).see(&server).await.status, 404, "{foreign}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_numbers_end_a_link() {
    let (server, alice, _) = start(&[ON_CALL], |_| ()).await;
    let mut browser = Browser::at(&ask(&server, "Ev1").await);
    browser.see(&server).await;
    let code = browser.send(&server, "open", &[]).await.code();
    // Before there is a number, nothing is wrong and nothing is right.
    assert_eq!(browser.send(&server, "number", &[("number", "000-000")]).await.status, 422);
    let number = number(&server, alice, &code).await;
    let wrong = if number == "123-456" { "654-321" } else { "123-456" };
    for left in (1..5).rev() {
        let page = browser.send(&server, "number", &[("number", wrong)]).await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains(&format!("try {left} more")), "{}", page.text);
    }
    assert_eq!(browser.send(&server, "number", &[("number", wrong)]).await.status, 410);
    let page = browser.send(&server, "number", &[("number", &number)]).await;
    assert_eq!(page.status, 410);
    assert!(page.text.contains("Too many wrong numbers"), "{}", page.text);
    prove(&server, alice, &code).await.refused(400, "InvalidRequestException", "message");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_principal_of_another_account_finds_no_link() {
    let (server, alice, _) = start(&[ON_CALL], |_| ()).await;
    let mut browser = Browser::at(&ask(&server, "Ev1").await);
    browser.see(&server).await;
    let code = browser.send(&server, "open", &[]).await.code();
    let foreign = prove(&server, OTHER, &code).await.refused(400, "InvalidRequestException", "message");
    let unknown = prove(&server, OTHER, "ZZZZ-ZZZZ").await.refused(400, "InvalidRequestException", "message");
    assert_eq!(foreign, unknown, "a stranger does not learn that there is one");
    prove(&server, alice, &code).await.ok(200);
}

/// The first has it: whoever saw the code over a shoulder does not take the link, and the number is no other principal's.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_principal_does_not_take_the_place_of_the_first() {
    let (server, alice, _) = start(&[ON_CALL], |_| ()).await;
    let mut browser = Browser::at(&ask(&server, "Ev1").await);
    browser.see(&server).await;
    let code = browser.send(&server, "open", &[]).await.code();
    let number = number(&server, alice, &code).await;
    let text = prove(&server, OPS, &code).await.refused(400, "InvalidRequestException", "message");
    assert!(text.contains("another identity proved itself"), "{text}");
    let page = browser.send(&server, "number", &[("number", &number)]).await;
    assert!(page.text.contains(&user_arn("alice")), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_prove_links_is_denied() {
    let mut bob = None;
    let (server, _, _) = start(&[ON_CALL], |settings| bob = Some(declare_user(settings, "bob", &[]))).await;
    let mut browser = Browser::at(&ask(&server, "Ev1").await);
    browser.see(&server).await;
    let code = browser.send(&server, "open", &[]).await.code();
    let text = prove(&server, bob.unwrap(), &code).await.denied();
    assert!(text.contains("chatbot:ProveLink"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_and_the_address_stand_in_no_record() {
    let (server, alice, _) = start(&[ON_CALL], |_| ()).await;
    let path = ask(&server, "Ev1").await;
    let mut browser = Browser::at(&path);
    browser.see(&server).await;
    let code = browser.send(&server, "open", &[]).await.code();
    let number = number(&server, alice, &code).await;
    let records = eventually("the proof is on record", async || {
        let records = server.audit_records().await;
        records.iter().any(|record| record["eventName"] == "ProveLink").then_some(records)
    })
    .await;
    let text = json!(records).to_string();
    assert!(!text.contains(&number) && !text.contains(path.trim_start_matches("/link/")), "{text}");
}
