"""A mail server in a thread: takes what it is handed, keeps it to be looked at, or fails as it is told to."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest


class PostOffice:
    """Letters by whom they were for. `fails` breaks the line, `refuses` takes no letter to these addresses."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], EmailMessage]] = []
        self.raw: list[bytes] = []
        self.fails = False
        self.refuses: set[str] = set()
        office = self

        class Line(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"421 secret-of-the-server\r\n" if office.fails else b"220 ready\r\n")
                to: list[str] = []
                while not office.fails and (said := self.rfile.readline()):
                    word = said.split(b":")[0].strip().upper()[:9]
                    address = said.partition(b"<")[2].partition(b">")[0].decode()
                    if word == b"RCPT TO" and address in office.refuses:
                        self.wfile.write(f"550 no {address} here\r\n".encode())
                        continue
                    if word == b"RCPT TO":
                        to.append(address)
                    if word == b"DATA":
                        self.wfile.write(b"354 go on\r\n")
                        office.take(to, self.rfile)
                    self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Line)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server.server_address[1]}"

    def take(self, to: list[str], lines: Any) -> None:
        told = b""
        while (line := lines.readline()) not in (b".\r\n", b""):
            told += line.removeprefix(b".") if line.startswith(b"..") else line
        self.raw.append(told)
        self.taken.append((to, message_from_bytes(told, policy=default)))  # type: ignore[arg-type]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """A mail server that an operator has named, with a sender and the site's address."""
    office = PostOffice()
    monkeypatch.setenv("PAIRUP_MAIL_URL", office.url)
    monkeypatch.setenv("PAIRUP_MAIL_FROM", "pairup@programme.example")
    monkeypatch.setenv("PAIRUP_MAIL_SITE", "https://pairs.example")
    try:
        yield office
    finally:
        office.close()
