"""Sand, dust and wind, from the daily logs of stations.

A day of sand or dust is one whose log says so; a sandstorm brings visibility under 1,000 m (GB/T 20480-2017, grades of
sand and dust storms). A gust of 17.2 m/s is a gale (Beaufort 8); a wind of 6 m/s is where loose sand begins to move,
for which we take the lower end of what is published for dry sand at 10 m.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pairup.measurement.definition import Kind, Of, indicator

_GRADES = "GB/T 20480-2017"
of_stations = partial(indicator, of="stations")


@of_stations("sand_days", Kind.TOTAL, "station-days", "Days of sand or dust", "沙尘日数")
def sand_days(t: Any) -> Any:
    return t.sand.cast("int32")


@of_stations("sand_share", Kind.SHARE, "%", "Share of days with sand or dust", "沙尘日占比", times=100)
def sand_share(t: Any) -> Any:
    return t.sand


@of_stations("storm_days", Kind.TOTAL, "station-days", "Days of sandstorm", "沙尘暴日数", source=_GRADES)
def storm_days(t: Any) -> Any:
    return Of(t.sand.cast("int32"), where=t.visibility_m < 1000)


@of_stations("sand_on_windy_days", Kind.SHARE, "%", "Of days with wind of 6 m/s or more, those with sand or dust",
             "风速6米/秒及以上日中的沙尘日占比", times=100, source="threshold of ours")  # fmt: skip
def sand_on_windy_days(t: Any) -> Any:
    return Of(t.sand, where=t.wind_ms >= 6)


@of_stations("windy_share", Kind.SHARE, "%", "Share of days with wind of 6 m/s or more", "风速6米/秒及以上日占比",
             times=100, source="threshold of ours")  # fmt: skip
def windy_share(t: Any) -> Any:
    return t.wind_ms >= 6


@of_stations("wind_mean", Kind.MEAN, "m/s", "Mean wind speed", "平均风速")
def wind_mean(t: Any) -> Any:
    return t.wind_ms


@of_stations("gust_most", Kind.MOST, "m/s", "Strongest gust", "最大阵风")
def gust_most(t: Any) -> Any:
    return t.gust_ms


@of_stations("gale_days", Kind.TOTAL, "station-days", "Days with a gale", "大风日数", source="Beaufort 8: 17.2 m/s")
def gale_days(t: Any) -> Any:
    return (t.gust_ms >= 17.2).cast("int32")


@of_stations("pm10_mean", Kind.MEAN, "µg/m³", "Mean PM10", "PM10平均浓度")
def pm10_mean(t: Any) -> Any:
    return t.pm10


@of_stations("stations_with_sand", Kind.DISTINCT, "stations", "Stations that saw sand or dust", "出现沙尘的站点数")
def stations_with_sand(t: Any) -> Any:
    return t.sand
