"""How far apart two places are."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

#: latitude and longitude, degrees
Point = tuple[float, float]


def kilometres(a: Point, b: Point) -> float:
    """Great-circle distance (haversine) between two (latitude, longitude) points."""
    (lat1, lon1), (lat2, lon2) = ((radians(x), radians(y)) for x, y in (a, b))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(half))
