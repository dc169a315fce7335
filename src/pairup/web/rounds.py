"""Rounds: where each stands and what comes next for whoever looks, people nominated, drafts asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.record.acting import Role
from pairup.reports.facts import Both
from pairup.services import jobs, plan_reviews, rounds, tables
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.values.codes import JobState, called
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, done, label, tongue
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import Crumb, as_of, clock, page, programme_named
from pairup.web.policy import may_open

#: seconds that a draft may take
LONGEST = 3600
KINDS = ("postings", "pairings", "funding", "visits")
STEPS = ("posts", "people", "draft", "voices", "adopt", "orders")


class Draft(Keyed):
    """Ask for a draft: of what, for how long, by which seed."""

    kind = forms.ChoiceField(
        label=label("rounds.draft-kind"), choices=[(kind, label(f"rounds.kind-{kind}")) for kind in KINDS]
    )
    seconds = forms.IntegerField(
        label=label("rounds.draft-seconds"), min_value=1, max_value=LONGEST, initial=20,
        help_text=label("rounds.draft-seconds-help"),
    )  # fmt: skip
    checks = forms.BooleanField(label=label("rounds.draft-checks"), required=False, initial=True)
    seed = forms.IntegerField(
        label=label("rounds.draft-seed"), min_value=0, initial=0, help_text=label("rounds.draft-seed-help")
    )
    days = forms.IntegerField(
        label=label("rounds.draft-days"),
        min_value=1,
        max_value=30,
        initial=8,
        help_text=label("rounds.draft-days-help"),
    )


def rounds_list(request: Any, programme: str) -> HttpResponse:
    """Every round with its posts, people and seats filled; drafts that belong to no round below."""
    asked = as_of(request)
    programme_named(programme, asked)
    found = rounds.read_rounds(programme, on=asked.on, known_by=asked.known_by)
    listing = Listing(
        "rounds", Words("rounds.rounds-caption"),
        [
            Column("round", Words("rounds.column-round")), Column("from", Words("web.column-from")),
            Column("to", Words("web.column-to")), Column("posts", Words("rounds.column-posts"), is_number=True),
            Column("seats", Words("rounds.column-seats"), is_number=True),
            Column("nominated", Words("rounds.column-nominated"), is_number=True),
            Column("filled", Words("rounds.column-filled"), is_number=True),
        ],
        [
            (
                Cell(one.row.identity.code, reverse("round", args=[programme, one.row.identity.code])),
                one.row.starts, one.row.span.last, one.posts, one.seats, one.nominated, one.filled,
            )
            for one in found
        ],
        empty=Words("rounds.no-rounds"),
    )  # fmt: skip
    runs = [line for line in plan_reviews.read_runs(programme, on=asked.on, known_by=asked.known_by) if not line.round]
    coming = [one.row.identity.code for one in found if one.row.starts is None or one.row.starts > asked.on]
    return page(
        request, "web/rounds.html", {"coming": coming[-1] if coming else ""}, title=Words("web.nav-rounds"),
        listings=[listing, run_listing(runs, programme)],
    )  # fmt: skip


def run_listing(runs: list[plan_reviews.RunLine], programme: str) -> Listing:
    """Drafts: of what, how good provably, and how far each has come."""
    return Listing(
        "runs", Words("rounds.runs-caption"),
        [
            Column("run", Words("rounds.column-run")), Column("kind", Words("rounds.draft-kind")),
            Column("proof", Words("rounds.column-proof")), Column("state", Words("rounds.column-state")),
            Column("drafted", Words("rounds.column-drafted")),
        ],
        [
            (
                Cell(run.code, reverse("plan", args=[programme, run.code])), Words(f"rounds.kind-{run.kind}"),
                run.verdict, Cell(Words(f"rounds.run-{run_state(run)}"), tone="good" if run.is_adopted else ""),
                run.recorded_at,
            )
            for run in runs
        ],
        empty=Words("rounds.no-runs"), is_synthetic=any(run.is_synthetic for run in runs),
    )  # fmt: skip


def run_state(run: plan_reviews.RunLine) -> str:
    if run.is_adopted:
        return "adopted"
    if not run.has_plan:
        return "none"
    return "forward" if run.is_put_forward else "draft"


def round_page(request: Any, programme: str, code: str) -> HttpResponse:
    """One round: its steps, who sends how many, what is asked for, its drafts."""
    return _shown(request, programme, code)


def _shown(request: Any, programme: str, code: str, *, status: int = 200, draft: Draft | None = None) -> HttpResponse:
    asked = as_of(request)
    standing = rounds.read_standing(programme, code, on=asked.on, known_by=asked.known_by)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    row, count, step = standing.count.row, standing.count, standing.step()
    context = {
        "code": code, "standing": standing, "is_synthetic": standing.is_synthetic, "step": step,
        "steps": [
            (Words(f"rounds.step-{name}"), "step" if name == step else "", STEPS.index(name) < STEPS.index(step))
            for name in STEPS
        ],
        "next": _next(request, programme, standing, step),
        "facts": [
            (Words("rounds.scheme"), row.scheme), (Words("web.column-from"), row.starts),
            (Words("web.column-to"), row.span.last), (Words("rounds.column-posts"), count.posts),
            (Words("rounds.column-seats"), count.seats), (Words("rounds.column-nominated"), count.nominated),
            (Words("rounds.column-filled"), count.filled),
        ],
        "may_draft": asked.is_today and may_open(request.actor, "round-draft"), "draft": draft or Draft(),
        "may_see_people": may_open(request.actor, "round-people"),
    }  # fmt: skip
    return page(
        request, "web/round.html", context, title=Words("rounds.round-title", {"round": code}), status=status,
        crumbs=[Crumb(Words("web.nav-rounds"), reverse("rounds", args=[programme]))],
        listings=[
            _share_listing(standing, atlas), _post_listing(standing, atlas),
            run_listing(list(standing.runs), programme), _job_listing(programme, code),
        ],
    )  # fmt: skip


def _job_listing(programme: str, round_code: str) -> Listing:
    """Drafts of a round in the making, and those that came to nothing."""
    found = [
        one for one in jobs.jobs(programme)
        if one.kind in KINDS and one.arguments.get("round") == round_code and one.state != JobState.DONE
    ]  # fmt: skip
    return Listing(
        "jobs", Words("rounds.jobs-caption"),
        [
            Column("job", Words("rounds.column-job")), Column("state", Words("rounds.column-state")),
            Column("asked", Words("rounds.column-asked")),
        ],
        [
            (
                Cell(Words(f"rounds.kind-{one.kind}"), reverse("job", args=[programme, one.code])),
                called(JobState(one.state)), one.asked,
            )
            for one in found
        ],
    )  # fmt: skip


def _next(request: Any, programme: str, standing: rounds.Standing, step: str) -> tuple[Words, str] | None:
    """What whoever looks does next, and where; nothing where they wait for somebody."""
    role, code = request.actor.role, standing.count.row.identity.code
    shown = next((run.code for run in standing.runs if run.is_put_forward and not run.is_adopted), "")
    if role is Role.PROGRAMME_OFFICE:
        drafts = (run for run in standing.runs if run.has_plan and run.kind == "postings")
        run = standing.adopted or next(drafts, None)
        code_of_run = shown or (run.code if run else "")
        at = reverse("plan", args=[programme, code_of_run]) if code_of_run else "#draft"
        where = {"posts": reverse("needs", args=[programme]), "people": reverse("round-people", args=[programme, code]),
                 "draft": "#draft"}.get(step, at)  # fmt: skip
        return Words(f"rounds.next-office-{step}"), where
    if role not in (Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE):
        return None
    if shown and step in ("voices", "adopt"):
        return Words("rounds.next-read-plan"), reverse("plan", args=[programme, shown])
    if role is Role.RECIPIENT_OFFICE and step in ("posts", "people"):
        return Words("rounds.next-host-posts"), reverse("needs", args=[programme])
    if role is Role.DONOR_OFFICE and step in ("posts", "people", "draft", "voices"):
        return Words("rounds.next-donor-people"), reverse("round-people", args=[programme, code])
    return None


def _share_listing(standing: rounds.Standing, atlas: Atlas) -> Listing:
    return Listing(
        "quotas", Words("rounds.quotas-caption"),
        [
            Column("donor", Words("web.column-donor")),
            Column("quota", Words("rounds.column-quota"), is_number=True),
            Column("nominated", Words("rounds.column-nominated"), is_number=True),
            Column("short", Words("rounds.column-short"), is_number=True),
        ],
        [
            (
                donor_name(atlas, share.donor), share.quota, share.nominated,
                None if share.quota is None
                else Cell(max(0, share.quota - share.nominated), tone="warn" if share.nominated < share.quota else ""),
            )
            for share in standing.shares
        ],
        empty=Words("rounds.no-quotas"), is_synthetic=standing.is_synthetic,
    )  # fmt: skip


def donor_choice(atlas: Atlas, code: str) -> tuple[str, str]:
    """An organisation as a choice of a form."""
    name = atlas.organisations[code].name.say(tongue()) if code in atlas.organisations else code
    return code, name


def donor_name(atlas: Atlas, code: str) -> Any:
    """What an organisation is called, in both languages; of one that is not known its code."""
    return atlas.organisations[code].name if code in atlas.organisations else code


def _post_listing(standing: rounds.Standing, atlas: Atlas) -> Listing:
    return Listing(
        "posts", Words("rounds.posts-caption"),
        [
            Column("post", Words("rounds.column-post")), Column("place", Words("web.column-place")),
            Column("altitude", Words("rounds.column-altitude"), is_number=True),
            Column("priority", Words("rounds.column-priority"), is_number=True),
            Column("seats", Words("rounds.column-seats"), is_number=True),
            Column("people", Words("rounds.column-people")), Column("code", Words("rounds.column-code")),
        ],
        [
            (
                Both(post.title_en, post.title_zh), atlas.place_name(post.place.code),
                atlas.places[post.place.code].altitude_m if post.place.code in atlas.places else None,
                post.priority, post.seats, ", ".join(standing.posted.get(post.identity.code, ())), post.identity.code,
            )
            for post in standing.posts
        ],
        empty=Words("rounds.no-posts"), is_synthetic=standing.is_synthetic,
    )  # fmt: skip


@require_POST
def draft(request: Any, programme: str, code: str) -> HttpResponse:
    """Ask for a plan of a round; sent twice it is asked for once."""
    form, today = Draft(request.POST), clock().date()
    tables.read_round(programme, code, on=today)
    if form.is_valid():
        said = form.cleaned_data

        arguments = {
            "round": code, "on": today.isoformat(), "days": said["days"], "seconds": said["seconds"],
            "seed": said["seed"], "checks": said["checks"],
        }  # fmt: skip
        asked = carried_out(form, lambda: jobs.ask(
            said["kind"], arguments, programme=programme, actor=str(request.actor), at=clock(), key=said["key"]
        ))  # fmt: skip
        if asked is not None:
            return done(request, Words("jobs.asked"), "job", programme, asked)
    return _shown(request, programme, code, status=422, draft=form)
