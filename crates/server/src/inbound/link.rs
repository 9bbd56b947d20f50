//! `/link/{token}`: the page on which a person of a chat channel links themselves to an IAM role, step by step.
//!
//! One address, two methods: GET shows where the way stands and changes nothing, POST takes one step and sends the browser back to
//! GET. A form is taken from the browser alone that the link belongs to (its cookie), with the word that only its page had. What
//! a page says stands in `link/words.rs`; what a step does, `app` decides.

mod words;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use url::form_urlencoded;

use self::words::{refusal, shown};
use super::body;
use crate::app::{App, LinkError, LinkRefusal, SharedApp, new_browser};
use crate::pages::{Page, see_other};

const FORM_BYTES_MAX: usize = 16 * 1024;
const COOKIE: &str = "bellhop_link";
/// As long as a link lasts, and long enough to read what came of it.
const COOKIE_SECONDS: u32 = 3600;
const BROWSER_LENGTH: usize = 32;

/// Set by browsers alone, and out of reach of a page's scripts: <https://www.w3.org/TR/fetch-metadata/>
const SEC_FETCH_SITE: &str = "sec-fetch-site";

pub async fn show(State(app): State<SharedApp>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let known = browser_of(&headers);
    let browser = match known.clone().map_or_else(new_browser, Ok) {
        Ok(browser) => browser,
        Err(error) => return refused(&LinkError::from(error)).into_response(),
    };
    let page = match app.see_link(&token, Some(&browser)).await {
        Ok(view) => shown(&view, (&token, &App::link_form_token(&view.link, &browser)), &app.own_url(), None),
        Err(error) => refused(&error),
    };
    let mut response = page.into_response();
    if known.is_none()
        && let Ok(cookie) = HeaderValue::from_str(&cookie(&app, &browser))
    {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

pub async fn step(State(app): State<SharedApp>, Path(token): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let Ok(bytes) = body::read(body, FORM_BYTES_MAX, app.clock.as_ref()).await else {
        let what = "What your browser sent did not arrive whole.";
        return Page::refusal(StatusCode::BAD_REQUEST, "Try again", what, "Go back and send the form again.")
            .into_response();
    };
    let form = Form(form_urlencoded::parse(&bytes).into_owned().collect());
    let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
    let (Some(browser), true) = (browser_of(&headers), site.is_none_or(|site| site == b"same-origin")) else {
        return not_from_the_page();
    };
    let view = match app.see_link(&token, Some(&browser)).await {
        Ok(view) => view,
        Err(error) => return refused(&error).into_response(),
    };
    let word = App::link_form_token(&view.link, &browser);
    if form.value("form") != Some(&word) {
        return not_from_the_page();
    }
    match go_on(&app, &token, &browser, &form).await {
        // Relative to this very address: a proxy may serve it below a path.
        Ok(()) => see_other(&token),
        Err(error) if is_shown_in_place(&error) => {
            let view = match app.see_link(&token, Some(&browser)).await {
                Ok(view) => view,
                Err(error) => return refused(&error).into_response(),
            };
            shown(&view, (&token, &word), &app.own_url(), Some(&error))
                .with_status(StatusCode::UNPROCESSABLE_ENTITY)
                .into_response()
        }
        Err(error) => refused(&error).into_response(),
    }
}

/// The step that a form is for.
async fn go_on(app: &SharedApp, token: &str, browser: &str, form: &Form) -> Result<(), LinkError> {
    let out_of_turn = || LinkError::from(LinkRefusal::OutOfTurn);
    let typed = form.value("typed_role").map(str::trim).filter(|typed| !typed.is_empty());
    match form.value("step") {
        Some("open") => app.open_link(token, browser).await,
        Some("number") => app.type_link_number(token, browser, form.value("number").unwrap_or_default()).await,
        // What was typed is what was done last.
        Some("role") => match typed.or_else(|| form.value("role")) {
            Some(role) => app.choose_link_role(token, browser, Some(role)).await,
            None => Err(out_of_turn()),
        },
        Some("again") => app.choose_link_role(token, browser, None).await,
        Some("confirm") => {
            let role = form.value("role").ok_or_else(out_of_turn)?.to_owned();
            // A change goes on to its end when the browser goes away.
            let (app, token, browser) = (app.clone(), token.to_owned(), browser.to_owned());
            let tasks = app.tasks.clone();
            let confirmed = tasks.spawn(async move {
                let link = app.confirm_link(&token, &browser, &role).await?;
                app.tell_of_link(&link, &role).await;
                Ok(())
            });
            confirmed.await.unwrap_or_else(|error| {
                tracing::error!(%error, "a link's last step ended badly");
                Err(out_of_turn())
            })
        }
        _ => Err(out_of_turn()),
    }
}

/// What the person mends on the same page.
fn is_shown_in_place(error: &LinkError) -> bool {
    matches!(
        error,
        LinkError::RoleNotAllowed { .. } | LinkError::Refused(LinkRefusal::WrongNumber { .. } | LinkRefusal::OutOfTurn)
    )
}

fn refused(error: &LinkError) -> Page {
    if let LinkError::Store(cause) = error {
        tracing::error!(error = %cause, "a link does not go on");
    }
    refusal(error)
}

fn not_from_the_page() -> Response {
    let what = "This form was not sent by the page that you opened, or your browser keeps no cookies.";
    let to_do = "Open the link from chat again, allow cookies for this site, and go on from there.";
    Page::refusal(StatusCode::FORBIDDEN, "Open the link again", what, to_do).into_response()
}

/// What was typed and chosen, in the order in which it was sent.
struct Form(Vec<(String, String)>);

impl Form {
    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn browser_of(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, browser) = pairs.find(|(name, _)| *name == COOKIE)?;
    let is_ours = browser.len() == BROWSER_LENGTH && browser.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_ours.then(|| browser.to_owned())
}

/// For the folder of this page, whatever a proxy puts before it; by a link from chat it comes along, by a form of another site not.
fn cookie(app: &SharedApp, browser: &str) -> String {
    let secure = if app.is_served_by_tls() { "; Secure" } else { "" };
    format!("{COOKIE}={browser}; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}")
}
