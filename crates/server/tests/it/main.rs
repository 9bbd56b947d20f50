//! The server's tests: through its own doors, over real HTTP, with other people's services faked (`kit`).
//!
//! The files mirror `inbound/`, then what must hold across it: who may call (`guarded`), what becomes of an accepted
//! message (`deliveries`), what a `kill -9` leaves (`crash`), and what is said of it all (`cloudwatch`, `events`, `traces`). One binary, because linking the server is what takes time.
//! Time stands still unless a test moves it; nothing here waits by sleeping.

// `cfg(test)` holds for the whole binary; clippy looks for the attribute to know that a panic is a verdict here.
#[cfg(test)]
mod api;
#[cfg(test)]
mod aws_calls;
#[cfg(test)]
mod chat_commands;
#[cfg(test)]
mod cloudwatch;
#[cfg(test)]
mod command_permissions;
#[cfg(test)]
mod conversations;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod deliveries;
#[cfg(test)]
mod dev;
#[cfg(test)]
mod events;
#[cfg(test)]
mod guarded;
#[cfg(test)]
mod health;
#[cfg(test)]
mod identities;
#[cfg(test)]
mod kit;
#[cfg(test)]
mod links;
#[cfg(test)]
mod operators;
#[cfg(test)]
mod organization;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod render;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod slack;
#[cfg(test)]
mod slack_authorizations;
#[cfg(test)]
mod slack_doctor;
#[cfg(test)]
mod slack_oauth;
#[cfg(test)]
mod slack_socket;
#[cfg(test)]
mod sns;
#[cfg(test)]
mod sqs;
#[cfg(test)]
mod store_command;
#[cfg(test)]
mod subscriptions;
#[cfg(test)]
mod teams_in;
#[cfg(test)]
#[cfg(feature = "otel")]
mod traces;
#[cfg(test)]
mod whole_texts;
