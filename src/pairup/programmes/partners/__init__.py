"""Hospital partnerships that invented hospitals of invented countries offer each other. Offer-led, in euros."""

from __future__ import annotations

from pairup.programmes.partners.field import BASE as VISIT_BASE
from pairup.programmes.partners.field import field
from pairup.programmes.partners.lot import TRIAL, by_lot
from pairup.programmes.partners.people import people
from pairup.programmes.partners.setting import ON, PLANNED, setting
from pairup.programmes.synthetic.rows import Tables, merged

HORIZON = (2027, 2029)
ROUND = PLANNED.code

__all__ = ["HORIZON", "ON", "ROUND", "TRIAL", "VISIT_BASE", "generate"]


def generate(facts: Tables, seed: int) -> Tables:
    """Make all tables of the programme: it has no facts, so `facts` is empty or adds rows of an office's own."""
    made = setting(seed)
    return merged(made, people(made, seed), field(made, HORIZON, seed), by_lot(made, seed))
