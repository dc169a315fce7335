"""Posts, round after round. A line is a post that lives on; in each round it is one row that continues the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from pairup.programmes.synthetic.ground import Ground, Tie
from pairup.programmes.synthetic.rows import Draw, Row, dated
from pairup.programmes.synthetic.vocabulary import PROFESSIONS
from pairup.values.codes import Channel, TermKind


@dataclass(frozen=True, slots=True)
class RoundSpan:
    code: str
    ordinal: int
    first: date
    last: date

    @property
    def middle(self) -> date:
        """The last day of the first half."""
        return self.first + timedelta(days=((self.last - self.first).days + 1) // 2 - 1)


@dataclass(slots=True, eq=False)
class Line:
    """One post through the rounds. `slot` decides, once and for all, which of several donors serves it."""

    place: str
    channel: Channel
    profession: str
    title: tuple[str, str]
    unit: str
    slot: float
    term: TermKind
    half: int  # 0: not a half term; 1 or 2
    priority: int
    least_grade: int
    required: list[str]
    desired: list[str]
    language: str
    team: str = ""
    code: str = ""  # of its row in the round before


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """A line in one round: its row's code, its pairing, the donor at the top of that pairing, its term."""

    code: str
    line: Line
    tie: Tie
    donor: str
    first: date
    last: date
    continues: str


@dataclass(slots=True)
class Lines:
    """Makes lines and resolves who serves them. All draws come from one stream, in the order of calls."""

    ground: Ground
    counties: list[str]
    seats: list[str]
    draw: Draw
    language: str = ""  # that some posts ask for
    half_terms: float = 0.5
    missions: float = 0.03
    seat_weight: int = 6
    _counter: dict[str, int] = field(default_factory=dict)

    def new(self, day: date) -> Line:
        """Draw a line of the territorial, system or enterprise channel that somebody can serve on a day."""
        enterprise = self.ground.of_channel(Channel.ENTERPRISE, day)
        system = self.ground.of_channel(Channel.SYSTEM, day)
        shares = (0.77, 0.17 if system else 0.0, 0.06 if enterprise else 0.0)
        channel = self.draw.weighted((Channel.TERRITORIAL, Channel.SYSTEM, Channel.ENTERPRISE), shares)
        if channel == Channel.ENTERPRISE:
            place = self.draw.pick(enterprise).place
        elif channel == Channel.SYSTEM and self.seats:
            place = self.draw.pick(self.seats)
        else:
            open_now = [c for c in self.counties if self.ground.place_on(c, day) is not None]
            place = self.draw.pick(open_now + self.seats * self.seat_weight)
        profession = self.draw.weighted(list(PROFESSIONS), (one.share for one in PROFESSIONS.values()))
        return self.line(place, channel, profession)

    def line(self, place: str, channel: Channel, profession: str, *, team: str = "", unit: str = "") -> Line:
        draw, known = self.draw, PROFESSIONS[profession]
        official = profession in ("official", "enterprise_manager")
        term, half = self._term(official, bool(team))
        required = draw.some(known.skills, 1) if draw.chance(0.1 if team else 0.24) else []
        desired = [skill for skill in draw.some(known.skills, draw.whole(1, 3)) if skill not in required]
        unit = unit or {"doctor": "hospital", "nurse": "hospital", "teacher": "school"}.get(profession, "office")
        return Line(
            place,
            channel,
            profession,
            draw.pick(known.titles),
            unit,
            draw.unit(),
            term,
            half,
            draw.weighted((1, 2, 3, 4, 5), (0.06, 0.16, 0.38, 0.26, 0.14)),
            draw.whole(3, 6) if official else draw.whole(1, 4),
            required,
            desired,
            self.language if self.language and not team and draw.chance(0.02) else "",
            team,
        )

    def _term(self, official: bool, team: bool) -> tuple[TermKind, int]:
        if official or team or not self.draw.chance(self.half_terms + self.missions):
            return TermKind.FULL, 0
        if self.draw.chance(self.missions / (self.half_terms + self.missions)):
            return TermKind.MISSION, 0
        return TermKind.HALF, self.draw.whole(1, 2)

    def team(self, place: str, kind: str, size: int) -> list[Line]:
        """Draw a group-style team: one manager, and doctors with nurses, or teachers."""
        code = f"{kind}-{place}-{self._counter.setdefault(f'{kind}-{place}', 0) + 1}"
        self._counter[f"{kind}-{place}"] += 1
        slot = self.draw.unit()
        rest = (
            ["doctor" if self.draw.chance(0.78) else "nurse" for _ in range(size - 1)]
            if kind == "hospital"
            else ["teacher"] * (size - 1)
        )
        channel = Channel.HOSPITAL if kind == "hospital" else Channel.SCHOOL
        lines = [self.line(place, channel, profession, team=code, unit=kind) for profession in ["official", *rest]]
        for line in lines:
            line.slot = slot
        return lines

    def serves(self, line: Line, day: date) -> Tie | None:
        """Find the pairing that serves a line on a day, or None."""
        ties = self._serving(line, day)
        return ties[int(line.slot * len(ties))] if ties else None

    def _serving(self, line: Line, day: date) -> list[Tie]:
        ground, place = self.ground, line.place
        if line.channel == Channel.SYSTEM:
            return ground.of_channel(Channel.SYSTEM, day)
        own = [tie for tie in ground.at(place) if tie.channel == line.channel and tie.holds(day)]
        if line.channel == Channel.ENTERPRISE:
            return own
        if line.channel == Channel.HOSPITAL and own:
            return own
        return ground.local(place, day) or ground.tops(place, day) or ground.tops(ground.parent(place, day), day)

    def openings(self, lines: Sequence[Line], span: RoundSpan) -> list[Opening]:
        """Give the lines that somebody serves as openings of a round, and mark each with its new code."""
        found: list[Opening] = []
        for line in lines:
            tie = self.serves(line, span.first)
            if tie is None:
                continue
            code = f"Q-{span.ordinal:02d}-{len(found) + 1:04d}"
            first, last = self.term(line, span)
            found.append(Opening(code, line, tie, self.ground.root(tie).donor, first, last, line.code))
            line.code = code
        return found

    def term(self, line: Line, span: RoundSpan) -> tuple[date, date]:
        if line.half:
            return (span.first, span.middle) if line.half == 1 else (span.middle + timedelta(days=1), span.last)
        if line.term == TermKind.MISSION:
            first = self.draw.day(span.first, span.last - timedelta(days=120))
            return first, first + timedelta(days=self.draw.whole(27, 90))
        return span.first, span.last


def post_rows(
    openings: Sequence[Opening],
    span: RoundSpan,
    *,
    shared: dict[str, list[str]] | None = None,
    must_fill: frozenset[str] = frozenset(),
    need_of: dict[str, str] | None = None,
    named: frozenset[str] = frozenset(),
) -> list[Row]:
    """Write openings as rows of `posts`. `shared` names the donors of posts open to several."""
    rows = []
    for item in openings:
        line = item.line
        open_to = (shared or {}).get(item.code, []) or ([item.donor] if item.tie.donor != item.donor else [])
        host = f"host-{line.place}-{line.unit}"
        rows.append(
            dated(
                item.code,
                item.first,
                item.last,
                round=span.code,
                place=line.place,
                host=host if host in named else "",
                pairing=item.tie.code,
                title_en=line.title[0],
                title_zh=line.title[1],
                profession=line.profession,
                skills_required=line.required,
                skills_desired=line.desired,
                language=line.language,
                least_grade=line.least_grade,
                licence_needed=PROFESSIONS[line.profession].licence,
                term=line.term,
                seats=1,
                must_fill=item.code in must_fill,
                priority=line.priority,
                open_to=open_to,
                team=f"T-{span.ordinal:02d}-{line.team}" if line.team else "",
                continues=item.continues,
                need=(need_of or {}).get(item.code, ""),
            )
        )
    return rows


_TEAM_WORDS = {
    "hospital": ("Hospital team, {}", "组团式医疗队（{}）"),
    "school": ("School team, {}", "组团式教育队（{}）"),
}


def team_rows(openings: Sequence[Opening], span: RoundSpan, ground: Ground) -> list[Row]:
    rows: dict[str, Row] = {}
    for item in openings:
        if item.line.team and item.line.team not in rows:
            name_en, name_zh = ground.names(item.line.place, span.first)
            words_en, words_zh = _TEAM_WORDS[item.line.team.partition("-")[0]]
            rows[item.line.team] = dated(
                f"T-{span.ordinal:02d}-{item.line.team}",
                span.first,
                span.last,
                name_en=words_en.format(name_en),
                name_zh=words_zh.format(name_zh),
                round=span.code,
                lead=item.donor,
                one_lead=item.line.channel == Channel.HOSPITAL,
            )
    return [rows[team] for team in sorted(rows)]


def open_to_several(
    openings: Sequence[Opening], ground: Ground, prefectures: Sequence[str], share: float, draw: Draw
) -> dict[str, list[str]]:
    """Open some posts of a few prefectures to two, three or four donors of that prefecture."""
    found = {}
    for item in openings:
        top = ground.root(item.tie)
        if item.line.team or item.tie.channel != Channel.TERRITORIAL or top.place not in prefectures:
            continue
        others = sorted({tie.donor for tie in ground.tops(top.place, item.first)} - {item.donor})
        if others and draw.chance(share):
            found[item.code] = [item.donor, *draw.some(others, draw.whole(1, 3))]
    return found


def posts_to_fill(openings: Sequence[Opening], shares: float, draw: Draw) -> frozenset[str]:
    """Mark a few posts that must be filled, among those that ask least of a candidate."""
    return frozenset(
        item.code
        for item in openings
        if item.line.profession == "official"
        and item.tie.channel == Channel.TERRITORIAL
        and not item.line.team
        and not item.line.required
        and not item.line.language
        and item.line.term == TermKind.FULL
        and item.line.priority >= 4
        and draw.chance(shares)
    )
