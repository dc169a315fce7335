"""Moments straight from Parquet give what the panel gives; panels that they cannot tell are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairup.errors import InputError
from pairup.evaluation.design import Design
from pairup.evaluation.design_file import design_of
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.moments_file import read_moments
from pairup.evaluation.panel import Panel
from pairup.evaluation.staggered import told_from_moments
from tests.evaluation.panels import drawn
from tests.measurement.conftest import HAS_SPARK

LATER = design_of({"method": "staggered_did"})
NEVER = design_of({"method": "staggered_did", "comparison": "never_treated"})


def columns_of(panel: Panel, years: int = 2000) -> dict[str, list[object]]:
    starts = [None if s == len(panel.periods) else int(s) + 1 + years for s in panel.starts]
    return {
        "unit": [panel.units[k] for k in panel.unit_at],
        "period": (panel.period_at + 1 + years).tolist(),
        "outcome": panel.outcome.tolist(),
        "treated_from": [starts[k] for k in panel.unit_at],
    }


def written(path: Path, columns: dict[str, list[object]]) -> Path:
    pq.write_table(pa.table(columns), path / "panel.parquet")
    return path / "panel.parquet"


@pytest.mark.parametrize("design", [LATER, NEVER], ids=["later", "never"])
def test_a_file_gives_what_its_panel_gives(tmp_path: Path, design: Design) -> None:
    panel = drawn({1: 3, 4: 20, 6: 15, 30: 4, None: 25})
    panel = replace(panel, outcome=panel.outcome + 1e6)

    cells, periods = read_moments(written(tmp_path, columns_of(panel)))
    found = told_from_moments(cells, periods, design)

    whole = evaluate(panel, design).found
    assert found.effect and whole.effect and found.effect.value == pytest.approx(whole.effect.value, abs=1e-8)
    assert found.effect.se == pytest.approx(whole.effect.se, rel=1e-7)
    assert [row.event_time for row in found.by_event_time] == [row.event_time for row in whole.by_event_time]
    for one, other in zip(found.by_event_time, whole.by_event_time, strict=True):
        assert one.band == pytest.approx(other.band, abs=1e-7)
    assert found.event_covariance == pytest.approx(whole.event_covariance, rel=1e-6)


def test_few_units_have_no_normal_errors_from_a_file_either(tmp_path: Path) -> None:
    cells, periods = read_moments(written(tmp_path, columns_of(drawn({4: 5, None: 25}))))

    found = told_from_moments(cells, periods, LATER)

    assert found.effect and found.effect.interval is None and found.event_covariance is None


@pytest.mark.parametrize(
    ("column", "at", "value", "found"),
    [
        ("outcome", 5, None, "1 units with holes"),
        ("outcome", 5, float("inf"), "not finite"),
        ("outcome", 5, float("nan"), "not finite"),
        ("treated_from", 5, 2007, "starts that change"),
        ("period", 5, 2001, "1 units with holes"),
    ],
)
def test_a_bad_cell_is_refused(tmp_path: Path, column: str, at: int, value: object, found: str) -> None:
    columns = columns_of(drawn({4: 12, None: 15}))
    columns[column][at] = value

    with pytest.raises(InputError, match=found):
        read_moments(written(tmp_path, columns))


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    columns = {name: column[:1] for name, column in columns_of(drawn({4: 12, None: 15})).items()}
    table = pa.table(columns).slice(0, 0)
    pq.write_table(table, tmp_path / "panel.parquet")

    with pytest.raises(InputError, match="0 periods"):
        read_moments(tmp_path / "panel.parquet")


def test_everybody_helped_at_once_is_said(tmp_path: Path) -> None:
    cells, periods = read_moments(written(tmp_path, columns_of(drawn({4: 12}))))

    found = told_from_moments(cells, periods, LATER)

    assert found.effect is None and [words.code for words in found.missing] == ["evaluation.missing-comparison"]
    assert np.isfinite(cells.scatters).all()


@pytest.mark.skipif(not HAS_SPARK, reason="no pyspark or no java: pip install 'pairup[spark]' and Java 17")
def test_moments_summed_on_spark_here_are_those_of_duckdb(tmp_path: Path) -> None:
    file = written(tmp_path, columns_of(drawn({1: 3, 4: 20, 6: 15, 30: 4, None: 25})))

    (one, periods), (other, same) = (read_moments(file, engine) for engine in ("duckdb", "local[2]"))

    assert periods.values.tolist() == same.values.tolist() and one.starts.tolist() == other.starts.tolist()
    assert one.sizes.tolist() == other.sizes.tolist()
    assert other.means == pytest.approx(one.means, rel=1e-9) and other.scatters == pytest.approx(one.scatters, rel=1e-9)


def test_several_files_of_one_panel_are_read_together(tmp_path: Path) -> None:
    columns = columns_of(drawn({4: 12, None: 15}))
    whole = read_moments(written(tmp_path, columns))
    table, folder = pa.table(columns), tmp_path / "parts"
    folder.mkdir()
    for at in (0, 1):
        pq.write_table(table.slice(at * 100, 100 if at == 0 else len(table)), folder / f"part-{at}.parquet")

    for path in (folder, folder / "part-*.parquet"):
        cells, _ = read_moments(path)
        assert cells.scatters == pytest.approx(whole[0].scatters) and cells.sizes.tolist() == whole[0].sizes.tolist()
