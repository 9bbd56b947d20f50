"""Where a call goes and how it is signed: botocore's resolver of the same rule sets is the oracle.

Every service in every region of every partition, with FIPS, with dual stack, with an address of one's own; every way a member of an
input decides; and S3's buckets and ARNs through botocore's client, whose handlers change what the rules are told.
"""

import contextlib
import gzip
import json
from itertools import product
from pathlib import Path

import botocore
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError

from asked import ask

DATA = Path(botocore.__file__).parent / "data"
# Directories of botocore that the AWS CLI's commands name otherwise.
COMMANDS = {"s3": "s3api", "config": "configservice", "codedeploy": "deploy"}
VARIANTS = list(product([False, True], repeat=2))
ADDRESS = "http://localhost:4566"
ACCOUNT = "123456789012"


def read(path: Path):
    return json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())


PARTITIONS = read(DATA / "partitions.json")
REGIONS = sorted({region for partition in PARTITIONS["partitions"] for region in partition["regions"]})

# FIPS and dual stack are asked for in a third of them for each service, another third for the next.
VARIED = [REGIONS[0::3], REGIONS[1::3], REGIONS[2::3]]


def newest(service: str, file: str):
    """botocore's file of a service, in the newest version that has one."""
    found = sorted((DATA / service).glob(f"*/{file}*"))
    return read(found[-1]) if found else None


def services() -> list[str]:
    return sorted(path.name for path in DATA.iterdir() if path.is_dir() and list(path.glob("*/service-2.json*")))


def contexts(model: dict) -> dict[str, tuple[dict, dict]]:
    """An operation for each way in which operations of a service tell the rules something: static parameters, members."""
    found = {}
    for name, operation in sorted(model["operations"].items()):
        static = {key: given["value"] for key, given in operation.get("staticContextParams", {}).items()}
        members = model["shapes"][operation["input"]["shape"]]["members"] if "input" in operation else {}
        dynamic = {
            member: shape["contextParam"]["name"] for member, shape in members.items() if "contextParam" in shape
        }
        found.setdefault((json.dumps(static), json.dumps(dynamic)), (name, static, dynamic))
    return {name: (static, dynamic) for name, static, dynamic in found.values()}


# By the parameter of the rule set: what a member may hold.
VALUES = {
    "AccountId": [ACCOUNT, "x.y"],
    "EndpointId": ["abc123.456def", "bad label"],
    "StreamId": ["123456789012abcde", "short"],
    "KvsARN": [f"arn:aws:cloudfront::{ACCOUNT}:key-value-store/my-first-kvs-e10b1dce4f394248811e77167e0451ba", "no"],
    None: [
        f"arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/s",
        f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t",
        f"arn:aws-cn:kinesis:cn-north-1:{ACCOUNT}:stream/s",
        "arn:aws:kinesis:ev/il:x:stream/s",
        "name",
    ],
}


def built_in(name: str, region: str, fips: bool, dual_stack: bool, endpoint: str | None):
    """As botocore's client settings are by default; the endpoints of accounts are off, and so are the global ones of S3 and STS."""
    return {
        "AWS::Region": region,
        "AWS::UseFIPS": fips and not endpoint,
        "AWS::UseDualStack": dual_stack and not endpoint,
        "SDK::Endpoint": endpoint,
        "AWS::Auth::AccountIdEndpointMode": "disabled",
        "AWS::Auth::AccountId": None,
        "AWS::STS::UseGlobalEndpoint": False,
    }[name]


def signing(properties: dict, name: str, region: str) -> dict:
    """The first SigV4 of the schemes, else the first."""
    schemes = properties.get("authSchemes", [])
    scheme = next((one for one in schemes if one["name"] == "sigv4"), schemes[0] if schemes else {"name": "sigv4"})
    return {
        "signing_name": scheme.get("signingName", name),
        "signing_region": scheme.get("signingRegion", ",".join(scheme.get("signingRegionSet", [])) or region),
        "double_encode_path": not scheme.get("disableDoubleEncoding", False),
        "other_scheme": None if scheme["name"] == "sigv4" else scheme["name"],
    }


def resolved(provider: EndpointProvider, parameters: dict, name: str, region: str) -> dict:
    try:
        endpoint = provider.resolve_endpoint(**parameters)
    except BotoCoreError as error:
        return {"error": error.kwargs["msg"]}
    headers = {key.lower(): values[0] for key, values in endpoint.headers.items()}
    return {"url": endpoint.url.rstrip("/"), "headers": headers} | signing(endpoint.properties, name, region)


def differences(questions: list[dict], expected: list[dict]) -> list[tuple]:
    """What is not the same. A sentence of the rules is the same word for word; where botocore has none of its own, any will do."""

    def same(answer: dict, oracle: dict) -> bool:
        if "error" in oracle and oracle["error"] is None:
            return "error" in answer
        return answer == oracle

    answers = ask("endpoints", questions)
    return [row for row in zip(questions, answers, expected, strict=True) if not same(row[1], row[2])]


def every_service():
    for service_number, service in enumerate(services()):
        if service in ("s3", "s3control"):
            continue
        model, rules = newest(service, "service-2.json"), newest(service, "endpoint-rule-set-1.json")
        provider = EndpointProvider(rules, PARTITIONS)
        metadata = model["metadata"]
        name = metadata.get("signingName", metadata["endpointPrefix"])
        built_ins = {key: given["builtIn"] for key, given in rules["parameters"].items() if "builtIn" in given}
        for place, (operation, static, members) in places(contexts(model), service_number):
            region, fips, dual_stack, endpoint, given = place
            values = {member: value for member, value in zip(members, given, strict=False)}
            parameters = {
                key: value
                for key, known in built_ins.items()
                if (value := built_in(known, region, fips, dual_stack, endpoint)) is not None
            }
            parameters |= static | {members[member]: value for member, value in values.items()}
            parameters = {key: value for key, value in parameters.items() if key in rules["parameters"]}
            question = {
                "service": COMMANDS.get(service, service), "operation": operation, "input": values,
                "region": region, "fips": fips, "dual_stack": dual_stack, "endpoint": endpoint,
            }
            yield question, resolved(provider, parameters, name, region)


def places(operations: dict, service_number: int):
    """Every region and variant for the first operation; for the others, what their members may hold, in a few regions."""
    for index, (operation, (static, members)) in enumerate(operations.items()):
        if index == 0:
            for region, (fips, dual_stack) in product(REGIONS, VARIANTS):
                if not (fips or dual_stack) or region in VARIED[service_number % len(VARIED)]:
                    yield (region, fips, dual_stack, None, []), (operation, static, {})
            yield ("eu-west-1", False, False, ADDRESS, []), (operation, static, {})
        for member, parameter in members.items():
            for value, region in product(VALUES.get(parameter, VALUES[None]), ["us-east-1", "cn-north-1"]):
                for fips, dual_stack in VARIANTS:
                    yield (region, fips, dual_stack, None, [value]), (operation, static, {member: parameter})
        yield ("us-gov-west-1", False, False, None, []), (operation, static, {})


# Refused though botocore goes there: hosts outside AWS's partitions (`signin.aws.amazon.com`), for tokens that a chat has no use for.
OUTSIDE = {"signin"}


def test_every_service_in_every_region():
    questions, expected = zip(*every_service(), strict=True)
    assert len(questions) > 45_000, len(questions)
    wrong = differences(questions, expected)
    assert {question["service"] for question, _, _ in wrong} == OUTSIDE, f"{len(wrong)}: {wrong[:5]}"
    assert all("host is not one of AWS" in answer["error"] for _, answer, _ in wrong)


def client_of(session, service: str, region: str, fips=False, dual_stack=False, endpoint=None):
    config = Config(
        region_name=region,
        use_fips_endpoint=fips,
        use_dualstack_endpoint=dual_stack,
        account_id_endpoint_mode="disabled",
        s3={"us_east_1_regional_endpoint": "regional"},
        client_context_params={"disable_s3_express_session_auth": True},
    )
    return session.create_client(service, config=config, endpoint_url=endpoint)


@pytest.fixture(scope="module")
def session():
    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    return session


def asked_of_client(client, operation: str, given: dict, region: str) -> dict:
    """Through the handlers that look at parameters first. They say in words of their own what the rules refuse."""
    model = client.meta.service_model.operation_model(operation)
    context = {"client_region": region, "client_config": client.meta.config, "has_streaming_input": False}
    parameters = dict(given)
    try:
        parameters = client._emit_api_params(api_params=parameters, operation_model=model, context=context)
        info = client._ruleset_resolver.construct_endpoint(model, parameters, context)
    except BotoCoreError:
        return {"error": None}
    headers = {key.lower(): value for key, value in info.headers.items()}
    return {"url": info.url.rstrip("/"), "headers": headers} | signing(info.properties, "s3", region)


OUTPOST = f"arn:aws:s3-outposts:us-west-2:{ACCOUNT}:outpost/op-01ac5d28a6a232904"
BUCKETS = [
    "photos", "my.photos", "Photos", "a_b_c", "ab", "127.0.0.1", "999.1.1.1", "x" * 64, "a" * 63, "-photos", "photos-",
    "logs--use1-az4--x-s3", "logs--apne1-az1--x-s3", "logs--x-s3", "point--use1-az4--xa-s3", "photos--op-s3",
    "test-accessp-e0000075o0jqhwwx9zpwl5yfhfcxe--op-s3",
    "", "a/b", "a b", "a?b", "é", "bucket:1",
    f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint/reports", f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint:reports",
    f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/reports", f"arn:aws-cn:s3:cn-north-1:{ACCOUNT}:accesspoint/reports",
    f"arn:aws:s3::{ACCOUNT}:accesspoint/mfzwi23gnjvgw.mrap", f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint",
    f"arn:aws:s3:us-west-2::accesspoint/reports", f"arn:aws:s3:us-we$t-2:{ACCOUNT}:accesspoint/reports",
    f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint/re*ports", f"arn:aws:s3:us-west-2:{ACCOUNT}:bucket_name:reports",
    f"arn:aws:s3-object-lambda:us-west-2:{ACCOUNT}:accesspoint/banner",
    f"arn:aws:s3-object-lambda:us-gov-west-1:{ACCOUNT}:accesspoint/banner",
    f"{OUTPOST}/accesspoint/reports", f"{OUTPOST}:accesspoint:reports", OUTPOST, f"{OUTPOST}/bucket/b",
    "arn:aws:s3:::photos", "arn:aws:iam::x:role/y",
]
S3_OPERATIONS = ["GetObject", "GetBucketLocation", "ListObjectsV2", "CreateBucket", "PutBucketPolicy", "CreateSession"]
S3_REGIONS = ["us-east-1", "us-west-2", "eu-west-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "ap-east-1"]
ADDRESSES = [
    ADDRESS, "https://127.0.0.1:9000/base/", "https://beta.example.com",
    "https://bucket.vpce-1-2.s3.eu-west-1.vpce.amazonaws.com",
]


def every_s3(session):
    settings = [(fips, dual_stack, None) for fips, dual_stack in VARIANTS] + [(True, False, one) for one in ADDRESSES]
    for region, (fips, dual_stack, endpoint) in product(S3_REGIONS, settings):
        client = client_of(session, "s3", region, fips, dual_stack, endpoint)
        for operation, bucket in [*product(S3_OPERATIONS, BUCKETS), ("ListBuckets", None), ("ListDirectoryBuckets", None)]:
            given = {"Bucket": bucket} if bucket is not None else {}
            given |= {"Key": "k"} if operation == "GetObject" else {}
            question = {
                "service": "s3api", "operation": operation, "input": given,
                "region": region, "fips": fips, "dual_stack": dual_stack, "endpoint": endpoint,
            }
            yield question, asked_of_client(client, operation, given, region)


def leaves_the_address(question: dict) -> bool:
    """Only the rules of access points of several regions forget an address that was set, and go to AWS. Here nothing does."""
    return ".mrap" in question["input"].get("Bucket", "") and question["endpoint"] is not None


def test_every_kind_of_bucket(session):
    questions, expected = zip(*every_s3(session), strict=True)
    wrong = differences(questions, expected)
    away = [answer for question, answer, _ in wrong if leaves_the_address(question)]
    assert away and all("host is not the one that was set" in answer["error"] for answer in away)
    assert len(away) == len(wrong), [row for row in wrong if not leaves_the_address(row[0])][:5]


# Where the endpoint, the model's host prefix and the path meet.
WHOLE = [
    ("s3", "GetObject", {"Bucket": "photos", "Key": "2026/a b+c%/ü"}),
    ("s3", "GetObject", {"Bucket": "my.photos", "Key": "k"}),
    ("s3", "ListObjectsV2", {"Bucket": "photos"}),
    ("s3", "ListObjectsV2", {"Bucket": "my.photos"}),
    ("s3", "GetBucketLocation", {"Bucket": "photos"}),
    ("s3", "ListBuckets", {}),
    ("s3", "ListObjectsV2", {"Bucket": f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint/reports"}),
    ("s3control", "ListJobs", {"AccountId": ACCOUNT}),
    ("s3control", "GetAccessPoint", {"AccountId": ACCOUNT, "Name": "reports"}),
    ("servicediscovery", "DiscoverInstances", {"NamespaceName": "n", "ServiceName": "s"}),
    ("lambda", "Invoke", {"FunctionName": f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:f"}),
    ("stepfunctions", "StartSyncExecution", {"stateMachineArn": f"arn:aws:states:us-west-2:{ACCOUNT}:express:s"}),
    ("dynamodb", "ListTables", {}),
    ("iam", "ListUsers", {}),
    ("route53", "GetHostedZone", {"Id": "Z1"}),
]


def test_the_whole_address_of_a_request(session):
    """As botocore puts it on the wire; an address that was set takes no host prefix here, which no name server knows there."""
    questions, expected = [], []
    for (service, operation, given), endpoint in product(WHOLE, [None, "https://beta.example.com", "https://proxy.example.com/base"]):
        client = client_of(session, service, "us-west-2", endpoint=endpoint)
        sent = []

        def capture(request, sent=sent, **_):
            sent.append(request.url)
            return AWSResponse(request.url, 500, {}, None)

        client.meta.events.register("before-send", capture)
        model = client.meta.service_model.operation_model(operation)
        with contextlib.suppress(Exception):
            client._make_api_call(operation, given)
        assert sent, (service, operation)
        address = sent[0].split("?")[0]
        if endpoint and (model.endpoint or {}).get("hostPrefix") and service != "s3control":
            address = address.replace(model.endpoint["hostPrefix"], "", 1)
        expected.append({"address": address})
        questions.append({
            "service": COMMANDS.get(service, service), "operation": operation, "input": given,
            "region": "us-west-2", "endpoint": endpoint, "whole": True,
        })
    assert ask("endpoints", questions) == expected


def every_s3_control(session):
    points = [f"{OUTPOST}/accesspoint/reports", f"{OUTPOST}:accesspoint:reports", OUTPOST, "reports", "a/b"]
    buckets = [f"{OUTPOST}/bucket/b", f"{OUTPOST}:bucket:b", f"{OUTPOST}/bucket", "b"]
    given = [("GetAccessPoint", {"Name": point}) for point in points] + [("GetBucket", {"Bucket": one}) for one in buckets]
    given += [("CreateBucket", {"Bucket": "b", "OutpostId": id}) for id in ("op-1", "op/1")]
    given += [("ListJobs", {}), ("ListRegionalBuckets", {"OutpostId": "op-123"})]
    given += [("ListTagsForResource", {"ResourceArn": f"arn:aws:s3:us-west-2:{ACCOUNT}:access-grants/default"})]
    for region, (fips, dual_stack), endpoint in product(S3_REGIONS, VARIANTS, [None, "https://beta.example.com"]):
        client = client_of(session, "s3control", region, fips, dual_stack, endpoint)
        for (operation, members), account in product(given, [ACCOUNT, "x.y", None]):
            asked = members | ({"AccountId": account} if account else {})
            question = {
                "service": "s3control", "operation": operation, "input": asked,
                "region": region, "fips": fips, "dual_stack": dual_stack, "endpoint": endpoint,
            }
            yield question, asked_of_client(client, operation, asked, region)


def test_every_kind_of_account_and_outpost(session):
    questions, expected = zip(*every_s3_control(session), strict=True)
    wrong = differences(questions, expected)
    assert not wrong, f"{len(wrong)} of {len(questions)}: {wrong[:5]}"


def test_what_signs_where_the_rules_do_not_say(session):
    """The names and regions that botocore's clients sign by, for every service once, each in another region."""
    regions = [region for region in REGIONS if not region.endswith("-global")]
    questions, expected = [], []
    for index, service in enumerate(services()):
        region = regions[index % len(regions)]
        client = client_of(session, service, region)
        model = client.meta.service_model
        operation = model.operation_model(sorted(model.operation_names)[0])
        try:
            url, _, properties = client._resolve_endpoint_ruleset(operation, {}, {"client_config": client.meta.config})
        except BotoCoreError:
            continue
        if "authSchemes" in properties or model.signature_version == "bearer" or service in OUTSIDE:
            continue
        command = COMMANDS.get(service, service)
        questions.append({"service": command, "operation": operation.name, "input": {}, "region": region})
        signer = client._request_signer
        expected.append({"url": url.rstrip("/"), "signing_name": signer._signing_name, "signing_region": signer._region_name})
    assert len(questions) > 300
    answers = [{key: answer.get(key) for key in expected[0]} for answer in ask("endpoints", questions)]
    wrong = [row for row in zip(questions, answers, expected, strict=True) if row[1] != row[2]]
    assert not wrong, wrong[:5]
