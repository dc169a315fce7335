"""What donors bear over all programmes of a record, by year. In order of code: nobody is ranked, nobody shown short."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from pairup.record.models import PairingVersion, ProgrammeVersion
from pairup.reports.burdens import STEPS, Burden
from pairup.services import totals
from pairup.services.totals.ground import Ground
from pairup.values.money import Money


def read_burdens(*, on: date, known_by: date | None = None, donor: str = "", year: int | None = None) -> list[Burden]:
    """What each donor bears in each programme and year, by donor, year and programme. `donor`, `year` limit it."""
    ground = Ground(known_by)
    where = ({"donor": donor} if donor else {}) | ({"year": str(year)} if year is not None else {})
    found: dict[tuple[str, ...], dict[str, list[Money]]] = defaultdict(lambda: defaultdict(list))
    made_up: set[tuple[str, ...]] = set()
    for step, name in STEPS.items():
        answer = totals.total(
            name, on=on, known_by=known_by, by=("donor", "year", "programme"), where=where, ground=ground
        )
        for figure in answer.figures:
            found[figure.key][step].append(figure.money)
            if figure.is_synthetic:
                made_up.add(figure.key)
    return [
        Burden(
            key[0], int(key[1]), key[2], **{step: tuple(found[key][step]) for step in STEPS},
            is_synthetic=key in made_up,
        )
        for key in sorted(found) if key[0]
    ]  # fmt: skip


def read_other_burdens(programme: str, *, on: date, known_by: date | None = None) -> tuple[Burden, ...]:
    """What the donors of a programme bear in the others of the record; nothing where it is the only one."""
    if len(set(ProgrammeVersion.objects.known(known_by).values_list("identity", flat=True))) < 2:
        return ()
    held = PairingVersion.objects.known(known_by).filter(identity__programme__code=programme)
    donors = set(held.values_list("donor__code", flat=True))
    return tuple(
        one for one in read_burdens(on=on, known_by=known_by) if one.donor in donors and one.programme != programme
    )
