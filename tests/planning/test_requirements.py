"""Each named requirement is needed: with it alone left out, the plan breaks just what it stands for.

A requirement is taken out of the form by its code; the plan then found is shown to the checker, which knows nothing
of forms. So a requirement that no test aims at, one that never binds, and one that the checker does not know all
come to light here.
"""

from __future__ import annotations

import ast
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rounds import a_round
from test_funding import a_portfolio, a_project
from test_pairing import some_pairings
from test_stable import a_market
from test_years import some_years

import pairup.planning
from pairup.planning.form import Form
from pairup.planning.funding import plan_funding
from pairup.planning.pairing import plan_pairings
from pairup.planning.plan import Status
from pairup.planning.posting import plan_postings
from pairup.planning.problems import Couple, Donor, PostingProblem, Project, Recipient, Way, YearDonor, YearRecipient
from pairup.planning.verify import check_plan

#: codes that have words
LOCALE = Path(pairup.__file__).parent / "values" / "locale" / "en" / "LC_MESSAGES"
WORDED = set(re.findall(r'msgid "planning\.([a-z-]+)"', (LOCALE / "planning.po").read_text(encoding="utf-8")))
PLANNERS = {"postings": plan_postings, "pairings": plan_pairings, "funding": plan_funding}
DAYS = {"q": ("2028-01-01", "2028-06-30"), "r": ("2028-06-30", "2028-12-31")}
TWO = "A FJ q 5", "B FJ r 5"
SAME = {"q": "x", "r": "x"}
HEAT = Project("heat", (Way("a", 3, {}), Way("b", 2, {})), {})


def a_tied_round(*rows: str, **more: Any) -> PostingProblem:
    """Type a round with a team elsewhere: it is no plain assignment then, so its requirements are written down."""
    return a_round(*rows, "Z HB z 1", teams={"z": "far"}, **more)


#: a small question for each code, and what its plan breaks when that requirement is left out
CASES: dict[str, tuple[Any, str]] = {
    "person-one-post": (a_tied_round("A FJ q 5", "A FJ r 5"), "broken-two-posts"),
    "post-seats": (a_tied_round("A FJ q 5", "B FJ q 5"), "broken-seats"),
    "post-filled": (a_round("A FJ q -5", must_fill="q"), "broken-must-fill"),
    "post-nobody": (a_round(*TWO, must_fill="s"), "broken-must-fill"),
    "team": (a_round("A FJ q 5", "B FJ r -9", teams={"q": "t", "r": "t"}), "broken-team"),
    "team-one-donor": (
        a_round("A FJ q 5", "B GD r 5", teams={"q": "t", "r": "t"}, one_donor_teams=["t"]),
        "broken-team-donors",
    ),
    "quota": (a_round(*TWO, quota={"FJ": 1}), "broken-quota"),
    "cap": (a_round(*TWO, most=1, places=SAME), "broken-cap"),
    "couple-place": (a_round(*TWO, couples=[("A", "B")]), "broken-couple"),
    "couple-pairs": (a_round(*TWO, couples=[Couple(("A", "B"), (("r", "q"),))]), "broken-couple"),
    "away": (a_tied_round(*TWO, post_days=DAYS, person_days={"A": ("2028-01-02", "")}), "broken-away"),
    "lock": (a_tied_round("A FJ q -5", "B FJ r 5", locks=[("A", "q")]), "broken-lock"),
    "forbid": (a_tied_round(*TWO, forbids=[("A", "q")]), "broken-forbid"),
    # without the rows of stability the pair worth most is taken, and two would leave; the plan calls none proved
    "stable": (
        a_market({"A": "q r", "B": "q r"}, {"q": "A (B C)", "r": "A B"}, {"A r": 9, "B q": 9}, quota={"D": 2}),
        "broken-blockers",
    ),
    "donor-capacity": (some_pairings("FJ nang 5 1", "FJ tingri 6 1", capacity=1), "broken-capacity"),
    "donor-most": (some_pairings("FJ nang 5 1", "FJ tingri 6 1", donors=[Donor("FJ", 9, 1)]), "broken-most-partners"),
    "recipient-fewest": (some_pairings("FJ nang -5 1", recipients=[Recipient("nang", 1)]), "broken-donors"),
    "recipient-most": (some_pairings("FJ nang 5 1", recipients=[Recipient("nang", 0, 0)]), "broken-donors"),
    "pair-lock": (some_pairings("FJ nang -5 1", locks=[("FJ", "nang")]), "broken-lock"),
    "pair-forbid": (some_pairings("FJ nang 5 1", forbids=[("FJ", "nang")]), "broken-forbid"),
    "donor-year": (some_years("FJ nang 0 1", capacity=5), "broken-year-capacity"),
    "donor-year-most": (
        some_years("FJ nang 5", "FJ tingri 6", donors=[YearDonor("FJ", (9,), 1)]),
        "broken-most-partners",
    ),
    "recipient-year": (some_years("FJ nang 0 1", need=5), "broken-year-need"),
    "recipient-year-fewest": (some_years("FJ nang -5", recipients=[YearRecipient("nang", (0,), 1)]), "broken-donors"),
    "recipient-year-most": (some_years("FJ nang 5", recipients=[YearRecipient("nang", (0,), 0, 0)]), "broken-donors"),
    "tie-least": (some_years("FJ nang 5 1 3", recipients=[YearRecipient("nang", (2,))]), "broken-tie-least"),
    "tie-most": (some_years("FJ nang 0 1 0 3"), "broken-tie-most"),
    "tie-lock": (some_years("FJ nang -5", need=0, locks=[("FJ", "nang")]), "broken-lock"),
    "tie-forbid": (some_years("FJ nang 5", need=0, forbids=[("FJ", "nang")]), "broken-forbid"),
    "share-least": (some_years("FJ nang", capacity=3, least_share=0.5), "broken-share-least"),
    "one-way": (a_portfolio(HEAT), "broken-two-ways"),
    "needs": (a_portfolio(a_project("heat", 9, 5, needs=("road",)), a_project("road", -20, 1)), "broken-needs"),
    "excludes": (a_portfolio(a_project("heat", 9, 5, excludes=("road",)), a_project("road", 8, 1)), "broken-excludes"),
    "line": (a_portfolio(a_project("heat", 9, 101)), "broken-capacity"),
    "floor": (a_portfolio(a_project("hall", 9, 5, live=0.5), floors=[("livelihood", 0.8)]), "broken-floor"),
    "place-least": (
        a_portfolio(a_project("heat", 5, 80, place="nang"), a_project("road", 8, 80), least=[("nang", 5.0)]),
        "broken-place-least",
    ),
    "project-lock": (a_portfolio(a_project("heat", -9, 5), locks=[("heat", "now")]), "broken-lock"),
    "project-forbid": (a_portfolio(a_project("heat", 9, 5), forbids=[("heat",)]), "broken-forbid"),
}


def without(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let forms write down no row of this requirement, and nothing settled by it."""
    require_each, settle = Form.require_each, Form.settle

    def is_out(form: Form, name: int) -> bool:
        return form.names[name].code == f"planning.{code}"

    def loosened(form: Form, names: Any, row_of: Any, choices: Any, values: Any, low: Any = -math.inf,
                 high: Any = math.inf) -> None:  # fmt: skip
        out = np.array([is_out(form, int(name)) for name in names], dtype=bool)
        low = np.where(out, -math.inf, np.broadcast_to(np.asarray(low, dtype=float), out.shape))
        high = np.where(out, math.inf, np.broadcast_to(np.asarray(high, dtype=float), out.shape))
        require_each(form, names, row_of, choices, values, low, high)

    monkeypatch.setattr(Form, "require_each", loosened)
    monkeypatch.setattr(Form, "settle", lambda form, name, *what: is_out(form, name) or settle(form, name, *what))


@pytest.mark.parametrize("code", CASES)
def test_a_requirement_left_out_is_missed(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem, breach = CASES[code]
    kept = PLANNERS[problem.kind](problem)
    assert check_plan(problem, kept) == []

    monkeypatch.setattr("pairup.planning.outcome.check_plan", lambda problem, plan: [])
    monkeypatch.setattr("pairup.planning.pairing.years.check_years", lambda problem, chosen, say: 0.0)
    without(code, monkeypatch)
    loose = PLANNERS[problem.kind](problem)

    assert loose.status in (Status.OPTIMAL, Status.FEASIBLE)
    assert {finding.words.code for finding in check_plan(problem, loose)} == {f"planning.{breach}"}


def codes_in_the_source() -> set[str]:
    """Codes given to `name(…)` of a form, outright or chosen in the function around it, and those of limits."""
    found: set[str] = set()
    for path in Path(pairup.planning.__file__).parent.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                named = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if named not in ("name", "Limit"):
                    continue
                first = node.args[0]
                inside = [first] if isinstance(first, ast.Constant) else list(ast.walk(function))
                texts = [
                    part.value for part in inside if isinstance(part, ast.Constant) and isinstance(part.value, str)
                ]
                found |= set(texts) & WORDED
    return found


def test_every_requirement_of_the_source_has_its_case() -> None:
    assert codes_in_the_source() == set(CASES)
