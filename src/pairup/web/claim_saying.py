"""A claim registered on a page: what was said, by whom, when, with which figure; what the checks say stands beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse

from pairup.evaluation.claim import ClaimResult
from pairup.services import claim_saying, claims
from pairup.values.codes import ClaimClass
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, choices, done, label, tongue
from pairup.web.listing import Cell
from pairup.web.pages import Crumb, as_of, clock, page, programme_named

_BOUNDS = ("exact", "about", "over", "under", "nearly")
_RESTS_ON = ("none", "before_after", "group", "design")
_MISSIONS = tuple(f"S{number}" for number in range(1, 11))
#: what is asked of every claim; the rest is folded away
_FIRST = ("speaker", "day", "text", "claim_class", "subject", "figure", "uom", "bound")


@dataclass(frozen=True, slots=True)
class Part:
    """Some fields of a form, as the template of fields takes them."""

    visible_fields: Sequence[Any]
    hidden_fields: Sequence[Any] = ()
    non_field_errors: Sequence[Any] = ()

    @property
    def is_wrong(self) -> bool:
        return any(field.errors for field in self.visible_fields)


def _text(name: str, longest: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label(f"proof.state-{name}"), max_length=longest, required=required, help_text=label(f"proof.help-{name}")
    )


def _chosen(name: str, values: Sequence[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label(f"proof.state-{name}"), required=False, choices=[("", "–"), *values])


class State(Keyed):
    """Register a claim. Cells are those of `claims.csv`; the text is in the language of whoever writes."""

    speaker = _text("speaker", 200, required=True)
    day = _text("day", 10, required=True)
    text = forms.CharField(
        label=label("proof.state-text"), max_length=2000, help_text=label("proof.help-text"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    claim_class = forms.ChoiceField(label=label("proof.column-class"), choices=choices(*ClaimClass))
    subject = _text("subject", 80, required=True)
    figure = _text("figure", 30)
    uom = _text("uom", 24)
    bound = forms.ChoiceField(
        label=label("proof.state-bound"), choices=[(one, label(f"proof.bound-{one}")) for one in _BOUNDS]
    )
    other_text = forms.CharField(
        label=label("proof.state-other-text"), max_length=2000, required=False,
        help_text=label("proof.help-other-text"), widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    scope = _text("scope", 160)
    place = _text("place", 80)
    covers_from = _text("covers-from", 10)
    covers_to = _text("covers-to", 10)
    arithmetic = _text("arithmetic", 500)
    computes = _chosen(
        "computes", [(one, label(f"proof.computes-{one.replace('_', '-')}")) for one in sorted(claims.COMPUTED)]
    )
    says_effect = forms.BooleanField(label=label("proof.state-says-effect"), required=False)
    comparison = _chosen(
        "comparison", [(one, label(f"proof.rests-on-{one.replace('_', '-')}")) for one in _RESTS_ON]
    )  # fmt: skip
    mission = _chosen("mission", [(one, one) for one in _MISSIONS])
    source = _text("source", 200)

    def first(self) -> Part:
        """What is asked of every claim, with what is wrong of the whole."""
        return Part([self[name] for name in _FIRST], self.hidden_fields(), self.non_field_errors())

    def more(self) -> Part:
        """What makes a claim easier to check."""
        return Part([field for field in self.visible_fields() if field.name not in _FIRST])

    def cells(self) -> dict[str, str]:
        """The cells of the claim; a text in Chinese alone stands under both languages until it is translated."""
        said = {name: value for name, value in self.cleaned_data.items() if isinstance(value, str)}
        own, other = said.pop("text"), said.pop("other_text")
        said.pop("key")
        zh, en = (own, other or own) if tongue() == "zh_Hans" else (other, own)
        said |= {"text_en": en, "text_zh": zh, "says_effect": "yes" if self.cleaned_data["says_effect"] else "no"}
        return {name: text for name, text in said.items() if text}


def state(request: Any, programme: str) -> HttpResponse:
    """Ask what the checks make of a claim before it is kept, or keep it. The first writes nothing."""
    programme_named(programme, as_of(request))
    if request.method != "POST":
        return _shown(request, programme, State())
    form, found = State(request.POST), None
    if not form.is_valid():
        return _shown(request, programme, form, status=422)
    if "look" in request.POST:
        found = carried_out(form, lambda: claim_saying.weigh(form.cells(), on=as_of(request).on, programme=programme))
        return _shown(request, programme, form, found, status=200 if found is not None else 422)
    code = carried_out(form, lambda: claim_saying.state(
        form.cells(), actor=str(request.actor), at=clock(), programme=programme, key=form.cleaned_data["key"]
    ))  # fmt: skip
    if code is None:
        return _shown(request, programme, form, status=422)
    return done(request, Words("proof.stated", {"code": code}), "claim", programme, code)


def _shown(
    request: Any, programme: str, form: State, found: ClaimResult | None = None, *, status: int = 200
) -> HttpResponse:
    outcome = claims.HEADS[found.verdict] if found is not None else None
    return page(
        request, "web/claim_state.html",
        {
            "form": form, "found": found, "tone": _TONES.get(outcome.value, "") if outcome else "",
            "checks": [(Cell(one.words, tone=_PASSED[one.passed]), one.name) for one in found.checks] if found else [],
            "others": [(code, reverse("claim", args=[programme, code])) for code in found.conflicts] if found else [],
        },
        title=Words("proof.state-title"), status=status,
        crumbs=[Crumb(Words("web.nav-claims"), reverse("claims", args=[programme]))],
    )  # fmt: skip


_TONES = {"contradicted": "warn", "holds": "good"}
_PASSED = {True: "good", False: "bad", None: ""}
