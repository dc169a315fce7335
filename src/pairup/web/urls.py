"""Every address of the site. Each route needs its line in `web.policy`; most pages are inside a programme."""

from __future__ import annotations

from django.urls import include, path

from pairup.web import accounts, home, pairings

handler404 = "pairup.web.refusals.not_found"
handler403 = "pairup.web.refusals.forbidden"
handler500 = "pairup.web.refusals.broken"

#: pages inside a programme, under /in/CODE/
PROGRAMME = [
    path("", home.home, name="home"),
    path("pairings/", pairings.pairings, name="pairings"),
    path("pairings/<str:code>/", pairings.pairing, name="pairing"),
]

urlpatterns = [
    path("", home.front, name="front"),
    path("account/", include("allauth.urls")),
    path("language/", accounts.choose_language, name="language"),
    path("role/", accounts.choose_role, name="role"),
    path("in/<str:programme>/", include(PROGRAMME)),
]
