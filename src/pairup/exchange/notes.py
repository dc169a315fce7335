"""Makes the findings of this package: one code, its facts, and a hint under the same code."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from typing import Any

from pairup.values.findings import Finding, Severity
from pairup.values.words import Words

_LONGEST = 60
_LISTS = frozenset({"choices", "known"})  # ours, and never cut
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Co", "Cs"})


def finding(
    code: str,
    /,
    *,
    file: str = "",
    row: int | None = None,
    column: str = "",
    severity: Severity = Severity.REFUSED,
    **facts: Any,
) -> Finding:
    """Make a finding of this domain; texts in its facts are shown with nothing hidden."""
    shown = {key: visible(fact) if isinstance(fact, str) and key not in _LISTS else fact for key, fact in facts.items()}
    whole = code if code.startswith("imports.") else f"folder.{code}"
    return Finding(Words(whole, shown), file, row, column, Words(f"{whole}.hint", shown), severity)


def file_finding(
    code: str,
    /,
    *,
    file: str = "",
    row: int | None = None,
    column: str = "",
    severity: Severity = Severity.REFUSED,
    **facts: Any,
) -> Finding:
    """Make a finding about a file that is imported, in the words of the domain `imports`."""
    shown = {key: visible(fact) if isinstance(fact, str) and key not in _LISTS else fact for key, fact in facts.items()}
    return Finding(Words(f"imports.{code}", shown), file, row, column, Words(f"imports.{code}.hint", shown), severity)


def address(row: int, column: int) -> str:
    """Name a cell as a spreadsheet does.

    >>> address(7, 3), address(1, 28)
    ('C7', 'AB1')
    """
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def visible(text: str, longest: int = _LONGEST) -> str:
    """Show a text so that joiners, bidi controls and other unseen characters are seen, cut where it is long.

    >>> visible("a\\u202eb")
    'a<U+202E>b'
    """
    signs = text[: longest + 1]
    shown = "".join(f"<U+{ord(sign):04X}>" if unicodedata.category(sign) in _UNSEEN else sign for sign in signs)
    return shown[:longest] + "…" if len(shown) > longest else shown


def nearest(text: str, known: Iterable[str], at_most: int = 3, otherwise: int = 8) -> str:
    """List the known texts most like one that is not known, and some of the known ones where none is like it."""
    names = sorted(known)
    if like := difflib.get_close_matches(text, names, n=at_most, cutoff=0.6):
        return ", ".join(map(visible, like))
    return ", ".join(map(visible, names[:otherwise])) + (", …" if len(names) > otherwise else "") or "-"
