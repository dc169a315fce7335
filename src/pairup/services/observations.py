"""The observations of a record as columns, for measurement; the record's own revisions are settled by its clocks."""

from __future__ import annotations

from datetime import date
from typing import Any

from pairup.errors import InputError
from pairup.measurement.asking import Recorded
from pairup.record.models import IndicatorVersion, ObservationVersion


def read_observation_rows(programme: str, *, on: date, known_by: date | None = None) -> Recorded:
    """Observations whose span began by `on`, as known by `known_by`, and the indicators they are of.

    Rows stand in the order of their codes. Refuses a programme that has none.
    """
    rows = ObservationVersion.objects.known(known_by).filter(identity__programme__code=programme, starts__lte=on)
    names = {
        "indicator": "indicator__code", "place": "place__code", "unit": "unit", "day": "starts", "value": "value",
        "source": "source", "class": "claim_class", "recorded_at": "recorded_at",
    }  # fmt: skip
    found = list(rows.order_by("identity__code", "number").values_list(*names.values()))
    if not found:
        raise InputError(
            f"{programme} has no observations by {on}.", hint="Ask for a later day, or measure files with --schema.",
            code="record.no-observations", programme=programme, day=str(on),
        )  # fmt: skip
    columns: dict[str, list[Any]] = {
        name: list(cells) for name, cells in zip(names, zip(*found, strict=True), strict=True)
    }
    columns["value"] = [float(value) for value in columns["value"]]
    columns["recorded_at"] = [moment.replace(tzinfo=None) for moment in columns["recorded_at"]]
    versions = IndicatorVersion.objects.known(known_by).filter(identity__programme__code=programme)
    versions = versions.filter(identity__code__in=set(columns["indicator"])).order_by("identity__code", "number")
    indicators = {row.identity.code: (row.name_en, row.name_zh, row.uom) for row in versions.select_related("identity")}
    return Recorded(columns, indicators)
