"""Writes botocore.json: requests that botocore signs, in Python at a moment that stands still, in C (awscrt) at the
moment of the run. Run by hand, with botocore[crt] 1.42.54:

    python -P botocore.py > botocore.json
"""

import datetime
import json
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit

import botocore
import botocore.auth
import botocore.session
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.crt.auth import CrtSigV4Auth, CrtSigV4QueryAuth

NOW = datetime.datetime(2026, 11, 22, 12, 0, 0, tzinfo=datetime.timezone.utc)
KEY, SECRET, TOKEN = "AKIDBELLHOP0EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "IQoJb3JpZ2luX2VjEXAMPLE//token+a=="
HOST = "127.0.0.1:4750"
PATH = "/describe-slack-workspaces"
JSON = {"content-type": "application/json"}

botocore.auth.get_current_datetime = lambda remove_tzinfo=True: NOW.replace(tzinfo=None) if remove_tzinfo else NOW


def signed_at(query, headers):
    if "date" in headers:
        return parsedate_to_datetime(headers["date"]).replace(tzinfo=datetime.timezone.utc)
    date = headers.get("x-amz-date") or parse_qs(query)["X-Amz-Date"][0]
    return datetime.datetime.strptime(date, "%Y%m%dT%H%M%S%z")


def vector(name, token, method, url, headers, body):
    target = urlsplit(url)
    headers = {key.lower(): value.decode() if isinstance(value, bytes) else value for key, value in headers.items()}
    headers.setdefault("host", target.netloc)
    return {
        "name": name,
        "token": token,
        "signed_at": int(signed_at(target.query, headers).timestamp()),
        "method": method,
        "target": target.path + ("?" + target.query if target.query else ""),
        "headers": [[key, value] for key, value in headers.items()],
        "body": (body or b"").decode(),
    }


def signed(name, target, body=b"", headers=JSON, token=None, method="POST", query_form=False, expires=300):
    request = AWSRequest(method, f"http://{HOST}{target}", headers=dict(headers))
    # A presigner moves `data` into the query; what is streamed, it signs.
    request.data = body
    credentials = Credentials(KEY, SECRET, token)
    if query_form:
        SigV4QueryAuth(credentials, "chatbot", "us-west-2", expires).add_auth(request)
    else:
        SigV4Auth(credentials, "chatbot", "us-west-2").add_auth(request)
    prepared = request.prepare()
    headers = {key: value for key, value in request.headers.items()}
    return vector(name, token, method, request.url, headers, prepared.body if not query_form else b"")


def client(token=None):
    session = botocore.session.Session()
    session.set_credentials(KEY, SECRET, token)
    return session.create_client("chatbot", region_name="us-west-2", endpoint_url=f"http://{HOST}")


class Caught(Exception):
    pass


def called(name, operation, token=None, crt=False, **parameters):
    """What the client itself would send."""
    botocore.auth.AUTH_TYPE_MAPS["v4"] = CrtSigV4Auth if crt else SigV4Auth
    caught = []

    def catch(request, **_):
        caught.append(request)
        raise Caught

    chatbot = client(token)
    chatbot.meta.events.register("before-send.*", catch)
    try:
        getattr(chatbot, operation)(**parameters)
    except Caught:
        pass
    (request,) = caught
    keep = {key: value for key, value in request.headers.items() if key.lower() != "user-agent"}
    return vector(name, token, request.method, request.url, keep, request.body)


def presigned(name, operation, token=None, expires=300, crt=False, **parameters):
    """What `generate_presigned_url` makes: it moves the members of the body into the query and signs an empty body."""
    botocore.auth.AUTH_TYPE_MAPS["v4-query"] = CrtSigV4QueryAuth if crt else SigV4QueryAuth
    url = client(token).generate_presigned_url(operation, Params=parameters, ExpiresIn=expires)
    return vector(name, token, "POST", url, JSON if "content-type" in url else {}, b"")


HEADER = [
    signed("plain", PATH, b'{"MaxResults": 10}'),
    signed("utf-8 body", "/create-slack-channel-configuration", '{"SlackChannelName": "größe-🚨"}'.encode()),
    signed("spaces inside a header", PATH, b"{}", {**JSON, "x-custom": "  a   b  c "}),
    signed("empty header", PATH, b"{}", {**JSON, "x-custom": ""}),
    signed("session token", PATH, b"{}", token=TOKEN),
    signed("query out of order", PATH + "?b=2&a=%20x%2Fy&a=1"),
    signed("repeated names and empty values", PATH + "?b=&a=2&a=10&a=1&B=%C3%A9"),
    signed("encoded path", "/tags/arn%3Aaws%3Achatbot"),
    signed("characters of a path", "/a(b)!*'$,;:@=&+~_-c"),
    signed("path with dots", "/a/./b/../c"),
    signed("path with empty segments", "//a//b/"),
    signed("Date header", PATH, b"{}", {**JSON, "Date": "now"}),
    signed("GET", "/", method="GET", headers={}),
    called("a call of the client", "describe_slack_workspaces", MaxResults=10),
    called("a call of the client, with a token", "list_tags_for_resource", TOKEN,
           ResourceARN="arn:aws:chatbot::123456789012:chat-configuration/slack-channel/a"),
    called("a call of the client, signed in C", "describe_slack_workspaces", TOKEN, crt=True, MaxResults=10),
    called("a call of the client without parameters", "get_account_preferences"),
]
QUERY = [
    signed("presigned GET", PATH, method="GET", headers={}, query_form=True),
    signed("presigned POST", PATH, query_form=True),
    signed("presigned with a token", PATH, token=TOKEN, query_form=True),
    signed("presigned with a query", PATH + "?b=2&a=%20x%2Fy&c=&d=a+b&e=%C3%A9", query_form=True),
    signed("presigned for a second", PATH, query_form=True, expires=1),
    signed("presigned for a week", PATH, query_form=True, expires=604800),
    signed("presigned path with dots", "/a/./b/../c//", headers={}, query_form=True),
    signed("presigned encoded path", "/tags/arn%3Aaws%3Achatbot", headers={}, query_form=True),
    presigned("presigned by the client", "describe_slack_workspaces", MaxResults=10),
    presigned("presigned by the client in C", "describe_slack_workspaces", crt=True, MaxResults=10),
    presigned("presigned by the client in C, with a token", "get_account_preferences", TOKEN, crt=True),
    presigned("presigned by the client, with a token", "get_account_preferences", TOKEN),
    presigned("presigned by the client, with lists", "create_slack_channel_configuration", TOKEN,
              SlackTeamId="T1", SlackChannelId="C1", IamRoleArn="arn:aws:iam::123456789012:role/r",
              ConfigurationName="n", SnsTopicArns=["arn:aws:sns:us-east-1:123456789012:t"]),
]

print(json.dumps({"botocore": botocore.__version__, "header": HEADER, "query": QUERY}, indent=1, ensure_ascii=False))
