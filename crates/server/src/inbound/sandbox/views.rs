//! Views: `views.open`, `views.push`, `views.update`; and what a person does with the one that they have open: `POST
//! /sandbox/submit` and `/sandbox/close`, `GET /sandbox/views`.
//!
//! A person has one stack of at most three. It judges a view by `view_rules.rs` and tells Bellhop of `view_submission` and
//! `view_closed`: <https://docs.slack.dev/surfaces/modals>.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use super::form_state::{self, Typed};
use super::live::LiveEvent;
use super::members;
use super::outgoing;
use super::people::{self, BOT_ID, Person};
use super::slack_api::SlackError;
use super::speech::someone;
use super::{Sandbox, answer, refusal, view_rules};

/// <https://docs.slack.dev/surfaces/modals#lifecycle>: "up to 3 views"
const STACK_MAX: usize = 3;

/// What everybody has open, the newest view last. As Slack's payloads show a view.
#[derive(Debug, Default)]
pub struct Views(BTreeMap<&'static str, Vec<Value>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    First,
    /// On top of the one that is open.
    Pushed,
}

impl Views {
    pub fn open_by(&self, user: &str) -> Option<Value> {
        self.0.get(user)?.last().cloned()
    }

    fn place(&mut self, user: &'static str, mut view: Value, opening: Opening) -> Result<Value, SlackError> {
        let stack = self.0.entry(user).or_default();
        if opening == Opening::First {
            stack.clear();
        }
        if stack.len() >= STACK_MAX {
            return Err(SlackError::new("push_limit_reached"));
        }
        let below = stack.last().map_or(Value::Null, |below| members::of(below, "id"));
        let root = members::of(stack.first().unwrap_or(&view), "id");
        members::set(&mut view, "previous_view_id", below);
        members::set(&mut view, "root_view_id", root);
        stack.push(view.clone());
        Ok(view)
    }

    /// Puts another view into the place of one; whose it is, and what is there now.
    fn replace(&mut self, id: &str, hash: Option<&str>, view: Value) -> Result<(&'static str, Value), SlackError> {
        let mut all = self.0.iter_mut().flat_map(|(user, stack)| stack.iter_mut().map(move |view| (*user, view)));
        let found = all.find(|(_, open)| open["id"] == *id || (open["external_id"] == *id && !id.is_empty()));
        let (user, open) = found.ok_or_else(|| SlackError::new("not_found"))?;
        if hash.is_some_and(|hash| open["hash"] != *hash) {
            return Err(SlackError::new("hash_conflict"));
        }
        let kept = ["id", "previous_view_id", "root_view_id"].map(|name| (name, open[name].clone()));
        *open = view;
        for (name, value) in kept {
            members::set(open, name, value);
        }
        Ok((user, open.clone()))
    }

    fn close(&mut self, user: &str, id: Option<&str>) {
        if let Some(stack) = self.0.get_mut(user) {
            match id {
                Some(id) => stack.retain(|view| view["id"] != *id),
                None => stack.clear(),
            }
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Submission {
    user: String,
    /// The open one, unless it is named.
    view_id: Option<String>,
    #[serde(default)]
    values: Typed,
}

/// `GET /sandbox/views`: `{"views": [{"user", "view"}…]}`, what everybody sees.
pub async fn show(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let views = sandbox.views();
    let open = views.0.iter().filter_map(|(user, stack)| Some(json!({ "user": user, "view": stack.last()? })));
    answer(StatusCode::OK, &json!({ "views": open.collect::<Vec<_>>() }))
}

/// `POST /sandbox/submit {"user", "values": {…}}`: `{"heard", "view": what is open then, "errors": {block_id: sentence}, "failed"}`.
pub async fn submit(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    match sandbox.understood(&body) {
        Ok((person, view, typed)) => match sandbox.submitted(person, view, &typed).await {
            Ok(outcome) => answer(StatusCode::OK, &outcome),
            Err(sentence) => refusal(StatusCode::BAD_REQUEST, &sentence),
        },
        Err(sentence) => refusal(StatusCode::BAD_REQUEST, &sentence),
    }
}

/// `POST /sandbox/close {"user"}`: the view goes, and Bellhop is told if it asked to be.
pub async fn close(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    let (person, view, _) = match sandbox.understood(&body) {
        Ok(understood) => understood,
        Err(sentence) => return refusal(StatusCode::BAD_REQUEST, &sentence),
    };
    sandbox.views().close(person.id, view.get("id").and_then(Value::as_str));
    sandbox.announce_view(person.id, &Value::Null);
    let mut heard = Value::Null;
    if members::of(&view, "notify_on_close") == true {
        let mut payload = sandbox.interaction("view_closed", person);
        members::set(&mut payload, "view", view);
        members::set(&mut payload, "is_cleared", json!(false));
        heard = outgoing::shown(&sandbox.interact(&payload).await);
    }
    answer(StatusCode::OK, &json!({ "heard": heard, "view": sandbox.views().open_by(person.id) }))
}

impl Sandbox {
    /// `views.open` and `views.push`
    pub(super) fn open_view(&self, arguments: &Arguments, opening: Opening) -> Result<Value, SlackError> {
        let trigger_id = arguments.required("trigger_id")?;
        let view = self.view_of(arguments)?;
        let user = self.tickets().exchange(&trigger_id, (self.now_ms)()).map_err(SlackError::new)?;
        let view = self.views().place(user, view, opening)?;
        self.announce_view(user, &Value::Null);
        Ok(json!({ "ok": true, "view": view }))
    }

    pub(super) fn update_view(&self, arguments: &Arguments) -> Result<Value, SlackError> {
        let id = arguments.text("view_id").or_else(|| arguments.text("external_id"));
        let id = id.ok_or_else(|| SlackError::new("invalid_arguments"))?;
        let view = self.view_of(arguments)?;
        let (user, view) = self.views().replace(&id, arguments.text("hash").as_deref(), view)?;
        self.announce_view(user, &Value::Null);
        Ok(json!({ "ok": true, "view": view }))
    }

    fn view_of(&self, arguments: &Arguments) -> Result<Value, SlackError> {
        let given = arguments.json("view").ok().flatten().ok_or_else(|| SlackError::new("invalid_arguments"))?;
        self.completed(&given)
    }

    /// A view as Slack keeps it, of one as an app sends it: <https://docs.slack.dev/reference/views/modal-views>
    fn completed(&self, given: &Value) -> Result<Value, SlackError> {
        view_rules::judge(given)?;
        let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let flag = |name: &str| given.get(name).and_then(Value::as_bool).unwrap_or(false);
        let blocks = given.get("blocks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let id = uuid::Uuid::new_v4().simple().to_string().to_uppercase();
        let now_ms = (self.now_ms)();
        Ok(json!({
            "id": format!("V{id}"), "team_id": self.workspace.team_id, "type": "modal", "title": given["title"],
            "submit": given.get("submit"), "close": given.get("close"), "blocks": form_state::with_ids(blocks, ""),
            "private_metadata": text("private_metadata"), "callback_id": text("callback_id"),
            "external_id": text("external_id"), "clear_on_close": flag("clear_on_close"),
            "notify_on_close": flag("notify_on_close"), "state": { "values": {} },
            "hash": format!("{}.{}", now_ms.div_euclid(1_000), &id.get(..8).unwrap_or_default()),
            "previous_view_id": null, "root_view_id": null, "app_id": self.workspace.app.app_id,
            "app_installed_team_id": self.workspace.team_id, "bot_id": BOT_ID,
        }))
    }

    fn understood(&self, body: &[u8]) -> Result<(&'static Person, Value, Typed), String> {
        let read: Submission = serde_json::from_slice(body)
            .map_err(|error| format!(r#"give {{"user"}} and maybe "values": {{"field": "value"}}: {error}"#))?;
        let person = someone(&read.user)?;
        let view =
            self.views().open_by(person.id).filter(|view| read.view_id.as_ref().is_none_or(|id| view["id"] == **id));
        let view = view.ok_or_else(|| format!("{} has no such view open: press what opens one", person.real_name))?;
        Ok((person, view, read.values))
    }

    /// Sends the view with what stands in it, and does what Bellhop answers:
    /// <https://docs.slack.dev/surfaces/modals#updating_response>
    async fn submitted(&self, person: &'static Person, mut view: Value, typed: &Typed) -> Result<Value, String> {
        let blocks = view.get("blocks").and_then(Value::as_array).cloned().unwrap_or_default();
        let elements = form_state::elements(&blocks);
        let state = form_state::state(&elements, typed)?;
        let missing = form_state::missing(&elements, &state);
        if !missing.is_empty() {
            return Ok(json!({ "heard": null, "view": view, "errors": missing, "failed": null }));
        }
        members::set(&mut view, "state", state);
        let id = view.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut payload = self.interaction("view_submission", person);
        members::set(&mut payload, "view", view);
        members::set(&mut payload, "response_urls", json!([]));
        let heard = self.interact(&payload).await;
        let (errors, failed) = match &heard {
            Ok(heard) => match self.obey(person.id, &id, &heard.body) {
                Ok(errors) => (errors, None),
                Err(error) => {
                    (Map::new(), Some(format!("Bellhop's answer is none that Slack takes: {}.", error.code())))
                }
            },
            Err(unheard) => (Map::new(), Some(unheard.sentence())),
        };
        self.announce_view(person.id, &json!(errors));
        let open = self.views().open_by(person.id);
        Ok(json!({ "heard": outgoing::shown(&heard), "view": open, "errors": errors, "failed": failed }))
    }

    /// What an answer to a submission asks for. The errors that it has, if any: then the view stays.
    fn obey(&self, user: &'static str, id: &str, body: &[u8]) -> Result<Map<String, Value>, SlackError> {
        let asked: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        match asked.get("response_action").and_then(Value::as_str) {
            None => self.views().close(user, Some(id)),
            Some("clear") => self.views().close(user, None),
            Some("update") => {
                let view = self.completed(&members::of(&asked, "view"))?;
                self.views().replace(id, None, view)?;
            }
            Some("push") => {
                let view = self.completed(&members::of(&asked, "view"))?;
                self.views().place(user, view, Opening::Pushed)?;
            }
            Some("errors") => return Ok(asked.get("errors").and_then(Value::as_object).cloned().unwrap_or_default()),
            Some(_) => return Err(SlackError::new("invalid_response_action")),
        }
        Ok(Map::new())
    }

    fn announce_view(&self, user: &str, errors: &Value) {
        let Some(person) = people::find(user) else { return };
        let view = self.views().open_by(person.id);
        self.announce(LiveEvent::View(json!({ "user": person.id, "view": view, "errors": errors })));
    }
}
