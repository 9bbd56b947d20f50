//! How any AWS operation is called: AWS's own service models, from a command line to a request and from a response to JSON.
//!
//! The server's `outbound/aws` sends what is made here. Pure: no network, no clock, no file, no credentials; signing is the
//! server's, with AWS's crate.

pub mod call;
pub mod catalog;
pub mod command_line;
pub mod customizations;
pub mod endpoint;
pub mod help;
pub mod model;
pub mod names;
pub mod output;
pub mod pagination;
pub mod percent;
pub mod protocol;
pub mod query;
pub mod read_only;
pub mod search;
