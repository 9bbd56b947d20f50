//! Amazon Chime: a webhook knows no threads and no updates, so every message goes out whole.

use domain::notification::{Card, render};
use url::Url;

use super::Sent;
use crate::app::App;

impl App {
    pub(super) async fn send_to_chime(&self, url: &Url, card: &Card) -> Sent {
        self.chime.post(url, &render::chime::message(card)).await.into()
    }
}
