//! What the pages of a link say: one for each step, one for each way in which it ends. For `link`, which decides nothing by it.

use axum::http::StatusCode;

use crate::app::{Link, LinkError, LinkRefusal, LinkStep, LinkView, OfferedRole, WhyOffered, spoken_code};
use crate::clock::iso8601;
use crate::pages::{Choice, Form, Page};

/// The page of the step that comes next. `token` is its address, `word` what its forms must send back,
/// `server` what `bellhop link` is told.
pub fn shown(view: &LinkView, (token, word): (&str, &str), server: &str, wrong: Option<&LinkError>) -> Page {
    let link = &view.link;
    let form = |step: &str, submit: &str| Form::new(token, submit).hidden("form", word).hidden("step", step);
    match &view.step {
        LinkStep::Start => alarmed(Page::new("Link yourself to an IAM role"), wrong)
            .paragraph("You are about to link this chat user to an identity of yours in AWS:")
            .facts(who(link).iter().map(pair))
            .paragraph(
                "Go on only if this is you, and you asked for it in this channel. Whoever sent you this link \
                        otherwise would act in AWS by your permissions.",
            )
            .form(&form("open", "That is me, go on"))
            .note(&ends(link)),
        LinkStep::Prove => prove(link, &form("number", "Go on"), server, wrong),
        LinkStep::Choose { principal_arn, roles } => choose(link, principal_arn, roles, form("role", "Go on"), wrong),
        LinkStep::Confirm { principal_arn, role } => {
            let mut facts = who(link);
            facts.push(("You are".to_owned(), principal_arn.clone()));
            facts.push(("Role".to_owned(), role.as_str().to_owned()));
            alarmed(Page::new("Is this right?"), wrong)
                .paragraph("From here on, what you ask for in this channel is done under this role:")
                .facts(facts.iter().map(pair))
                .form(&form("confirm", "Confirm").hidden("role", role.as_str()))
                .form(&form("again", "Choose another role").plain())
                .note(&ends(link))
        }
        LinkStep::Done { principal_arn, role } => {
            let mut facts = who(link);
            facts.push(("You are".to_owned(), principal_arn.clone()));
            facts.push(("Role".to_owned(), role.as_str().to_owned()));
            Page::new("You are linked")
                .paragraph(
                    "What you ask for in this channel is done under this role. You can close this page and go \
                            back to chat.",
                )
                .facts(facts.iter().map(pair))
                .note(
                    "Say switch-role in the channel to choose another role. An administrator can end the link with \
                       the AWS CLI.",
                )
        }
    }
}

fn prove(link: &Link, form: &Form, server: &str, wrong: Option<&LinkError>) -> Page {
    let code = spoken_code(&link.code);
    alarmed(Page::new("Prove who you are in AWS"), wrong)
        .heading("1. Run this where you have AWS credentials")
        .command(&format!("bellhop link {code} --server {server}"))
        .note("It takes the credentials that AWS's own tools would take, or an access key of this server.")
        .paragraph("The code, to type it:")
        .code(&code)
        .heading("2. Type the number that it shows")
        .form(form)
        .note("Show the code and the number to nobody. Nobody needs them but this page.")
        .note(&ends(link))
        .heading("What will be linked")
        .facts(who(link).iter().map(pair))
}

fn choose(link: &Link, principal_arn: &str, roles: &[OfferedRole], form: Form, wrong: Option<&LinkError>) -> Page {
    let mut facts = who(link);
    facts.push(("You are".to_owned(), principal_arn.to_owned()));
    let page = alarmed(Page::new("Choose your role"), wrong).facts(facts.iter().map(pair));
    let choices: Vec<Choice> = roles.iter().map(choice).collect();
    let form = if choices.is_empty() { form } else { form.choices("role", "Roles that you may act under", &choices) };
    let page = if choices.is_empty() {
        page.paragraph(
            "There is no role to offer: no policy of this server lets you assume one that it knows of. Type \
                        one that you may assume, or ask its administrator.",
        )
    } else {
        page
    };
    let label = if choices.is_empty() { "ARN of a role" } else { "Or the ARN of another role" };
    let hint = format!("Of account {}, like arn:aws:iam::{}:role/NAME", link.account_id, link.account_id);
    page.form(&form.text("typed_role", label, &hint, "")).note(&ends(link))
}

fn choice(role: &OfferedRole) -> Choice {
    let arn = role.arn.as_str();
    let name = arn.rsplit('/').next().unwrap_or(arn).to_owned();
    let why = match role.why {
        WhyOffered::Own => "The role that you are in.",
        WhyOffered::Channel => "The role of this channel.",
        WhyOffered::Settings => "Offered by the administrator of this server.",
    };
    Choice { value: arn.to_owned(), label: name, hint: format!("{why} {arn}") }
}

/// Exactly what is linked.
fn who(link: &Link) -> Vec<(String, String)> {
    let id = link.person.as_str();
    let person = link.person_name.as_ref().map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"));
    let arn = link.configuration_arn.as_str();
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let mut facts = vec![(format!("{} user", link.person.platform_name()), person)];
    let team = if link.person.platform_name() == "Slack" { "Workspace" } else { "Team" };
    facts.extend(link.team_name.iter().map(|team_name| (team.to_owned(), team_name.clone())));
    facts.extend(link.channel_name.iter().map(|channel| ("Channel".to_owned(), format!("#{channel}"))));
    facts.push(("Configuration".to_owned(), name.to_owned()));
    facts.push(("AWS account".to_owned(), link.account_id.as_str().to_owned()));
    facts
}

fn pair((name, value): &(String, String)) -> (&str, &str) {
    (name, value)
}

fn ends(link: &Link) -> String {
    format!("This link is good once, and until {}.", iso8601(link.expires_at_ms).replace('T', " ").replace('Z', " UTC"))
}

fn alarmed(page: Page, wrong: Option<&LinkError>) -> Page {
    match wrong {
        None => page,
        Some(LinkError::Refused(LinkRefusal::WrongNumber { tries_left })) => page.alarm(&format!(
            "That is not the number. Look again at what bellhop link shows. You can try {tries_left} more times."
        )),
        Some(LinkError::RoleNotAllowed { principal_arn, role }) => page.alarm(&format!(
            "No policy of this server lets {principal_arn} assume {role}, or it is no role of this account. Choose another, or \
             ask the administrator to allow sts:AssumeRole on it."
        )),
        Some(_) => page.alarm("That did not go on. This is where you are; the number counts once you ran bellhop link."),
    }
}

const ASK_AGAIN: &str = "Go back to the channel and say switch-role: you get a new link.";

pub fn refusal(error: &LinkError) -> Page {
    let (status, title, what) = match error {
        LinkError::Refused(refusal) => return refused(*refusal),
        LinkError::ProofEnded { principal_arn } => (
            StatusCode::FORBIDDEN,
            "Your AWS credentials have ended",
            format!("The credentials by which you proved that you are {principal_arn} do not work any more."),
        ),
        LinkError::RoleNotAllowed { principal_arn, role } => (
            StatusCode::FORBIDDEN,
            "This role is not yours to take",
            format!("No policy of this server lets {principal_arn} assume {role} any more."),
        ),
        LinkError::NoRandomness(_) | LinkError::Store(_) => {
            let what = "The server cannot go on at this moment. Nothing is lost.";
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return Page::refusal(status, "Try again in a moment", what, "Reload this page.");
        }
    };
    Page::refusal(status, title, &what, ASK_AGAIN)
}

fn refused(refusal: LinkRefusal) -> Page {
    let (status, title, what) = match refusal {
        LinkRefusal::Unknown => (
            StatusCode::NOT_FOUND,
            "This link is not one that works",
            "It is not whole, or you asked for a newer one since, or its channel is not configured any more.",
        ),
        LinkRefusal::Expired => {
            (StatusCode::GONE, "This link has expired", "A link is good for ten minutes, and these are over.")
        }
        LinkRefusal::OtherBrowser => (
            StatusCode::FORBIDDEN,
            "This link was opened in another browser",
            "Only the browser that opened it first can go on. If that was not you, somebody else has seen your link: ask \
             for a new one, which ends this one.",
        ),
        LinkRefusal::Spent => (
            StatusCode::GONE,
            "Too many wrong numbers",
            "This link takes no more numbers, so that nobody can guess yours.",
        ),
        LinkRefusal::Done => (StatusCode::GONE, "This link was used", "A link is good once."),
        LinkRefusal::TooManyPeople { .. } => (
            StatusCode::CONFLICT,
            "This channel is full",
            "It has as many people with a role of their own as it may have. Ask the administrator to end some.",
        ),
        LinkRefusal::ProvenByAnother | LinkRefusal::WrongNumber { .. } | LinkRefusal::OutOfTurn => {
            (StatusCode::CONFLICT, "That did not go on", "The link is at another step of its way.")
        }
    };
    Page::refusal(status, title, what, ASK_AGAIN)
}
