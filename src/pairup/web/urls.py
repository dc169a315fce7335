"""Every address of the site. Each route needs its line in `web.policy`; most pages are inside a programme."""

from __future__ import annotations

from django.urls import include, path

from pairup.web import accounts, claims, home, money, pairings, project_picture, projects, results, uploads

handler404 = "pairup.web.refusals.not_found"
handler403 = "pairup.web.refusals.forbidden"
handler500 = "pairup.web.refusals.broken"

#: pages inside a programme, under /in/CODE/
PROGRAMME = [
    path("", home.home, name="home"),
    path("pairings/", pairings.pairings, name="pairings"),
    path("pairings/<str:code>/", pairings.pairing, name="pairing"),
    # projects
    path("projects/", projects.portfolio, name="projects"),
    path("projects/questions/", projects.questions, name="project-questions"),
    path("projects/<str:code>/", projects.project, name="project"),
    path("projects/<str:code>/picture.svg", project_picture.project_picture, name="project-picture"),
    path("projects/<str:code>/move/", projects.move, name="project-move"),
    path("projects/<str:code>/works/", projects.certify, name="project-works"),
    path("projects/<str:code>/screen/", projects.screen, name="project-screen"),
    path("projects/<str:code>/papers/", projects.add_paper, name="project-paper"),
    # money
    path("money/", money.money, name="money"),
    path("money/years.svg", money.money_years, name="money-years"),
    path("money/lines/", money.add_line, name="money-line"),
    path("money/<str:pairing>/<int:year>/", money.money_pairing, name="money-pairing"),
    path("money/<str:pairing>/<int:year>/picture.svg", money.money_picture, name="money-picture"),
    # results and claims
    path("results/", results.results, name="results"),
    path("results/<str:code>/", results.indicator, name="indicator"),
    path("results/<str:code>/picture.svg", results.indicator_picture, name="indicator-picture"),
    path("claims/", claims.every_claim, name="claims"),
    path("claims/<str:code>/", claims.claim, name="claim"),
    path("claims/<str:code>/reply/", claims.reply, name="claim-reply"),
    path("documents/<str:code>/", uploads.document, name="document"),
]

urlpatterns = [
    path("", home.front, name="front"),
    path("account/", include("allauth.urls")),
    path("language/", accounts.choose_language, name="language"),
    path("role/", accounts.choose_role, name="role"),
    path("in/<str:programme>/", include(PROGRAMME)),
]
