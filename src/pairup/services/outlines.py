"""Boundaries that the operator laid beside the record, to be drawn under the places of a map.

pairup ships none: whose line is where is not ours to say, and their rights are not ours to give. The file is
`RECORD.boundaries.geojson`; what it holds is drawn as it is, and the page says that the operator loaded it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from pairup.errors import InputError
from pairup.services import beside

Outline = tuple[tuple[float, float], ...]
#: bytes of a file that is read
_LARGEST = 8_000_000
#: points that are drawn, in all
_MOST = 6000


def outlines_beside() -> list[Outline]:
    """Outlines as longitudes and latitudes; none where there is no file. Refuses a file that is no GeoJSON of lines.

    Beside a record on a server means beside the file that holds its address.
    """
    path = _path()
    if path is None or not path.is_file():
        return []
    if path.stat().st_size > _LARGEST:
        raise _refused(path)
    try:
        found = list(_parts(json.loads(path.read_text(encoding="utf-8"))))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _refused(path) from error
    step = max(1, -(-sum(map(len, found)) // _MOST))
    return [(*outline[:-1:step], outline[-1]) for outline in found if len(outline) > 1]


def _path() -> Path | None:
    place = connection.settings_dict.get("PLACE")
    return beside(place, ".boundaries.geojson") if place else None


def _refused(path: Path) -> InputError:
    return InputError(
        f"{path.name} is no GeoJSON of lines or areas of at most {_LARGEST} bytes.",
        hint="Take it away, or write longitudes and latitudes in WGS 84.", code="pages.no-outlines", file=path.name,
    )  # fmt: skip


def _parts(said: Any) -> Iterator[Outline]:
    """Every line of a GeoJSON: of areas their rims."""
    kind = said["type"]
    if kind == "FeatureCollection":
        for one in said["features"]:
            yield from _parts(one)
    elif kind == "Feature":
        if said["geometry"] is not None:
            yield from _parts(said["geometry"])
    elif kind == "GeometryCollection":
        for one in said["geometries"]:
            yield from _parts(one)
    elif kind in _DEPTHS:
        yield from _lines(said["coordinates"], _DEPTHS[kind])


_DEPTHS = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}


def _lines(coordinates: Any, depth: int) -> Iterator[Outline]:
    if depth:
        for one in coordinates:
            yield from _lines(one, depth - 1)
    else:
        yield tuple((float(point[0]), float(point[1])) for point in coordinates)
