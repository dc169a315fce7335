"""Problem files: what is refused, and how it is said."""

from __future__ import annotations

import copy
import json

import pytest

from pairup.errors import InputError
from pairup.planning.problems import PostingProblem, read_problem, read_problem_file

POSTINGS = {
    "kind": "postings", "version": 1, "mode": "welfare",
    "people": [{"id": "p1", "donor": "FJ", "from": None, "to": None}, {"id": "p2", "donor": "FJ"}],
    "posts": [
        {"id": "q1", "place": "nang", "seats": 1, "must_fill": False, "team": None, "from": None, "to": None},
        {"id": "q2", "place": "nang", "seats": 1},
    ],
    "options": [{"person": "p1", "post": "q1", "worth": 12}, {"person": "p2", "post": "q2", "worth": 29}],
    "quotas": {"FJ": 40}, "most_per_donor_and_place": None,
    "couples": [{"people": ["p1", "p2"], "together": [["q1", "q2"]]}],
    "preferences": {"people": {"p1": [["q1"]]}, "posts": {"q1": [["p1"]]}},
    "locks": [["p1", "q1"]], "forbids": [],
}  # fmt: skip
PAIRINGS = {
    "kind": "pairings", "version": 1, "donors": [{"id": "FJ", "capacity": 36, "most_partners": None}],
    "recipients": [{"id": "nang", "fewest_donors": 1, "most_donors": 1}],
    "options": [{"donor": "FJ", "recipient": "nang", "worth": -17, "load": 8}],
    "existing": [["FJ", "nang"]], "change_cost": 0, "locks": [], "forbids": [],
}  # fmt: skip
FUNDING = {
    "kind": "funding", "version": 1, "lines": [{"id": "FJ-2026", "capacity": 500, "is_money": True}],
    "projects": [{
        "id": "heat-1", "worth": 30, "tags": {"livelihood": 1.0, "grassroots": 0.5}, "place": "nyainrong",
        "needs": [], "excludes": [], "ways": [{"id": "start-2026", "loads": {"FJ-2026": 80}, "worth": 30}],
    }],
    "floors": [{"tag": "livelihood", "share": 0.8}], "locks": [], "forbids": [],
}  # fmt: skip
KINDS = {"postings": POSTINGS, "pairings": PAIRINGS, "funding": FUNDING}


def changed(said: dict, path: str, value: object) -> dict:
    """The problem with one part replaced: `people.0.donor`; the value `...` takes the part out."""
    said = copy.deepcopy(said)
    at = said
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in way:
        at = at[part]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return said


def findings_of(said: object, kind: str | None = None) -> list[str]:
    with pytest.raises(InputError) as refused:
        read_problem(said, kind)
    return [finding.say() for finding in refused.value.facts["findings"]]


@pytest.mark.parametrize("said", KINDS.values(), ids=KINDS)
def test_the_examples_of_the_format_are_read(said):
    assert read_problem(said).to_dict() == read_problem(read_problem(said).to_dict()).to_dict()


REFUSED = [
    (
        POSTINGS,
        "people.0.wage",
        5,
        'people[0] has the key "wage", which is not known here. Keys here: id, donor, from, to.',
    ),
    (
        POSTINGS,
        "seed",
        5,
        (
            'postings has the key "seed", which is not known here. Keys here: kind, version, people, posts, '
            "options, mode, quotas, most_per_donor_and_place, couples, preferences, locks, forbids, one_donor_teams."
        ),
    ),
    (POSTINGS, "posts.1.seats", ..., 'posts[1] lacks "seats". Add "seats".'),
    (POSTINGS, "posts.1.seats", 0, "posts[1].seats is 0; it lies outside >= 1."),
    (POSTINGS, "posts.1.seats", 1.5, "posts[1].seats is 1.5; a whole number is expected."),
    (POSTINGS, "posts.1.seats", True, "posts[1].seats: True is not a number that can be used."),
    (POSTINGS, "posts.0.must_fill", "yes", 'posts[0].must_fill is "yes"; true or false is expected.'),
    (
        POSTINGS,
        "posts.0.from",
        "1.7.2028",
        'posts[0].from is "1.7.2028", which is not a day. Write it like 2028-07-01.',
    ),
    (
        POSTINGS,
        "posts.0.from",
        "2028-02-30",
        'posts[0].from is "2028-02-30", which is not a day. Write it like 2028-07-01.',
    ),
    (POSTINGS, "people.1.id", "p1", 'people: "p1" stands twice.'),
    (POSTINGS, "people.0.id", 7, "people[0].id is 7; an identifier is text that is not empty. Write it in quotes."),
    (
        POSTINGS,
        "options.1.post",
        "q9",
        'options[1].post: "q9" is not among the posts. Add it to the posts, or correct it.',
    ),
    (POSTINGS, "options.1", {"person": "p1", "post": "q1", "worth": 1}, "options: p1 with q1 stands twice."),
    (POSTINGS, "options.1.worth", "much", 'options[1].worth: "much" is not a number that can be used.'),
    (POSTINGS, "options.1.worth", float("nan"), "options[1].worth: nan is not a number that can be used."),
    (
        POSTINGS,
        "locks",
        [["p1", "q2"]],
        "locks: p1 with q2 is not among the options. List it as an option, or take the lock out.",
    ),
    (POSTINGS, "locks", [["p1"]], "locks[0] is ['p1']; a list of 2 identifiers is expected."),
    (
        POSTINGS,
        "forbids",
        [["p9", "q2"]],
        'forbids: "p9" is not among the people. Add it to the people, or correct it.',
    ),
    (POSTINGS, "couples", [["p1", "p1"]], "couples: p1 stands in two couples, or twice in one."),
    (
        POSTINGS,
        "couples",
        [["p1", "p2", "p3"]],
        "couples[0].people is ['p1', 'p2', 'p3']; a list of 2 identifiers is expected.",
    ),
    (POSTINGS, "quotas.FJ", -1, "quotas.FJ is -1; it lies outside >= 0."),
    (POSTINGS, "quotas", [], "quotas is []; an object is expected here."),
    (POSTINGS, "mode", "best", 'mode is "best"; one of these is expected: welfare, stable.'),
    (POSTINGS, "preferences.people.p1", ["q1"], "preferences.people.p1 is not a list of lists of identifiers."),
    (POSTINGS, "preferences.posts.q1", [["p1"], ["p1"]], 'preferences.posts.q1: "p1" stands twice.'),
    (POSTINGS, "version", 2, "version is 2; this pairup reads version 1."),
    (POSTINGS, "options", {}, "options is {}; a list is expected here."),
    (POSTINGS, "kind", "visit", "kind is 'visit'; one of these is expected: funding, pairings, postings, visits."),
    (PAIRINGS, "donors.0.capacity", -1, "donors[0].capacity is -1; it lies outside >= 0."),
    (
        PAIRINGS,
        "locks",
        [["FJ", "zayu"]],
        'locks: "zayu" is not among the recipients. Add it to the recipients, or correct it.',
    ),
    (
        PAIRINGS,
        "options.0.cost",
        3,
        ('options[0] has the key "cost", which is not known here. Keys here: donor, recipient, worth, load.'),
    ),
    (
        FUNDING,
        "projects.0.needs",
        ["road"],
        'projects.heat-1: "road" is not among the projects. Add it to the projects, or correct it.',
    ),
    (FUNDING, "projects.0.needs", ["heat-1"], "projects.heat-1 names itself."),
    (
        FUNDING,
        "projects.0.ways.0.loads",
        {"GD": 1},
        'projects.heat-1.ways: "GD" is not among the lines. Add it to the lines, or correct it.',
    ),
    (FUNDING, "projects.0.tags.livelihood", 1.5, "projects[0].tags.livelihood is 1.5; it lies outside 0 ... 1.0."),
    (FUNDING, "floors.0.share", 80, "floors[0].share is 80; it lies outside 0 ... 1."),
    (
        FUNDING,
        "locks",
        [["heat-1", "late"]],
        "locks: heat-1 late is no project, or no way of it. Name a project, or a project and one of its ways.",
    ),
]


@pytest.mark.parametrize("said, path, value, words", REFUSED, ids=[f"{r[0]['kind']}-{r[1]}-{r[2]}" for r in REFUSED])
def test_what_cannot_be_is_refused_with_where_and_what_to_do(said, path, value, words):
    assert words in findings_of(changed(said, path, value))


def test_a_post_that_lacks_a_key_is_not_called_unknown_too():
    assert len(findings_of(changed(POSTINGS, "posts.1.seats", ...))) == 1


def test_all_findings_come_together():
    said = changed(changed(changed(POSTINGS, "people.0.wage", 5), "posts.1.seats", 0), "options.1.post", "q9")

    assert len(findings_of(said)) == 3


def test_a_post_that_ends_before_it_begins_is_refused():
    said = changed(changed(POSTINGS, "posts.0.from", "2028-07-02"), "posts.0.to", "2028-07-01")

    assert findings_of(said) == ['posts: "q1" ends on 2028-07-01, before its first day 2028-07-02.']


def test_another_kind_than_asked_is_refused():
    assert findings_of(PAIRINGS, "postings") == ["kind is pairings; postings was asked for."]


@pytest.mark.parametrize("said", [[], "x", None, 3])
def test_a_problem_is_an_object(said):
    assert "an object is expected here" in findings_of(said)[0]


def test_keys_that_are_null_zero_or_empty_may_be_left_out():
    short = {
        "kind": "postings", "version": 1, "people": [{"id": "p", "donor": "FJ"}],
        "posts": [{"id": "q", "place": "x", "seats": 1}], "options": [],
    }  # fmt: skip

    assert read_problem(short).to_dict()["quotas"] == {}


FILES = {
    "a folder": (None, "cannot be read"),
    "not JSON": (b'{"kind": ', "line 1 column 10 is not JSON"),
    "not UTF-8": ('{"kind": "扶"}'.encode("gb18030"), "is not UTF-8 (byte 10). Save it as UTF-8."),
    "a key twice": (b'{"kind": "postings", "kind": "postings"}', 'the key "kind" stands twice in one object'),
    "nested too deep": (b"[" * 200_000, "nested too deep"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_refused(name, tmp_path):
    content, words = FILES[name]
    path = tmp_path / "round.json"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    with pytest.raises(InputError) as refused:
        read_problem_file(path)

    assert words in refused.value.facts["findings"][0].say()


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"There is no file .*none\.json"):
        read_problem_file(tmp_path / "none.json")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "round.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(FUNDING).encode())

    assert read_problem_file(path, "funding").to_dict()["lines"][0]["id"] == "FJ-2026"


def test_findings_name_the_file(tmp_path):
    path = tmp_path / "round.json"
    path.write_text(json.dumps(changed(FUNDING, "floors.0.share", 80)))

    with pytest.raises(InputError) as refused:
        read_problem_file(path)

    assert refused.value.facts["findings"][0].say().startswith("round.json: floors[0].share")


def test_a_problem_is_built_from_columns():
    problem = PostingProblem.from_columns(
        people=[("p2", "FJ", None, None), ("p1", "GD", None, None)],
        posts=[("q1", "nang", 1, False, None, None, None)],
        option_person=[0, 1], option_post=[0, 0], option_worth=[2.0, 1.0],
    )  # fmt: skip

    assert problem.people == ("p1", "p2") and problem.donors == ("GD", "FJ")
    assert [problem.posting(k) for k in range(2)] == [("p1", "q1"), ("p2", "q1")]
    assert problem.worth.tolist() == [1.0, 2.0]


def test_teams_of_one_donor_are_an_addition_that_other_files_do_without():
    teams = changed(changed(POSTINGS, "posts.0.team", "t"), "posts.1.team", "t")
    asked = teams | {"one_donor_teams": ["t"]}

    assert "one_donor_teams" not in read_problem(teams).to_dict()
    assert read_problem(asked).to_dict()["one_donor_teams"] == ["t"]
    again = read_problem(json.loads(json.dumps(read_problem(asked).to_dict())))
    assert again.to_dict() == read_problem(asked).to_dict()
    assert 'one_donor_teams: "x"' in findings_of(teams | {"one_donor_teams": ["x"]})[0]


def test_a_stable_round_has_no_teams_of_one_donor():
    stable = changed(changed(POSTINGS, "mode", "stable"), "posts.0.team", "t") | {"one_donor_teams": ["t"]}

    said = findings_of(stable)

    assert any("team t comes from one donor" in line for line in said)
