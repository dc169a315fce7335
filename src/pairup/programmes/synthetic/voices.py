"""What both sides say: preferences about being paired, and signatures. Some are absent, and that is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pairup.programmes.synthetic.ground import Tie
from pairup.programmes.synthetic.rows import Draw, Row, dated, happened
from pairup.values.codes import SignatureKind


def preferences(ties: Sequence[Tie], round_code: str, first: date, share: float, draw: Draw) -> list[Row]:
    """Let donors and hosts say points about each other: more about ties in force, and of some others."""
    rows = []
    held = {(tie.donor, tie.place) for tie in ties}
    for donor in sorted({tie.donor for tie in ties}):
        for place in sorted({tie.place for tie in ties}):
            for side, said_by in (("donor", donor), ("host", f"host-{place}-office")):
                points = draw.whole(4, 16) if (donor, place) in held else draw.whole(-6, 10)
                if (donor, place) in held or draw.chance(share):
                    code = f"L-{round_code}-{side}-{donor}-{place}"
                    rows.append(dated(code, first, None, donor=donor, place=place, said_by=said_by, points=points))
    return rows


_RESERVATION = "Agrees, except to the terms of half a round for teachers."


def signatures(wanted: Mapping[str, Sequence[str]], first: date, last: date, draw: Draw) -> list[Row]:
    """Sign what each organisation was asked to sign (`about` texts by organisation): most do, some have not yet."""
    rows = []
    for organisation, abouts in sorted(wanted.items()):
        for about in abouts:
            kind = draw.weighted((SignatureKind.SIGNED, SignatureKind.RESERVATION, None), (0.7, 0.08, 0.22))
            if kind is not None:
                rows.append(
                    happened(
                        f"sign-{organisation}-{about.replace('/', '-')}"[:80],
                        draw.day(first, last),
                        organisation=organisation,
                        about=about,
                        kind=kind,
                        reservation=_RESERVATION if kind == SignatureKind.RESERVATION else "",
                    )
                )
    return rows
