//! Renderers: a card in, one chat platform's message out. One file a platform; each knows its platform's limits and
//! escaping, none knows where a card came from.

pub mod chime;
pub mod slack;
pub mod teams;
