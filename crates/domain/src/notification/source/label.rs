//! The labels of values that nobody has labelled: their members' names in words.
//!
//! The readers of unknown events and unknown JSON call it. A label is letters and digits only, whatever the name was.

use crate::notification::text::words;

/// Words of one name that a label takes.
const WORDS: usize = 8;
/// Bytes of one word.
const WORD_LENGTH: usize = 40;

/// `lastStatus` reads `Last status`. Where two of the paths would read alike, their parents come before: `Task status`.
pub fn labels(paths: &[&[String]]) -> Vec<String> {
    let deepest = paths.iter().map(|path| path.len()).max().unwrap_or_default();
    let mut taken = vec![1; paths.len()];
    for _ in 1..deepest {
        let read: Vec<String> = paths.iter().zip(&taken).map(|(path, taken)| label(path, *taken)).collect();
        for (at, (path, taken)) in paths.iter().zip(&mut taken).enumerate() {
            let twice = read.iter().enumerate().any(|(other, label)| other != at && read.get(at) == Some(label));
            if twice && *taken < path.len() {
                *taken += 1;
            }
        }
    }
    paths.iter().zip(taken).map(|(path, taken)| label(path, taken)).collect()
}

/// Of one name alone.
pub fn of(name: &str) -> String {
    label(&[name.to_owned()], 1)
}

/// The words of one name, as they stand in a sentence: `DBInstances` reads `DB instances`.
pub fn in_words(name: &str) -> Vec<String> {
    words(name).take(WORDS).map(|word| spelled(&word)).collect()
}

/// The last `taken` names of a path in words.
fn label(path: &[String], taken: usize) -> String {
    let names = path.get(path.len().saturating_sub(taken)..).unwrap_or_default();
    let said: Vec<String> = names.iter().flat_map(|name| words(name).take(WORDS)).map(|word| spelled(&word)).collect();
    if said.is_empty() {
        return "Value".to_owned();
    }
    let label = said.join(" ");
    let mut chars = label.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

/// Abbreviations as AWS spells them.
fn spelled(word: &str) -> String {
    match word {
        "id" | "arn" | "ip" | "url" | "uri" | "vpc" | "api" | "aws" | "ec2" | "s3" | "iam" | "kms" | "db" | "cpu"
        | "dns" | "ecs" | "eks" | "ecr" | "ami" | "ebs" | "sns" | "sqs" | "rds" | "acl" | "ttl" | "cidr" => {
            word.to_uppercase()
        }
        "ids" => "IDs".to_owned(),
        "urls" => "URLs".to_owned(),
        "vpcs" => "VPCs".to_owned(),
        "acls" => "ACLs".to_owned(),
        "arns" => "ARNs".to_owned(),
        _ => word.get(..word.floor_char_boundary(WORD_LENGTH)).unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(paths: &[&str]) -> Vec<String> {
        let paths: Vec<Vec<String>> = paths.iter().map(|path| path.split('.').map(str::to_owned).collect()).collect();
        labels(&paths.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    #[test]
    fn names_are_words() {
        assert_eq!(
            of(&["lastStatus", "EC2InstanceId", "vpc-ids", "--", ""]),
            ["Last status", "EC2 instance ID", "VPC IDs", "Value", "Value"]
        );
        assert!(of(&[&"x".repeat(10_000)]).iter().all(|label| label.len() <= WORD_LENGTH));
    }

    #[test]
    fn collisions_take_the_parents_in() {
        assert_eq!(
            of(&["a.b.status", "c.b.status", "status", "c.name"]),
            ["A b status", "C b status", "Status", "Name"]
        );
        assert_eq!(of(&["status", "Status"]), ["Status", "Status"]);
    }
}
