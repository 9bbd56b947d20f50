//! How AWS's tools spell the names of the API: `ListFunctions` is `list-functions`.

/// What botocore spells by a table of its own.
/// Source: `botocore/__init__.py`, `_xform_cache`.
const SPELLED: [(&str, &str); 8] = [
    ("CreateCachediSCSIVolume", "create-cached-iscsi-volume"),
    ("CreateStorediSCSIVolume", "create-stored-iscsi-volume"),
    ("DescribeCachediSCSIVolumes", "describe-cached-iscsi-volumes"),
    ("DescribeStorediSCSIVolumes", "describe-stored-iscsi-volumes"),
    ("ExecutePartiQLBatch", "execute-partiql-batch"),
    ("ExecutePartiQLStatement", "execute-partiql-statement"),
    ("ExecutePartiQLTransaction", "execute-partiql-transaction"),
    ("ListHITsForQualificationType", "list-hits-for-qualification-type"),
];

/// In kebab case, as botocore and the AWS CLI do it.
pub fn kebab(name: &str) -> String {
    if let Some((_, spelled)) = SPELLED.iter().find(|(known, _)| *known == name) {
        return (*spelled).to_owned();
    }
    if name.contains('-') {
        return name.to_owned();
    }
    let (head, plural) = name.split_at(plural_of_capitals(name));
    let mut words = after_capitals(&before_capitalized(head));
    if !plural.is_empty() {
        words.push('-');
        words.push_str(plural);
    }
    words.to_lowercase()
}

/// Where `ARNs`, `IDs` at the end of a name begins: two capitals or more and an `s`.
fn plural_of_capitals(name: &str) -> usize {
    let Some(stem) = name.strip_suffix('s') else { return name.len() };
    let head = stem.trim_end_matches(|c: char| c.is_ascii_uppercase());
    if stem.len() - head.len() >= 2 { head.len() } else { name.len() }
}

/// A hyphen between any character and a capital that small letters follow.
fn before_capitalized(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let (mut words, mut at) = (String::with_capacity(name.len() + 8), 0);
    while let Some(&letter) = letters.get(at) {
        words.push(letter);
        at += 1;
        let small = letters.iter().skip(at + 1).take_while(|c| c.is_ascii_lowercase()).count();
        if letters.get(at).is_some_and(char::is_ascii_uppercase) && small > 0 {
            words.push('-');
            words.extend(letters.iter().skip(at).take(small + 1));
            at += small + 1;
        }
    }
    words
}

/// A hyphen between a small letter or digit and a capital.
fn after_capitals(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 8);
    let mut last = None;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && last.is_some_and(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) {
            words.push('-');
        }
        words.push(letter);
        last = Some(letter);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::kebab;

    #[test]
    fn names_are_spelled_as_the_aws_cli_does() {
        for (name, spelled) in [
            ("ListFunctions", "list-functions"),
            ("DescribeDBInstances", "describe-db-instances"),
            ("GetEC2Thing", "get-ec2-thing"),
            ("TopicARNs", "topic-arns"),
            ("NetworkACLs", "network-acls"),
            ("VpcIDs", "vpc-ids"),
            ("functionName", "function-name"),
            ("IPV6Address", "ipv6-address"),
            ("SSEKMSKeyId", "ssekms-key-id"),
            ("S3Bucket", "s3-bucket"),
            ("CreateCachediSCSIVolume", "create-cached-iscsi-volume"),
            ("x-amz-thing", "x-amz-thing"),
        ] {
            assert_eq!(kebab(name), spelled, "{name}");
        }
    }
}
