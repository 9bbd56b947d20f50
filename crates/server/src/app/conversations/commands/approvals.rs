//! A second person's yes: asked for where `[approvals]` says so, given or refused by a button, once.
//!
//! `presses` comes here with what is to run and with what was pressed under it. Whose yes counts is `domain::approvals`'; it is written
//! into the command's row, and the trail, before anything starts.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::approvals::{Act, Human, NotApprover, Rule, Seat};
use domain::chat_configuration::ChatConfiguration;
use domain::command::iam_action;
use domain::conversation::{Answer, Control, Field, Form, Input, Person, Reply, Style, Values};
use domain::notification::{Part, Text, render};
use store::{ListedConfiguration, Moved, StoreError};

use super::super::help::fact;
use super::super::switch_role::nobody;
use super::super::{Turn, to_asker};
use super::presses::read;
use super::questions::{TOO_LONG, shown, what_runs};
use super::{Draft, gone, moved_words};
use crate::app::App;
use crate::app::chat_commands::{Approval, Approver, Audited, SetOff, Settled, ShownAs, Step, person_id};
use crate::app::tickets::{CommandPress, CommandStep, Decision, Ticket};
use crate::app::user_roles::{RoleBy, RoleDecision};

const REASON: &str = "reason";
const REASON_CHARACTERS_MAX: usize = 500;
const MINUTE_MS: i64 = 60 * 1000;

/// Who somebody is in AWS, as far as their role says.
struct Known {
    user_id: String,
    decision: RoleDecision,
}

impl App {
    /// The rule that a command falls under.
    pub(in super::super) fn approval_rule(&self, settled: &Settled, listed: &ListedConfiguration) -> Option<&Rule> {
        let call = &settled.line.call;
        let asked_of_iam = iam_action::actions(call.service, call.operation, &call.input);
        let own = format!("{}:{}", iam_action::iam_prefix(call.service), call.operation.name);
        let mut actions: Vec<String> = asked_of_iam.iter().map(ToString::to_string).collect();
        actions.push(own);
        let tags = tags_of(&listed.configuration);
        let act = Act {
            actions: &actions,
            read_only: settled.read_only,
            account_id: listed.configuration.account_id.as_str(),
            configuration_arn: listed.configuration.arn.as_str(),
            role: settled.standing.role.as_str(),
            tags: &tags,
        };
        self.approvals.rule_for(&act, self.clock.now_ms())
    }

    /// The rules that commands may fall under here; without a role, whichever role they run under.
    pub(in super::super) fn approval_rules_at(
        &self,
        configuration: &ChatConfiguration,
        role: Option<&str>,
    ) -> Vec<&Rule> {
        let seat = Seat {
            account_id: configuration.account_id.as_str(),
            configuration_arn: configuration.arn.as_str(),
            role,
            tags: &tags_of(configuration),
        };
        self.approvals.rules_at(&seat)
    }

    /// In the place of what its person confirmed: the same, for others to decide.
    pub(super) async fn ask_for_approval(
        &self,
        turn: &Turn<'_>,
        mut draft: Draft,
        settled: Settled,
        listed: &ListedConfiguration,
        rule: &Rule,
    ) -> Result<Vec<Reply>, StoreError> {
        // By the event: the same if it comes again.
        let expires_at_ms = turn.received_at_ms.saturating_add(rule.expires_ms);
        draft.asked.approval = Some(Approval { rule: rule.name.clone(), expires_at_ms, by: None });
        let settled = Settled { asked: draft.asked.clone(), ..settled };
        let mut body = what_runs(&settled.line);
        let mut facts = vec![fact("Asked by", named(&settled.asked.person))];
        facts.extend(self.as_whom(&settled, listed));
        facts.push(fact("Rule", Text::Plain(rule.name.clone())));
        body.push(Part::Facts(facts));
        let minutes = rule.expires_ms / MINUTE_MS;
        let note = Some(format!("Somebody else must approve it within {minutes} minutes: {}.", approvers(rule)));
        let headline = "A command waits for approval".to_owned();
        let answer = |controls| Answer { headline, body, controls, note };
        let buttons = |app: &Self, draft: &Draft, revision| -> Result<Vec<Control>, StoreError> {
            let ticket = |step| Ticket { expires_at_ms, ..app.command_ticket(turn, draft, revision, step) };
            let anybody = |step| Ticket { person: None, ..ticket(step) };
            Ok(vec![
                app.button("Approve", Style::Primary, &anybody(CommandStep::Decide(Decision::Approve)))?,
                app.button("Reject", Style::Danger, &anybody(CommandStep::Decide(Decision::Reject)))?,
                app.button("Cancel command", Style::Plain, &ticket(CommandStep::Cancel))?,
            ])
        };
        // Before anything is kept: nobody says yes to a part of a line.
        let revision = draft.revision.unwrap_or_default();
        let answer = answer(buttons(self, &draft, revision)?);
        if render::slack::answer(&answer).is_cut {
            return Ok(to_asker(Answer::sentence(TOO_LONG)));
        }
        let Some(revision) = self.kept(&draft).await? else { return Ok(to_asker(moved_words(Moved::Revised))) };
        self.audit_command(&Audited::of(Step::ApprovalAsked, &settled)).await;
        Ok(shown(turn, Answer { controls: buttons(self, &draft, revision)?, ..answer }))
    }

    /// A press of Approve or Reject, or the form of either.
    pub(super) async fn decide(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        draft: Draft,
        (ticket, press): (&Ticket, &CommandPress),
        (decision, values): (Decision, Option<&Values>),
    ) -> Result<Vec<Reply>, StoreError> {
        let Some(listed) = turn.configuration(ticket.configuration_arn.as_deref()) else { return Ok(gone()) };
        let rule = draft.asked.approval.as_ref().and_then(|approval| self.approvals.rule(&approval.rule));
        let Some(rule) = rule else {
            let changed = "The rules of approvals were changed. Whoever asked for this command must ask again.";
            return Ok(to_asker(Answer::sentence(changed)));
        };
        let (Some(approver), Some(presser)) = (self.known_here(turn, listed).await?, turn.event.person.clone()) else {
            return Ok(nobody());
        };
        if let Err(why) = self.verdict(rule, &draft, listed, &approver).await? {
            let mut asked = draft.asked.clone();
            give(&mut asked.approval, Approver { person: presser, reason: None });
            let line = read(&asked.line);
            self.audit_command(&Audited {
                step: Step::NotApproved,
                id: &draft.id,
                asked: &asked,
                line: line.as_ref(),
                standing: None,
                read_only: false,
                error: Some(("AccessDenied", &why.to_string())),
            })
            .await;
            return Ok(to_asker(Answer::sentence(why.to_string())));
        }
        let reason = values.map(|values| values.get(REASON).map(|text| shortened(text)).unwrap_or_default());
        if rule.reason && reason.as_deref().is_none_or(|text| text.trim().is_empty()) {
            return self.ask_why(turn, &draft, press.revision, decision, rule);
        }
        self.decided(turn, draft, (listed, press.revision), (decision, Approver { person: presser, reason })).await
    }

    async fn decided(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        mut draft: Draft,
        (listed, revision): (&ListedConfiguration, i64),
        (decision, by): (Decision, Approver),
    ) -> Result<Vec<Reply>, StoreError> {
        let decided_by = named(&by.person);
        let why = by.reason.clone();
        give(&mut draft.asked.approval, by);
        let Some(line) = read(&draft.asked.line) else { return Ok(to_asker(moved_words(Moved::Unknown))) };
        let mut body = what_runs(&line);
        let Ok(settled) = self.settled(turn, &draft, listed, line).await? else {
            let gone =
                "Whoever asked for this command may not run it any more, so nothing was run. They must ask again.";
            return Ok(to_asker(Answer::sentence(gone)));
        };
        let label = match decision {
            Decision::Approve => "Approved by",
            Decision::Reject => "Rejected by",
        };
        let asked_by = named(&settled.asked.person);
        let mut facts = vec![fact(label, decided_by), fact("Asked by", asked_by)];
        facts.extend(self.as_whom(&settled, listed));
        facts.extend(why.filter(|why| !why.is_empty()).map(|why| fact("Reason", Text::Plain(why))));
        body.push(Part::Facts(facts));
        let answer = |headline: &str| shown(turn, Answer { body, ..Answer::sentence(headline) });
        if decision == Decision::Reject {
            let now_ms = self.clock.now_ms();
            return Ok(match self.store.cancel_command(&draft.id, revision, turn.key, now_ms).await? {
                Moved::Now | Moved::Before => {
                    self.audit_command(&Audited::of(Step::Rejected, &settled)).await;
                    answer("Rejected: nothing was run")
                }
                other => to_asker(moved_words(other)),
            });
        }
        // Which rule decides may be another by now: what was asked under one is not approved under it.
        let asked_under = draft.asked.approval.as_ref().map(|approval| approval.rule.as_str());
        let rule = self.approval_rule(&settled, listed).map(|rule| rule.name.as_str());
        if rule.is_some() && rule != asked_under {
            let changed = "Another rule decides about this command by now. Whoever asked for it must ask again.";
            return Ok(to_asker(Answer::sentence(changed)));
        }
        // What was approved is what was shown: under another role it is another command.
        if draft.asked.shown_as.as_ref() != Some(&ShownAs::of(&settled.standing)) {
            let changed = "The role that it would run under has changed since. Whoever asked for it must ask again.";
            return Ok(to_asker(Answer::sentence(changed)));
        }
        self.audit_command(&Audited::of(Step::Approved, &settled)).await;
        Ok(match self.start(settled, revision, turn.key).await? {
            SetOff::Runs => answer("Approved, and started"),
            SetOff::Busy(busy) => self.refuse_busy(turn, &draft, busy).await,
            SetOff::Not(moved) => {
                let words = moved_words(moved);
                self.audit_refusal(turn, &draft, "NotStarted", &words.headline).await;
                to_asker(words)
            }
        })
    }

    /// An inner `Err` is for whoever pressed.
    async fn verdict(
        &self,
        rule: &Rule,
        draft: &Draft,
        listed: &ListedConfiguration,
        approver: &Known,
    ) -> Result<Result<(), NotApprover>, StoreError> {
        let Some(person) = draft.asked.person_id() else { return Ok(Err(NotApprover::NotMapped)) };
        let decision = self.role_of(&listed.configuration, &person).await?;
        let asker = Known { user_id: draft.asked.person.user_id.clone(), decision };
        Ok(rule.verdict(&asker.human(), &approver.human()))
    }

    async fn known_here(&self, turn: &Turn<'_>, listed: &ListedConfiguration) -> Result<Option<Known>, StoreError> {
        let Some(person) = &turn.event.person else { return Ok(None) };
        let Some(id) = person_id(&turn.event.scene, person) else { return Ok(None) };
        let decision = self.role_of(&listed.configuration, &id).await?;
        Ok(Some(Known { user_id: person.user_id.clone(), decision }))
    }

    fn ask_why(
        &self,
        turn: &Turn<'_>,
        draft: &Draft,
        revision: i64,
        decision: Decision,
        rule: &Rule,
    ) -> Result<Vec<Reply>, StoreError> {
        // For whoever pressed, as long as the question lasts.
        let ticket = self.command_ticket(turn, draft, revision, CommandStep::DecideWhy(decision));
        let (title, submit) = match decision {
            Decision::Approve => ("Approve this command", "Approve"),
            Decision::Reject => ("Reject this command", "Reject"),
        };
        let line = read(&draft.asked.line);
        Ok(vec![Reply::Ask(Form {
            title: title.to_owned(),
            intro: line.as_ref().map(what_runs).unwrap_or_default(),
            fields: vec![Field {
                name: REASON.to_owned(),
                label: "Reason".to_owned(),
                hint: Some(format!("The rule {} asks for one. It stands in the trail.", rule.name)),
                input: Input::Text { initial: String::new(), optional: false },
            }],
            submit: submit.to_owned(),
            ticket: self.seal_ticket(&ticket)?,
        })])
    }
}

impl Known {
    fn human(&self) -> Human<'_> {
        let nobody = Human { user_id: &self.user_id, role: None, principal: None, group: None };
        match &self.decision {
            RoleDecision::Person { role, by } => Human {
                role: Some(role.as_str()),
                principal: match by {
                    RoleBy::Themselves(identity) => Some(identity.as_str()),
                    RoleBy::Administrator | RoleBy::Group(_) => None,
                },
                group: match by {
                    RoleBy::Group(group) => Some(group.as_str()),
                    RoleBy::Administrator | RoleBy::Themselves(_) => None,
                },
                ..nobody
            },
            RoleDecision::Channel { .. }
            | RoleDecision::LinkFirst
            | RoleDecision::Unknown
            | RoleDecision::Refused(_) => nobody,
        }
    }
}

fn tags_of(configuration: &ChatConfiguration) -> BTreeMap<String, String> {
    let tags = configuration.tags.iter();
    tags.map(|(key, value)| (key.as_str().to_owned(), value.as_str().to_owned())).collect()
}

fn give(approval: &mut Option<Approval>, by: Approver) {
    if let Some(approval) = approval {
        approval.by = Some(by);
    }
}

fn named(person: &Person) -> Text {
    let name = person.name.as_ref().unwrap_or(&person.user_id);
    Text::Person { id: person.user_id.clone(), name: name.clone() }
}

/// For people to read.
fn approvers(rule: &Rule) -> String {
    let domain::approvals::Approvers { people, groups, roles } = &rule.approvers;
    let some = |what: &str, list: &[String]| (!list.is_empty()).then(|| format!("{what} {}", list.join(", ")));
    let named: Vec<String> =
        [some("people", people), some("groups", groups), some("roles", roles)].into_iter().flatten().collect();
    if named.is_empty() { "anybody with a role of their own here".to_owned() } else { named.join("; ") }
}

fn shortened(text: &str) -> String {
    text.trim().chars().take(REASON_CHARACTERS_MAX).collect()
}
