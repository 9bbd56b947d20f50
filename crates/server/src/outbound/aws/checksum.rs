//! The checksum that an operation wants of its body, as a header.
//!
//! Source: <https://smithy.io/2.0/aws/aws-core.html#aws-protocols-httpchecksum-trait>; CRC32 is what the SDKs choose.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use awscall::call::Call;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Crc;

const DEFAULT: &str = "CRC32";
/// Reflected polynomials: Castagnoli's, and NVM Express's.
/// Source: <https://reveng.sourceforge.io/crc-catalogue/all.htm> (CRC-32/ISCSI, CRC-64/NVME).
const CRC32C: u32 = 0x82F6_3B78;
const CRC64NVME: u64 = 0x9A6C_9329_AC4B_C9B5;

/// Headers that a request gets beside its own. An algorithm that is not known is said, for a body without the checksum that
/// somebody asked for must not go out.
pub(super) fn headers(call: &Call, own: &[(String, String)], body: &[u8]) -> Result<Vec<(String, String)>, String> {
    let operation = call.operation;
    let flexible = operation.checksum.as_ref();
    let member = flexible.and_then(|checksum| checksum.algorithm_member);
    let wanted = operation.checksum_required || flexible.is_some_and(|checksum| checksum.required) || member.is_some();
    if !wanted || own.iter().any(|(name, _)| is_checksum(name)) {
        return Ok(Vec::new());
    }
    let asked = member.and_then(|member| call.input.get(member)?.as_str());
    let algorithm = asked.unwrap_or(DEFAULT);
    let sum = sum(algorithm, body).ok_or_else(|| format!("`{algorithm}` is no checksum that can be made here"))?;
    let mut headers = vec![(format!("x-amz-checksum-{}", algorithm.to_ascii_lowercase()), sum)];
    let inputs = call.service.input(operation);
    let header = inputs.iter().find(|input| Some(input.name) == member).and_then(|input| input.location_name);
    if let Some(name) = header.filter(|_| asked.is_none()) {
        headers.push((name.to_owned(), algorithm.to_owned()));
    }
    Ok(headers)
}

/// `x-amz-checksum-sha256`, but not `x-amz-checksum-algorithm`.
fn is_checksum(header: &str) -> bool {
    let header = header.to_ascii_lowercase();
    header == "content-md5"
        || header.strip_prefix("x-amz-checksum-").is_some_and(|name| !matches!(name, "algorithm" | "mode" | "type"))
}

fn sum(algorithm: &str, body: &[u8]) -> Option<String> {
    Some(match algorithm {
        "CRC32" => {
            let mut crc = Crc::new();
            crc.update(body);
            STANDARD.encode(crc.sum().to_be_bytes())
        }
        "CRC32C" => STANDARD.encode(crc32c(body).to_be_bytes()),
        "CRC64NVME" => STANDARD.encode(crc64nvme(body).to_be_bytes()),
        "SHA1" => STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, body)),
        "SHA256" => STANDARD.encode(digest(&SHA256, body)),
        _ => return None,
    })
}

fn crc32c(body: &[u8]) -> u32 {
    !body.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { CRC32C } else { 0 })
    })
}

fn crc64nvme(body: &[u8]) -> u64 {
    !body.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u64::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { CRC64NVME } else { 0 })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    /// The check values of the CRC catalogue, and of the SHA family's test vectors.
    #[test]
    fn sums_are_those_of_the_catalogue() {
        assert_eq!(crc32c(b"123456789"), 0xE306_9283);
        assert_eq!(crc64nvme(b"123456789"), 0xAE8B_1486_0A79_9888);
        assert_eq!(sum("CRC32", b"123456789").unwrap(), STANDARD.encode(0xCBF4_3926_u32.to_be_bytes()));
        assert_eq!(sum("SHA1", b"abc").unwrap(), "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
        assert_eq!(sum("SHA256", b"abc").unwrap(), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
        assert_eq!(sum("MD4", b"abc"), None);
    }

    fn of(service: &str, operation: &str, input: &serde_json::Value, own: &[(&str, &str)]) -> Vec<(String, String)> {
        let call = Call::of(service, operation, input.as_object().cloned().unwrap_or_else(Map::new)).unwrap();
        let own: Vec<_> = own.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        headers(&call, &own, b"123456789").unwrap()
    }

    #[test]
    fn an_operation_has_the_checksum_that_its_model_wants() {
        let names = |headers: Vec<(String, String)>| headers.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let chosen = names(of("s3api", "DeleteObjects", &json!({}), &[]));
        assert_eq!(chosen, ["x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm"]);
        let asked = of("s3api", "PutObject", &json!({ "ChecksumAlgorithm": "SHA256" }), &[]);
        assert_eq!(names(asked), ["x-amz-checksum-sha256"]);
        assert!(of("s3api", "PutObject", &json!({}), &[("x-amz-checksum-crc32c", "AAAAAA==")]).is_empty());
        assert_eq!(names(of("s3control", "CreateBucket", &json!({}), &[])), ["x-amz-checksum-crc32"]);
        assert!(of("lambda", "ListFunctions", &json!({}), &[]).is_empty());
    }
}
