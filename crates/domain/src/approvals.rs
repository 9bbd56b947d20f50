//! Approvals: which commands a second person must say yes to, and who that may be.
//!
//! The settings' `[[approvals.rules]]` become [`Approvals`]; the server asks [`Approvals::rule_for`] before a command runs, and
//! [`Rule::verdict`] when somebody presses. Nothing here knows a chat platform, or a clock.

use std::collections::BTreeMap;

use crate::glob;
use crate::hours::Hours;

/// Rules of one installation, and entries of one list of a rule.
pub const RULES_MAX: usize = 200;
pub const ENTRIES_MAX: usize = 100;

/// The rules of the settings, in their order: the first that matches decides.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Approvals(Vec<Rule>);

/// One rule. An empty list of conditions is none: it matches all.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub name: String,
    /// Globs over an action as IAM writes it: `ec2:Terminate*`. None: all that changes something.
    pub operations: Vec<String>,
    pub accounts: Vec<String>,
    /// Globs over a configuration's name or ARN.
    pub configurations: Vec<String>,
    /// Globs over the ARN of the role that the command would run under.
    pub roles: Vec<String>,
    /// Tags of the configuration, with globs over their values: all must be there.
    pub tags: BTreeMap<String, String>,
    /// Outside of these hours the rule is not asked.
    pub hours: Option<Hours>,
    pub approvers: Approvers,
    pub expires_ms: i64,
    /// Whoever decides says why.
    pub reason: bool,
}

/// Who may say yes. Empty: anybody of the channel who has a role of their own there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approvers {
    /// `U…` of Slack, object ids of Microsoft Entra.
    pub people: Vec<String>,
    /// `S…` of Slack, object ids of Microsoft Entra: those who have their role by this group.
    pub groups: Vec<String>,
    /// Globs over the ARN of the role that they have there.
    pub roles: Vec<String>,
}

/// A command, as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// What IAM asks for, and the operation's own name: `ec2:TerminateInstances`.
    pub actions: &'a [String],
    /// It changes nothing: only a rule that names it covers it.
    pub read_only: bool,
    pub account_id: &'a str,
    pub configuration_arn: &'a str,
    pub role: &'a str,
    pub tags: &'a BTreeMap<String, String>,
}

/// Where somebody may run commands, as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Seat<'a> {
    pub account_id: &'a str,
    pub configuration_arn: &'a str,
    /// `None`: whichever.
    pub role: Option<&'a str>,
    pub tags: &'a BTreeMap<String, String>,
}

/// A person of a channel, and who they are in AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Human<'a> {
    /// As the platform names them.
    pub user_id: &'a str,
    /// The role that they have of their own in this channel; `None`: the channel's.
    pub role: Option<&'a str>,
    /// The principal that they proved to be; `None`: an administrator or a group gave them their role.
    pub principal: Option<&'a str>,
    /// The group that gives them their role.
    pub group: Option<&'a str>,
}

/// Why somebody's yes does not count. For that person to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotApprover {
    #[error("You asked for it yourself: somebody else must approve it.")]
    Own,
    #[error("You are linked to the same identity of AWS as the person who asked: another human must approve it.")]
    SameHuman,
    #[error(
        "You have no role of your own in this channel, so nobody knows who you are in AWS. Say `switch-role` to me first."
    )]
    NotMapped,
    #[error("You are not among the approvers of this rule.")]
    NotListed,
}

impl Approvals {
    pub fn new(rules: Vec<Rule>) -> Self {
        Self(rules)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first rule that this command falls under, at this time.
    pub fn rule_for(&self, act: &Act<'_>, now_ms: i64) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.covers(act, now_ms))
    }

    /// All that some command may fall under there, at some time.
    pub fn rules_at<'a>(&'a self, seat: &Seat<'_>) -> Vec<&'a Rule> {
        self.0.iter().filter(|rule| rule.is_for(seat)).collect()
    }

    /// By its name: a command that waits knows no more of it. `None`: the settings have it no longer.
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.name == name)
    }
}

impl Rule {
    fn covers(&self, act: &Act<'_>, now_ms: i64) -> bool {
        let Act { account_id, configuration_arn, role, tags, .. } = *act;
        let actions: Vec<&str> = act.actions.iter().map(String::as_str).collect();
        (!act.read_only || !self.operations.is_empty())
            && like_any(&self.operations, &actions)
            && self.is_for(&Seat { account_id, configuration_arn, role: Some(role), tags })
            && self.hours.as_ref().is_none_or(|hours| hours.end_ms(now_ms).is_some())
    }

    fn is_for(&self, seat: &Seat<'_>) -> bool {
        let name = seat.configuration_arn.rsplit('/').next().unwrap_or_default();
        like_any(&self.accounts, &[seat.account_id])
            && like_any(&self.configurations, &[seat.configuration_arn, name])
            && seat.role.is_none_or(|role| like_any(&self.roles, &[role]))
            && self.tags.iter().all(|(key, value)| seat.tags.get(key).is_some_and(|has| glob::matches(value, has)))
    }

    /// Whether this person may decide about what that one asked for.
    pub fn verdict(&self, asker: &Human<'_>, approver: &Human<'_>) -> Result<(), NotApprover> {
        if approver.user_id == asker.user_id {
            return Err(NotApprover::Own);
        }
        if let (Some(one), Some(other)) = (approver.principal, asker.principal)
            && person_of(one) == person_of(other)
        {
            return Err(NotApprover::SameHuman);
        }
        let Some(role) = approver.role else { return Err(NotApprover::NotMapped) };
        let Approvers { people, groups, roles } = &self.approvers;
        let anybody = people.is_empty() && groups.is_empty() && roles.is_empty();
        let same = |id: &String| id.eq_ignore_ascii_case(approver.user_id);
        let in_group = |id: &String| approver.group.is_some_and(|group| id.eq_ignore_ascii_case(group));
        let listed = people.iter().any(same)
            || groups.iter().any(in_group)
            || roles.iter().any(|pattern| glob::matches(pattern, role));
        if anybody || listed { Ok(()) } else { Err(NotApprover::NotListed) }
    }
}

/// Whoever takes on a role names its session, so that two of one role may be one person; IAM Identity Center names its sessions itself.
fn person_of(principal: &str) -> &str {
    match principal.rsplit_once('/') {
        Some((role, _)) if role.contains(":assumed-role/") && !role.contains(":assumed-role/AWSReservedSSO_") => role,
        _ => principal,
    }
}

/// Whether one of the texts is like one of the globs, or there are none.
fn like_any(globs: &[String], texts: &[&str]) -> bool {
    globs.is_empty() || globs.iter().any(|pattern| texts.iter().any(|text| glob::matches(pattern, text)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule() -> Rule {
        Rule {
            name: "production".to_owned(),
            operations: vec!["ec2:Terminate*".to_owned()],
            accounts: Vec::new(),
            configurations: Vec::new(),
            roles: Vec::new(),
            tags: BTreeMap::new(),
            hours: None,
            approvers: Approvers::default(),
            expires_ms: 3_600_000,
            reason: false,
        }
    }

    fn covers(rule: &Rule, operation: &str, now_ms: i64) -> bool {
        let tags = BTreeMap::from([("env".to_owned(), "prod-eu".to_owned())]);
        let act = Act {
            actions: &[operation.to_owned()],
            read_only: operation.contains(":Describe"),
            account_id: "123456789012",
            configuration_arn: "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops",
            role: "arn:aws:iam::123456789012:role/admin",
            tags: &tags,
        };
        Approvals::new(vec![rule.clone()]).rule_for(&act, now_ms).is_some()
    }

    #[test]
    fn a_rule_covers_what_all_its_conditions_hold_of() {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert!(covers(&rule(), "ec2:TerminateInstances", 0));
        assert!(!covers(&rule(), "ec2:StopInstances", 0));
        for (fits, changed) in [
            (true, Rule { accounts: texts(&["123456789012"]), ..rule() }),
            (false, Rule { accounts: texts(&["999999999999"]), ..rule() }),
            (true, Rule { configurations: texts(&["op?"]), ..rule() }),
            (true, Rule { configurations: texts(&["arn:*:123456789012:*"]), ..rule() }),
            (false, Rule { configurations: texts(&["dev"]), ..rule() }),
            (true, Rule { roles: texts(&["*/reader", "*/admin"]), ..rule() }),
            (false, Rule { roles: texts(&["*/reader"]), ..rule() }),
            (true, Rule { tags: BTreeMap::from([("env".to_owned(), "prod*".to_owned())]), ..rule() }),
            (false, Rule { tags: BTreeMap::from([("env".to_owned(), "dev".to_owned())]), ..rule() }),
            (false, Rule { tags: BTreeMap::from([("team".to_owned(), "*".to_owned())]), ..rule() }),
        ] {
            assert_eq!(covers(&changed, "ec2:TerminateInstances", 0), fits, "{changed:?}");
        }
    }

    #[test]
    fn what_only_reads_is_covered_where_it_is_named() {
        assert!(!covers(&Rule { operations: Vec::new(), ..rule() }, "ec2:DescribeInstances", 0));
        assert!(covers(&Rule { operations: Vec::new(), ..rule() }, "ec2:StopInstances", 0));
        assert!(covers(&Rule { operations: vec!["ec2:Describe*".to_owned()], ..rule() }, "ec2:DescribeInstances", 0));
    }

    #[test]
    fn a_rule_with_hours_is_asked_in_them_alone() {
        let hours = json!({"from": "18:00", "to": "08:00", "zone": "UTC"});
        let night = Rule { hours: Some(Hours::parse(hours.as_object().unwrap()).unwrap()), ..rule() };
        let hour_ms = 60 * 60 * 1000;
        assert!(covers(&night, "ec2:TerminateInstances", 20 * hour_ms));
        assert!(!covers(&night, "ec2:TerminateInstances", 12 * hour_ms));
    }

    #[test]
    fn nobody_approves_their_own() {
        let anna =
            Human { user_id: "UANNA", role: Some("r"), principal: Some("arn:aws:iam::1:user/anna"), group: None };
        let ben = Human { user_id: "UBEN", principal: Some("arn:aws:iam::1:user/ben"), ..anna };
        assert_eq!(rule().verdict(&anna, &ben), Ok(()));
        assert_eq!(rule().verdict(&anna, &anna), Err(NotApprover::Own));
        let annas_other_account = Human { user_id: "UANNA2", ..anna };
        assert_eq!(rule().verdict(&anna, &annas_other_account), Err(NotApprover::SameHuman));
        let session = |arn| Human { user_id: "UBEN", principal: Some(arn), ..anna };
        let of_role = Human { principal: Some("arn:aws:sts::1:assumed-role/Dev/anna"), ..anna };
        assert_eq!(
            rule().verdict(&of_role, &session("arn:aws:sts::1:assumed-role/Dev/a2")),
            Err(NotApprover::SameHuman)
        );
        assert_eq!(rule().verdict(&of_role, &session("arn:aws:sts::1:assumed-role/Lead/ben")), Ok(()));
        let sso = |name: &'static str| Some(name);
        let of_sso =
            Human { principal: sso("arn:aws:sts::1:assumed-role/AWSReservedSSO_Dev_1/anna@a.example"), ..anna };
        let ben_of_sso = session("arn:aws:sts::1:assumed-role/AWSReservedSSO_Dev_1/ben@a.example");
        assert_eq!(rule().verdict(&of_sso, &ben_of_sso), Ok(()));
        let guest = Human { role: None, principal: None, ..ben };
        assert_eq!(rule().verdict(&anna, &guest), Err(NotApprover::NotMapped));
    }

    #[test]
    fn approvers_are_named_by_person_group_or_role() {
        let asker = Human { user_id: "UANNA", role: None, principal: None, group: None };
        let ben = Human { user_id: "UBEN", role: Some("arn:aws:iam::1:role/lead"), principal: None, group: Some("S1") };
        let only = |approvers: Approvers| Rule { approvers, ..rule() }.verdict(&asker, &ben);
        let one = |text: &str| vec![text.to_owned()];
        assert_eq!(only(Approvers { people: one("uben"), ..Approvers::default() }), Ok(()));
        assert_eq!(only(Approvers { groups: one("S1"), ..Approvers::default() }), Ok(()));
        assert_eq!(only(Approvers { roles: one("*:role/lead"), ..Approvers::default() }), Ok(()));
        let others = Approvers { people: one("UCARL"), groups: one("S2"), roles: one("*:role/boss") };
        assert_eq!(only(others), Err(NotApprover::NotListed));
    }
}
