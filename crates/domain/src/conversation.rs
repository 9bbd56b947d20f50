//! What people say to Bellhop in chat, and what it says back, whatever the platform.
//!
//! A platform's payload becomes a [`ChatEvent`] (`slack`, `teams`); the server's `app/conversations` answers it with
//! [`Reply`]s, which `notification::render` draws as it draws cards.

mod answer;
mod event;
mod request;
pub mod slack;
pub mod teams;

pub use answer::{
    Answer, Audience, Choice, Control, FORM_TICKET_BYTES_MAX, Field, Form, Input, PRESS_TICKET_BYTES_MAX, Reply, Style,
    TextFile,
};
pub use event::{
    ChannelNews, ChatEvent, Happening, InstallationNews, Person, ResponseUrl, Scene, SlackScene, TeamsScene, Values,
};
pub use request::Request;
