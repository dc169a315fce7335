"""Many hands on the same rows: no update is lost in silence. `just race` has the full size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.race import editors

EDITORS, EDITS = 8, 4


@pytest.mark.parametrize("how", ["threads", "processes"])
def test_every_acknowledged_edit_is_one_version_step_and_losers_see_both_sides(
    record: Path,
    tmp_path: Path,
    how: str,
) -> None:
    from pairup.services import write

    editors.prepared()

    if how == "threads":
        told = editors.by_threads(EDITORS, EDITS, seed=1)
    else:
        told = editors.by_processes(EDITORS, EDITS, 1, tmp_path)

    verdict = editors.judge(told, EDITORS * EDITS)
    assert verdict.wrong == ()
    assert verdict.acknowledged + verdict.lost == EDITORS * EDITS and verdict.lost > 0
    assert write.check_journal() == []


def test_an_edit_without_the_version_it_saw_would_be_told(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pairup.services import edits

    editors.prepared()

    def whatever_is_in_force(edit: edits.Edit) -> Any:  # the planted defect
        return edit.model.objects.known().select_related("identity", "entry").get(identity__code=edit.code)

    monkeypatch.setattr(edits, "row_seen", whatever_is_in_force)
    told = editors.by_threads(EDITORS, EDITS, seed=1)

    assert [said for said in editors.judge(told, EDITORS * EDITS).wrong if "is lost" in said]
