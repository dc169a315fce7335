"""Draw the pictures of worth-and-fairness.md and stable-rounds.md anew: `python docs/draw_pictures.py`.

Those of worth are of a seeded round of 240 posts and 330 people of six donors, too few for all posts; that of stable
rounds of 200 posts and 600 people of six donors, at several quotas. Every plan stops by counted work, so that the same
versions draw the same pictures; it takes about a minute.
"""

from __future__ import annotations

from pathlib import Path

from pairup.bench.markets import real_market
from pairup.bench.rounds import real_round
from pairup.planning.blocking import blockers
from pairup.planning.fair_plans import plan_fair
from pairup.planning.futures import plan_ahead
from pairup.planning.plan import Stop
from pairup.planning.posting import plan_postings
from pairup.planning.stability.price import price_of_stability
from pairup.reports.horizon_figure import write_price, write_rounds
from pairup.reports.stable_figure import Leaving, write_leaving

PICTURES = Path(__file__).parent / "explanation" / "pictures"
STOP = Stop(work=3_000)


def main() -> None:
    round_ = real_round(4, 0.9, posts=240, people=330, donors=6)
    write_rounds(plan_ahead([round_], 5, stop=STOP, compare=False).to_dict(), PICTURES / "rounds.svg")
    welfare = plan_postings(round_, stop=STOP)
    points = (1.0, 25.0, 50.0, 100.0, 150.0, 200.0, 300.0, 400.0, 800.0)
    curve = [(given, plan_fair(welfare, "weighted", points=given).beside(welfare)) for given in points]
    write_price(curve, PICTURES / "price-of-fairness.svg")
    for given, one in curve:
        print(given, one["price"], round((one["score"] - one["worth"]) / given, 2), one["lowest"], one["gini"])
    print("leximin", plan_fair(welfare).beside(welfare))
    write_leaving([leaving_at(tightness) for tightness in (0.8, 0.9, 1.0, 1.1, 1.2)], PICTURES / "leaving.svg")


def leaving_at(tightness: float) -> Leaving:
    """Plan a stable round and the same round for worth, and count who would leave each."""
    problem = real_market(0, 6, 200, 600, tightness)
    plan = plan_postings(problem, stop=Stop(work=300))
    price = price_of_stability(plan, stop=Stop(work=300))
    one = Leaving(
        tightness, len(plan.further["blocking_pairs"]), plan.further.get("blocking_within_limits", 0),
        len(blockers(problem, price.welfare.chosen)), price.least / (price.welfare.objective or 1.0),
    )  # fmt: skip
    print(one)
    return one


if __name__ == "__main__":
    main()
