"""A secondee's own page, and a candidate's: my posting, what waits for me, what I say for myself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from pairup.errors import ConflictError, InputError
from pairup.reports.facts import Both
from pairup.services import handovers, postings, secondee_words
from pairup.services.reporting.places import AREAS, Atlas, read_atlas
from pairup.services.secondees import Offered, Self, Served, read_self
from pairup.values.codes import Answer, Fits, Level, PostingStatus, called
from pairup.values.money import Money
from pairup.values.purposes import Answer as Consented
from pairup.values.purposes import Purpose
from pairup.values.trades import profession_called
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, choices, done, label, tongue
from pairup.web.pages import as_of, clock, page, programme_named

#: places offered while typing; of more, only areas
_MOST_PLACES = 150
#: wishes for places, best first
_WISHES = 3


#: how something fits; nothing is chosen before somebody does
_FITS = [("", "–"), *choices(*Fits)]


class CheckIn(Keyed):
    """How I am, in two questions."""

    well = forms.ChoiceField(
        label=label("persons.well"), required=False, widget=forms.RadioSelect,
        choices=[("yes", label("persons.well-yes")), ("no", label("persons.well-no")),
                 ("", label("persons.well-unsaid"))],
    )  # fmt: skip
    wants_call = forms.BooleanField(label=label("persons.wants-call"), required=False)


class Arrival(Keyed):
    """Whether the post fits, some weeks after arrival."""

    duties = forms.ChoiceField(label=label("persons.arrival-duties"), choices=_FITS)
    skills = forms.ChoiceField(label=label("persons.arrival-skills"), choices=_FITS)
    language = forms.ChoiceField(label=label("persons.arrival-language"), choices=_FITS)
    living = forms.ChoiceField(label=label("persons.arrival-living"), choices=_FITS)


class _Placed(Keyed):
    """A form that takes places by name or code."""

    def __init__(self, atlas: Atlas, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.atlas = atlas

    def placed(self, text: str) -> str:
        """The code of what was typed. Refuses what is no place, and what several are called."""
        wanted = text.strip().casefold()
        found = [
            code for code, place in self.atlas.places.items()
            if wanted in (code.casefold(), place.name.en.casefold(), (place.name.zh or "").casefold())
        ] if wanted else []  # fmt: skip
        if wanted and len(found) != 1:
            raise forms.ValidationError(label("persons.no-such-place"))
        return found[0] if found else ""


class Wishes(_Placed):
    """Where I would rather serve, best first."""

    first = forms.CharField(label=label("persons.wish-1"), required=False, max_length=80)
    second = forms.CharField(label=label("persons.wish-2"), required=False, max_length=80)
    third = forms.CharField(label=label("persons.wish-3"), required=False, max_length=80)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("first", "second", "third"):
            self.fields[name].widget.attrs["list"] = "places"

    def clean_first(self) -> str:
        return self.placed(self.cleaned_data["first"])

    def clean_second(self) -> str:
        return self.placed(self.cleaned_data["second"])

    def clean_third(self) -> str:
        return self.placed(self.cleaned_data["third"])

    def places(self) -> list[str]:
        said = self.cleaned_data
        return list(dict.fromkeys(code for code in (said["first"], said["second"], said["third"]) if code))


class Confidence(_Placed):
    """Where I must not be sent. There is no field for a reason."""

    place = forms.CharField(label=label("persons.not-at"), max_length=80, help_text=label("persons.not-at-help"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].widget.attrs["list"] = "places"

    def clean_place(self) -> str:
        return self.placed(self.cleaned_data["place"])


class Reply(Keyed):
    """Accept or decline; no reason is taken."""

    of = forms.CharField(widget=forms.HiddenInput, max_length=120)
    answer = forms.ChoiceField(choices=[(Answer.ACCEPTED, ""), (Answer.DECLINED, ""), (Answer.SIGNED, "")])


class Agree(Keyed):
    """Give or withdraw consent to one purpose."""

    purpose = forms.ChoiceField(widget=forms.HiddenInput, choices=[(purpose, "") for purpose in Purpose])
    answer = forms.ChoiceField(choices=[(Consented.GIVEN, ""), (Consented.WITHDRAWN, ""), (Consented.REFUSED, "")])


class Lift(Keyed):
    """Take back what was told in confidence."""

    of = forms.CharField(widget=forms.HiddenInput, max_length=120)


def me(request: Any, programme: str) -> HttpResponse:
    """My own page, as of the day asked."""
    return shown(request, programme)


def shown(request: Any, programme: str, *, status: int = 200, **typed: forms.Form) -> HttpResponse:
    """My page with a form as it was typed, where one was refused. Long because all that it shows is named once."""
    asked = as_of(request)
    programme_named(programme, asked)
    person = secondee_words.own_person(str(request.actor), programme)
    own = read_self(person, on=asked.on, known_by=asked.known_by)
    atlas, now = read_atlas(on=asked.on, known_by=asked.known_by), own.current
    waits = list(own.waits(asked.on)) if asked.is_today else []
    wishes = [atlas.place_name(code).say(tongue()) for code in own.row.prefers or ()]
    context = {
        "code": person.code, "own": own, "now": now, "waits": waits, "may_write": asked.is_today,
        "is_synthetic": own.row.is_synthetic, "state": called(PostingStatus(now.row.status)) if now else
        Words("persons.state-candidate"), "about": facts_of(own, atlas), "post": post_facts(now.post, atlas) if now
        else [], "duties": _duties(now), "title_of_now": _title(now) if now else "",
        "counterparts": now.counterparts if now else (),
        "offers": [_offer(one, atlas) for one in own.offers],
        "extensions": [(row, _by(row, atlas), Reply(initial={"of": row.identity.code})) for row in own.extensions],
        "check": typed.get("check") or CheckIn(), "check_due": now.check_due(asked.on) if now else None,
        "arrival": typed.get("arrival") or Arrival(), "asks_arrival": bool(now and now.asks_arrival(asked.on)),
        "answers": _answers(now), "wishes": wishes,
        "prefer": typed.get("prefer") or Wishes(
            atlas, initial=dict(zip(("first", "second", "third"), wishes, strict=False))
        ),
        "confide": typed.get("confide") or Confidence(atlas),
        "constraints": [
            (", ".join(atlas.place_name(place).say(tongue()) for place in row.not_at or ()), row,
             Lift(initial={"of": row.identity.code}))
            for row in own.constraints
        ],
        "consents": [
            (Words(f"vault.purpose-{row.purpose}"), row, atlas.organisations.get(row.asked_by.code),
             Words(f"persons.consent-{row.answer}") if row.answer else "",
             Agree(initial={"purpose": row.purpose}))
            for row in own.consents
        ],
        "before": handovers.read_before(programme, on=asked.on, known_by=asked.known_by),
        "past": [(_title(one), one) for one in own.served if not one.is_open],
        "places": _offered_places(atlas),
    }  # fmt: skip
    return page(request, "web/me.html", context, title=Words("web.nav-me"), status=status)


def facts_of(own: Self, atlas: Atlas) -> list[tuple[Words, Any]]:
    """Who I am here: code, donor, round, when I can serve."""
    row = own.row
    donor = atlas.organisations.get(row.donor.code)
    return [
        (Words("rounds.column-person"), row.identity.code),
        (Words("web.column-donor"), donor.name if donor else row.donor.code),
        (Words("rounds.profession"), profession_called(row.profession)),
        (Words("rounds.column-round"), row.round.code if row.round else ""),
        (Words("rounds.serves-from"), row.starts), (Words("rounds.serves-to"), row.span.last),
    ]  # fmt: skip


def post_facts(post: Any, atlas: Atlas) -> list[tuple[Words, Any]]:
    """What a post is like, as a candidate has to know it; what nobody told is a dash, not a promise."""
    if post is None:
        return []
    place = atlas.places.get(post.place.code)
    host = atlas.organisations.get(post.host.code) if post.host else None
    pay = Money(post.pay_minor, post.currency) if post.pay_minor is not None and post.currency else None
    return [
        (Words("web.column-place"), atlas.place_name(post.place.code)),
        (Words("persons.altitude"), Words("persons.metres", {"metres": place.altitude_m})
         if place and place.altitude_m is not None else ""),
        (Words("persons.host"), host.name if host else ""),
        (Words("web.column-from"), post.starts), (Words("web.column-to"), post.span.last),
        (Words("persons.cover"), post.cover), (Words("persons.evacuation"), post.evacuation),
        (Words("persons.living"), post.living), (Words("persons.leave"), post.leave_days),
        (Words("persons.pay"), pay), (Words("persons.allowances"), post.allowances),
    ]  # fmt: skip


def _duties(now: Served | None) -> Both | str:
    if now is None or now.post is None:
        return ""
    return now.row.duties or _duties_of(now.post)


def _duties_of(post: Any) -> Both | str:
    text = post.duties_en or post.duties_zh if post is not None else ""
    return Both(text, post.duties_zh) if text else ""


def _title(one: Served | Offered) -> Both | str:
    return Both(one.post.title_en, one.post.title_zh) if one.post is not None else "–"


def _offer(one: Offered, atlas: Atlas) -> dict[str, Any]:
    post = one.post
    return {
        "title": _title(one), "facts": post_facts(post, atlas), "answer": called(one.answer), "due": one.row.answer_due,
        "is_open": one.answer is Answer.OPEN, "form": Reply(initial={"of": one.row.identity.code}),
        "duties": _duties_of(post),
    }  # fmt: skip


def _by(row: Any, atlas: Atlas) -> Any:
    found = atlas.organisations.get(row.asked_by.code) if row.asked_by else None
    return found.name if found else ""


def _answers(now: Served | None) -> list[tuple[Words, list[tuple[Words, Any]]]]:
    """What I said after arrival, and beside it what the host did: each was asked apart, so neither is shown first."""
    if now is None or "secondee" not in now.answers:
        return []
    return [
        (Words(f"choices.voice-{voice}"), [
            (Words(f"persons.arrival-{name}"), called(Fits(getattr(row, name))))
            for name in secondee_words.ASKED if getattr(row, name)
        ])
        for voice, row in sorted(now.answers.items(), reverse=True)
    ]  # fmt: skip


def _offered_places(atlas: Atlas) -> list[str]:
    """Names offered while typing: all places that are no more than a handful, else prefectures and what is larger."""
    places = [one for one in atlas.places.values() if one.level is not Level.COUNTRY]
    if len(places) > _MOST_PLACES:
        places = [one for one in places if one.level in AREAS]
    return sorted(one.name.say(tongue()) for one in places[:_MOST_PLACES])


# ------------------------------------------------------------------------------------------------------------ writing


def _carry(
    request: Any, programme: str, form: forms.Form, name: str, act: Callable[[Mapping[str, Any]], Any], words: Words
) -> HttpResponse:
    """Do what a form of my page asks, then lead back to it; refused, the page stands as it was typed."""
    if form.is_valid() and carried_out(form, lambda: act(form.cleaned_data)) is not None:
        return done(request, words, "me", programme)
    return shown(request, programme, status=422, **{name: form, "refused": form})


@require_POST
def check_in(request: Any, programme: str) -> HttpResponse:
    """Say how I am."""
    posting = _current(request, programme)
    return _carry(
        request, programme, CheckIn(request.POST), "check",
        lambda said: secondee_words.check_in(
            posting, well={"yes": True, "no": False}.get(said["well"]), wants_call=said["wants_call"],
            actor=str(request.actor), at=clock(), programme=programme, key=said["key"],
        ),
        Words("persons.checked-in"),
    )  # fmt: skip


@require_POST
def arrival(request: Any, programme: str) -> HttpResponse:
    """Say how the post fits."""
    posting = _current(request, programme)
    return _carry(
        request, programme, Arrival(request.POST), "arrival",
        lambda said: secondee_words.answer_arrival(
            posting, {name: Fits(said[name]) for name in secondee_words.ASKED}, actor=str(request.actor), at=clock(),
            programme=programme, key=said["key"],
        ),
        Words("persons.arrival-said"),
    )  # fmt: skip


@require_POST
def wishes(request: Any, programme: str) -> HttpResponse:
    """Say where I would rather serve."""
    form = Wishes(read_atlas(on=clock().date()), request.POST)
    return _carry(
        request, programme, form, "prefer",
        lambda said: secondee_words.prefer(
            form.places(), actor=str(request.actor), at=clock(), programme=programme, key=said["key"]
        ),
        Words("persons.wishes-kept"),
    )  # fmt: skip


@require_POST
def confide(request: Any, programme: str) -> HttpResponse:
    """Say in confidence where I must not be sent."""
    return _carry(
        request, programme, Confidence(read_atlas(on=clock().date()), request.POST), "confide",
        lambda said: secondee_words.keep_away(
            said["place"], actor=str(request.actor), at=clock(), programme=programme, key=said["key"]
        ),
        Words("persons.confided"),
    )  # fmt: skip


@require_POST
def lift(request: Any, programme: str) -> HttpResponse:
    """Take back what I told in confidence."""
    return _carry(
        request, programme, Lift(request.POST), "lift",
        lambda said: secondee_words.lift(
            said["of"], actor=str(request.actor), at=clock(), programme=programme, key=said["key"]
        ),
        Words("persons.lifted"),
    )  # fmt: skip


@require_POST
def offer(request: Any, programme: str) -> HttpResponse:
    """Accept or decline a post that was offered to me. The same answer sent twice counts once."""
    return _carry(
        request, programme, Reply(request.POST), "reply",
        lambda said: _answered(request, programme, said, Answer(said["answer"])), Words("persons.offer-answered"),
    )  # fmt: skip


def _answered(request: Any, programme: str, said: Mapping[str, Any], answer: Answer) -> Any:
    own = read_self(secondee_words.own_person(str(request.actor), programme), on=clock().date())
    standing = {one.row.identity.code: one.answer for one in own.offers}
    if said["of"] not in standing or answer is Answer.SIGNED:
        raise InputError(f"There is no offer {said['of']}.", code="web.missing", what=said["of"])
    if standing[said["of"]] is answer:  # sent again
        return said["of"]
    return postings.answer_offer(said["of"], answer, actor=str(request.actor), at=clock(), programme=programme)


@require_POST
def extension(request: Any, programme: str) -> HttpResponse:
    """Sign or decline that my posting lasts longer. Nothing but my own signature lengthens it."""

    def act(said: Mapping[str, Any]) -> Any:
        try:
            return postings.consent(
                said["of"], Answer(said["answer"]), actor=str(request.actor), at=clock(), programme=programme
            )
        except ConflictError as error:
            if error.code == "lifecycle.answered-before" and error.facts.get("answer") == said["answer"]:
                return said["of"]  # sent again
            raise

    return _carry(request, programme, Reply(request.POST), "reply", act, Words("persons.extension-answered"))


@require_POST
def agree(request: Any, programme: str) -> HttpResponse:
    """Give or withdraw consent to a purpose."""
    return _carry(
        request, programme, Agree(request.POST), "agree",
        lambda said: secondee_words.answer_consent(
            Purpose(said["purpose"]), Consented(said["answer"]), language=tongue().replace("_", "-"),
            actor=str(request.actor), at=clock(), programme=programme, key=said["key"],
        ),
        Words("persons.consent-kept"),
    )  # fmt: skip


def _current(request: Any, programme: str) -> str:
    """The code of my posting. Refuses who is in none."""
    own = read_self(secondee_words.own_person(str(request.actor), programme), on=clock().date())
    if own.current is None:
        raise InputError("You are in no post.", code="persons.no-posting")
    return str(own.current.row.identity.code)
