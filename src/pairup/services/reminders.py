"""Reminders: one mail a day at most, to accounts that asked for it, of the steps that are theirs and due.

A mail box is a place that nobody here keeps. So a mail holds names of steps, codes of rounds and programmes, days,
counts and links; no title, no text of a row, no name, no code of a person. Who wants to know more signs in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from pairup.errors import ConflictError, InputError
from pairup.exchange.ics import Event
from pairup.exchange.ics import calendar as written
from pairup.journal.letters import is_address
from pairup.keys import close_text, key_id_of, open_text
from pairup.record.acting import Actor, Role, acting_as, whole
from pairup.record.mail import MailWish
from pairup.record.models import PersonVersion, ProgrammeVersion, RoundVersion
from pairup.reports.round_calendar import Planned, State, round_steps
from pairup.services import calendar, desk, mail, users, write
from pairup.services.personal import open_ring
from pairup.services.tables import read_rows
from pairup.values.words import Words, say

#: days ahead that a mail tells of, where nobody says another number, and at most
AHEAD, FARTHEST = 14, 90
#: days after which a step that was never done is told no more
_LONG_OVER = 365
#: whose key an address is closed with, and for what; a person stands in the key file as PROGRAMME/CODE
_SUBJECT, _DRAWER, _CONTEXT = "accounts", "mail", "mail address of an account"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a mail tells: in words, its day, the page where it is done, and its days in a calendar."""

    words: Words
    day: date
    path: str
    event: tuple[str, date, date] | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """What one account is told on one day."""

    user: str
    language: str
    on: date
    ahead: int
    items: Sequence[Item]

    @property
    def key(self) -> str:
        return f"remind {self.on.isoformat()} {self.user}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a run did: to whom a mail went, and to whom it did not since the server took no such address."""

    sent: Sequence[str]
    refused: Sequence[str]


def ask(address: str, language: str, *, actor: Actor, at: datetime) -> None:
    """Ask for reminders to an address of one's own; asked again, the address and the language are these.

    Refused: what is no address; an actor without an account. The journal says that it was asked, and no address.
    """
    if not is_address(address):
        raise InputError("This is no mail address.", code="mail.no-address")
    name = _account_of(actor)
    wanted = (_SUBJECT, _DRAWER)
    with open_ring(create=True) as ring:
        key = ring.keys_for([wanted], at=at)[wanted]
    closed = close_text(key, address.encode(), _CONTEXT)
    with write.alone(), whole(), write.command("mail.ask", actor=str(actor), at=at):
        MailWish.objects.filter(user=name).delete()
        MailWish.objects.create(user=name, closed=closed, language=language, asked=at)


def stop(*, actor: Actor, at: datetime) -> None:
    """Give up reminders, and the address with them. Where there are none, nothing is done."""
    name = _account_of(actor)
    with write.alone(), whole():
        if MailWish.objects.filter(user=name).exists():
            with write.command("mail.stop", actor=str(actor), at=at):
                MailWish.objects.filter(user=name).delete()


def _account_of(actor: Actor) -> str:
    if not actor.user:
        raise InputError("Reminders are an account's.", hint="Sign in.", code="mail.no-account")
    return actor.user


@whole()
def address_of(name: str) -> str:
    """The address that an account gave; nothing where it asked for no mail, or where its key is not there."""
    found = MailWish.objects.filter(user=name).first()
    return _opened(found) if found is not None else ""


def _opened(wish: MailWish) -> str:
    with open_ring() as ring:
        key = ring.known([key_id_of(wish.closed)]).get(key_id_of(wish.closed))
    return "" if key is None else open_text(key, wish.closed, _CONTEXT).decode()


def read_reminders(*, on: date, ahead: int = AHEAD) -> Iterator[Reminder]:
    """What each account that asked is told on a day, of those that have something due. Refuses a number of days."""
    if not 0 <= ahead <= FARTHEST:
        raise InputError(f"A mail tells 0 to {FARTHEST} days ahead.", code="mail.too-far", most=FARTHEST)
    with whole():
        wishes = list(MailWish.objects.order_by("user").values_list("user", "language"))
    for name, language in wishes:
        account = users.open_account(name)
        actors = users.actors_of(account, on=on) if account is not None else []
        items: dict[tuple[str, str], Item] = {}  # what two roles of one account share is told once
        for actor in actors:
            with acting_as(replace(actor, user=name)):
                for item in _of_actor(actor, on, ahead):
                    items.setdefault((item.words.code + str(sorted(item.words.facts.items())), item.path), item)
        if items:
            found = sorted(items.values(), key=lambda one: (one.day, one.words.code, one.path))
            yield Reminder(name, language, on, ahead, found)


def _of_actor(actor: Actor, on: date, ahead: int) -> Iterator[Item]:
    rows = read_rows(ProgrammeVersion, on=on).select_related("identity").order_by("identity__code")
    for programme in [row.identity.code for row in rows]:
        ground = desk.read_ground(programme, on=on)
        yield from _steps(actor, programme, on, ahead)
        if actor.role is not Role.ADMINISTRATOR:  # who watches over everything is told of no single thing
            yield from _waiting(programme, ground, on, ahead)


def _steps(actor: Actor, programme: str, on: date, ahead: int) -> Iterator[Item]:
    """Steps of rounds, of this year and of the one before, which ends in this one."""
    first, last = on - timedelta(days=_LONG_OVER), on + timedelta(days=ahead)

    def is_told(planned: Planned) -> bool:
        return first <= planned.last <= last and calendar.is_step_of(planned.step, actor.role)

    asked = [(str(year), f"year={year}", calendar.read_year_calendar(programme, year, on=on))
             for year in (on.year - 1, on.year)]  # fmt: skip
    asked += [
        (code, f"round={code}", calendar.read_round_calendar(programme, code, on=on))
        for code, starts in _rounds(actor, programme)
        if starts is not None and any(is_told(planned) for planned in round_steps(starts))
    ]
    for which, query, found in asked:
        for line in found.lines:
            step, day = line.planned.step, line.planned.last
            if line.state in (State.OVERDUE, State.NOW, State.LATER) and is_told(line.planned):
                yield Item(
                    Words("mail.step", {"step": Words(f"pages.step-{step.name}"), "which": which}), day,
                    f"/in/{programme}/calendar/?{query}",
                    (f"{step.name}.{which}.{programme}@pairup", line.planned.first, day),
                )  # fmt: skip


def _rounds(actor: Actor, programme: str) -> list[tuple[str, date | None]]:
    """Code and first day of the rounds of a programme; of a secondee, of the rounds that are theirs."""
    rows = RoundVersion.objects.known().filter(identity__programme__code=programme)
    if actor.role is Role.SECONDEE:
        own = PersonVersion.objects.known().filter(identity__programme__code=programme)
        rows = rows.filter(identity__in=[pk for pk in own.values_list("round", flat=True) if pk is not None])
    return list(rows.order_by("identity__code").values_list("identity__code", "starts"))


def _waiting(programme: str, ground: desk.Ground, on: date, ahead: int) -> Iterator[Item]:
    """What waits for whoever acts and has a day, by kind: how much of it, and the first day."""
    met: dict[tuple[str, str], list[date]] = {}
    what: dict[tuple[str, str], Words] = {}
    for task in desk.read_tasks(programme, ground, on=on):
        day = task.due.day
        if task.group != "others" and day is not None and day <= on + timedelta(days=ahead):
            met.setdefault((task.group, task.due.kind), []).append(day)
            what[task.group, task.due.kind] = desk.what_waits(task.due)
    for (group, kind), days in met.items():
        words = Words("mail.waiting", {"what": what[group, kind], "count": len(days), "programme": programme})
        yield Item(words, min(days), f"/in/{programme}/waiting/?group={group}")


def send_reminders(*, on: date, at: datetime, ahead: int = AHEAD) -> Told:
    """Send each account that asked its mail of a day, once however often this runs.

    Refused: a server that fails; what it took before stands, the rest is sent by the next run.
    """
    server, sender, site = mail.named_server(), mail.named_sender(), mail.named_site()
    mail.forget_sent(at=at)
    sent, refused = [], []
    for reminder in read_reminders(on=on, ahead=ahead):
        if mail.was_sent(reminder.key) or not (to := address_of(reminder.user)):
            continue
        letter = letter_of(reminder, sender=sender, to=to, site=site, at=at)
        try:
            if mail.send_once(reminder.key, letter, server=server, sender=sender, to=[to], at=at):
                sent.append(reminder.user)
        except ConflictError as error:
            if error.code != "mail.address-refused":
                raise
            refused.append(reminder.user)
    return Told(sent, refused)


def letter_of(reminder: Reminder, *, sender: str, to: str, site: str, at: datetime) -> bytes:
    """The mail of a reminder: plain text, the same as a small page, and the steps as a file for calendar programs."""
    language, domain = reminder.language, sender.partition("@")[2]
    letter = EmailMessage(policy=SMTP)
    letter["From"], letter["To"] = sender, to
    letter["Subject"] = say("mail.subject", language, count=len(reminder.items), day=reminder.on)
    letter["Date"] = at
    letter["Message-ID"] = f"<remind-{hashlib.sha256(reminder.key.encode()).hexdigest()[:32]}@{domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text_of(reminder, site=site) + "\n", cte="base64")
    letter.add_alternative(_page_of(reminder, site), subtype="html", cte="base64")
    events = [
        Event(one.event[0], one.event[1], one.event[2], one.words.say(language), site + one.path)
        for one in reminder.items if one.event is not None
    ]  # fmt: skip
    if events:
        file = written(say("mail.title", language), events, at=at)
        letter.add_attachment(
            file.encode(), maintype="text", subtype="calendar", filename=f"pairup-{reminder.on.isoformat()}.ics"
        )
    return letter.as_bytes()


def text_of(reminder: Reminder, *, site: str) -> str:
    """What a reminder says, a line each with its link below."""
    lead, foot = _around(reminder, site)
    lines = [line for one in reminder.items for line in (f"- {_told(one, reminder)}", f"  {site}{one.path}")]
    return "\n".join([lead, "", *lines, "", foot])


def _page_of(reminder: Reminder, site: str) -> str:
    lead, foot = _around(reminder, site)
    items = "".join(
        f'<li><a href="{escape(site + one.path)}">{escape(_told(one, reminder))}</a></li>' for one in reminder.items
    )
    tongue = "zh-Hans" if reminder.language == "zh_Hans" else "en"
    return (
        f'<!doctype html><html lang="{tongue}"><meta charset="utf-8"><body><p>{escape(lead)}</p><ul>{items}</ul>'
        f"<p>{escape(foot)}</p></body></html>"
    )


def _around(reminder: Reminder, site: str) -> tuple[str, str]:
    """What stands before and after the lines."""
    lead = say("mail.lead-of-mail", reminder.language, days=reminder.ahead, day=reminder.on)
    return lead, say("mail.foot", reminder.language, address=f"{site}/mail/")


def _told(item: Item, reminder: Reminder) -> str:
    code = "mail.overdue" if item.day < reminder.on else "mail.due"
    return say(code, reminder.language, what=item.words.say(reminder.language), day=item.day)
