//! Who may do what: who signed a request, and who that is.
//!
//! The server's API front door calls [`sigv4`] on every request before it reads the body as anything, and hands
//! [`principal::Principal`] on to the app. Nothing here reads a clock, a store or a socket: the time and the secret are handed in.

pub mod policy;
pub mod principal;
pub mod sigv4;
