//! Which operation lists what another one is about: where to look for the right name.
//!
//! `error_words` asks it when AWS does not find something.

use awscall::model::{Operation, Service};

/// `get-function` of a name that is not there: `list-functions`. Of those that list and need nothing, the one with the most words in
/// common; nothing if there is no word in common.
pub fn listing(service: &'static Service, operation: &Operation) -> Option<&'static str> {
    let wanted: Vec<String> = operation.command.split('-').skip(1).map(stem).collect();
    let lists = |candidate: &&Operation| {
        let verb = candidate.command.split('-').next();
        matches!(verb, Some("list" | "describe"))
            && candidate.name != operation.name
            && !candidate.deprecated
            && service.input(candidate).iter().all(|member| !member.required)
            && candidate.command.ends_with('s')
    };
    let ranked = service.operations.iter().filter(lists).filter_map(|candidate| {
        let words: Vec<String> = candidate.command.split('-').skip(1).map(stem).collect();
        let common = words.iter().filter(|word| wanted.contains(word)).count();
        let strange = words.len() - common;
        // A list is called by the whole name of its things, or by the beginning of it.
        (common > 0 && words.first() == wanted.first()).then_some((
            std::cmp::Reverse(common),
            strange,
            candidate.command,
        ))
    });
    ranked.min().map(|(.., command)| command)
}

fn stem(word: &str) -> String {
    let stem = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
    stem.unwrap_or_else(|| word.strip_suffix('s').unwrap_or(word).to_owned())
}

#[cfg(test)]
mod tests {
    use awscall::call::Call;
    use serde_json::Map;

    use super::*;

    #[test]
    fn the_list_of_what_was_not_found() {
        for (service, operation, wanted) in [
            ("lambda", "GetFunction", Some("list-functions")),
            ("lambda", "GetFunctionConfiguration", Some("list-functions")),
            ("dynamodb", "DescribeTable", Some("list-tables")),
            ("ecs", "DescribeServices", Some("list-services")),
            ("rds", "DeleteDBInstance", Some("describe-db-instances")),
            ("cloudformation", "DeleteStack", Some("describe-stacks")),
            ("sqs", "GetQueueUrl", Some("list-queues")),
            ("stepfunctions", "DescribeStateMachine", Some("list-state-machines")),
            ("sts", "GetCallerIdentity", None),
        ] {
            let call = Call::of(service, operation, Map::new()).unwrap();
            assert_eq!(listing(call.service, call.operation), wanted, "{service} {operation}");
        }
    }
}
