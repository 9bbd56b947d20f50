"""Cases of every operation of botocore, a line each: parameters that are made up with the request that botocore writes of them, and
an answer that is made up with what botocore reads out of it.

`differential.rs` runs it in the tests' Python and holds awscall against it. Says a case as botocore's own files do; beside them
`service`, by the AWS CLI's word. Never calls anybody.
"""

import base64
import datetime
import json
import sys
from xml.etree import ElementTree

import botocore.session
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from botocore.utils import percent_encode_sequence

# The AWS CLI calls these otherwise.
RENAMED = {"s3": "s3api", "config": "configservice", "codedeploy": "deploy"}
# Of S3, and older than its successor: two of its members have one name on the wire, and botocore reads neither.
UNREAD = ["GetBucketNotification"]
TOKEN = "00000000-0000-4000-8000-000000000000"
# Past it, nothing is given that is not required.
DEPTH = 3


class Made:
    """Parameters of one operation: all that there are, or only those that are required."""

    def __init__(self, everything):
        self.everything = everything

    def value(self, shape, depth=0, bound=False):
        """`bound` to the path or a header: without letters that either does not carry."""
        kind = shape.type_name
        bound = bound or shape.serialization.get("location") in ("header", "headers", "uri")
        if kind == "structure":
            return {"any": [1, "x", None]} if shape.is_document_type else self.members(shape, depth)
        if kind == "list":
            # Filters are unions of lists of filters.
            return [] if depth > 2 * DEPTH else [self.value(shape.member, depth + 1, bound) for _ in range(2)]
        if kind == "map":
            keys = ["k1"] if shape.serialization.get("location") == "headers" else ["k1", "k &2"]
            return {key: self.value(shape.value, depth + 1, bound) for key in keys}
        if kind == "string":
            return self.text(shape, bound)
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

    def text(self, shape, bound):
        if shape.serialization.get("jsonvalue") and shape.serialization.get("location") == "header":
            return {"a": 1}
        if shape.serialization.get("hostLabel"):
            return "abc"
        return "a b/c" if bound else "a b/<&>'é"


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


def answer(service, operation):
    """Written by botocore's serializers too: what they write of an input is what a service writes of an output."""
    shape, protocol = operation.output_shape, service.resolved_protocol
    made = with_bytes(shape, Made(True).value(shape))
    serializer = create_serializer("rest-xml" if protocol in ("query", "ec2") else protocol, include_validation=False)
    headers, body = {}, {}
    for name, value in made.items():
        member = shape.members[name]
        location, wire_name = member.serialization.get("location"), member.serialization.get("name", name)
        if location == "header":
            headers[wire_name] = serializer._convert_header_value(member, value)
        elif location == "headers":
            headers.update({wire_name + key: text for key, text in value.items()})
        elif location is None:
            body[name] = value
    payload = shape.serialization.get("payload")
    if payload in body and shape.members[payload].type_name in ("blob", "string"):
        content = body[payload] if isinstance(body[payload], bytes) else body[payload].encode()
    elif payload in body:
        content = document(serializer, shape.members[payload], body[payload], payload)
    else:
        content = document(serializer, shape, body, f"{operation.name}Result")
    if protocol == "query":
        content = b"<Response>" + content + b"</Response>"
    return {"status_code": 200, "headers": headers, "body": content.decode()}


def document(serializer, shape, value, name):
    if hasattr(serializer, "_add_xml_namespace"):
        root = ElementTree.Element("")
        serializer._serialize(shape, value, root, name)
        return ElementTree.tostring(root[0], encoding="utf-8")
    written = {}
    serializer._serialize(written, value, shape, "body")
    return json.dumps(written["body"]).encode()


def read(service, operation, response):
    raw = {**response, "headers": HeadersDict(response["headers"]), "body": response["body"].encode(), "context": {}}
    parsed = create_parser(service.resolved_protocol).parse(raw, operation.output_shape)
    parsed.pop("ResponseMetadata", None)
    return parsed


def plain(value):
    """What JSON has no type for, as botocore's own cases have it."""
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    return value.decode()


def cases(service, operation):
    for everything in (False, True):
        shape = operation.input_shape
        parameters = Made(everything).value(shape) if shape else {}
        yield {"params": parameters, "serialized": written(service, operation, parameters)}
    if operation.output_shape and not operation.has_event_stream_output and operation.name not in UNREAD:
        response = answer(service, operation)
        yield {"response": response, "result": read(service, operation, response)}


def main():
    session = botocore.session.get_session()
    for name in session.get_available_services():
        service = session.get_service_model(name)
        for operation in map(service.operation_model, service.operation_names):
            for case in cases(service, operation):
                case.update(service=RENAMED.get(name, name), operation=operation.name)
                print(json.dumps(case, default=plain))


main()
