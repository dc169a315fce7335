"""The API asked by schemathesis, as each role: no fault of ours, answers as the contract says, no word of another side.

Cases come from the contract, right and wrong ones, with the same seed each time. So that they do not stop at a door
that says there is no such programme, codes of rows that are there stand in half of the addresses.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pairup.record.acting import require_somebody
from pairup.services import open_record
from tests.services.cast import load
from tests.services.sides import OWN, SIDES, both_sides, words_met
from tests.web.test_api import Program

CONTRACT = "/api/v1/openapi.json"
#: cases of an operation, for each role; right ones and wrong ones
EXAMPLES = 3
ROLES = ("donor_office:DN-A", "recipient_office:west", "secondee:P-1", "evaluator", "programme_office", "administrator")
#: rows that are there, of one side and of the other
THERE = {
    "table": ("needs", "projects", "money", "people", "claims"), "code": (
        "N-1", "N-2", "J-1", "J-2", "C-1", "M-1", "FB-A", "FB-B", "VF-A", "VF-B", "D-A",
    ),
    "posting": ("R-A", "R-B"), "office": ("RO-A", "RO-B"), "name": ("money_paid", "people_posted"),
    "run": ("postings-national-2-1",),
}  # fmt: skip
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, empty_record: Path) -> Iterator[None]:
    """A record of both sides, open as a server has it."""
    path = tmp_path_factory.mktemp("asked") / "record.sqlite3"
    shutil.copy(empty_record, path)
    open_record(path)
    load(both_sides())
    require_somebody()
    yield
    require_somebody(False)
    connection.close()


@pytest.fixture(scope="module")
def contract(both: None) -> Any:
    return schemathesis.openapi.from_wsgi(CONTRACT, WSGIHandler())


@pytest.mark.parametrize("role", ROLES)
def test_no_case_breaks_the_api_its_contract_or_the_wall_between_sides(contract: Any, role: str) -> None:
    token = {
        "Accept-Encoding": "identity",
        "Authorization": Program(role, "read", "write", "plan").client.defaults["HTTP_AUTHORIZATION"],
    }
    met, counts = set(), Counter[int]()
    for operation in (found.ok() for found in contract.get_all_operations()):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            met.add(operation.label)
            _asked(operation, mode, role, token, counts)
    sys.stdout.write(
        f"\n{role}: {sum(counts.values())} cases of {len(met)} operations: {dict(sorted(counts.items()))}\n"
    )

    assert len(met) >= 50 and counts[200]


def _asked(operation: Any, mode: GenerationMode, role: str, token: dict[str, str], counts: Counter[int]) -> None:
    """Ask an operation some cases; a case that fails is told small, as schemathesis does."""

    @seed(0)
    @settings(max_examples=EXAMPLES, database=None, deadline=None, phases=[Phase.generate, Phase.shrink],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def ask(case: Any, data: Any) -> None:
        if data.draw(st.booleans()) or mode is GenerationMode.POSITIVE:
            case.path_parameters.update(
                {"programme": "twin"}
                | {name: data.draw(st.sampled_from(THERE[name])) for name in case.path_parameters if name in THERE}
            )
        answer = case.call(headers=token)
        counts[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS, headers=token)
        others = {SIDES[role]} if role in SIDES else {OWN} if role == "evaluator" else set()
        assert not words_met(answer.text) & others, f"{case.method} {case.path} as {role}: {answer.text[:300]}"

    ask()
