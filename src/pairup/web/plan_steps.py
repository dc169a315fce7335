"""A drafted plan put before the sides, signed, adopted, taken back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from pairup.errors import PairupError
from pairup.services import plan_steps, plans, signing
from pairup.services.reporting.places import read_atlas
from pairup.services.rows import title_of
from pairup.values.codes import SignatureKind
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, done, tongue
from pairup.web.pages import as_of, clock, page
from pairup.web.plans import Back, Sign, crumbs, draft_of, shown, voices_of
from pairup.web.refusals import told


@require_POST
def forward(request: Any, programme: str, run: str) -> HttpResponse:
    """Put a draft before the sides. Sent twice it counts once."""
    review = draft_of(request, programme, run)
    if not review.line.is_put_forward:
        plan_steps.put_forward(run, actor=str(request.actor), at=clock(), programme=programme)
    return done(request, Words("rounds.put-forward", {"run": run}), "plan", programme, run)


@require_POST
def sign(request: Any, programme: str, run: str) -> HttpResponse:
    """Sign a draft, with or without a reservation, or decline it."""
    draft_of(request, programme, run)
    signers = signing.read_signers(on=clock().date())
    form = Sign([(code, code) for code in signers], request.POST)
    if form.is_valid():
        said = form.cleaned_data
        signed = carried_out(form, lambda: signing.countersign(
            f"runs/{run}", SignatureKind(said["kind"]), organisation=said["organisation"], actor=str(request.actor),
            at=clock(), reservation=said["reservation"], programme=programme, key=said["key"],
        ))  # fmt: skip
        if signed is not None:
            return done(request, Words("rounds.signed"), "plan", programme, run)
    return shown(request, programme, run, status=422, sign=form)


def adopt(request: Any, programme: str, run: str) -> HttpResponse:
    """Show what adopting would write and who signed; then adopt. Refused where the record has changed since."""
    review, form = draft_of(request, programme, run), Keyed(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if review.line.is_adopted:  # sent again
            return done(request, Words("rounds.adopted", {"run": run}), "plan", programme, run)
        if carried_out(form, lambda: plans.adopt(
            run, actor=str(request.actor), at=clock(), programme=programme
        )) is not None:  # fmt: skip
            return done(request, Words("rounds.adopted", {"run": run}), "plan", programme, run)
    would, refusal = {}, " ".join(map(str, form.non_field_errors())) if form.is_bound else ""
    if not refusal:
        try:
            would = plan_steps.try_adopt(run, actor=str(request.actor), at=clock(), programme=programme)
        except PairupError as error:
            refusal = told(error, tongue())
    atlas = read_atlas(on=as_of(request).on)
    context = {
        "run": run, "review": review, "refusal": refusal, "voices": voices_of(review, atlas),
        "would": [(title_of(table), count) for table, count in would.items()],
        "adopt": form if form.is_bound else Keyed(), "is_synthetic": review.line.is_synthetic,
    }  # fmt: skip
    return page(
        request, "web/plan_adopt.html", context, title=Words("rounds.adopt-title", {"run": run}),
        crumbs=crumbs(programme, review, is_under=True), status=409 if refusal else 200,
    )  # fmt: skip


@require_POST
def withdraw(request: Any, programme: str, run: str) -> HttpResponse:
    """Take back what adopting wrote, while nothing has changed it."""
    draft_of(request, programme, run)
    form = Back(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        count = carried_out(form, lambda: plan_steps.withdraw_adoption(
            run, actor=str(request.actor), at=clock(), reason=said["reason"], programme=programme
        ))  # fmt: skip
        if count is not None:
            return done(request, Words("rounds.adoption-withdrawn", {"count": count}), "plan", programme, run)
    return shown(request, programme, run, status=422, back=form)
