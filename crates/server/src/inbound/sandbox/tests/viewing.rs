//! The page, its JSON, its live stream, and who may not have them.

use serde_json::{Value, json};

use super::Twin;

/// Reads a live stream until the named event, and gives its data.
async fn next(stream: &mut reqwest::Response, name: &str) -> Value {
    let wanted = format!("event: {name}\n");
    let mut read = String::new();
    loop {
        read += std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap();
        if let Some(event) = read.split("\n\n").find(|event| format!("{event}\n").contains(&wanted)) {
            let data = event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
            return serde_json::from_str(data).unwrap();
        }
    }
}

#[tokio::test]
async fn messages_are_selected() {
    let twin = Twin::start().await;
    twin.say("C0A", "one").await;
    let two = twin.say("C0B", "two").await;
    twin.say("C0A", "three").await;
    assert_eq!(twin.texts("").await, ["one", "two", "three"]);
    assert_eq!(twin.texts("?channel=C0A").await, ["one", "three"]);
    assert_eq!(twin.texts("?channel=C0NONE").await, [""; 0]);
    assert_eq!(twin.texts(&format!("?since={two}")).await, ["three"]);
    assert_eq!(twin.texts("?limit=2").await, ["two", "three"]);
    for (query, remedy) in
        [("channel=alerts", "C0ALERTS"), ("since=now", "ts"), ("limit=0", "from 1"), ("chanel=C0A", "use channel")]
    {
        let response = twin.http.get(twin.url(&format!("messages?{query}"))).send().await.unwrap();
        assert_eq!(response.status(), 400, "{query}");
        let answer: Value = response.json().await.unwrap();
        assert!(answer["error"].as_str().unwrap().contains(remedy), "{answer}");
    }
}

#[tokio::test]
async fn messages_are_cleared_and_channels_stay() {
    let twin = Twin::start().await;
    twin.say("C0A", "one").await;
    twin.say("C0B", "two").await;
    let clear = async |query: &str| -> Value {
        twin.http.delete(twin.url(&format!("messages{query}"))).send().await.unwrap().json().await.unwrap()
    };
    assert_eq!(clear("?channel=C0A").await, json!({ "cleared": 1 }));
    assert_eq!(twin.texts("").await, ["two"]);
    assert_eq!(clear("").await, json!({ "cleared": 1 }));
    assert_eq!(twin.get("channels").await["channels"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn live_tells_of_new_channels_messages_changes_and_clearing() {
    let twin = Twin::start().await;
    let mut stream = twin.http.get(twin.url("live")).send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    next(&mut stream, "ready").await;
    let ts = twin.say("C0A", "hello").await;
    let message = next(&mut stream, "message").await;
    assert_eq!((&message["text"], &message["ts"]), (&json!("hello"), &json!(ts)));
    twin.slack("chat.update", json!({ "channel": "C0A", "ts": ts, "text": "changed" })).await;
    assert_eq!(next(&mut stream, "message").await["text"], "changed");
    twin.slack("conversations.info", json!({ "channel": "C0B" })).await;
    assert_eq!(next(&mut stream, "channel").await["id"], "C0B");
    twin.http.delete(twin.url("messages?channel=C0A")).send().await.unwrap();
    assert_eq!(next(&mut stream, "cleared").await, json!({ "channel": "C0A" }));
    twin.closing.cancel();
    while stream.chunk().await.unwrap().is_some() {}
}

#[tokio::test]
async fn listeners_are_bounded_and_give_their_places_back() {
    let twin = Twin::start().await;
    let mut open = Vec::new();
    for _ in 0..super::super::SUBSCRIBERS_MAX {
        let mut stream = twin.http.get(twin.url("live")).send().await.unwrap();
        next(&mut stream, "ready").await;
        open.push(stream);
    }
    assert_eq!(twin.http.get(twin.url("live")).send().await.unwrap().status(), 503);
    twin.closing.cancel();
    for mut stream in open {
        while stream.chunk().await.unwrap().is_some() {}
    }
    assert_eq!(twin.http.get(twin.url("live")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_page_and_every_file_that_it_names_are_served_with_a_strict_policy() {
    let twin = Twin::start().await;
    let mut waiting = vec![format!("http://{}/sandbox", twin.address), twin.url("teams")];
    let mut seen = Vec::new();
    while let Some(url) = waiting.pop() {
        let response = twin.http.get(&url).send().await.unwrap();
        assert_eq!(response.status(), 200, "{url}");
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
        let text = response.text().await.unwrap();
        assert!(!text.contains("innerHTML"), "{url}: messages reach the page as text alone");
        seen.push(url);
        let names = text.split('"').filter_map(|part| {
            part.strip_prefix("/sandbox/assets/").or_else(|| part.strip_prefix("./")).map(str::to_owned)
        });
        for url in names.map(|name| twin.url(&format!("assets/{name}"))) {
            if !seen.contains(&url) && !waiting.contains(&url) {
                waiting.push(url);
            }
        }
    }
    assert_eq!(seen.len(), 2 + super::super::page::ASSETS.len(), "{seen:?}");
    assert_eq!(twin.http.get(twin.url("assets/other.js")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn pages_of_other_sites_are_refused() {
    let twin = Twin::start().await;
    let status = async |path: &str, name: &'static str, value: &str| {
        let request = twin.http.get(format!("http://{}{path}", twin.address)).header(name, value);
        request.send().await.unwrap().status().as_u16()
    };
    let own = format!("http://{}", twin.address);
    assert_eq!(status("/sandbox/messages", "sec-fetch-site", "same-origin").await, 200);
    assert_eq!(status("/sandbox/messages", "origin", &own).await, 200);
    for path in
        ["/sandbox/messages", "/sandbox/channels", "/sandbox/live", "/sandbox/faults", "/sandbox/slack/api/auth.test"]
    {
        assert_eq!(status(path, "sec-fetch-site", "cross-site").await, 403, "{path}");
        assert_eq!(status(path, "sec-fetch-site", "same-site").await, 403, "{path}");
        assert_eq!(status(path, "origin", "https://example.com").await, 403, "{path}");
        assert_eq!(status(path, "origin", "null").await, 403, "{path}");
        assert_eq!(status(path, "host", "rebound.example.com").await, 403, "{path}");
    }
    assert_eq!(status("/sandbox", "sec-fetch-site", "cross-site").await, 200, "a link to the page may stand anywhere");
    assert_eq!(status("/sandbox", "host", "rebound.example.com").await, 403);
}
