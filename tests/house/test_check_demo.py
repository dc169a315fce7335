"""The check of what a demo wrote goes red for each defect it is there for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.source import ROOT, load_file

check_demo = load_file(ROOT / ".ci" / "check_demo.py")

PAGE = """<!doctype html><html><body><h1 id="top">Synthetic 合成数据</h1>
<a href="#top">up</a> <a href="rows/posts.html#p1">a number</a> <a href="https://example.org/a">a source</a>
</body></html>"""


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """What a demo leaves behind, in little."""
    (tmp_path / "report" / "rows").mkdir(parents=True)
    (tmp_path / "record.sqlite3").write_bytes(b"SQLite format 3\x00")
    (tmp_path / "report" / "rows" / "posts.html").write_text('<p id="p1">one</p>', encoding="utf-8")
    for name in ("index.html", "public.html"):
        (tmp_path / "report" / name).write_text(PAGE, encoding="utf-8")
    return tmp_path


def test_a_whole_demo_has_no_findings(demo: Path) -> None:
    assert check_demo.findings(demo) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("</body>", "<script src='https://example.org/x.js'></script></body>", "loads https"),
        ("</body>", "<style>@import url(https://example.org/x.css)</style></body>", "loads https"),
        ("</body>", '<link rel="icon" href="https://example.org/x.png"></body>', "loads https"),
        ("Synthetic ", "", "does not say Synthetic"),
        ("合成数据", "", "does not say 合成"),
        ("up</a>", "{count} posts</a>", "unfilled template"),
        ("posts.html#p1", "posts.html#p2", "not there"),
        ("posts.html#p1", "people.html", "not there"),
        ('"#top"', '"#bottom"', "not there"),
        ("</body>", "x" * 10_000_001 + "</body>", "over 10,000,000"),
    ],
)
def test_a_planted_defect_is_found(demo: Path, old: str, new: str, said: str) -> None:
    page = demo / "report" / "public.html"
    page.write_text(PAGE.replace(old, new), encoding="utf-8")

    found = check_demo.findings(demo)

    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize("name", ["record.sqlite3", "report/index.html", "report/public.html"])
def test_a_missing_file_is_found(demo: Path, name: str) -> None:
    (demo / name).unlink()

    assert check_demo.findings(demo) == [f"{demo / name} is missing"]
