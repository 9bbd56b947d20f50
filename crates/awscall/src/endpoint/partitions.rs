//! AWS's partitions and their regions, by botocore's `partitions.json`: for the rule sets, and for menus of regions.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex_lite::Regex;
use serde::Deserialize;

use crate::catalog::catalog;
use crate::endpoint::EndpointError;

/// How many letters a region that was meant may be away from what was typed.
const NEAR_EDITS: usize = 3;
/// More names than these are not a hint any more.
const NEAR_REGIONS: usize = 3;

/// A region that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// `eu-central-1`.
    pub name: String,
    /// `Europe (Frankfurt)`.
    pub description: String,
    /// `aws`, `aws-cn`: credentials are of one of these and never of another.
    pub partition: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Partition {
    pub id: String,
    region_regex: String,
    regions: BTreeMap<String, Described>,
    pub outputs: Outputs,
    #[serde(skip)]
    pattern: Option<Regex>,
}

/// What rule sets read of a partition.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outputs {
    pub dns_suffix: String,
    pub dual_stack_dns_suffix: String,
    pub implicit_global_region: String,
    #[serde(rename = "supportsFIPS")]
    pub supports_fips: bool,
    pub supports_dual_stack: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Described {
    #[serde(default)]
    description: String,
}

#[derive(Deserialize)]
struct File {
    partitions: Vec<Partition>,
}

/// In AWS's order: the first is who a region belongs to that no partition knows.
pub(super) fn partitions() -> &'static [Partition] {
    static PARTITIONS: OnceLock<Vec<Partition>> = OnceLock::new();
    PARTITIONS.get_or_init(|| {
        // A pack that cannot be read has no services either: nothing is ever called by what is missing here.
        let file = serde_json::from_str(catalog().directory().partitions).unwrap_or(File { partitions: Vec::new() });
        let mut partitions = file.partitions;
        for partition in &mut partitions {
            partition.pattern = Regex::new(&partition.region_regex).ok();
        }
        partitions
    })
}

/// The partition of a region, by its list or by the pattern of its regions.
pub(super) fn partition_of(region: &str) -> Option<&'static Partition> {
    let of = |partition: &&Partition| {
        partition.regions.contains_key(region)
            || partition.pattern.as_ref().is_some_and(|pattern| pattern.is_match(region))
    };
    partitions().iter().find(of)
}

/// Every region of every partition that a person can choose, by partition and name. Without `aws-global` and its like, which
/// are how SDKs say "nowhere in particular".
pub fn regions() -> &'static [Region] {
    static REGIONS: OnceLock<Vec<Region>> = OnceLock::new();
    REGIONS.get_or_init(|| {
        let every =
            partitions().iter().flat_map(|partition| partition.regions.iter().map(move |region| (partition, region)));
        every
            .filter(|(_, (name, _))| !is_global(name))
            .map(|(partition, (name, described))| Region {
                name: name.clone(),
                description: described.description.clone(),
                partition: partition.id.clone(),
            })
            .collect()
    })
}

fn is_global(region: &str) -> bool {
    region.ends_with("-global")
}

/// Whether a region exists, or may: one newer than the pack looks like its neighbours (`eu-central-3`), a slip (`us-est-1`) has
/// a word that none of them has.
pub fn check_region(region: &str) -> Result<(), EndpointError> {
    if partitions().iter().any(|partition| partition.regions.contains_key(region)) {
        return Ok(());
    }
    if partition_of(region).is_some() && area(region).is_some_and(|area| areas().any(|known| known == area)) {
        return Ok(());
    }
    let near = near_regions(region);
    let shown: String = region.chars().filter(|c| !c.is_control() && *c != '`').take(40).collect();
    let hint = match near.as_slice() {
        [] => "a region is named like `us-east-1`".to_owned(),
        [one] => format!("did you mean `{one}`?"),
        several => format!("did you mean one of `{}`?", several.join("`, `")),
    };
    Err(EndpointError(format!("there is no region `{shown}`: {hint}")))
}

/// `central` of `eu-central-1`.
fn area(region: &str) -> Option<&str> {
    region.rsplit('-').nth(1)
}

fn areas() -> impl Iterator<Item = &'static str> {
    regions().iter().filter_map(|region| area(&region.name))
}

/// What was meant, nearest first: by name, or by a word of its description (`frankfurt`).
pub(crate) fn near_regions(typed: &str) -> Vec<&'static str> {
    let typed = typed.trim().to_lowercase();
    if typed.len() > 40 {
        return Vec::new();
    }
    let mut near: Vec<(usize, &str)> = Vec::new();
    for region in regions() {
        let described = typed.len() >= NEAR_EDITS && region.description.to_lowercase().contains(&typed);
        let edits = if described { 0 } else { strsim::damerau_levenshtein(&typed, &region.name) };
        if edits <= NEAR_EDITS {
            near.push((edits, &region.name));
        }
    }
    near.sort_unstable();
    let best = near.first().map_or(0, |(edits, _)| *edits);
    near.into_iter().filter(|(edits, _)| *edits == best).map(|(_, name)| name).take(NEAR_REGIONS).collect()
}

#[cfg(test)]
mod tests {
    use super::{check_region, partition_of, regions};

    fn said(region: &str) -> String {
        check_region(region).expect_err("refused").to_string()
    }

    #[test]
    fn menus_offer_the_regions_of_each_partition_by_their_names() {
        let frankfurt = regions().iter().find(|region| region.name == "eu-central-1").expect("known");
        assert_eq!((frankfurt.description.as_str(), frankfurt.partition.as_str()), ("Europe (Frankfurt)", "aws"));
        assert!(regions().len() > 40, "{}", regions().len());
        assert!(regions().iter().all(|region| !region.name.ends_with("global") && !region.description.is_empty()));
    }

    #[test]
    fn a_region_newer_than_the_pack_may_exist_and_a_slip_does_not() {
        for region in ["us-east-1", "aws-global", "eu-central-7", "us-gov-east-1", "cn-northwest-1", "us-isob-east-1"] {
            assert_eq!(check_region(region), Ok(()), "{region}");
        }
        assert_eq!(said("us-est-1"), "there is no region `us-est-1`: did you mean one of `us-east-1`, `us-west-1`?");
        assert_eq!(said("eu-centrall-1"), "there is no region `eu-centrall-1`: did you mean `eu-central-1`?");
        assert_eq!(said("US-EAST-1"), "there is no region `US-EAST-1`: did you mean `us-east-1`?");
        assert_eq!(said("frankfurt"), "there is no region `frankfurt`: did you mean `eu-central-1`?");
    }

    #[test]
    fn what_is_no_region_at_all_is_told_what_one_looks_like() {
        for region in
            ["", "x.evil.example/", "us-east-1.evil.example", "us-east-1\n", "../..", "mars-north-1", &"a".repeat(9999)]
        {
            assert!(said(region).starts_with("there is no region `"), "{region}");
        }
        assert_eq!(said("zz`zz"), "there is no region `zzzz`: a region is named like `us-east-1`");
    }

    #[test]
    fn a_region_belongs_to_its_partition() {
        let id = |region| partition_of(region).map(|partition| partition.id.as_str());
        assert_eq!(id("eu-south-9"), Some("aws"));
        assert_eq!(id("cn-north-1"), Some("aws-cn"));
        assert_eq!(id("us-gov-west-1"), Some("aws-us-gov"));
        assert_eq!(id("mars"), None);
    }
}
