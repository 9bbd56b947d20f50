//! Who did what GuardDuty saw, and from where.
//!
//! The finding's reader calls it. Source: GuardDuty API Reference, "Action" and "`AccessKeyDetails`"; an attack
//! sequence has them in "Sequence".

use crate::notification::source::fields::Fields;

/// The user whose credentials were used: `role deploy`, `alice`. Not the key itself.
pub fn actor(detail: Fields<'_>) -> Option<String> {
    let credentials = detail.fields("resource.accessKeyDetails");
    let (name, kind) = (credentials.str("userName"), credentials.str("userType"));
    match (name, kind) {
        (_, Some("Root")) => Some("the account's root user".to_owned()),
        (Some(name), Some(kind)) => Some(format!("{name} ({kind})")),
        (Some(name), None) => Some(name.to_owned()),
        (None, _) => {
            if let Some(actor) = detail.str("service.detection.sequence.actors.0.user.name") {
                return Some(actor.to_owned());
            }
            let process = detail.fields("service.runtimeDetails.process");
            let user = process.str("user").map(|user| format!(", user {user}")).unwrap_or_default();
            Some(format!("process {}{user}", process.str("name")?))
        }
    }
}

/// The other end: an address with its country and owner, a domain, an API caller.
pub fn origin(service: Fields<'_>) -> Option<String> {
    /// The kinds of action that name one remote address. Port probes name one for each port.
    const WITH_REMOTE: [&str; 6] = [
        "action.networkConnectionAction.remoteIpDetails",
        "action.awsApiCallAction.remoteIpDetails",
        "action.kubernetesApiCallAction.remoteIpDetails",
        "action.rdsLoginAttemptAction.remoteIpDetails",
        "action.portProbeAction.portProbeDetails.0.remoteIpDetails",
        "evidence.remoteIpDetails",
    ];
    let remote = WITH_REMOTE.iter().map(|path| service.fields(path)).find(|remote| !remote.is_empty());
    let endpoint = || service.str("detection.sequence.endpoints.0.ip").map(str::to_owned);
    let address = remote.and_then(address).or_else(endpoint);
    let domain = service.either(&["action.dnsRequestAction.domain", "action.awsApiCallAction.domainDetails.domain"]);
    match (address, domain) {
        (Some(address), _) => Some(address),
        (None, Some(domain)) => Some(domain.into_owned()),
        (None, None) => service.str("action.awsApiCallAction.serviceName").map(str::to_owned),
    }
}

fn address(remote: Fields<'_>) -> Option<String> {
    let ip = remote.str("ipAddressV4").or_else(|| remote.str("ipAddressV6"))?;
    let place = [remote.str("city.cityName"), remote.str("country.countryName"), remote.str("organization.org")];
    let place: Vec<&str> = place.into_iter().flatten().collect();
    Some(if place.is_empty() { ip.to_owned() } else { format!("{ip} ({})", place.join(", ")) })
}
