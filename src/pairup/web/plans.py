"""A drafted plan under review: how good provably, who goes where and why, who else could, who signed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from pairup.planning.plan import Reason, number
from pairup.record.acting import Role
from pairup.record.models import ProjectVersion, SiteVersion
from pairup.reports.facts import Both
from pairup.services import plan_reviews, plan_steps, plan_wishes, signing, tables
from pairup.services.checks import check_words
from pairup.services.plan_reviews import Review
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.values.codes import SignatureKind, called
from pairup.values.words import Words
from pairup.web.forms import Keyed, choices, label
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import Crumb, as_of, page
from pairup.web.policy import may_open
from pairup.web.rounds import donor_choice, donor_name, run_state

#: between the two parts of an item in an address
TILDE = "~"
#: the parts of an item that a plan of a kind is asked about
NAMES = {"postings": ("person", "post"), "pairings": ("donor", "recipient"), "funding": ("project", "way")}


class Sign(Keyed):
    """Sign a draft, sign it with a reservation, or decline it."""

    organisation = forms.ChoiceField(label=label("rounds.sign-for"))
    kind = forms.ChoiceField(label=label("rounds.sign-kind"), choices=choices(*SignatureKind))
    reservation = forms.CharField(
        label=label("rounds.reservation"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=label("rounds.reservation-help"),
    )  # fmt: skip

    def __init__(self, organisations: list[tuple[str, Any]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["organisation"]
        field.choices = organisations


class Back(Keyed):
    """Take an adoption back."""

    reason = forms.CharField(
        label=label("rounds.withdraw-why"), max_length=300, help_text=label("rounds.no-person-in-reason")
    )


def plan(request: Any, programme: str, run: str) -> HttpResponse:
    """A draft as far as it is the reader's: a table of what it chose, what stays empty, and what can be asked of it."""
    return shown(request, programme, run)


def draft_of(request: Any, programme: str, run: str) -> Review:
    """The draft of an address, as far as it is the reader's. Refuses one that is not there."""
    asked = as_of(request)
    return plan_reviews.read_review(run, programme=programme, on=asked.on, known_by=asked.known_by)


def crumbs(programme: str, review: Review, *, is_under: bool = False) -> list[Crumb]:
    """The way to a draft; for a page under it, with the draft itself."""
    of = review.line.round
    found = [Crumb(Words("web.nav-rounds"), reverse("rounds", args=[programme]))]
    found += [Crumb(of, reverse("round", args=[programme, of]))] if of else []
    return found + ([Crumb(review.line.code, reverse("plan", args=[programme, review.line.code]))] if is_under else [])


def shown(request: Any, programme: str, run: str, *, status: int = 200, **typed: forms.Form) -> HttpResponse:
    """Show a draft, with a form that was refused in place of an empty one.

    Long because all that the page shows is named once.
    """
    asked, review = as_of(request), draft_of(request, programme, run)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    line, is_now = review.line, asked.is_today
    signers = signing.read_signers(on=asked.on, known_by=asked.known_by) if line.has_plan else []
    organisations = [donor_choice(atlas, code) for code in signers]
    may = {
        name: is_now and may_open(request.actor, f"plan-{name}") for name in ("forward", "adopt", "withdraw", "keep")
    }
    others = [
        one.code
        for one in plan_reviews.read_runs(programme, on=asked.on, known_by=asked.known_by, round_code=line.round)
        if one.code != run and one.kind == line.kind and one.has_plan
    ]
    context = {
        "run": run, "review": review, "line": line, "state": Words(f"rounds.run-{run_state(line)}"),
        "is_synthetic": line.is_synthetic, "facts": _facts(review), "voices": voices_of(review, atlas),
        "next": _next(request, programme, review, bool(signers)), "checks": check_words(review.checks),
        "ended": Words(f"planning.ended-{review.run['ended']}", {
            "solver": review.run["solver"], "seed": review.run["seed"], "seconds": f"{review.run['seconds']:.1f}",
        }),
        "resolved": plan_wishes.resolve(run, programme=programme, on=asked.on)
        if review.is_whole and "resolve" in request.GET and not line.has_plan else [],
        "may_ask": review.is_whole and line.has_plan and line.kind in ("postings", "pairings", "funding"),
        "is_postings": line.kind == "postings", "names": [Words(f"rounds.item-{name}") for name in
                                                          NAMES.get(line.kind, ())],
        "may_forward": may["forward"] and line.has_plan and not (line.is_put_forward or line.is_adopted),
        "may_adopt": may["adopt"] and line.has_plan and not line.is_adopted and not review.rival,
        "may_withdraw": may["withdraw"] and line.is_adopted and line.kind in plan_steps.TAKEN_BACK,
        "others": others if review.is_whole else [], "forward_key": Keyed(),
        "sign": typed.get("sign") or Sign(organisations) if is_now and signers else None,
        "back": typed.get("back") or Back(),
    }  # fmt: skip
    return page(
        request, "web/plan.html", context, title=Words("rounds.plan-title", {"run": run}), status=status,
        crumbs=crumbs(programme, review), listings=_listings(programme, review, atlas, asked),
    )  # fmt: skip


def _facts(review: Review) -> list[tuple[Words, Any]]:
    line, kept = review.line, review.checks.get("survival", {})
    facts: list[tuple[Words, Any]] = [
        (Words("rounds.draft-kind"), Words(f"rounds.kind-{line.kind}")), (Words("rounds.asked-as-of"), line.day),
        (Words("rounds.column-drafted"), line.recorded_at),
        (Words("rounds.chosen" if review.is_whole else "rounds.chosen-own"), len(review.lines)),
    ]  # fmt: skip
    if line.kind == "postings":
        facts.append((Words("rounds.seats-empty"), sum(one.seats for one in review.empty)))
    if kept:
        facts.append((Words("rounds.firm"), Words("rounds.firm-share", {"percent": f"{100 * kept['share']:.0f}"})))
    return facts


def voices_of(review: Review, atlas: Atlas) -> list[tuple[Any, Words, str, Any]]:
    """Who said what about a draft."""
    return [
        (donor_name(atlas, one.organisation), called(SignatureKind(one.kind)), one.reservation, one.day)
        for one in review.voices
    ]


def _next(request: Any, programme: str, review: Review, may_sign: bool) -> tuple[Words, str] | None:
    line, role = review.line, request.actor.role
    if line.is_adopted:
        at = reverse("round", args=[programme, line.round]) if line.round else reverse("rounds", args=[programme])
        return Words("rounds.next-orders" if line.kind == "postings" else "rounds.next-adopted"), at
    if not line.has_plan:
        return Words("rounds.next-resolve"), "?resolve=yes#clash"
    if may_sign and not review.voices and not review.rival:
        return Words("rounds.next-sign"), "#sign"
    if role is not Role.PROGRAMME_OFFICE or review.rival:
        return None
    if not line.is_put_forward:
        return Words("rounds.next-forward"), "#forward"
    return Words("rounds.next-adopt", {"count": len(review.voices)}), reverse("plan-adopt", args=[programme, line.code])


def _listings(programme: str, review: Review, atlas: Atlas, asked: Any) -> list[Listing]:
    if review.line.kind == "postings":
        return [
            _posting_listing(programme, review, atlas), _empty_listing(programme, review, atlas),
            *_fairness_listings(review, atlas),
        ]  # fmt: skip
    return [_item_listing(programme, review, atlas, asked)]


def _posting_listing(programme: str, review: Review, atlas: Atlas) -> Listing:
    run = review.line.code
    rows = []
    for one in review.lines:
        person, post = one.item["person"], one.item["post"]
        why = f"{reverse('plan-why', args=[programme, run])}?{urlencode({'item': f'{person}{TILDE}{post}'})}"
        who = Cell(person, why) if one.is_own and post else Cell(person or Words("rounds.somebody-of-another"))
        title = Both(*one.title) if any(one.title) else Words("rounds.post-of-another")
        rows.append((who, title, atlas.place_name(one.place) if one.place else None,
                     donor_name(atlas, one.donor), post))  # fmt: skip
    return Listing(
        "chosen", Words("rounds.chosen-caption"),
        [
            Column("person", Words("rounds.column-person")), Column("title", Words("rounds.column-post")),
            Column("place", Words("web.column-place")), Column("donor", Words("web.column-donor")),
            Column("post", Words("rounds.column-code")),
        ],
        rows, empty=Words("rounds.nothing-chosen"), is_synthetic=review.line.is_synthetic,
    )  # fmt: skip


def _empty_listing(programme: str, review: Review, atlas: Atlas) -> Listing:
    at = reverse("plan-post", args=[programme, review.line.code])
    return Listing(
        "empty", Words("rounds.empty-caption"),
        [
            Column("title", Words("rounds.column-post")), Column("place", Words("web.column-place")),
            Column("seats", Words("rounds.seats-empty"), is_number=True), Column("why", Words("rounds.column-why")),
            Column("post", Words("rounds.column-code")),
        ],
        [
            (
                Cell(Both(*one.title), f"{at}?{urlencode({'post': one.post})}" if review.is_whole else ""),
                atlas.place_name(one.place), one.seats, one.reason, one.post,
            )
            for one in review.empty
        ],
        empty=Words("rounds.none-empty"), is_synthetic=review.line.is_synthetic,
    )  # fmt: skip


def _fairness_listings(review: Review, atlas: Atlas) -> list[Listing]:
    """By donor how many of its quota go, and by place how many of its seats are filled, as the draft kept them."""
    fair = review.checks.get("fairness", {})
    is_synthetic = review.line.is_synthetic
    return [
        Listing(
            "burdens", Words("rounds.burdens-caption"),
            [
                Column("donor", Words("web.column-donor")),
                Column("sent", Words("rounds.column-sent"), is_number=True),
                Column("quota", Words("rounds.column-quota"), is_number=True),
            ],
            [(donor_name(atlas, one["donor"]), one["sent"], one["of"]) for one in fair.get("burdens", ())],
            is_synthetic=is_synthetic,
        ),
        Listing(
            "places", Words("rounds.places-caption"),
            [
                Column("place", Words("web.column-place")),
                Column("seats", Words("rounds.column-seats"), is_number=True),
                Column("filled", Words("rounds.column-filled"), is_number=True),
            ],
            [
                (
                    atlas.place_name(one["place"]), one["seats"],
                    Cell(one["filled"], tone="warn" if one["filled"] < one["seats"] else ""),
                )
                for one in fair.get("places", ())
            ],
            is_synthetic=is_synthetic,
        ),
    ]  # fmt: skip


def _item_listing(programme: str, review: Review, atlas: Atlas, asked: Any) -> Listing:
    """What a plan of another kind chose, by the parts of its rows."""
    names = list(review.lines[0].item) if review.lines else []
    titles: dict[str, Both] = {}
    if review.line.kind == "visits":
        sites = tables.read_rows(SiteVersion, on=asked.on, known_by=asked.known_by, programme=programme)
        titles = {code: atlas.place_name(place) for code, place in
                  sites.values_list("identity__code", "place__code")}  # fmt: skip
    if review.line.kind == "funding":
        rows = tables.read_rows(ProjectVersion, on=asked.on, known_by=asked.known_by, programme=programme)
        titles = {row.identity.code: Both(row.title_en, row.title_zh) for row in rows.select_related("identity")}

    def said(name: str, value: Any) -> Any:
        if isinstance(value, list):
            names_of = [titles.get(stop["site"], Both(stop["site"])) for stop in value]
            return Both(", ".join(one.say("en") for one in names_of), "、".join(one.say("zh_Hans") for one in names_of))
        if value in titles:
            return titles[value]
        if name == "recipient" and value in atlas.places:
            return atlas.place_name(value)
        if name == "way" and str(value).startswith("start-"):
            return Words("rounds.starts-in", {"year": str(value).removeprefix("start-")})
        return donor_name(atlas, value) if name in ("donor", "recipient") else value

    def cells(item: Any) -> tuple[Any, ...]:
        found = [said(name, item[name]) for name in names]
        if parts and review.is_whole:
            query = urlencode({"item": TILDE.join(str(item[part]) for part in parts)})
            found[0] = Cell(found[0], f"{reverse('plan-why', args=[programme, review.line.code])}?{query}")
        return (*found, " ".join(str(item[part]) for part in parts))

    parts = NAMES.get(review.line.kind, ())
    return Listing(
        "chosen", Words("rounds.chosen-caption"),
        [
            *(Column(name, Words(f"rounds.item-{name}"), name in ("amount", "minutes")) for name in names),
            Column("codes", Words("rounds.column-code")),
        ],
        [cells(one.item) for one in review.lines],
        empty=Words("rounds.nothing-chosen"), is_synthetic=review.line.is_synthetic,
    )  # fmt: skip


def _facts_of_post(review: Review, atlas: Atlas, code: str) -> list[tuple[Words, Any]]:
    """What a post is and where, as far as the draft tells it."""
    known = [(one.item.get("post"), one.title, one.place) for one in review.lines]
    known += [(one.post, one.title, one.place) for one in review.empty]
    for of, title, at in known:
        if of == code and any(title):
            place = atlas.places.get(at)
            return [
                (Words("rounds.column-post"), Both(*title)), (Words("web.column-place"), atlas.place_name(at)),
                (Words("rounds.column-altitude"), place.altitude_m if place else None),
            ]  # fmt: skip
    return []


def why(request: Any, programme: str, run: str) -> HttpResponse:
    """Why a draft chose an item or not, and what the other way would cost."""
    asked, review = as_of(request), draft_of(request, programme, run)
    item = tuple(request.GET.get("item", "").split(TILDE))
    found = plan_wishes.why(run, item, programme=programme, on=asked.on, confirm="confirm" in request.GET)
    reason = found if isinstance(found, Reason) else None
    names = NAMES.get(review.line.kind, ())
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    context = {
        "facts": _facts_of_post(review, atlas, item[-1]) if review.line.kind == "postings" else [],
        "run": run, "item": TILDE.join(item), "is_synthetic": review.line.is_synthetic,
        "is_chosen": any(item == tuple(one.item[name] for name in names) for one in review.lines),
        "reason": found.words if isinstance(found, Reason) else found, "is_reason": reason is not None,
        "details": (*reason.scarce, *reason.details) if reason else (),
        "cost": number(reason.cost) if reason and reason.cost is not None else None,
        "is_exact": reason is not None and reason.is_exact, "may_wish": review.is_whole,
        "post": item[-1] if review.line.kind == "postings" and review.is_whole else "",
    }  # fmt: skip
    return page(
        request, "web/plan_why.html", context, title=Words("rounds.why-title", {"item": " · ".join(item)}),
        crumbs=crumbs(programme, review, is_under=True),
    )  # fmt: skip


def post(request: Any, programme: str, run: str) -> HttpResponse:
    """Everybody who could take a post, and what they would be worth there."""
    asked, review = as_of(request), draft_of(request, programme, run)
    code = request.GET.get("post", "")
    found = plan_wishes.read_choices(run, code, programme=programme, on=asked.on)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    at = reverse("plan-why", args=[programme, run])
    context = {
        "run": run, "is_synthetic": review.line.is_synthetic, "facts": _facts_of_post(review, atlas, code),
        "empty": next((one for one in review.empty if one.post == code), None),
    }  # fmt: skip
    listing = Listing(
        "choices", Words("rounds.choices-caption"),
        [
            Column("person", Words("rounds.column-person")), Column("donor", Words("web.column-donor")),
            Column("worth", Words("rounds.column-worth"), is_number=True),
            Column("where", Words("rounds.column-where")),
        ],
        [
            (
                Cell(one.person, f"{at}?{urlencode({'item': f'{one.person}{TILDE}{code}'})}"),
                donor_name(atlas, one.donor), Cell(number(one.worth), is_number=True),
                Cell(Words("rounds.this-post"), tone="good") if code in one.posts
                else ", ".join(one.posts) or Words("rounds.at-home"),
            )
            for one in found
        ],
        empty=Words("rounds.no-choices"), is_synthetic=review.line.is_synthetic,
    )  # fmt: skip
    return page(
        request, "web/plan_post.html", context,
        title=Words("rounds.choices-title", {"post": code}), crumbs=crumbs(programme, review, is_under=True),
        listings=[listing],
    )  # fmt: skip
