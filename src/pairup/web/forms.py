"""Forms: fields in the reader's language, a key by which a form counts once however often sent, refusals in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, TypeVar
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import lazy
from django.utils.translation import get_language

from pairup.errors import PairupError
from pairup.values.codes import called
from pairup.values.words import Words, say
from pairup.web.refusals import told

T = TypeVar("T")


def tongue() -> str:
    """The language in which this request is answered, as the catalogue names it."""
    return "zh_Hans" if (get_language() or "en").startswith("zh") else "en"


def _said(code: str) -> str:
    return say(code, tongue())


#: the words of a code, in the language of whoever reads the form
label: Callable[[str], Any] = lazy(_said, str)


def choices(*of: StrEnum) -> list[tuple[str, Any]]:
    """Choices of a closed list, each called by its words."""
    return [(one.value, label(called(one).code)) for one in of]


class Keyed(forms.Form):
    """A form with a key of its own: sent twice, it counts once."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64, initial=lambda: uuid4().hex)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""


def carried_out(form: forms.Form, act: Callable[[], T]) -> T | None:
    """Do what a form asks; a refusal stands in the form, with every finding, and nothing was written."""
    try:
        return act()
    except PairupError as error:
        language = tongue()
        form.add_error(None, told(error, language))
        for finding in _findings(error):
            form.add_error(None, finding.say(language))
        return None


def _findings(error: PairupError) -> Iterable[Any]:
    return list(error.facts.get("findings", ()))[:20]


def done(request: Any, words: Words, route: str, *parts: str) -> HttpResponse:
    """Say what was done, and lead on to a page."""
    messages.success(request, words.say(tongue()))
    return redirect(route, *parts)
