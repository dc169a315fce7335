"""A ministry's own sign-in, as small as OpenID Connect lets it be: it lets in at once whoever it was told to."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT, SECRET = "pairup", "between the ministry and this site"


class Ministry(ThreadingHTTPServer):
    """Who is at the ministry's door, and what it told of them."""

    person: dict[str, str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Ministry

    def do_GET(self) -> None:
        path, asked = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        at = self.server.address
        if path.endswith("openid-configuration"):
            self._tell({
                "issuer": at, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token",
                "userinfo_endpoint": f"{at}/person", "jwks_uri": f"{at}/keys",
            })  # fmt: skip
        elif path == "/authorize":
            assert asked["client_id"] == [CLIENT] and asked["code_challenge_method"] == ["S256"]
            self.send_response(302)
            back = urlencode({"code": "once", "state": asked["state"][0]})
            self.send_header("Location", f"{asked['redirect_uri'][0]}?{back}")
            self.end_headers()
        elif path == "/person":
            self._tell(self.server.person)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        now = int(time.time())
        token = {"iss": self.server.address, "aud": CLIENT, "iat": now, "exp": now + 60, **self.server.person}
        self._tell({"access_token": "opaque", "token_type": "Bearer", "id_token": jwt.encode(token, "k" * 32)})

    def _tell(self, what: Any) -> None:
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def ministry(name: str = "") -> Iterator[Ministry]:
    """A ministry that calls whoever comes `name`, and tells more of them than anybody needs."""
    with Ministry(("127.0.0.1", 0), _Answers) as server:
        server.person = {
            "sub": "4711", "preferred_username": name, "name": "Synthetic Person", "email": "synthetic@example.org"
        }  # fmt: skip
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
