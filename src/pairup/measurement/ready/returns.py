"""Returns of schools and clinics: counts of institutions, never of a person by name."""

from __future__ import annotations

from functools import partial
from typing import Any

from pairup.measurement.definition import Kind, Over, indicator

of_schools = partial(indicator, of="school_returns")
of_clinics = partial(indicator, of="clinic_returns")


@of_schools("enrolled", Kind.TOTAL, "pupils", "Pupils enrolled", "在校学生")
def enrolled(t: Any) -> Any:
    return t.enrolled


@of_schools("girls_share", Kind.RATE, "%", "Share of girls among pupils", "女生占比", times=100)
def girls_share(t: Any) -> Any:
    return Over(t.enrolled_girls, t.enrolled)


@of_schools("attendance", Kind.RATE, "%", "Days attended of the school days of all pupils", "出勤率", times=100)
def attendance(t: Any) -> Any:
    return Over(t.attended_days, t.enrolled * t.school_days)


@of_schools("pupils_per_teacher", Kind.RATE, "pupils/teacher", "Pupils a teacher", "生师比")
def pupils_per_teacher(t: Any) -> Any:
    return Over(t.enrolled, t.teachers)


@of_schools("posted_share", Kind.RATE, "%", "Share of teachers sent by donors", "援派教师占比", times=100)
def posted_share(t: Any) -> Any:
    return Over(t.teachers_posted, t.teachers)


@of_schools("left_per_thousand", Kind.RATE, "‰", "Pupils who left before finishing, a thousand enrolled", "辍学率",
            times=1000)  # fmt: skip
def left_per_thousand(t: Any) -> Any:
    return Over(t.left, t.enrolled)


@of_clinics("outpatients", Kind.TOTAL, "visits", "Outpatient visits", "门诊人次")
def outpatients(t: Any) -> Any:
    return t.outpatients


@of_clinics("outpatients_to_date", Kind.RUNNING, "visits", "Outpatient visits to date", "累计门诊人次")
def outpatients_to_date(t: Any) -> Any:
    return t.outpatients


@of_clinics("inpatients", Kind.TOTAL, "admissions", "Inpatient admissions", "住院人次")
def inpatients(t: Any) -> Any:
    return t.inpatients


@of_clinics("outpatients_per_thousand", Kind.RATE, "visits/1,000", "Outpatient visits a thousand people served",
            "每千人门诊人次", times=1000)  # fmt: skip
def outpatients_per_thousand(t: Any) -> Any:
    return Over(t.outpatients, t.catchment)


@of_clinics("referred_share", Kind.RATE, "%", "Referred out, of all visits and admissions", "转诊率", times=100)
def referred_share(t: Any) -> Any:
    return Over(t.referred_out, t.outpatients + t.inpatients)


@of_clinics("operations_led_here", Kind.RATE, "%", "Operations led by local staff", "本地人员主刀占比", times=100)
def operations_led_here(t: Any) -> Any:
    return Over(t.operations_led_here, t.operations)


@of_clinics("births_attended", Kind.RATE, "%", "Births attended by trained staff", "专业接生率", times=100,
            source="SDG 3.1.2")  # fmt: skip
def births_attended(t: Any) -> Any:
    return Over(t.births_attended, t.births)


@of_clinics("stock_out_share", Kind.SHARE, "%", "Share of returns with a listed medicine out of stock", "缺药报表占比",
            times=100)  # fmt: skip
def stock_out_share(t: Any) -> Any:
    return t.days_without_stock > 0
