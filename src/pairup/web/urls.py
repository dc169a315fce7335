"""Every address of the site. Each route needs its line in `web.policy`; most pages are inside a programme."""

from __future__ import annotations

from django.urls import include, path

from pairup.web import (
    accounts,
    administration,
    claims,
    handovers,
    home,
    jobs,
    me,
    me_record,
    money,
    needs,
    nominations,
    pairings,
    people,
    plan_steps,
    plan_wishes,
    plans,
    project_picture,
    projects,
    results,
    returns,
    rounds,
    uploads,
    visits,
)
from pairup.web.api import api

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
    # needs and rounds
    path("needs/", needs.needs, name="needs"),
    path("needs/state/", needs.state, name="need-state"),
    path("needs/workbook/", returns.workbook, name="workbook"),
    path("needs/workbook/take/", returns.take, name="workbook-take"),
    path("needs/workbook/send/", returns.send, name="workbook-send"),
    path("needs/<str:code>/", needs.need, name="need"),
    path("needs/<str:code>/change/", needs.change, name="need-change"),
    path("needs/<str:code>/withdraw/", needs.withdraw, name="need-withdraw"),
    path("needs/<str:code>/ask/", needs.ask, name="post-ask"),
    path("rounds/", rounds.rounds_list, name="rounds"),
    path("rounds/<str:code>/", rounds.round_page, name="round"),
    path("rounds/<str:code>/draft/", rounds.draft, name="round-draft"),
    path("rounds/<str:code>/people/", nominations.people, name="round-people"),
    path("rounds/<str:code>/people/nominate/", nominations.nominate, name="nominate"),
    path("rounds/<str:code>/people/back/", nominations.take_back, name="nomination-back"),
    # visits
    path("visits/", visits.visits, name="visits"),
    path("visits/findings/<str:code>/", visits.finding, name="finding"),
    path("visits/<str:code>/", visits.visit, name="visit"),
    path("visits/<str:code>/profile.svg", visits.visit_picture, name="visit-picture"),
    path("visits/<str:code>/findings/", visits.add_finding, name="finding-add"),
    # administration
    path("administration/", administration.administration, name="administration"),
    path("administration/rules/", administration.rules, name="rules"),
    path("administration/journal/", administration.journal, name="journal"),
    path("administration/accounts/", administration.open_account, name="account-open"),
    path("administration/accounts/<str:name>/", administration.account, name="account"),
    path("administration/accounts/<str:name>/roles/", administration.give_role, name="role-give"),
    path("administration/accounts/<str:name>/end/", administration.end_role, name="role-end"),
    path("administration/accounts/<str:name>/close/", administration.close_account, name="account-close"),
    path("administration/accounts/<str:name>/password/", administration.set_password, name="account-password"),
    path("administration/accounts/<str:name>/invite/", administration.invite, name="account-invite"),
    # people
    path("people/", people.every_person, name="people"),
    path("people/welfare/", people.board, name="welfare"),
    path("people/handovers/", handovers.every_handover, name="handovers"),
    path("people/handovers/<str:code>/", handovers.handover, name="handover"),
    path("people/handovers/<str:code>/sign/", handovers.sign, name="handover-sign"),
    path("people/of/<str:code>/", people.person, name="person"),
    path("people/of/<str:code>/open/", people.open_closed, name="person-open"),
    path("people/of/<str:code>/arrival/", people.arrival, name="person-arrival"),
    # a secondee's own
    path("me/", me.me, name="me"),
    path("me/check/", me.check_in, name="me-check"),
    path("me/arrival/", me.arrival, name="me-arrival"),
    path("me/wishes/", me.wishes, name="me-wishes"),
    path("me/confide/", me.confide, name="me-confide"),
    path("me/lift/", me.lift, name="me-lift"),
    path("me/offer/", me.offer, name="me-offer"),
    path("me/extension/", me.extension, name="me-extension"),
    path("me/consent/", me.agree, name="me-consent"),
    path("me/record/", me_record.record, name="me-record"),
    path("me/record/reach/", me_record.tell, name="me-reach"),
    path("me/record/object/", me_record.raise_objection, name="me-object"),
    path("me/record/copy/", me_record.copy, name="me-copy"),
    path("me/handover/", handovers.own, name="me-handover"),
    path("me/handover/save/", handovers.save, name="me-handover-save"),
    path("me/before/<str:code>/", handovers.before, name="me-before"),
    # long work
    path("jobs/", jobs.every_job, name="jobs"),
    path("jobs/<str:code>/", jobs.job, name="job"),
    path("jobs/<str:code>/picture.svg", jobs.job_picture, name="job-picture"),
    path("jobs/<str:code>/stop/", jobs.stop, name="job-stop"),
    path("jobs/<str:code>/cancel/", jobs.cancel, name="job-cancel"),
    # drafted plans
    path("plans/<str:run>/", plans.plan, name="plan"),
    path("plans/<str:run>/why/", plans.why, name="plan-why"),
    path("plans/<str:run>/post/", plans.post, name="plan-post"),
    path("plans/<str:run>/wishes/", plan_wishes.wishes, name="plan-wishes"),
    path("plans/<str:run>/compare/", plan_wishes.compare, name="plan-compare"),
    path("plans/<str:run>/keep/", plan_wishes.keep, name="plan-keep"),
    path("plans/<str:run>/forward/", plan_steps.forward, name="plan-forward"),
    path("plans/<str:run>/sign/", plan_steps.sign, name="plan-sign"),
    path("plans/<str:run>/adopt/", plan_steps.adopt, name="plan-adopt"),
    path("plans/<str:run>/withdraw/", plan_steps.withdraw, name="plan-withdraw"),
]

urlpatterns = [
    path("", home.front, name="front"),
    path("account/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("language/", accounts.choose_language, name="language"),
    path("invitation/", accounts.invitation, name="invitation"),
    path("role/", accounts.choose_role, name="role"),
    path("in/<str:programme>/", include(PROGRAMME)),
]
