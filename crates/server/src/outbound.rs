//! Whom Bellhop calls: chat platforms, AWS (all of it through `aws.rs`), and the hosts of SNS's certificates. Each file one
//! other party.
//!
//! Nothing here decides what a failure means for a message: it answers a verdict or a reason, `app` acts on it.

pub mod aws;
pub mod certificates;
pub mod chime;
pub mod cloudwatch;
pub mod cloudwatch_logs;
pub mod cloudwatch_metrics;
pub mod heartbeat;
pub mod http;
pub mod slack;
pub mod sns;
pub mod sqs;
pub mod sts;
pub mod teams;
