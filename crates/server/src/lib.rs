//! What Bellhop does: the only crate that speaks to a network, reads the environment or knows the time.
//!
//! `inbound -> app -> {store, outbound, domain}` and `worker -> app`: a request is read top to bottom in that direction.
//! `state` puts the parts together; `main.rs` is only a door to `cli`.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod credentials;
pub mod development_key;
pub mod drawing;
pub mod identities;
pub mod inbound;
pub mod metrics;
pub mod outbound;
pub mod pages;
pub mod random;
pub mod state;
pub mod traces;
pub mod worker;
