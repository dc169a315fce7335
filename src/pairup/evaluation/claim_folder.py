"""Claims of a programme folder, with the panels and designs that stand beside them: docs/reference/folder.md.

No record is needed: `claims.csv` has the claims, `places.csv` says what lies in what, `panels/CLAIM.csv` (or
`.parquet`) and `designs/CLAIM.toml` are a panel and a design of a claim, `plans/CLAIM.toml` its registration.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pairup.engines.many import run_many
from pairup.errors import InputError
from pairup.evaluation.claim import Claim, ClaimResult
from pairup.evaluation.claims import check_claims
from pairup.evaluation.design_file import read_design
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.judging import judged
from pairup.evaluation.keeping import kept
from pairup.evaluation.panel_file import read_panel
from pairup.evaluation.registration import read_registration
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Files:
    """Where the panel, the design and (if there is one) the registration of a claim stand."""

    claim: str
    panel: Path
    design: Path
    plan: Path | None = None


@dataclass(frozen=True, slots=True)
class ClaimFolder:
    programme: str
    claims: tuple[Claim, ...]
    parents: Mapping[str, str]
    files: tuple[Files, ...]


def read_claim_folder(folder: Path) -> ClaimFolder:
    """Read the claims of a folder. Refuses a folder without claims, and panels or designs that stand alone."""
    claims = tuple(Claim.read(row) for row in _rows(folder / "claims.csv"))
    if not claims:
        raise InputError(
            f"{folder} has no claims.", hint="Add rows to claims.csv.", code="evaluations.no-claims", folder=str(folder)
        )
    parents = {row["code"]: row["parent"] for row in _rows(folder / "places.csv") if row.get("parent")}
    named = [row["code"] for row in _rows(folder / "programme.csv") if row.get("code")]
    panels = {path.stem: path for kind in ("csv", "parquet") for path in (folder / "panels").glob(f"*.{kind}")}
    designs, plans = ({path.stem: path for path in (folder / name).glob("*.toml")} for name in ("designs", "plans"))
    known = {claim.code for claim in claims}
    alone = sorted((set(panels) ^ set(designs)) | (set(panels) - known) | (set(plans) - set(designs)))
    if alone:
        raise InputError(
            f"{alone[0]} lacks a claim, a panel or a design of the same name.",
            hint="panels/CLAIM.csv and designs/CLAIM.toml go together, CLAIM being a code of claims.csv.",
            code="evaluations.file-alone", name=alone[0], count=len(alone),
        )  # fmt: skip
    files = tuple(Files(code, panels[code], designs[code], plans.get(code)) for code in sorted(panels))
    return ClaimFolder(named[0] if named else folder.name, claims, parents, files)


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(file)]


def check_claim_folder(folder: ClaimFolder, *, seed: int = 0, jobs: int | None = None) -> list[ClaimResult]:
    """Check every claim, evaluate those that have a panel and a design, and judge all of them together.

    Every claim is a task of its own, so the number of jobs and the engine change no answer. A panel that is refused
    stops its own claim alone.
    """
    tasks = [(one, seed) for one in folder.files]
    found = run_many(evaluate_files, tasks, jobs=jobs)
    answers = {one.claim: answer for one, answer in zip(folder.files, found, strict=True)}
    families = {claim.code: (folder.programme, claim.day.first.year if claim.day else None) for claim in folder.claims}
    return check_claims(folder.claims, parents=folder.parents, judged=judged(answers, families))


def evaluate_files(files: Files, seed: int) -> dict[str, Any]:
    """Evaluate one claim from its files; a refusal is an answer too."""
    try:
        design = read_design(files.design)
        registered = read_registration(files.plan) if files.plan else None
        panel = read_panel(files.panel, design.columns, design.labels)
        return kept(evaluate(panel, design, registered=registered, seed=seed))
    except InputError as refused:
        return {"refused": Words("evaluations.refusal", {"said": str(refused)}).to_dict()}
