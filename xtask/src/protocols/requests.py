"""A case of each operation of botocore, a line each: parameters that are made up, and the request that botocore writes of them.

`differential.rs` runs it in the tests' Python and holds awscall's requests against it. Says a case as botocore's own files do; beside
them `service`, by the AWS CLI's word. Never calls anybody.
"""

import base64
import json
import sys

import botocore.session
from botocore.serialize import create_serializer
from botocore.utils import percent_encode_sequence

# The AWS CLI calls these otherwise.
RENAMED = {"s3": "s3api", "config": "configservice", "codedeploy": "deploy"}
TOKEN = "00000000-0000-4000-8000-000000000000"
# Past it, nothing is given that is not required.
DEPTH = 3


class Made:
    """Parameters of one operation: all that there are, or only those that are required."""

    def __init__(self, everything):
        self.everything = everything

    def value(self, shape, depth=0):
        kind = shape.type_name
        if kind == "structure":
            return {"any": [1, "x", None]} if shape.is_document_type else self.members(shape, depth)
        if kind == "list":
            # Filters are unions of lists of filters.
            return [] if depth > 2 * DEPTH else [self.value(shape.member, depth + 1) for _ in range(2)]
        if kind == "map":
            keys = ["k1"] if shape.serialization.get("location") == "headers" else ["k1", "k &2"]
            return {key: self.value(shape.value, depth + 1) for key in keys}
        if kind == "string":
            return self.text(shape)
        scalars = {"integer": 7, "long": 1 << 40, "float": 1.5, "double": -0.25, "boolean": True}
        return {**scalars, "timestamp": 1398796238, "blob": "blob é"}[kind]

    def members(self, shape, depth):
        members = list(shape.members.items())
        if shape.is_tagged_union:
            plain = [item for item in members if item[1].type_name not in ("structure", "list", "map")]
            return {name: self.value(member, depth + 1) for name, member in (plain or members)[:1]}
        made = {}
        for name, member in members:
            # botocore's own, for a URL that it signs for another region.
            if member.serialization.get("eventstream") or name == "SourceRegion":
                continue
            if name in shape.required_members or (self.everything and depth < DEPTH):
                made[name] = self.value(member, depth + 1)
        return made

    def text(self, shape):
        if shape.serialization.get("jsonvalue") and shape.serialization.get("location") == "header":
            return {"a": 1}
        if shape.serialization.get("hostLabel"):
            return "abc"
        return "a b/<&>'é" if shape.serialization.get("location") not in ("header", "uri") else "a b/c"


def with_bytes(shape, value):
    """Blobs as botocore takes them."""
    kind = shape.type_name
    if kind == "structure" and not shape.is_document_type:
        return {name: with_bytes(shape.members[name], member) for name, member in value.items()}
    if kind == "list":
        return [with_bytes(shape.member, member) for member in value]
    if kind == "map":
        return {key: with_bytes(shape.value, member) for key, member in value.items()}
    return value.encode() if kind == "blob" else value


def written(service, operation, parameters):
    shape = operation.input_shape
    given = with_bytes(shape, parameters) if shape else {}
    for name in operation.idempotent_members:
        given.setdefault(name, TOKEN)
    protocol = service.resolved_protocol
    request = create_serializer(protocol, include_validation=False).serialize_to_request(given, operation)
    body, uri = request["body"], request["url_path"]
    if isinstance(body, dict):
        body = percent_encode_sequence(body).encode()
    # A handler of botocore takes the bucket off; the rule set puts it back.
    if service.service_name == "s3" and operation.http["requestUri"].startswith("/{Bucket}"):
        rest = uri.removeprefix("/a%20b%2Fc")
        uri = rest if rest.startswith("/") else "/" + rest
    query = percent_encode_sequence(request["query_string"] or {})
    if query:
        uri += ("&" if "?" in uri else "?") + query
    # The rule set does it.
    host = "" if service.service_name == "s3control" else request.get("host_prefix") or ""
    if protocol == "smithy-rpc-v2-cbor":
        body = base64.b64encode(body)
    try:
        body = {"body": body.decode()}
    except UnicodeDecodeError:
        sys.exit(f"the body of {operation.name} is not text")
    return {"method": request["method"], "uri": uri, "host": host, "headers": headers(shape, request), **body}


def headers(shape, request):
    """With a space after the commas of lists, as Smithy has it."""
    written = dict(request["headers"])
    for name, member in shape.members.items() if shape else []:
        name = member.serialization.get("name", name)
        if member.serialization.get("location") == "header" and member.type_name == "list" and name in written:
            written[name] = written[name].replace(",", ", ")
    return written


def main():
    session = botocore.session.get_session()
    for name in session.get_available_services():
        service = session.get_service_model(name)
        for operation in map(service.operation_model, service.operation_names):
            for everything in (False, True):
                shape = operation.input_shape
                parameters = Made(everything).value(shape) if shape else {}
                case = {
                    "service": RENAMED.get(name, name),
                    "operation": operation.name,
                    "params": parameters,
                    "serialized": written(service, operation, parameters),
                }
                print(json.dumps(case))


main()
