//! Nothing but tests: Bellhop from outside, by the AWS SDK for Rust. Run by `cargo test --workspace`, which builds the binary first; a
//! crate of its own, so that building the server does not build the SDK.

#[cfg(test)]
mod bellhop;
#[cfg(test)]
mod chatbot;
