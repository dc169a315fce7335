"""Draw the pictures of docs/explanation/worth-and-fairness.md anew: `python docs/draw_pictures.py`.

They are of a seeded round of 240 posts and 330 people of six donors, too few for all posts. Every plan stops by counted
work, so that the same versions draw the same pictures; it takes about a minute.
"""

from __future__ import annotations

from pathlib import Path

from pairup.bench.rounds import real_round
from pairup.planning.fair_plans import plan_fair
from pairup.planning.futures import plan_ahead
from pairup.planning.plan import Stop
from pairup.planning.posting import plan_postings
from pairup.reports.horizon_figure import write_price, write_rounds

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


if __name__ == "__main__":
    main()
