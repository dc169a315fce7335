"""Wishes asked of a drafted plan: what they would change and cost, kept as a draft of its own; two drafts compared.

Wishes stand in the address, so that a page of them can be sent to others.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from pairup.errors import PairupError
from pairup.planning.plan import number
from pairup.planning.repaired import Repair
from pairup.services import plan_reviews, plan_wishes
from pairup.services.plan_reviews import Review
from pairup.services.plan_wishes import Wishes
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, done, tongue
from pairup.web.pages import as_of, clock, page
from pairup.web.plans import NAMES, TILDE, crumbs, draft_of
from pairup.web.policy import may_open
from pairup.web.refusals import told

_WISHES = ("lock", "forbid", "without", "closed")


def wishes_of(query: QueryDict) -> Wishes:
    """Read wishes out of an address or a form."""
    items = {name: [tuple(text.split(TILDE)) for text in query.getlist(name) if text.strip()] for name in _WISHES}
    return Wishes(
        tuple(items["lock"]), tuple(items["forbid"]), tuple(one[0] for one in items["without"]),
        tuple(one[0] for one in items["closed"]),
    )  # fmt: skip


def wishes(request: Any, programme: str, run: str) -> HttpResponse:
    """What a draft would become under some wishes: who moves, and what it costs. Nothing is kept."""
    asked, review = as_of(request), draft_of(request, programme, run)
    if added := _added(request.GET, review):
        return added
    wished = wishes_of(request.GET)
    found, refusal = None, ""
    try:
        found = plan_wishes.ask_wishes(run, wished, programme=programme, on=asked.on)
    except PairupError as error:
        if error.code.endswith(".missing"):
            raise
        refusal = told(error, tongue())
    proof = found.plan.verdict() if found is not None and found.plan.has_plan else None
    context = {
        "run": run, "wishes": list(_listed(wished)), "refusal": refusal, "found": found,
        "verdict": found.verdict() if found is not None else None,
        "moves": found.moves if found is not None else (), "conflicts": found.plan.conflicts if found else (),
        "curve": found.told_curve() if isinstance(found, Repair) else (),
        "proof": proof, "fields": list(_pairs(wished)), "is_synthetic": review.line.is_synthetic,
        "may_keep": proof is not None and asked.is_today and may_open(request.actor, "plan-keep"), "keep": Keyed(),
        "names": [Words(f"rounds.item-{name}") for name in NAMES.get(review.line.kind, ())],
        "is_postings": review.line.kind == "postings",
    }  # fmt: skip
    return page(
        request, "web/plan_wishes.html", context, title=Words("rounds.wishes-title"),
        crumbs=crumbs(programme, review, is_under=True), status=422 if refusal else 200,
    )  # fmt: skip


def _pairs(wished: Wishes) -> list[tuple[str, str]]:
    """Wishes as fields of an address."""
    items = [("lock", TILDE.join(one)) for one in wished.lock] + [("forbid", TILDE.join(one)) for one in wished.forbid]
    return items + [("without", one) for one in wished.without] + [("closed", one) for one in wished.closed]


def _listed(wished: Wishes) -> list[tuple[Words, str]]:
    """Each wish in words, with the address in which it is left out."""
    pairs = _pairs(wished)
    return [
        (
            Words(f"rounds.wish-{name}", dict(zip(("first", "second"), (*text.split(TILDE), ""), strict=False))),
            "?" + urlencode([pair for at, pair in enumerate(pairs) if at != number_]),
        )
        for number_, (name, text) in enumerate(pairs)
    ]


def _added(query: QueryDict, review: Review) -> HttpResponse | None:
    """A form adds one wish to those in the address; the answer is the address with all of them."""
    kind = query.get("wish", "")
    if not kind:
        return None
    first, second = query.get("first", "").strip(), query.get("second", "").strip()
    pairs = _pairs(wishes_of(query))
    if kind == "swap":
        where = {one.item.get("person"): one.item.get("post") for one in review.lines}
        if where.get(first) and where.get(second):
            pairs += [("lock", f"{first}{TILDE}{where[second]}"), ("lock", f"{second}{TILDE}{where[first]}")]
    elif kind in ("lock", "forbid") and first and second:
        pairs.append((kind, f"{first}{TILDE}{second}"))
    elif kind in ("without", "closed") and first:
        pairs.append((kind, first))
    return HttpResponseRedirect("?" + urlencode(pairs))


def compare(request: Any, programme: str, run: str) -> HttpResponse:
    """Two drafts of one kind side by side: who moves, and what it costs."""
    asked, review = as_of(request), draft_of(request, programme, run)
    other = request.GET.get("other", "")
    difference, moves = plan_wishes.compare(run, other, programme=programme, on=asked.on)
    two = plan_reviews.read_review(other, programme=programme, on=asked.on, known_by=asked.known_by)
    context = {
        "run": run, "other": other, "moves": moves, "one": review, "two": two,
        "points": None if difference.points is None else number(abs(difference.points)),
        "is_better": (difference.points or 0) > 0, "is_same": not difference.points,
        "lost": len(difference.lost), "gained": len(difference.gained), "is_synthetic": review.line.is_synthetic,
    }  # fmt: skip
    return page(
        request, "web/plan_compare.html", context, title=Words("rounds.compare-title", {"run": run, "other": other}),
        crumbs=crumbs(programme, review, is_under=True),
    )  # fmt: skip


@require_POST
def keep(request: Any, programme: str, run: str) -> HttpResponse:
    """Keep what the wishes made of a draft as a draft of its own."""
    review, form = draft_of(request, programme, run), Keyed(request.POST)
    if form.is_valid():
        new = carried_out(form, lambda: plan_wishes.keep_wishes(
            run, wishes_of(request.POST), actor=str(request.actor), at=clock(), programme=programme,
            key=form.cleaned_data["key"],
        ))  # fmt: skip
        if new is not None:
            return done(request, Words("rounds.kept", {"run": new}), "plan", programme, new)
    context = {
        "run": run,
        "refusal": " ".join(map(str, form.non_field_errors())),
        "is_synthetic": review.line.is_synthetic,
    }
    return page(
        request, "web/plan_wishes.html", context, title=Words("rounds.wishes-title"), status=422,
        crumbs=crumbs(programme, review, is_under=True),
    )  # fmt: skip
