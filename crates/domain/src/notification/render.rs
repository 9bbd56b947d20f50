//! Renderers: a card in, one chat platform's message out. One file a platform; each knows its platform's limits and
//! escaping, none knows where a card came from. What Bellhop says in conversations is drawn here too: `answer`, `view`, `form`.

pub mod chime;
mod conversation;
pub mod slack;
pub mod teams;
