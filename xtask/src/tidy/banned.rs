//! Crates that must not be built into anything of ours. Read from `cargo tree`, since Cargo.lock also lists the optional
//! dependencies that no feature turns on (reqwest's QUIC brings `ring` there and nowhere else).

use anyhow::{Result, bail};

use crate::tidy::Violation;
use crate::workspace::Workspace;

/// One cryptography and one TLS: a second set is a second set of advisories, and two providers of rustls in one process panic at
/// the first handshake.
const BANNED: [(&str, &str); 4] = [
    ("ring", "aws-lc-rs is the one cryptography"),
    ("openssl", "rustls on aws-lc-rs is the one TLS"),
    ("openssl-sys", "rustls on aws-lc-rs is the one TLS"),
    ("native-tls", "rustls on aws-lc-rs is the one TLS"),
];

/// Every crate that is built for any target and any purpose, one "name vX.Y.Z" a line.
pub fn built(workspace: &Workspace) -> Result<String> {
    let mut tree = workspace.cargo("tree --workspace --target all --edges all --prefix none --format {p}");
    let output = tree.output()?;
    if !output.status.success() {
        bail!("`cargo tree` ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

pub fn check(built: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    for line in built.lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        if let Some((_, why)) = BANNED.iter().find(|(banned, _)| *banned == name) {
            let remedy = format!("{why}; `cargo tree --invert {name}` says who brings it, turn that feature off");
            found.push(Violation::new("Cargo.toml", 0, format!("`{name}` is built"), remedy));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_second_cryptography_is_found_by_its_whole_name() {
        let said: Vec<_> = check("server v0.1.0 (crates/server)\nring v0.17.14\nspring v1.0.0\n");
        let said: Vec<_> = said.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            ["Cargo.toml: `ring` is built; aws-lc-rs is the one cryptography; \
              `cargo tree --invert ring` says who brings it, turn that feature off"]
        );
    }
}
