"""Codes in addresses. A code may hold a slash, which would end a part of an address: there it is written as `~1`."""

from __future__ import annotations

from django.urls import register_converter


class Code:
    """A code in an address, after RFC 6901: `~` is `~0` and `/` is `~1`.

    >>> Code().to_url("hospital/call-05"), Code().to_python("hospital~1call-05")
    ('hospital~1call-05', 'hospital/call-05')
    """

    regex = "[^/]+"

    def to_python(self, written: str) -> str:
        return written.replace("~1", "/").replace("~0", "~")

    def to_url(self, code: object) -> str:
        return str(code).replace("~", "~0").replace("/", "~1")


register_converter(Code, "code")
