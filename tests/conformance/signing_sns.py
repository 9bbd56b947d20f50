"""An SNS of our own that signs: a key, a certificate served over plain http, and messages of the three types.

What it proves is only that Bellhop agrees with this reading of AWS's page
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
The tests with LocalStack prove the same with a signer that others wrote.
"""

import base64
import datetime
import json
import secrets
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

# The members that are signed, in this order, each only if present.
SIGNED = {
    "Notification": ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
    "SubscriptionConfirmation": ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
}
HASHES = {"1": hashes.SHA1(), "2": hashes.SHA256()}


class SigningSns:
    """Listens on 127.0.0.1; its `host` goes into `sns.trusted_certificate_hosts`."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.certificate_path = f"/SimpleNotificationService-{secrets.token_hex(16)}.pem"
        pem = self_signed(self.key)
        # The query strings of the SubscribeURLs that were called.
        self.confirmed: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler):
                body = b""
                if handler.path == self.certificate_path:
                    body = pem
                elif "Action=ConfirmSubscription" in handler.path:
                    self.confirmed.append(handler.path)
                handler.send_response(200 if body or handler.path in self.confirmed else 404)
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)

            def log_message(handler, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def notification(self, topic: str, message: str, subject=None, version="2", **members) -> dict:
        fields = {"Type": "Notification", "Message": message} | ({"Subject": subject} if subject else {})
        return self.sign(self.envelope(topic, version) | fields | members)

    def subscription_confirmation(self, topic: str, version="2", **members) -> dict:
        token = secrets.token_hex(64)
        fields = {
            "Type": "SubscriptionConfirmation",
            "Message": f"You have chosen to subscribe to the topic {topic}.",
            "Token": token,
            "SubscribeURL": f"http://{self.host}/?Action=ConfirmSubscription&TopicArn={topic}&Token={token}",
        }
        return self.sign(self.envelope(topic, version) | fields | members)

    def envelope(self, topic: str, version: str) -> dict:
        now = datetime.datetime.now(datetime.UTC)
        return {
            "MessageId": str(uuid.uuid4()),
            "TopicArn": topic,
            "Timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "SignatureVersion": version,
            "SigningCertURL": f"http://{self.host}{self.certificate_path}",
        }

    def sign(self, message: dict, key=None) -> dict:
        """The message with its Signature, by our key or by another one."""
        names = [name for name in SIGNED[message["Type"]] if name in message]
        text = "".join(f"{name}\n{message[name]}\n" for name in names)
        signature = (key or self.key).sign(text.encode(), padding.PKCS1v15(), HASHES[message["SignatureVersion"]])
        return message | {"Signature": base64.b64encode(signature).decode()}


def self_signed(key) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


def headers(message: dict) -> dict[str, str]:
    """The headers that SNS sends with this message."""
    return {
        "Content-Type": "text/plain; charset=UTF-8",
        "User-Agent": "Amazon Simple Notification Service Agent",
        "x-amz-sns-message-type": message["Type"],
        "x-amz-sns-message-id": message["MessageId"],
        "x-amz-sns-topic-arn": message["TopicArn"],
    }


def post(url: str, message: dict, session=requests) -> int:
    # SNS gives an endpoint 15 s to answer.
    return session.post(url, data=json.dumps(message).encode(), headers=headers(message), timeout=15).status_code
