"""Deferred acceptance by other people."""

from __future__ import annotations

import sys

from matching.games import HospitalResident

Preferences = dict[str, list[str]]


def matching_rounds(residents: Preferences, hospitals: Preferences, seats: dict[str, int]) -> dict[str, str]:
    """`matching`: build the game from dictionaries, solve it for residents, give the hospital of each resident.

    It copies a game through all its players, one within the other, so the limit on recursion is raised.
    """
    sys.setrecursionlimit(1_000_000)
    game = HospitalResident.create_from_dictionaries(residents, hospitals, seats)
    found = game.solve(optimal="resident")
    return {str(resident.name): str(hospital.name) for hospital, held in found.items() for resident in held}
