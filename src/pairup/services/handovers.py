"""Handover files: written in sections by whoever leaves, kept as a document, given to the host, accepted by signature.

A draft is its author's alone; once given, both sides read it, and whoever follows in the post. What is written after
that is a new edition, and a signature says which edition it was set under.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pairup.errors import ConflictError, InputError
from pairup.exchange.cells import holds_national_id
from pairup.record.models import DocumentVersion, PersonVersion, PostingVersion, SignatureVersion
from pairup.services import documents, lives, postings, tables
from pairup.services.dues import HANDOVER_DAYS
from pairup.services.welfare import PostLine, post_lines
from pairup.values.codes import DocumentKind, PostingStatus, SignatureKind

#: parts of a handover file, in order; each is named `persons.part-NAME` in the catalogue
PARTS = ("work", "people", "promises", "worked", "papers", "season", "counterpart", "advice")
#: longest text of one part
LONGEST = 6000


#: columns of a posting that its handover is told by
_COLUMNS = ("identity__code", "person__code", "post_id", "handover__code", "ends_before", "is_synthetic")


@dataclass(frozen=True, slots=True)
class Handover:
    """One posting's handover: when it is due, whether it was given, and whether the host accepted it."""

    posting: str
    person: str
    post: PostLine | None
    last: date | None
    due: date | None
    paper: str  # code of the document; empty: not given
    given: date | None  # day of the edition in use
    voice: SignatureKind | None
    voice_day: date | None
    reservation: str
    is_synthetic: bool

    def state(self, on: date) -> str:
        """Where it stands: accepted, reserved, given, overdue, due, later; none where the term ended without."""
        if self.paper:
            if self.voice is None:
                return "given"
            return "accepted" if self.voice is SignatureKind.SIGNED else "reserved"
        if self.last is not None and self.last < on:
            return "none"
        if self.due is None or self.due > on + timedelta(days=HANDOVER_DAYS):
            return "later"
        return "overdue" if self.due < on else "due"


def draft_code(posting: str) -> str:
    """The code of a posting's handover file."""
    return f"HO-{posting}"


def read_handovers(programme: str, *, on: date, known_by: date | None = None) -> list[Handover]:
    """Handovers of one's own people and posts, those in post or over, what is due first."""
    rows = PostingVersion.objects.known(known_by).filter(identity__programme__code=programme, starts__lte=on)
    told = rows.exclude(status=PostingStatus.PLANNED).order_by("identity__code", "starts").values_list(*_COLUMNS)
    serving = list({row[0]: row for row in told}.values())
    posts = post_lines(programme, known_by=known_by)
    papers = [row[3] for row in serving if row[3]]
    given, voices = _papers(papers, programme, on, known_by), _voices(papers, programme, on, known_by)
    found = [_handover(row, posts, given, voices) for row in serving]
    order = ("overdue", "given", "due", "reserved", "later", "accepted", "none")
    return sorted(found, key=lambda one: (order.index(one.state(on)), one.due or date.max, one.posting))


def read_handover(posting: str, programme: str, *, on: date, known_by: date | None = None) -> Handover:
    """The handover of one posting. Refuses a posting that is not there, or another's."""
    rows = PostingVersion.objects.known(known_by).filter(identity__programme__code=programme, identity__code=posting)
    row = rows.order_by("-number").values_list(*_COLUMNS).first()
    if row is None:
        raise InputError(f"There is no posting {posting}.", code="web.missing", what=posting)
    papers = [row[3]] if row[3] else []
    return _handover(
        row, post_lines(programme, known_by=known_by), _papers(papers, programme, on, known_by),
        _voices(papers, programme, on, known_by),
    )  # fmt: skip


def _handover(
    row: tuple[Any, ...], posts: Mapping[int, PostLine], given: Mapping[str, date | None], voices: Mapping[str, Any]
) -> Handover:
    posting, person, post, paper, ends_before, is_synthetic = row
    last, signed = ends_before - timedelta(days=1) if ends_before else None, voices.get(paper)
    return Handover(
        posting, person, posts.get(post), last, last - timedelta(days=HANDOVER_DAYS) if last else None, paper or "",
        given.get(paper), SignatureKind(signed.kind) if signed else None, signed.day if signed else None,
        signed.reservation if signed else "", is_synthetic,
    )  # fmt: skip


def _papers(codes: list[str], programme: str, on: date, known_by: date | None) -> dict[str, date | None]:
    rows = tables.read_rows(DocumentVersion, on=on, known_by=known_by, programme=programme)
    return dict(rows.filter(identity__code__in=codes).values_list("identity__code", "starts"))


def _voices(codes: list[str], programme: str, on: date, known_by: date | None) -> dict[str, Any]:
    rows = tables.read_rows(SignatureVersion, on=on, known_by=known_by, programme=programme)
    found = rows.filter(about__in=[f"documents/{code}" for code in codes]).order_by("day", "pk")
    return {row.about.partition("/")[2]: row for row in found}


def read_parts(code: str, programme: str, *, on: date, known_by: date | None = None) -> dict[str, str]:
    """The parts of a handover file as one may read it: given, inherited, or one's own draft. Empty where there is none.

    A file that was sent as a scan has no parts, and is taken away as the document that it is.
    """
    rows = tables.read_rows(DocumentVersion, on=on, known_by=known_by, programme=programme)
    if not rows.filter(identity__code=code, media_type="application/json").exists():
        return {}
    _, data = documents.read_document(code, on=on, known_by=known_by, programme=programme)
    told = json.loads(data)
    return {part: str(told.get(part, "")) for part in PARTS}


def save_draft(
    posting: str, parts: Mapping[str, str], *, actor: str, at: datetime, programme: str
) -> lives.Done:  # fmt: skip
    """Keep the parts as they are now. The same again is no new edition. Refuses a person's number in the text."""
    said = {part: parts.get(part, "").strip() for part in PARTS}
    if not any(said.values()):
        raise InputError("A handover file says something.", code="persons.empty-handover")
    if any(holds_national_id(text) for text in said.values()):
        raise InputError(
            "The text holds a person's number; a handover file stays for good.", code="persons.number-in-handover"
        )
    code = draft_code(posting)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "handover.json"
        path.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        try:
            return documents.add(
                code,
                path,
                kind=DocumentKind.HANDOVER_FILE.value,
                title=f"Handover file of {posting}",
                actor=actor,
                at=at,
                programme=programme,
                cells={"title_zh": f"{posting} 交接材料"},
            )
        except ConflictError as error:
            if error.code != "lifecycle.same-bytes":
                raise
            return lives.Done("documents", code, "same", 0)


def give(posting: str, *, actor: str, at: datetime, programme: str) -> lives.Done:
    """Give the draft to the host: from then on both sides read it, and whoever follows in the post. Once is enough."""
    row = postings.known_row(PostingVersion, posting, programme)
    if row.handover is not None and row.handover.code == draft_code(posting):
        return lives.Done("postings", posting, "handed_over", 0)
    done, _ = postings.hand_over(posting, document=draft_code(posting), actor=actor, at=at, programme=programme)
    return done


def read_before(programme: str, *, on: date, known_by: date | None = None) -> list[DocumentVersion]:
    """Handover files that came to a secondee from those before them in the post."""
    own = PersonVersion.objects.known(known_by).filter(identity__programme__code=programme).values("identity")
    mine = PostingVersion.objects.known(known_by).filter(person__in=own)
    codes = [draft_code(code) for code in mine.values_list("identity__code", flat=True)]
    rows = tables.read_rows(DocumentVersion, on=on, known_by=known_by, programme=programme)
    rows = rows.filter(kind=DocumentKind.HANDOVER_FILE).exclude(identity__code__in=codes)
    return list(rows.exclude(identity__in=mine.exclude(handover=None).values("handover")).select_related("identity"))
