//! Cases of botocore that we do not follow, each with its reason.

use super::Direction::{self, Input, Output};

pub struct Exception {
    direction: Direction,
    file: &'static str,
    id: &'static str,
    /// For whoever reads it beside the count.
    pub reason: &'static str,
}

impl Exception {
    pub fn place(&self) -> String {
        format!("{}/{}: {}", self.direction.name(), self.file, self.id)
    }
}

const fn of(direction: Direction, file: &'static str, id: &'static str, reason: &'static str) -> Exception {
    Exception { direction, file, id, reason }
}

const COMPRESSED: &str =
    "a choice of the client: services take the same uncompressed, and what is typed in a chat is small";
const CHECKSUM: &str = "whoever signs adds the checksums, over the body as it is sent";
const PAYLOAD_NAME: &str = "of a payload, S3's models have the member's name as the element's where it differs from the shape's \
                            (LifecycleConfiguration); the cases want the shape's, and write the member's beside it";
const EMPTY_LIST: &str =
    "as botocore, which skips the case: AWS's services were never sent a header for a list without elements";
const MEDIA_TYPE: &str = "as botocore, which skips the case: what the header says is JSON is shown as JSON";
const DENSE: &str = "the model does not say whether a map is sparse: a null that AWS sends is shown as one";

pub const ALL: &[Exception] = &[
    of(Input, "ec2", "SDKAppliedContentEncoding_ec2Query", COMPRESSED),
    of(Input, "ec2", "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_ec2Query", COMPRESSED),
    of(Input, "json", "SDKAppliedContentEncoding_awsJson1_1", COMPRESSED),
    of(Input, "json", "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1", COMPRESSED),
    of(Input, "json_1_0", "SDKAppliedContentEncoding_awsJson1_0", COMPRESSED),
    of(Input, "json_1_0", "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0", COMPRESSED),
    of(Input, "query", "SDKAppliedContentEncoding_awsQuery", COMPRESSED),
    of(Input, "query", "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery", COMPRESSED),
    of(Input, "rest-json", "SDKAppliedContentEncoding_restJson1", COMPRESSED),
    of(Input, "rest-json", "SDKAppendedGzipAfterProvidedEncoding_restJson1", COMPRESSED),
    of(Input, "rest-json", "RestJsonHttpChecksumRequired", CHECKSUM),
    of(Input, "rest-json", "RestJsonNullAndEmptyHeaders", EMPTY_LIST),
    of(Input, "rest-xml", "SDKAppliedContentEncoding_restXml", COMPRESSED),
    of(Input, "rest-xml", "SDKAppendedGzipAfterProvidedEncoding_restXml", COMPRESSED),
    of(Input, "rest-xml", "NullAndEmptyHeaders", EMPTY_LIST),
    of(Input, "rest-xml", "RestXmlHttpPayloadWithUnion", PAYLOAD_NAME),
    of(Input, "rest-xml", "HttpPayloadWithXmlName", PAYLOAD_NAME),
    of(Input, "rest-xml", "HttpPayloadWithXmlNamespace", PAYLOAD_NAME),
    of(Input, "rest-xml", "HttpPayloadWithXmlNamespaceAndPrefix", PAYLOAD_NAME),
    of(Input, "rest-xml", "XmlAttributesOnPayload", PAYLOAD_NAME),
    of(Output, "rest-json", "MediaTypeHeaderOutputBase64", MEDIA_TYPE),
    of(Output, "rest-json", "RestJsonDeserializesDenseSetMapAndSkipsNull", DENSE),
    of(Output, "smithy-rpc-v2-cbor", "RpcV2CborDeserializesDenseSetMapAndSkipsNull", DENSE),
];
