//! What AWS Chatbot says on the wire: operations, shapes, identifiers, constraints, error shapes.
//!
//! The server's API front door decodes and encodes with it; domain and store use [`ids`] alone.
//! Nothing here reads a clock, a file or a socket, and nothing decides: it knows what may be said, not who may say it.
//!
//! Facts carry their source: *reference* (AWS's API reference, 2017-10-11), *model* (the service model that today's
//! SDKs send by), *observed* (the live service was seen to do it) or *assumed*. Where reference and model differ, what
//! either accepts is accepted; where the reference prints one shape's pattern in several ways, see [`ids`].

pub mod constraints;
pub mod errors;
pub mod ids;
pub mod operations;
pub mod shape;
