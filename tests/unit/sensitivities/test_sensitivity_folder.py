"""Tables, report and folder of an analysis, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from qisim.cli import app
from qisim.input.errors import BadInput
from qisim.sensitivities.experiment import Analysis, analyse
from qisim.sensitivities.sensitivity import Sensitivity
from tests.unit.sensitivities.made_sweeps import (
    SCORE,
    gathered,
    swept,
    table,
    zip_product,
)

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def whole() -> Sensitivity:
    points = table(zip_product(policy=["weakest", "nearest"], turnover=[0.1, 0.2, 0.3, 0.4], coaches=[1, 2, 3, 4, 5]))
    runs = swept(points, lambda x: x["coaches"] * 0.1 - x["turnover"] * (x["policy"] == "nearest"), own=0.1)
    runs["nowhere"] = np.nan
    found = gathered(points, runs, "factorial")
    analysis: Analysis = analyse(found, SCORE, "policy")
    return Sensitivity("Coaches & <b>turnover</b>", "s", found, [analysis], {"nowhere": "left out"})


def test_the_folder_holds_report_charts_and_tables_and_is_replaced_whole(whole: Sensitivity, tmp_path: Path) -> None:
    folder = whole.save(tmp_path / "out", "qisim sensitivity s")
    kept = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    names = ["influence", "tornado", "interactions", "rules", "compared"]
    charts = {f"charts/{name}.{form}" for form in ("svg", "png")
              for name in ["chance_and_inputs", *(f"score_{name}" for name in names)]}  # fmt: skip
    tables = {
        "variance.csv",
        "indices.csv",
        "effects.csv",
        "interactions.csv",
        "rules.csv",
        "compared.csv",
        "untold.csv",
    }
    assert kept == charts | tables | {"manifest.json", "report.html"}
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["format"] == "qisim sensitivity" and set(manifest["files"]) == kept - {"manifest.json"}
    read = pd.read_csv(folder / "compared.csv")
    pd.testing.assert_frame_equal(read, whole.table("compared"), check_dtype=False)
    assert whole.save(tmp_path / "out") == folder
    (folder / "mine.txt").write_text("keep")
    with pytest.raises(BadInput, match=r"mine\.txt"):
        whole.save(tmp_path / "out")


def test_rows_for_machines_hold_every_table(whole: Sensitivity) -> None:
    rows = whole.rows()
    assert rows["outcomes"][0]["answer"] == whole.answer()
    assert {row["factor"] for row in rows["indices"]} == {"policy", "turnover", "coaches"}
    assert rows["untold"] == [{"outcome": "nowhere", "analysis": "all", "why": "left out"}]
    with pytest.raises(BadInput, match="left out"):
        whole.of("nowhere")


@pytest.mark.slow
def test_the_command_tells_what_matters_in_a_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "design.toml").write_text(
        f'scenario = "{ROOT / "scenarios" / "one_district.toml"}"\nmethod = "factorial"\nreplicates = 6\n'
        'outcomes = ["time_to_target", "score_at_end"]\n'
        '[[factors]]\nname = "turnover"\nkey = "behaviour.turnover_annual"\nlevels = [0.1, 0.2, 0.3, 0.4]\n'
        '[[factors]]\nname = "days of coaching"\nkey = "programme.district coach.days_per_month"\n'
        "levels = [2, 4, 8, 12, 16]\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["sweep", "design.toml", "--out", "s"])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(app, ["sensitivity", "s", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [row["outcome"] for row in told["outcomes"]] == ["time_to_target", "score_at_end"]
    assert told["outcomes"][0]["unit"] == "months" and (tmp_path / "s" / "sensitivity" / "report.html").is_file()
    shares = {row["source"]: row["share"] for row in told["variance"] if row["outcome"] == "score_at_end"}
    assert sum(shares.values()) == pytest.approx(1)
    refused = CliRunner().invoke(app, ["sensitivity", "s", "--outcome", "score_at_ends"])
    assert refused.exit_code == 2 and "did you mean 'score_at_end'" in refused.output
    again = CliRunner().invoke(app, ["sweep", "design.toml", "--out", "s"])
    assert again.exit_code == 0, again.output
