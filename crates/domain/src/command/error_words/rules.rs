//! What to do about an error of AWS, by its code. The codes are those of AWS's models and of its common errors:
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>.
//!
//! `error_words` asks it. What no rule knows gets no advice rather than a guess.

use awscall::help;

use super::FailureOf;
use super::lookup::listing;

pub struct Advice {
    /// After what ran: `nothing of that name`.
    pub headline: String,
    /// Whole sentences; may be empty.
    pub remedy: String,
    /// To be typed as they are.
    pub commands: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The dry run of EC2 went well, which it says by an error.
    DryRun,
    Throttled,
    Expired,
    /// The account pays for no plan of AWS Support that has it.
    NoPlan,
    /// The account is not in the region, or not with the service.
    NotOptedIn,
    /// Somebody else answered an approval, or it is over.
    Answered,
    Denied,
    NotFound,
    Quota,
    Conflict,
    Invalid,
    /// AWS failed, and says so.
    AtAws,
    Other,
}

/// In this order: `TooManyRequestsException` is throttling before it is anything else. A code is known by a part of it.
const CODES: [(Kind, &[&str]); 12] = [
    (Kind::DryRun, &["DryRunOperation"]),
    (
        Kind::Throttled,
        &[
            "Throttl",
            "TooManyRequests",
            "RequestLimitExceeded",
            "SlowDown",
            "ThroughputExceeded",
            "BandwidthLimitExceeded",
        ],
    ),
    (Kind::Expired, &["ExpiredToken", "RequestExpired", "TokenRefreshRequired", "RequestTimeTooSkewed"]),
    // <https://docs.aws.amazon.com/awssupport/latest/APIReference/Welcome.html>: Support's, and AWS Health's.
    (Kind::NoPlan, &["SubscriptionRequired"]),
    // <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html>
    (Kind::Answered, &["InvalidApprovalToken", "ApprovalAlreadyCompleted"]),
    (
        Kind::NotOptedIn,
        &[
            "OptInRequired",
            "NotSignedUp",
            "UnrecognizedClient",
            "InvalidClientTokenId",
            "AuthFailure",
            "RegionDisabled",
        ],
    ),
    (Kind::Denied, &["AccessDenied", "Unauthorized", "NotAuthorized", "AuthorizationError", "Forbidden"]),
    (Kind::NotFound, &["NotFound", "NoSuch", "DoesNotExist", "NonExistent", "Nonexistent", "UnknownResource"]),
    (
        Kind::Quota,
        &["LimitExceeded", "QuotaExceeded", "TooMany", "InsufficientInstanceCapacity", "InsufficientCapacity"],
    ),
    (
        Kind::Conflict,
        &[
            "Conflict",
            "InUse",
            "AlreadyExists",
            "AlreadyOwned",
            "Incorrect",
            "PreconditionFailed",
            "InvalidState",
            "NotReady",
            "InProgress",
            "DependencyViolation",
            "ConcurrentModification",
        ],
    ),
    (Kind::Invalid, &["Validation", "Invalid", "Missing", "Malformed", "Serialization", "BadRequest", "Unsupported"]),
    (Kind::AtAws, &["InternalError", "InternalFailure", "InternalServer", "ServiceUnavailable", "ServiceException"]),
];

fn kind(code: &str, message: &str, status: u16) -> Kind {
    // CloudFormation and others have one code for all: `Stack with id x does not exist`.
    let is_missing = ["does not exist", "not found", "no such"].iter().any(|words| message.contains(words));
    let known = CODES.iter().find(|(_, parts)| parts.iter().any(|part| code.contains(part)));
    match known.map(|(kind, _)| *kind) {
        Some(Kind::Invalid) | None if is_missing => Kind::NotFound,
        Some(kind) => kind,
        None => match status {
            404 => Kind::NotFound,
            403 => Kind::Denied,
            409 | 412 => Kind::Conflict,
            429 => Kind::Throttled,
            500.. => Kind::AtAws,
            _ => Kind::Other,
        },
    }
}

#[expect(clippy::too_many_lines, reason = "one arm a kind of error: the table is read as a whole")]
pub fn advice(failed: &FailureOf<'_>, code: &str, message: &str, status: u16) -> Advice {
    let region = failed.place.region.as_deref();
    let account = failed.place.account_name.as_deref().or(failed.place.account.as_deref());
    let there = place_words(region, account);
    let in_region = region.map(|region| format!(" --region {region}")).unwrap_or_default();
    let name = format!("{} {}", failed.service.name, failed.operation.command);
    let said = |headline: &str, remedy: String, commands: Vec<String>| Advice {
        headline: headline.to_owned(),
        remedy,
        commands,
    };
    match kind(code, message, status) {
        Kind::DryRun => said("the dry run is good", "You may do it; nothing was done.".to_owned(), Vec::new()),
        Kind::Throttled => said(
            "AWS is asked too often",
            "It took nothing of it. Ask me again in a minute; other users of the account may be asking too.".to_owned(),
            Vec::new(),
        ),
        Kind::Expired => said(
            "AWS no longer takes the credentials",
            "Ask me again: I take new ones. If it stays so, the clock of the server that I run on may be wrong."
                .to_owned(),
            Vec::new(),
        ),
        Kind::NoPlan => said(
            "the account has no plan for it",
            format!(
                "AWS lets only accounts with a paid support plan (Business or higher) use {}. Whoever pays for the account can change the plan.",
                failed.service.full_name
            ),
            Vec::new(),
        ),
        Kind::Answered => said(
            "answered already",
            "Somebody answered this approval before, or it is over. Nothing was changed by this.".to_owned(),
            Vec::new(),
        ),
        Kind::NotOptedIn => said(
            "AWS does not let the account in there",
            format!(
                "The account may not have turned the region on, or not have signed up to {}. Try a region that it uses with --region.",
                failed.service.full_name
            ),
            vec![format!("@aws account list-regions{in_region}")],
        ),
        Kind::Denied => said(
            "not allowed",
            "Somebody who manages the channel's role, or yours, can allow it. See under which role you act here:"
                .to_owned(),
            vec!["@aws whoami".to_owned(), format!("@aws can-i {name}")],
        ),
        Kind::NotFound => {
            let commands = listing(failed.service, failed.operation);
            let commands: Vec<String> = commands
                .map(|command| format!("@aws {} {command}{in_region}", failed.service.name))
                .into_iter()
                .collect();
            let look = if commands.is_empty() { "" } else { " See what there is:" };
            let remedy = format!("I looked{there}; it may be elsewhere (--region), or be called otherwise.{look}");
            said("not found", remedy, commands)
        }
        Kind::Quota => said(
            "a limit of the account is reached",
            "Remove what is not needed, or have the quota raised:".to_owned(),
            vec![format!(
                "@aws service-quotas list-service-quotas --service-code {}{in_region}",
                failed.service.signing_name
            )],
        ),
        Kind::Conflict => said(
            "not possible as it is now",
            "It is in a state in which AWS does not do that. Look at it before you try again.".to_owned(),
            Vec::new(),
        ),
        Kind::Invalid => {
            let synopsis = help::operation(failed.service.name, failed.operation.command)
                .map(|help| format!("@aws {}", help.synopsis));
            let remedy =
                format!("AWS does not take the parameters as they are. `@aws {name} --help` says what each takes.");
            said("not understood", remedy, synopsis.into_iter().collect())
        }
        Kind::AtAws => said(
            "AWS failed",
            "That is on AWS's side: https://health.aws.amazon.com/health/status says whether others have it too."
                .to_owned(),
            Vec::new(),
        ),
        Kind::Other => said("failed", String::new(), Vec::new()),
    }
}

/// ` in us-east-1 of shop-prod`.
fn place_words(region: Option<&str>, account: Option<&str>) -> String {
    match (region, account) {
        (Some(region), Some(account)) => format!(" in {region} of {account}"),
        (Some(place), None) | (None, Some(place)) => format!(" in {place}"),
        (None, None) => " where you said".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        for (code, message, status, wanted) in [
            ("ResourceNotFoundException", "Function not found: arn", 404, Kind::NotFound),
            ("NoSuchBucket", "The specified bucket does not exist", 404, Kind::NotFound),
            ("AWS.SimpleQueueService.NonExistentQueue", "", 400, Kind::NotFound),
            ("InvalidInstanceID.NotFound", "", 400, Kind::NotFound),
            ("ValidationError", "Stack with id x does not exist", 400, Kind::NotFound),
            ("ValidationException", "1 validation error detected", 400, Kind::Invalid),
            ("InvalidParameterValue", "", 400, Kind::Invalid),
            ("ThrottlingException", "Rate exceeded", 400, Kind::Throttled),
            ("TooManyRequestsException", "", 429, Kind::Throttled),
            ("ProvisionedThroughputExceededException", "", 400, Kind::Throttled),
            ("AccessDeniedException", "", 400, Kind::Denied),
            ("UnauthorizedOperation", "", 403, Kind::Denied),
            ("ExpiredTokenException", "", 403, Kind::Expired),
            ("OptInRequired", "", 403, Kind::NotOptedIn),
            ("SubscriptionRequiredException", "", 400, Kind::NoPlan),
            ("InvalidApprovalTokenException", "", 400, Kind::Answered),
            ("ApprovalAlreadyCompletedException", "", 400, Kind::Answered),
            (
                "UnrecognizedClientException",
                "The security token included in the request is invalid",
                403,
                Kind::NotOptedIn,
            ),
            ("LimitExceededException", "", 400, Kind::Quota),
            ("ResourceInUseException", "", 400, Kind::Conflict),
            ("IncorrectInstanceState", "", 400, Kind::Conflict),
            ("DryRunOperation", "Request would have succeeded", 412, Kind::DryRun),
            ("InternalServerException", "", 500, Kind::AtAws),
            ("Weird", "", 503, Kind::AtAws),
            ("Weird", "", 400, Kind::Other),
        ] {
            assert_eq!(kind(code, message, status), wanted, "{code}");
        }
    }
}
