"""Households in winter: warmth, heat, fuel and power, from readings of loggers and meters; a row is a day.

18 °C is the least indoor temperature that WHO's housing and health guidelines (2018) hold safe in winter; 16 °C the
one below which they name a higher risk to the lungs (after the guidance of Public Health England, 2014), and the
mark that the programme's solar heating story names. 12 and 10 °C are steps of ours below it; 26 °C one above.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pairup.measurement.definition import Kind, Of, Over, indicator

_WHO = "WHO housing and health guidelines, 2018"
_OURS = "threshold of ours"
of_readings = partial(indicator, of="household_readings")


@of_readings("hours_measured", Kind.TOTAL, "h", "Hours with an indoor temperature", "有室温记录的小时数")
def hours_measured(t: Any) -> Any:
    return Of(t.hours, where=t.indoor_c > -273.15)


@of_readings("cold_hours", Kind.TOTAL, "h", "Hours below 16 °C indoors", "室温低于16℃的小时数", source=_WHO)
def cold_hours(t: Any) -> Any:
    return Of(t.hours, where=t.indoor_c < 16)


@of_readings("very_cold_hours", Kind.TOTAL, "h", "Hours below 12 °C indoors", "室温低于12℃的小时数", source=_OURS)
def very_cold_hours(t: Any) -> Any:
    return Of(t.hours, where=t.indoor_c < 12)


@of_readings("cold_hours_share", Kind.RATE, "%", "Share of hours below 16 °C", "室温低于16℃的小时占比",
             times=100, source=_WHO)  # fmt: skip
def cold_hours_share(t: Any) -> Any:
    return Over(t.hours * (t.indoor_c < 16).cast("int32"), t.hours)


@of_readings("warm_share", Kind.SHARE, "%", "Share of days at 18 °C or more", "室温不低于18℃的天数占比",
             times=100, source=_WHO)  # fmt: skip
def warm_share(t: Any) -> Any:
    return t.indoor_c >= 18


@of_readings(
    "hot_share", Kind.SHARE, "%", "Share of days above 26 °C", "室温高于26℃的天数占比", times=100, source=_OURS
)
def hot_share(t: Any) -> Any:
    return t.indoor_c > 26


@of_readings("indoor_mean", Kind.MEAN, "°C", "Mean indoor temperature", "平均室温")
def indoor_mean(t: Any) -> Any:
    return t.indoor_c


@of_readings("indoor_hourly", Kind.RATE, "°C", "Mean indoor temperature, by hours", "按小时加权的平均室温")
def indoor_hourly(t: Any) -> Any:
    return Over(t.indoor_c * t.hours, t.hours)


@of_readings("indoor_least", Kind.LEAST, "°C", "Lowest indoor temperature", "最低室温")
def indoor_least(t: Any) -> Any:
    return t.indoor_c


@of_readings("indoor_most", Kind.MOST, "°C", "Highest indoor temperature", "最高室温")
def indoor_most(t: Any) -> Any:
    return t.indoor_c


@of_readings("indoor_median", Kind.QUANTILE, "°C", "Median indoor temperature", "室温中位数", at=0.5)
def indoor_median(t: Any) -> Any:
    return t.indoor_c


@of_readings(
    "indoor_tenth", Kind.QUANTILE, "°C", "Indoor temperature of the coldest tenth", "最冷十分之一的室温", at=0.1
)
def indoor_tenth(t: Any) -> Any:
    return t.indoor_c


@of_readings("degree_hours", Kind.TOTAL, "°C·h", "Degree-hours short of 18 °C", "低于18℃的度时数", source=_WHO)
def degree_hours(t: Any) -> Any:
    return Of((18 - t.indoor_c) * t.hours, where=t.indoor_c < 18)


@of_readings("heat_kwh", Kind.TOTAL, "kWh", "Heat delivered", "供热量")
def heat_kwh(t: Any) -> Any:
    return t.heat_kwh


@of_readings("heat_kwh_to_date", Kind.RUNNING, "kWh", "Heat delivered to date", "累计供热量")
def heat_kwh_to_date(t: Any) -> Any:
    return t.heat_kwh


@of_readings("heat_a_day", Kind.MEAN, "kWh/d", "Heat a household and day", "户均日供热量")
def heat_a_day(t: Any) -> Any:
    return t.heat_kwh


@of_readings("heat_most", Kind.MOST, "kWh/d", "Most heat on a day", "单日最大供热量")
def heat_most(t: Any) -> Any:
    return t.heat_kwh


@of_readings("served_share", Kind.SHARE, "%", "Share of days with heat delivered", "有供热的天数占比", times=100)
def served_share(t: Any) -> Any:
    return t.heat_kwh > 0


@of_readings("households_served", Kind.DISTINCT, "households", "Households with heat delivered", "得到供热的户数")
def households_served(t: Any) -> Any:
    return t.heat_kwh > 0


@of_readings("served_and_cold", Kind.SHARE, "%", "Of days with heat, those still below 16 °C",
             "供热日中仍低于16℃的占比", times=100, source=_WHO)  # fmt: skip
def served_and_cold(t: Any) -> Any:
    return Of(t.indoor_c < 16, where=t.heat_kwh > 0)


@of_readings("power_kwh", Kind.TOTAL, "kWh", "Electricity used", "用电量")
def power_kwh(t: Any) -> Any:
    return t.power_kwh


@of_readings("power_a_day", Kind.MEAN, "kWh/d", "Electricity a household and day", "户均日用电量")
def power_a_day(t: Any) -> Any:
    return t.power_kwh


@of_readings("no_power_share", Kind.SHARE, "%", "Share of days without electricity", "无电天数占比", times=100)
def no_power_share(t: Any) -> Any:
    return t.power_kwh == 0


@of_readings("fuel_kg", Kind.TOTAL, "kg", "Fuel burned", "燃料用量")
def fuel_kg(t: Any) -> Any:
    return t.fuel_kg


@of_readings("fuel_share", Kind.SHARE, "%", "Share of days with fuel burned", "烧燃料的天数占比", times=100)
def fuel_share(t: Any) -> Any:
    return t.fuel_kg > 0


@of_readings("fuel_beside_heat", Kind.SHARE, "%", "Of days with heat, those with fuel burned too",
             "供热日中仍烧燃料的占比", times=100)  # fmt: skip
def fuel_beside_heat(t: Any) -> Any:
    return Of(t.fuel_kg > 0, where=t.heat_kwh > 0)


@of_readings("heat_per_degree", Kind.RATE, "kWh/°C·h", "Heat a degree-hour short of 18 °C", "每度时缺口的供热量",
             source=_WHO)  # fmt: skip
def heat_per_degree(t: Any) -> Any:
    return Over(t.heat_kwh, (18 - t.indoor_c) * t.hours, where=t.indoor_c < 18)
