//! Calls as a client of AWS makes them: POST, SigV4 in the Authorization header, signed with AWS's own crate. JSON to the
//! Chatbot API, whatever it is called with to `moto_server`. Never sends one.

use std::time::SystemTime;

use anyhow::Context as _;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::Value;

use crate::http;

/// The access key that the measured server is configured with. It opens nothing else.
pub const ACCESS_KEY_ID: &str = "AKIABENCH";
pub const SECRET_ACCESS_KEY: &str = "bench-secret";
pub const ACCOUNT_ID: &str = "123456789012";

/// A signed call of the Chatbot API. Valid for the minutes that SigV4 allows, so one may be sent many times in a run.
pub fn request(host: &str, path: &str, body: &Value, now: SystemTime) -> anyhow::Result<Vec<u8>> {
    Post { host, region: "us-east-2", service: "chatbot", path, media_type: "application/json" }
        .signed(body.to_string().as_bytes(), now)
}

/// A POST to some service of AWS, or to what stands for it.
pub struct Post<'a> {
    pub host: &'a str,
    pub region: &'a str,
    pub service: &'a str,
    pub path: &'a str,
    pub media_type: &'a str,
}

impl Post<'_> {
    /// The bytes of the whole request, signed with the one key of the run.
    pub fn signed(&self, body: &[u8], now: SystemTime) -> anyhow::Result<Vec<u8>> {
        let headers = [("host", self.host), ("content-type", self.media_type)];
        let identity = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "bench").into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(now)
            .settings(SigningSettings::default())
            .build()?
            .into();
        let uri = format!("http://{}{}", self.host, self.path);
        let signable = SignableRequest::new("POST", uri, headers.into_iter(), SignableBody::Bytes(body))?;
        let (instructions, _) = sign(signable, &parameters).context("cannot sign a request")?.into_parts();
        let all: Vec<_> = headers.into_iter().chain(instructions.headers()).collect();
        Ok(http::prepare("POST", self.path, &all, body))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use aws_lc_rs::{digest, hmac};
    use serde_json::json;

    use super::*;

    fn hexadecimal(bytes: &[u8]) -> String {
        bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|half| char::from_digit(half.into(), 16))
            .collect()
    }

    fn hash(bytes: &[u8]) -> String {
        hexadecimal(digest::digest(&digest::SHA256, bytes).as_ref())
    }

    fn keyed(key: &[u8], text: &str) -> Vec<u8> {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
    }

    /// Source of the algorithm: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>,
    /// worked through by hand for this one request.
    #[test]
    fn a_request_carries_the_signature_of_the_documented_algorithm() {
        let now = UNIX_EPOCH + Duration::from_secs(1_795_342_530);
        let body = json!({ "MaxResults": 1 });
        let request = request("127.0.0.1:4750", "/describe-slack-channel-configurations", &body, now).expect("signed");
        let request = String::from_utf8(request).expect("text");

        let canonical = format!(
            "POST\n/describe-slack-channel-configurations\n\ncontent-type:application/json\nhost:127.0.0.1:4750\n\
             x-amz-date:20261122T101530Z\n\ncontent-type;host;x-amz-date\n{}",
            hash(body.to_string().as_bytes())
        );
        let scope = "20261122/us-east-2/chatbot/aws4_request";
        let to_sign = format!("AWS4-HMAC-SHA256\n20261122T101530Z\n{scope}\n{}", hash(canonical.as_bytes()));
        let key = ["us-east-2", "chatbot", "aws4_request"]
            .iter()
            .fold(keyed(format!("AWS4{SECRET_ACCESS_KEY}").as_bytes(), "20261122"), |key, part| keyed(&key, part));
        let signature = hexadecimal(&keyed(&key, &to_sign));
        let authorization = format!(
            "authorization: AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/{scope}, \
             SignedHeaders=content-type;host;x-amz-date, Signature={signature}\r\n"
        );
        assert!(request.contains(&authorization), "{request}\nlacks\n{authorization}");
        assert!(request.contains("x-amz-date: 20261122T101530Z\r\n"));
    }
}
