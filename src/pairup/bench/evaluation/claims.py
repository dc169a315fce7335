"""Many claims as one run, each with 200 placebos, a start that was not and every unit left out: here and over Spark.

The claims of a folder are checked, evaluated and judged together by one call, `check_claim_folder`; where it runs is
chosen around it and changes no byte: the figure is a digest of all answers, and so are the two of `evaluate_many`, on
panels in memory. The same panels are asked by synthetic differences and by synthetic control.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from pairup.bench.factors import factor_panels
from pairup.bench.paired import Call, Made, Timing, alternately
from pairup.engines.many import working_on
from pairup.evaluation.claim_folder import check_claim_folder, read_claim_folder
from pairup.evaluation.design import ClaimedEffect, Design, Inference, InferenceKind, Method
from pairup.evaluation.many import evaluate_many
from pairup.evaluation.panel import Panel

PLACEBOS, UNITS, PERIODS = 200, 300, 40
#: what `evaluate.md` set out to be reached for 300 claims: two minutes of two cores
MOST_CPU = 240.0
#: of the clock, where other work has the cores too
LIMIT = 1800.0
ENGINES = ("processes", "local[2]")
_CLAIM = ClaimedEffect(rises=True, low=0.5, high=1.5, is_share=False)
_HEAD = "code,day,speaker,text_en,claim_class,subject,says_effect,comparison,is_synthetic"


def rows(is_quick: bool, seed: int) -> Iterator[Timing]:
    """Measure claims from files to verdicts, and on panels in memory, with two workers here and two of Spark."""
    count = 12 if is_quick else 300
    most = None if is_quick else MOST_CPU
    name = f"{count} claims, {UNITS} units x {PERIODS}"
    folder = Made("pairup.bench.evaluation.claims:claims_folder", count, UNITS, PERIODS, seed)
    calls = [
        Call(_solver(engine), folder_answers, (folder, engine), most_cpu=most, limit=LIMIT, runs=1)
        for engine in _engines()
    ]
    yield from alternately("claims, from files", f"{name}, from files", calls, runs=1)
    panels = Made("pairup.bench.factors:factor_panels", count, UNITS, PERIODS, seed)
    for method in (Method.SYNTHETIC_DID, Method.SYNTHETIC_CONTROL):
        calls = [
            Call(_solver(engine), many_answers, (panels, method.value, engine), most_cpu=most, limit=LIMIT, runs=1)
            for engine in _engines()
        ]
        yield from alternately(f"claims, {method.value}", f"{name}, {method.value}", calls, runs=1)
    if len(_engines()) < len(ENGINES):
        yield Timing(
            "claims", name, _solver(ENGINES[1]), note="not installed: pip install 'pairup[spark]', and Java 17"
        )


def _engines() -> Sequence[str]:
    has_spark = importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None
    return ENGINES if has_spark else ENGINES[:1]


def _solver(engine: str) -> str:
    return "pairup, 2 workers" if engine == "processes" else "pairup, 2 workers of Spark"


def claims_folder(count: int, units: int, periods: int, seed: int) -> Path:
    """Write so many claims with a panel (Parquet) and a design each, in two methods by turns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = Path(tempfile.mkdtemp(prefix="pairup-bench-"))
    for name in ("panels", "designs"):
        (folder / name).mkdir()
    lines = [_HEAD]
    for at, panel in enumerate(factor_panels(count, units, periods, seed)):
        code = f"C-{at:03d}"
        lines.append(f"{code},2026-01-01,an office,It rose.,reported,index,yes,group_beside,yes")
        starts = panel.starts[panel.unit_at]
        table = pa.table({
            "unit": [panel.units[k] for k in panel.unit_at], "period": panel.periods.values[panel.period_at],
            "outcome": panel.outcome,
            "treated_from": pa.array(panel.periods.values[starts % periods], mask=starts >= periods),
        })  # fmt: skip
        pq.write_table(table, folder / "panels" / f"{code}.parquet")
        method = (Method.SYNTHETIC_DID, Method.SYNTHETIC_CONTROL)[at % 2]
        (folder / "designs" / f"{code}.toml").write_text(_DESIGN.format(method=method.value), encoding="utf-8")
    (folder / "claims.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


_DESIGN = f"""method = "{{method}}"
inference = {{{{kind = "placebo", repetitions = {PLACEBOS}}}}}
claim = {{{{direction = "rises", low = {_CLAIM.low}, high = {_CLAIM.high}, uom = "outcome"}}}}
plan = {{{{smallest_effect = 0.1, measured_by = "independent", chosen_on_outcome = false}}}}
"""


def folder_answers(folder: Path, engine: str) -> float:
    """Check, evaluate and judge every claim of a folder on an engine; a digest of all that is said."""
    with working_on(engine, jobs=2):
        results = check_claim_folder(read_claim_folder(folder))
    return digest([one.to_dict() for one in results])


def many_answers(panels: list[Panel], method: str, engine: str) -> float:
    """Evaluate panels in memory with their doubts on an engine; a digest of all answers."""
    design = Design(Method(method), claim=_CLAIM, inference=Inference(InferenceKind.PLACEBO, PLACEBOS))
    with working_on(engine, jobs=2):
        return digest([one.to_dict() for one in evaluate_many(panels, design)])


def digest(said: Sequence[object]) -> float:
    """Give the first 48 bits of the SHA-256 of answers as a number: equal answers, equal figures."""
    return float(int(hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:12], 16))
