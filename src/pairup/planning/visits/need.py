"""What a visit to a site is worth: named points for the need to be seen, that both sides can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class NeedWeights:
    """Points for one visit, by name. `since` is the day from which an office uses them."""

    since: date = date(2026, 1, 1)
    check_months: tuple[int, ...] = (18, 60)  # after it is finished, a project is checked on these months
    overdue_check: int = 20  # each check whose day has come, with no visit since
    open_complaint: int = 12  # each complaint or finding that nobody has settled
    overdue_complaint: int = 8  # more for each of them whose day has passed
    year_unseen: int = 4  # each whole year since the last visit, up to `most_years`
    most_years: int = 5  # counts as well where nobody has ever been there

    def named(self) -> dict[str, str]:
        """Give the weights as a plan prints them."""
        months = " and ".join(map(str, self.check_months))
        return {
            "need_to_be_seen": "as recorded per site",
            "overdue_check": f"{self.overdue_check} x checks of {months} months that are due",
            "open_complaint": f"{self.open_complaint} x open complaints and findings",
            "overdue_complaint": f"{self.overdue_complaint} x those past their day",
            "year_unseen": f"{self.year_unseen} x years since the last visit, at most {self.most_years}",
        }


@dataclass(frozen=True, slots=True)
class SiteNeed:
    """What is known of a site on the day of planning. `complaints` holds the day each open one is due, or None."""

    recorded: float = 0.0
    finished: date | None = None
    last_visit: date | None = None
    complaints: Sequence[date | None] = ()


def need_of(site: SiteNeed, on: date, weights: NeedWeights | None = None) -> float:
    """Sum the points of a visit on a day: what is recorded, checks due, open complaints, and time since the last visit.

    A check is due from its month on until a visit is made; a visit made before that month does not settle it.
    """
    w = weights or NeedWeights()
    days = [] if site.finished is None else [later(site.finished, months) for months in w.check_months]
    due = sum(1 for day in days if day <= on and (site.last_visit is None or site.last_visit < day))
    late = sum(1 for day in site.complaints if day is not None and day < on)
    unseen = w.most_years if site.last_visit is None else min(w.most_years, whole_years(site.last_visit, on))
    points = w.overdue_check * due + w.open_complaint * len(site.complaints) + w.overdue_complaint * late
    return site.recorded + points + w.year_unseen * max(0, unseen)


def later(day: date, months: int) -> date:
    """Give the day so many months later; the last of its month where that month is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    last = date(first.year + first.month // 12, first.month % 12 + 1, 1) - first
    return first.replace(day=min(day.day, last.days))


def whole_years(first: date, last: date) -> int:
    """Count whole years from one day to another."""
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))
