"""The Bot Framework's side of a token: keys that it publishes, and tokens signed with them. Ours, after Microsoft's pages.

Used by test_teams_in.py; both Bellhop and Microsoft's own library fetch the keys from here.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ISSUER = "https://api.botframework.com"


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class BotFramework:
    """Publishes `good` (endorsed for Teams), `web` (for another channel) and `bare` (for none); `secret` is published nowhere."""

    def __init__(self):
        self.keys = {kid: rsa.generate_private_key(public_exponent=65537, key_size=2048) for kid in ("good", "web", "bare", "secret")}
        endorsed = {"good": ["msteams", "webchat"], "web": ["webchat"], "bare": []}
        published = [self.jwk(kid) | {"endorsements": channels} for kid, channels in endorsed.items()]
        framework = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                answers = {
                    "/openid": {"issuer": ISSUER, "jwks_uri": f"{framework.url}/keys", "id_token_signing_alg_values_supported": ["RS256"]},
                    "/keys": {"keys": published},
                }
                body = json.dumps(answers[self.path]).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def jwk(self, kid: str) -> dict:
        numbers = self.keys[kid].public_key().public_numbers()
        return {"kty": "RSA", "use": "sig", "kid": kid, "n": _number(numbers.n), "e": _number(numbers.e)}

    def close(self):
        self.server.shutdown()

    def token(self, claims: dict, kid="good", signed_by=None, algorithm="RS256") -> str:
        """A JSON Web Token; `signed_by` is another key than the header names."""
        header = {"alg": algorithm, "typ": "JWT"} | ({"kid": kid} if kid else {})
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        if algorithm == "none":
            return signed + "."
        if algorithm == "HS256":
            # The public key as the password, which everybody knows.
            password = self.jwk("good")["n"].encode()
            return f"{signed}.{_base64url(hmac.digest(password, signed.encode(), hashlib.sha256))}"
        key = self.keys[signed_by or kid or "good"]
        digest = {"RS256": hashes.SHA256(), "RS512": hashes.SHA512()}[algorithm]
        return f"{signed}.{_base64url(key.sign(signed.encode(), padding.PKCS1v15(), digest))}"


def claims(app_id: str, service_url: str, **other) -> dict:
    """Of a good token, with others in their place; one that is `None` is left out."""
    now = int(time.time())
    good = {"iss": ISSUER, "aud": app_id, "nbf": now - 60, "exp": now + 3600, "serviceurl": service_url}
    return {name: value for name, value in (good | other).items() if value is not None}
