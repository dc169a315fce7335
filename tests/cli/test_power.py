"""`pairup power`, and `pairup register` without a record: what a design would detect, and when it was fixed."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from pairup.cli.main import cli
from pairup.evaluation.design_file import read_design
from pairup.evaluation.registration import read_registration

DESIGN = """method = "staggered_did"
[claim]
direction = "rises"
low = 0.1
high = 0.3
"""


def written(folder: Path) -> tuple[Path, Path]:
    rows = ["unit,period,outcome,treated_from"]
    for unit in range(30):
        for year in range(2010, 2020):
            rows.append(
                f"u{unit:02d},{year},{20 + unit % 7 + ((unit * 7 + year * 3) % 11) / 10},{2025 if unit < 5 else ''}"
            )
    (folder / "panel.csv").write_text("\n".join(rows) + "\n")
    (folder / "design.toml").write_text(DESIGN)
    return folder / "panel.csv", folder / "design.toml"


def test_several_sizes_follow_one_option_and_the_curve_is_json_alone(tmp_path: Path) -> None:
    panel, design = written(tmp_path)
    asked = [
        "power",
        "--panel",
        str(panel),
        "--design",
        str(design),
        "--effect",
        "0.01",
        "0.2",
        "--draws",
        "20",
        "--json",
    ]

    said = json.loads(CliRunner().invoke(cli, asked, standalone_mode=False).stdout)

    assert [one["effect"] for one in said["effects"]] == [0.01, 0.2]
    assert said["effects"][0]["chance"] <= said["effects"][1]["chance"]
    assert (said["treated"], said["uom"], said["power"]) == (5, "share", 0.8)
    assert 0 < said["smallest_detectable"] < 0.2


def test_the_smallest_effect_is_told_in_words(tmp_path: Path) -> None:
    panel, design = written(tmp_path)

    done = CliRunner().invoke(
        cli, ["power", "--panel", str(panel), "--design", str(design), "--effect", "0.2", "--draws", "20"]
    )

    assert done.exit_code == 0 and "smallest effect detected with a chance of 80 %" in done.stdout


def test_a_registered_design_is_read_by_evaluate(tmp_path: Path) -> None:
    _, design = written(tmp_path)
    into = tmp_path / "fixed.toml"

    done = CliRunner().invoke(cli, ["register", "--design", str(design), "--write", str(into)])

    assert done.exit_code == 0
    assert (
        read_registration(into).design == read_design(design) and read_registration(into).design_sha256 in done.stdout
    )


def test_the_curve_is_drawn_beside_what_is_printed(tmp_path: Path) -> None:
    panel, design = written(tmp_path)
    into = tmp_path / "power.svg"
    asked = ["power", "--panel", str(panel), "--design", str(design), "--effect", "0.1", "0.2", "--draws", "20"]

    done = CliRunner().invoke(cli, [*asked, "--picture", str(into), "--json"])
    refused = CliRunner().invoke(cli, [*asked, "--picture", str(tmp_path / "power.docx")])

    assert done.exit_code == 0 and len(json.loads(done.stdout)["effects"]) == 2 and "Drawn" in done.stderr
    assert into.read_text(encoding="utf-8").count("<svg") >= 1
    assert refused.exit_code != 0
