"""What stands in the addresses of pages: for each name in a route, a thing of side A, the like of side B, and none.

A route whose names have no line here fails the sweep.
"""

from __future__ import annotations

from typing import NamedTuple


class Like(NamedTuple):
    """Codes of two things that are alike, one of each side, and of nothing at all."""

    of_a: str
    of_b: str
    missing: str


#: a name that means the same in every route
NAMES: dict[str, Like] = {
    "programme": Like("twin", "twin", "twin"),
}
#: by route: what its own names stand for
OBJECTS: dict[str, dict[str, Like]] = {
    **{route: {"code": Like("a-east", "b-west", "c-none")} for route in ("pairing", "pairing-picture")},
    **{
        route: {"code": Like("J-1", "J-0", "J-9")}
        for route in (
            "project",
            "project-picture",
            "project-move",
            "project-works",
            "project-screen",
            "project-paper",
        )
    },
    "money-pairing": {"pairing": Like("a-east", "b-west", "c-none"), "year": Like("2025", "2025", "2025")},
    "money-picture": {"pairing": Like("a-east", "b-west", "c-none"), "year": Like("2025", "2025", "2025")},
    **{route: {"code": Like("I-1", "I-1", "I-9")} for route in ("indicator", "indicator-picture")},
    **{route: {"code": Like("C-1", "C-1", "C-9")} for route in ("claim", "claim-reply")},
    **{route: {"code": Like("job-a", "job-b", "job-0")} for route in ("job", "job-picture", "job-stop", "job-cancel")},
    **{route: {"code": Like("V-1", "V-1", "V-9")} for route in ("visit", "visit-picture", "finding-add")},
    "finding": {"code": Like("VF-A", "VF-B", "VF-9")},
    **{
        route: {"name": Like("somebody", "somebody", "nobody")}
        for route in ("account", "role-give", "role-end", "account-close", "account-password", "account-invite")
    },
    **{route: {"code": Like("FB-A", "FB-B", "FB-9")} for route in ("voice", "voice-answer")},
    "document": {"code": Like("D-A", "D-B", "D-9")},
    # needs and rounds
    **{route: {"code": Like("N-1", "N-2", "N-9")} for route in ("need", "need-change", "need-withdraw", "post-ask")},
    **{
        route: {"code": Like("national-2", "national-2", "national-2")}
        for route in ("round", "round-draft", "round-people", "nominate", "nomination-back")
    },
    # drafted plans
    **{
        route: {"run": Like("postings-national-2-1", "postings-national-2-2", "postings-national-2-9")}
        for route in (
            "plan",
            "plan-why",
            "plan-post",
            "plan-wishes",
            "plan-compare",
            "plan-keep",
            "plan-forward",
            "plan-sign",
            "plan-adopt",
            "plan-withdraw",
        )
    },
    # people
    **{route: {"code": Like("P-1", "P-4", "P-9")} for route in ("person", "person-open", "person-arrival")},
    **{route: {"code": Like("R-A", "R-B", "R-9")} for route in ("handover", "handover-sign")},
    "me-before": {"code": Like("HO-R-A", "HO-R-B", "HO-R-9")},
    "calendar-paper": {"paper": Like("call", "call", "call")},
    # any row, and edits that came too late
    **{
        route: {"table": Like("projects", "projects", "projects"), "code": Like("J-1", "J-0", "J-9")}
        for route in ("row", "row-correct", "row-withdraw")
    },
    **{route: {"code": Like("conflict-9", "conflict-9", "conflict-9")} for route in ("conflict", "conflict-settle")},
}
