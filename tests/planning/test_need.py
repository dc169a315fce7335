from __future__ import annotations

from datetime import date

import pytest

from pairup.planning.visits.need import NeedWeights, SiteNeed, need_of

ON = date(2026, 9, 1)
SEEN = date(2026, 8, 1)


@pytest.mark.parametrize(
    ("site", "points"),
    [
        (SiteNeed(7.5, last_visit=SEEN), 7.5),
        (SiteNeed(0), 5 * 4),  # nobody has ever been there
        (SiteNeed(0, last_visit=date(2024, 9, 1)), 2 * 4),
        (SiteNeed(0, last_visit=date(2024, 9, 2)), 1 * 4),
        (SiteNeed(0, last_visit=date(2010, 1, 1)), 5 * 4),
        (SiteNeed(0, finished=date(2025, 3, 1), last_visit=date(2026, 1, 1)), 20),  # 18 months are over today
        (SiteNeed(0, finished=date(2025, 3, 2), last_visit=date(2026, 1, 1)), 0),  # tomorrow
        (SiteNeed(0, finished=date(2021, 9, 1), last_visit=date(2026, 8, 31)), 20),  # 60 months, the first is settled
        (SiteNeed(0, finished=date(2020, 1, 1), last_visit=SEEN), 0),  # both are settled
        (SiteNeed(0, last_visit=SEEN, complaints=(None,)), 12),
        (SiteNeed(0, last_visit=SEEN, complaints=(ON, date(2026, 8, 31))), 2 * 12 + 8),
    ],
)
def test_points_add_up(site, points):
    assert need_of(site, ON) == points


def test_a_check_falls_on_the_last_day_of_a_shorter_month():
    site = SiteNeed(0, finished=date(2024, 8, 31), last_visit=date(2026, 1, 1))

    assert need_of(site, date(2026, 2, 27)) == 0
    assert need_of(site, date(2026, 2, 28)) == 20


def test_every_weight_is_printed():
    assert len(NeedWeights().named()) == 5
