"""Sections about plans: how good they are, one post followed through, posts left empty, the portfolio."""

from __future__ import annotations

from decimal import Decimal

from altair import LayerChart

from pairup.reports.document import (
    Block,
    Bullets,
    Column,
    Definition,
    Figure,
    Fold,
    Inline,
    Number,
    Paragraph,
    Run,
    Section,
    Table,
    Tone,
)
from pairup.reports.facts import (
    Both,
    FollowedPost,
    PlanFacts,
    ReportFacts,
    UnmetPost,
)
from pairup.reports.figures import Part, worth_by_part
from pairup.reports.opening import how_good
from pairup.reports.said import DASH, frame, number, people, picture, plain, said, synthetic_mark, together
from pairup.reports.writing import count, days, people_in_public, share

# --- plans --------------------------------------------------------------------------------------------------


def plans_section(facts: ReportFacts) -> Section:
    """Say of each plan how good it provably is, by which weights, and what stood in its way."""
    title = said("plans-title")
    if not facts.plans:
        return Section("plans", title, (Paragraph(said("none-recorded")),))
    columns = tuple(
        Column(said(name), is_number)
        for name, is_number in (
            ("col-plan-of", False),
            ("col-status", False),
            ("col-worth", True),
            ("col-bound", True),
            ("col-plan-gap", True),
            ("col-decided", True),
            ("col-asked", True),
            ("col-considered", True),
        )
    )
    blocks: list[Block] = [Paragraph(said("plans-intro"))]
    blocks.append(Table(said("plans-caption"), columns, tuple(_plan_row(plan) for plan in facts.plans)))
    for plan in facts.plans:
        blocks += _plan_more(plan)
    return Section("plans", title, tuple(blocks))


def _plan_row(plan: PlanFacts) -> tuple[Inline, ...]:
    counts: list[Inline] = []
    for one in (plan.decided, plan.asked, plan.considered):
        counts.append(DASH if one is None else number(one.value, one.rows))
    return (
        said(f"plan-{plan.kind.value}"),
        how_good(plan),
        _figure(plan.objective),
        _figure(plan.bound),
        DASH if plan.gap is None else share(plan.gap),
        *counts,
    )


def _figure(value: Decimal | int | None) -> Inline:
    return DASH if value is None else count(value)


def _plan_more(plan: PlanFacts) -> list[Block]:
    inside: list[Block] = []
    if plan.weights:
        rows = tuple((name, points) for name, points in plan.weights.items())
        inside.append(Table(said("weights-caption"), (Column(said("col-weight")), Column(said("col-points"))), rows))
    if plan.counts:
        inside.append(Bullets(tuple(together((c.label, number(c.value, c.rows)), ": ") for c in plan.counts)))
    if plan.run or plan.solver:
        inside.append(Paragraph(_run(plan), Tone.NOTE))
    blocks: list[Block] = []
    if plan.conflicts:
        blocks += [Paragraph(said("conflicts", plan=said(f"plan-{plan.kind.value}"))), Bullets(plan.conflicts)]
    if plan.beside:
        blocks.append(Bullets(plan.beside))
    if inside:
        blocks.append(Fold(said("plan-more", plan=said(f"plan-{plan.kind.value}")), tuple(inside)))
    return blocks


def _run(plan: PlanFacts) -> Inline:
    facts: dict[str, Inline] = {"run": plan.run or DASH, "solver": plan.solver or DASH, "seed": str(plan.seed)}
    state = said("adopted") if plan.is_adopted else said("draft")
    if plan.blocks is None:
        return together((said("plan-run", **facts), state), " ")
    return together((said("plan-run-blocks", blocks=count(plan.blocks), **facts), state), " ")


# --- one post followed through ------------------------------------------------------------------------------


def followed_section(facts: ReportFacts) -> Section:
    """Follow one post through: need, chosen, runner-up, what forcing another would cost, what a drop-out would do."""
    title = said("followed-title")
    post = facts.followed
    if post is None:
        return Section("followed", title, (Paragraph(said("followed-none")),))
    place = facts.place(post.place)
    steps: list[Inline] = [
        said(
            "followed-need",
            post=Number(post.title, post.post_rows),
            place=place.name,
            altitude=said("at-m", metres=count(place.altitude_m)) if place.altitude_m is not None else "",
            need=Number(post.need, post.need_rows),
            profession=said("in-brackets", text=post.profession) if post.profession else "",
        )
    ]
    if post.priority is not None:
        steps.append(said("followed-priority", priority=str(post.priority), who=post.stated_by or said("the-host")))
    if post.considered is not None:
        steps.append(
            said("followed-considered", people=number(post.considered, post.candidate_rows), donor=post.donor.name)
        )
    steps.append(_chosen(post))
    if post.why_chosen is not None:
        steps.append(post.why_chosen)
    blocks: list[Block] = [Bullets(tuple(steps))]
    if post.parts:
        blocks.append(_worth_figure(post))
    blocks += _otherwise(post)
    return Section("followed", title, tuple(blocks))


def _chosen(post: FollowedPost) -> Inline:
    points = count(post.worth) if post.worth is not None else DASH
    term = days(post.term_start, post.term_end) if post.term_start and post.term_end else said("not-known")
    if not post.runner_up:
        return said("followed-chosen-alone", person=post.person, points=points, term=term)
    other = count(post.runner_up_worth) if post.runner_up_worth is not None else DASH
    return said("followed-chosen", person=post.person, points=points, term=term, runner_up=post.runner_up, other=other)


def _worth_figure(post: FollowedPost) -> Figure:
    who = [post.person] + ([post.runner_up] if post.runner_up else [])

    def draw(language: str, stamp: str) -> LayerChart:
        parts = [
            Part(part.name.say(language), person, points)
            for part in post.parts
            for person, points in zip(who, (part.chosen, part.runner_up), strict=False)
            if points is not None
        ]
        return worth_by_part(
            parts, who, frame(language, stamp, Both(plain("col-points", "en"), plain("col-points", "zh_Hans")))
        )

    chosen = "; ".join(f"{part.name.say('en')} {part.chosen}" for part in post.parts)
    chosen_zh = ";".join(f"{part.name.say('zh_Hans')} {part.chosen}" for part in post.parts)
    alt_text = said("worth-alt", person=post.person, parts=Both(chosen, chosen_zh))
    return picture("worth", said("worth-figure"), alt_text, draw, is_synthetic=post.is_synthetic)


def _otherwise(post: FollowedPost) -> list[Block]:
    blocks: list[Block] = []
    if post.force_cost is not None and post.runner_up:
        cost = count(post.force_cost)
        blocks.append(Paragraph(said("followed-force", runner_up=post.runner_up, cost=cost)))
        blocks += [Bullets(post.force_moves)] if post.force_moves else []
    if post.drop_out is not None:
        blocks.append(Paragraph(together((said("followed-drop-out", person=post.person), post.drop_out), " ")))
        blocks += [Bullets(post.drop_out_moves)] if post.drop_out_moves else []
        if post.drop_out_cost is not None:
            blocks.append(Paragraph(said("followed-drop-cost", cost=count(post.drop_out_cost))))
    return blocks


# --- posts left empty ---------------------------------------------------------------------------------------


def unmet_section(facts: ReportFacts) -> Section:
    """List the posts that the plan leaves empty, by prefecture, with the reasons."""
    title = said("unmet-title")
    if not facts.unmet:
        return Section("unmet", title, (Paragraph(said("unmet-none")),))
    columns = tuple(
        Column(said(name), is_number, is_wide)
        for name, is_number, is_wide in (
            ("col-post", False, False),
            ("col-place", False, False),
            ("col-priority", True, False),
            ("col-able", True, False),
            ("col-reasons", False, True),
            ("col-known", False, False),
        )
    )
    blocks: list[Block] = [Paragraph(said("unmet-intro", posts=count(len(facts.unmet))))]
    for area, posts in _by_area(facts).items():
        rows = tuple(_unmet_row(post, facts) for post in posts)
        name = facts.place(area).name
        table = Table(said("unmet-caption", place=name), columns, rows)
        blocks.append(
            table if len(facts.unmet) <= 25 else Fold(said("unmet-fold", place=name, posts=count(len(rows))), (table,))
        )
    return Section("unmet", title, tuple(blocks))


def _by_area(facts: ReportFacts) -> dict[str, list[UnmetPost]]:
    areas: dict[str, list[UnmetPost]] = {}
    for post in sorted(facts.unmet, key=lambda p: (_order(facts, p.place), p.post)):
        areas.setdefault(facts.place(post.place).area, []).append(post)
    return areas


def _order(facts: ReportFacts, code: str) -> tuple[str, str]:
    place = facts.place(code)
    area = facts.place(place.area)
    return area.order or area.code, place.order or place.code


def _unmet_row(post: UnmetPost, facts: ReportFacts) -> tuple[Inline, ...]:
    title: Inline = Number(post.title, post.rows)
    if post.profession:
        title = Run((title, said("in-brackets", text=post.profession)), "")
    return (
        together((title, post.need), ": ") if post.need else title,
        facts.place(post.place).name,
        DASH if post.priority is None else str(post.priority),
        people(post.considered),
        together(post.reasons) if post.reasons else said("not-known"),
        synthetic_mark(post.is_synthetic),
    )


def public_unmet(facts: ReportFacts) -> Section:
    """Count posts left empty by prefecture, rounded as people are."""
    title = said("unmet-title")
    if not facts.unmet:
        return Section("unmet", title, (Paragraph(said("unmet-none")),))
    rows = tuple(
        (facts.place(area).name, Number(people_in_public(len(posts)), Definition("unmet")))
        for area, posts in _by_area(facts).items()
    )
    columns = (Column(said("col-place")), Column(said("col-empty-posts"), is_number=True))
    return Section("unmet", title, (Table(said("public-unmet-caption"), columns, rows),))
