//! Operations by words, over all services at once, for help and for what a mistake offers. No model is read for it.

use crate::catalog::catalog;

/// More words than these say nothing more.
const WORDS_MAX: usize = 8;
const FOUND_MAX: usize = 50;

/// What breaks a tie between services. Assumed: our own order of what people run from a channel.
const FAMOUS: [&str; 24] = [
    "ec2",
    "lambda",
    "s3api",
    "cloudwatch",
    "logs",
    "ecs",
    "rds",
    "sqs",
    "sns",
    "dynamodb",
    "cloudformation",
    "autoscaling",
    "elbv2",
    "eks",
    "stepfunctions",
    "codepipeline",
    "codebuild",
    "ssm",
    "iam",
    "events",
    "route53",
    "cloudfront",
    "cloudtrail",
    "kinesis",
];

/// An operation that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The AWS CLI's word for the service.
    pub service: &'static str,
    pub full_name: &'static str,
    pub command: &'static str,
}

/// Those that have all the words, in the operation, the service or its full name; best first, at most 50. If none has them all:
/// those that have the most of them.
pub fn operations(words: &str) -> Vec<Found> {
    let words: Vec<String> = words
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .take(WORDS_MAX)
        .collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(Rank, Found)> = Vec::new();
    for entry in &catalog().directory().services {
        let full_name = entry.full_name.to_ascii_lowercase();
        let named = words.iter().any(|word| entry.name.contains(word.as_str()) || full_name.contains(word.as_str()));
        // Most have none of the words, and that is told sooner than a rank.
        let near = |command: &&&str| named || words.iter().any(|word| command.contains(stem(word)));
        for command in entry.commands.iter().filter(near) {
            let rank = rank(&words, entry.name, &full_name, command);
            if rank.missing < words.len() {
                found.push((rank, Found { service: entry.name, full_name: entry.full_name, command }));
            }
        }
    }
    found.sort_by_key(|(rank, found)| (*rank, found.service, found.command));
    let missing = found.first().map(|(rank, _)| rank.missing);
    found
        .into_iter()
        .filter(|(rank, _)| Some(rank.missing) == missing)
        .take(FOUND_MAX)
        .map(|(_, found)| found)
        .collect()
}

/// Less is better, the first field first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    missing: usize,
    /// The service's whole name was not asked for.
    other_service: bool,
    /// Words that are only a part of a word of the name.
    partial: usize,
    /// Words that only the service's name has.
    elsewhere: usize,
    /// Words of the operation that were not asked for.
    unasked: usize,
    /// A service that more people use is more often meant.
    fame: usize,
}

/// Less for a service that more people use.
pub(crate) fn fame(service: &str) -> usize {
    FAMOUS.iter().position(|famous| *famous == service).unwrap_or(FAMOUS.len())
}

fn rank(words: &[String], service: &str, full_name: &str, command: &str) -> Rank {
    let mut rank = Rank {
        missing: 0,
        other_service: !words.iter().any(|word| word == service),
        partial: 0,
        elsewhere: 0,
        unasked: command.split('-').count(),
        fame: fame(service),
    };
    for word in words {
        if command.split('-').any(|part| same(part, word)) {
            rank.unasked = rank.unasked.saturating_sub(1);
        } else if service.split('-').any(|part| part == word) {
            rank.elsewhere += 1;
        } else if command.contains(word.as_str()) {
            rank.partial += 1;
        } else if service.contains(word.as_str()) || full_name.contains(word.as_str()) {
            rank.partial += 1;
            rank.elsewhere += 1;
        } else {
            rank.missing += 1;
        }
    }
    rank
}

/// `bucket` and `buckets`, `policy` and `policies`.
fn same(part: &str, word: &str) -> bool {
    part == word || stem(part) == stem(word)
}

fn stem(word: &str) -> &str {
    const ENDS: [&str; 4] = ["ies", "es", "s", "y"];
    const LETTERS_MIN: usize = 3;
    ENDS.iter().find_map(|end| word.strip_suffix(end).filter(|stem| stem.len() >= LETTERS_MIN)).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::operations;

    fn first(words: &str) -> String {
        operations(words).first().map(|found| format!("{} {}", found.service, found.command)).unwrap_or_default()
    }

    #[test]
    fn the_operation_that_is_meant_comes_first() {
        for (words, wanted) in [
            ("list buckets", "s3api list-buckets"),
            ("list bucket", "s3api list-buckets"),
            ("describe instances ec2", "ec2 describe-instances"),
            ("lambda list functions", "lambda list-functions"),
            ("invoke lambda", "lambda invoke"),
            ("describe alarms", "cloudwatch describe-alarms"),
            ("list queues", "sqs list-queues"),
            ("restart ecs service update", "ecs update-service"),
        ] {
            assert_eq!(first(words), wanted, "{words}");
        }
    }

    #[test]
    fn the_answer_is_bounded_and_nothing_is_found_by_nothing() {
        assert_eq!(operations("list").len(), super::FOUND_MAX);
        assert!(operations("").is_empty());
        assert!(operations("--- ???").is_empty());
        assert!(operations("qzxqzx").is_empty());
    }
}
