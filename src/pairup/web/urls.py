"""Every address of the site. Each route needs its line in `web.policy`; most pages are inside a programme."""

from __future__ import annotations

from django.urls import include, path

from pairup.web import accounts, home, pairings, project_picture, projects, uploads

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
    path("documents/<str:code>/", uploads.document, name="document"),
]

urlpatterns = [
    path("", home.front, name="front"),
    path("account/", include("allauth.urls")),
    path("language/", accounts.choose_language, name="language"),
    path("role/", accounts.choose_role, name="role"),
    path("in/<str:programme>/", include(PROGRAMME)),
]
