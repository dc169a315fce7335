"""Reminders by mail, of one's own account: asked for, and given up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from pairup.services import mail, reminders
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, done, label, tongue
from pairup.web.pages import clock, page


class Asked(Keyed):
    """Ask for reminders to an address of one's own."""

    address = forms.EmailField(
        label=label("mail.address"), max_length=200, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


@require_http_methods(["GET", "HEAD", "POST"])
def own_mail(request: Any) -> HttpResponse:
    """Ask for reminders, change the address, or stop: what a mail holds is said before anybody asks for one."""
    if request.method == "POST" and "stop" in request.POST:
        reminders.stop(actor=request.actor, at=clock())
        return done(request, Words("mail.stopped"), "mail")
    form = Asked(request.POST) if request.method == "POST" else Asked()
    if form.is_bound and form.is_valid() and carried_out(form, lambda: _ask(request, form.cleaned_data["address"])):
        return done(request, Words("mail.asked"), "mail")
    address = reminders.address_of(request.actor.user)
    return page(
        request, "web/mail.html", {"form": form, "address": address, "is_on": mail.is_on()}, title=Words("mail.title"),
        status=422 if form.is_bound else 200,
    )  # fmt: skip


def _ask(request: Any, address: str) -> bool:
    reminders.ask(address, tongue(), actor=request.actor, at=clock())
    return True
