"""People whom donors nominate for a round: who they are by code, against the quota, and whether they were checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.errors import InputError
from pairup.record.acting import Role
from pairup.reports.writing import day
from pairup.services import edits, lives, rounds
from pairup.services.reporting.places import read_atlas
from pairup.values.trades import profession_called, skill_called
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, done, label
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import Crumb, as_of, clock, page, several
from pairup.web.policy import may_open
from pairup.web.rounds import donor_choice, donor_name

_DAY = {"type": "date"}
#: donors whose progress is drawn; of more, the round's own table tells
MOST = 3


class Nominate(Keyed):
    """Nominate somebody under a code. Nothing that tells who they are stands here."""

    donor = forms.ChoiceField(label=label("web.column-donor"))
    profession = forms.CharField(
        label=label("rounds.profession"), max_length=40, help_text=label("rounds.profession-help")
    )
    skills = forms.CharField(
        label=label("rounds.person-skills"), required=False, max_length=200, help_text=label("rounds.skills-help")
    )
    languages = forms.CharField(
        label=label("rounds.languages"), required=False, max_length=60, help_text=label("rounds.languages-help")
    )
    years = forms.IntegerField(label=label("rounds.years"), min_value=0, max_value=60)
    grade = forms.IntegerField(label=label("rounds.grade"), min_value=1, max_value=20, initial=1)
    licensed = forms.ChoiceField(
        label=label("rounds.licensed"), required=False,
        choices=[("", label("rounds.not-asked")), ("yes", label("web.yes")), ("no", label("web.no"))],
    )  # fmt: skip
    first = forms.DateField(label=label("rounds.serves-from"), widget=forms.DateInput(attrs=_DAY))
    last = forms.DateField(label=label("rounds.serves-to"), widget=forms.DateInput(attrs=_DAY))

    def __init__(self, donors: list[tuple[str, Any]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        donor: Any = self.fields["donor"]
        donor.choices = donors
        if len(donors) == 1:
            donor.widget = forms.HiddenInput()
            donor.initial = donors[0][0]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("first") and said.get("last") and said["last"] < said["first"]:
            self.add_error("last", label("rounds.ends-before-it-begins"))
        return said


class TakeBack(Keyed):
    """Take a nomination back."""

    person = forms.CharField(label=label("rounds.column-person"), max_length=80)
    reason = forms.CharField(
        label=label("rounds.withdraw-why"), max_length=300, help_text=label("rounds.no-person-in-reason")
    )

    def __init__(self, people: Mapping[str, Any], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = people

    def clean_person(self) -> str:
        code = str(self.cleaned_data["person"]).strip()
        if code not in self.people:
            raise forms.ValidationError(label("rounds.nobody-of-that-code"))
        return code


def people(request: Any, programme: str, code: str) -> HttpResponse:
    """People of one's own nominated for a round."""
    return _shown(request, programme, code)


def _shown(request: Any, programme: str, code: str, *, status: int = 200, **typed: forms.Form) -> HttpResponse:
    """Long because all that the page shows is named once."""
    asked = as_of(request)
    standing = rounds.read_standing(programme, code, on=asked.on, known_by=asked.known_by)
    found = rounds.read_nominated(programme, code, on=asked.on, known_by=asked.known_by)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    row = standing.count.row
    donors = _donors(request, standing)
    may_write = asked.is_today and may_open(request.actor, "nominate") and bool(donors)
    listing = Listing(
        "people", Words("rounds.nominated-caption"),
        [
            Column("code", Words("rounds.column-person")), Column("donor", Words("web.column-donor")),
            Column("profession", Words("rounds.profession")), Column("skills", Words("rounds.person-skills")),
            Column("years", Words("rounds.years"), is_number=True), Column("from", Words("rounds.serves-from")),
            Column("to", Words("rounds.serves-to")), Column("checked", Words("rounds.column-checked")),
        ],
        [
            (
                one.row.identity.code, donor_name(atlas, one.row.donor.code), profession_called(one.row.profession),
                several(map(skill_called, one.row.skills)), one.row.years_in_profession, one.row.starts,
                one.row.span.last, _checked(one),
            )
            for one in found
        ],
        empty=Words("rounds.no-people"), is_synthetic=standing.is_synthetic,
    )  # fmt: skip
    short = sum(max(0, (share.quota or 0) - share.nominated) for share in standing.shares)
    unchecked = sum(not one.is_checked for one in found)
    context = {
        "code": code, "may_write": may_write, "short": short, "unchecked": unchecked,
        "is_synthetic": standing.is_synthetic,
        "shares": [
            (donor_name(atlas, share.donor), share.nominated, share.quota)
            for share in standing.shares if len(standing.shares) <= MOST
        ],
        "nominate": typed.get("nominate") or Nominate(
            [donor_choice(atlas, donor) for donor in donors],
            initial={"first": row.starts, "last": row.span.last},
        ),
        "back": typed.get("back") or TakeBack({}), "count": len(found),
        "may_return": may_open(request.actor, "workbook"),
    }  # fmt: skip
    return page(
        request, "web/nominations.html", context, title=Words("rounds.people-of-round", {"round": code}), status=status,
        crumbs=[
            Crumb(Words("web.nav-rounds"), reverse("rounds", args=[programme])),
            Crumb(code, reverse("round", args=[programme, code])),
        ],
        listings=[listing],
    )  # fmt: skip


def _checked(one: rounds.Nominated) -> Cell:
    if not one.is_checked:
        return Cell(Words("rounds.not-checked"), tone="warn")
    if one.checked_until is None:
        return Cell(Words("rounds.checked"))
    return Cell(Words("rounds.checked-until", {"day": day(one.checked_until)}))


def _donors(request: Any, standing: rounds.Standing) -> list[str]:
    """Donors that whoever acts may nominate for: itself, or of a programme's office all of the round."""
    if request.actor.role is Role.DONOR_OFFICE:
        return [request.actor.code]
    return [share.donor for share in standing.shares]


@require_POST
def nominate(request: Any, programme: str, code: str) -> HttpResponse:
    """Nominate somebody for a round."""
    today = clock().date()
    standing = rounds.read_standing(programme, code, on=today)
    form = Nominate([(donor, donor) for donor in _donors(request, standing)], request.POST)
    if form.is_valid():
        said = form.cleaned_data
        cells = {
            "code": f"P-{said['donor']}-{code}",
            "donor": said["donor"], "round": code, "profession": said["profession"],
            "skills": listed(said["skills"]), "languages": listed(said["languages"]),
            "years_in_profession": str(said["years"]), "grade": str(said["grade"]), "licensed": said["licensed"],
            "from": said["first"].isoformat(), "to": said["last"].isoformat(),
            "is_synthetic": "yes" if standing.is_synthetic else "no",
        }  # fmt: skip
        receipt = carried_out(form, lambda: lives.record_next(
            "people", cells, actor=str(request.actor), at=clock(), programme=programme, key=said["key"]
        ))  # fmt: skip
        if receipt is not None:
            return done(request, Words("rounds.nominated", {"person": receipt.rows[0][0]}), "round-people", programme,
                        code)  # fmt: skip
    return _shown(request, programme, code, status=422, nominate=form)


def listed(text: str) -> str:
    """Parts that were typed apart by commas or semicolons of either script, as a folder holds them."""
    for mark in ",，；、":
        text = text.replace(mark, ";")
    return ";".join(part.strip() for part in text.split(";") if part.strip())


@require_POST
def take_back(request: Any, programme: str, code: str) -> HttpResponse:
    """Take a nomination back; it stays readable as of before, and somebody who was posted stays."""
    found = rounds.read_nominated(programme, code, on=clock().date())
    seen = {one.row.identity.code: one.row.number for one in found}
    form = TakeBack(seen, request.POST)
    if not seen:
        raise InputError(f"Nobody is nominated for {code}.", code="web.missing", what=code)
    if form.is_valid():
        said = form.cleaned_data
        if carried_out(form, lambda: edits.withdraw(
            "people", said["person"], seen=seen[said["person"]], actor=str(request.actor), at=clock(),
            reason=said["reason"], programme=programme, key=said["key"],
        )):  # fmt: skip
            return done(request, Words("rounds.taken-back", {"person": said["person"]}), "round-people", programme,
                        code)  # fmt: skip
    return _shown(request, programme, code, status=422, back=form)
