"""Why a plan chose what it chose, what would happen if, and how two plans differ."""

from pairup.planning.explain.clash import Relaxation, relaxations
from pairup.planning.explain.other_kinds import why_funding, why_pairing
from pairup.planning.explain.postings import why_posting
from pairup.planning.explain.replanning import WhatIf
from pairup.planning.explain.stable import why_stable
from pairup.planning.explain.telling import moves_of
from pairup.planning.explain.what_if import what_if, what_if_without

__all__ = [
    "Relaxation", "WhatIf", "moves_of", "relaxations", "what_if", "what_if_without", "why_funding",
    "why_pairing", "why_posting", "why_stable",
]  # fmt: skip
