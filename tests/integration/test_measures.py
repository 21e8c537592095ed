"""Boundary F1 and span accuracy: intervals and tests of arms beside those of typed F1; what earlier releases left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from typer.testing import CliRunner

from spanloom.data.distances import lines_of, read_distances
from spanloom.errors import NotFound
from spanloom_cli.app import app
from spanloom_evaluator.renewal import renew
from spanloom_evaluator.report.command import gather
from spanloom_evaluator.report.page import render_report
from spanloom_evaluator.score.intervals import MEASURES, bootstrap_all
from spanloom_evaluator.score.significance import compare_all, holm
from spanloom_evaluator.web.queries.compare import SWAPS, arms_of
from support.evaluated import Evaluate, rows
from support.served import reading
from support.stored import execute, select

NAMES = [name for name in MEASURES if name != "f1"]
VIEWS = ("", "/f1_by_size", "/source_comparison", "/transfer_comparison", "/significance")


def forget(db: Engine) -> None:
    """Leave what a release before 0.2 has written."""
    execute(db, "UPDATE arm_scores SET measures = NULL")
    execute(db, "UPDATE arm_tests SET measures = NULL")
    execute(db, "UPDATE evaluations SET readings = readings - 'intervals'")


def shown(http: TestClient, run: str) -> dict[str, list[dict[str, Any]]]:
    return {view: rows(http, view, run) for view in VIEWS}


def test_intervals_are_by_the_resamples_of_typed_f1(http: TestClient, run: str, evaluate: Evaluate) -> None:
    counts = [evaluate("organic", noise, seed=seed) for seed, noise in ((1, 0.1), (2, 0.2))]
    evaluate("recorded", 0.2)
    (organic, _) = rows(http, "/f1_by_size", run)
    (beside, _) = rows(http, "/source_comparison", run)
    own = {row["training_seed"]: row for row in rows(http, "", run, source="organic")}
    for name, expected in bootstrap_all(counts, rng_seed=3535).items():
        lo, hi = ("lo", "hi") if name == "f1" else (f"{name}_lo", f"{name}_hi")
        assert [organic[key] for key in (name, lo, hi)] == pytest.approx(expected[:3])
        names = (f"{name}_from_scratch", f"{lo}_from_scratch", f"{hi}_from_scratch")
        assert [beside[key] for key in names] == pytest.approx(expected[:3])
        for seed, one in enumerate(counts, 1):
            alone = bootstrap_all([one], rng_seed=3535)[name]
            assert [own[seed][key] for key in (name, lo, hi)] == pytest.approx(alone[:3])
            assert own[seed][lo] < own[seed][name] < own[seed][hi]


def test_tests_are_by_the_swaps_of_typed_f1_and_each_measure_is_a_family_of_its_own(
    http: TestClient, run: str, evaluate: Evaluate
) -> None:
    made = {
        (source, size): evaluate(source, noise + size / 1000, size=size)
        for size in (10, 20, 30)
        for source, noise in (("a", 0.10), ("b", 0.12), ("c", 0.25))
    }
    found = rows(http, "/significance", run)
    assert len(found) == 9
    for row in found:
        pair = (made[row[name], row["size"]] for name in ("source", "other"))
        for name, expected in compare_all(*([one] for one in pair), rng_seed=3535).items():
            start = "" if name == "f1" else f"{name}_"
            keys = (name, f"other_{name}", *(f"{start}{what}" for what in ("difference", "lo", "hi", "p")))
            assert [row[key] for key in keys] == pytest.approx(expected[:6])
    for name in NAMES:
        assert [row[f"{name}_p_holm"] for row in found] == pytest.approx(holm([row[f"{name}_p"] for row in found]))


def test_each_way_is_tested_against_zero_shot_by_each_measure(http: TestClient, run: str, evaluate: Evaluate) -> None:
    zero_shot = evaluate("organic", 0.3, size=0, setting="fine_tuning")
    made = {"a": evaluate("a", 0.1, size=10), "recorded": evaluate("recorded", 0.2, size=10)}
    found = {row["source"]: row for row in rows(http, "/transfer_comparison", run)}
    for source, counts in made.items():
        row = found[source]
        tested = compare_all([counts], [zero_shot], rng_seed=3535)
        for name in NAMES:
            over, lo, hi, p = (row[f"{name}_{what}_zero_shot"] for what in ("over", "lo_over", "hi_over", "p"))
            assert over == pytest.approx(row[name] - found["organic"][name]) == pytest.approx(tested[name].difference)
            assert lo < over < hi
            # The arms may stand the other way round: a sample of its own, and the other sign.
            assert (lo, hi) == pytest.approx((tested[name].lo, tested[name].hi), abs=0.01)
            assert p == pytest.approx(tested[name].p, abs=0.02)
    assert found["organic"]["boundary_f1_p_zero_shot"] is None


def test_the_page_and_the_report_show_the_intervals_and_say_what_is_lacking(
    db: Engine, http: TestClient, run: str, evaluate: Evaluate
) -> None:
    for source, noise in (("a", 0.1), ("b", 0.3)):
        evaluate(source, noise, size=10)
    evaluate("organic", 0.3, size=0, setting="fine_tuning")
    (test,) = rows(http, "/significance", run)
    ways = [row for row in rows(http, "/transfer_comparison", run) if row["size"]]
    page = http.get(f"/runs/{run}/results").text
    with reading(http) as api:
        report = render_report(gather(api, run, samples=0))
    for name in NAMES:
        # On the page the difference is of the second less the first.
        for row in ways:
            assert f"{row[f'{name}_lo']:.3f}–{row[f'{name}_hi']:.3f}" in page
            assert f"{row[f'{name}_lo_over_zero_shot']:+.3f} to {row[f'{name}_hi_over_zero_shot']:+.3f}" in page
            assert f"{row[f'{name}_lo']:.3f}" in report
            assert f"{row[f'{name}_lo_over_zero_shot']:.3f}" in report
        assert f"{-test[f'{name}_hi']:+.3f} to {-test[f'{name}_lo']:+.3f}" in page
        assert f"{test[f'{name}_lo']:.3f}" in report
    assert f"spanloom intervals {run}" not in page + report
    evaluation = rows(http, "", run, source="a")[0]
    one = http.get(f"/runs/{run}/evaluations/{evaluation['evaluation']}").text
    assert f"{evaluation['boundary_f1_lo']:.3f}–{evaluation['boundary_f1_hi']:.3f}" in one
    forget(db)
    with reading(http) as api:
        report = render_report(gather(api, run, samples=0))
    assert f"spanloom intervals {run}" in report
    page = http.get(f"/runs/{run}/results").text
    assert f"spanloom intervals {run}" in page
    assert f"{ways[0]['boundary_f1']:.3f}" in page


def test_two_arms_are_compared_by_each_measure(db: Engine, http: TestClient, run: str, evaluate: Evaluate) -> None:
    made = [[evaluate(source, noise, seed=seed) for seed in (1, 2)] for source, noise in (("a", 0.1), ("b", 0.3))]
    with db.connect() as connection:
        first, second = arms_of(connection, run)
    page = http.get("/compare", params={"run": run, "other": run, "a": first["id"], "b": second["id"]}).text
    for name, test in compare_all(*made, swaps=SWAPS).items():
        assert f"{test.difference:+.3f}" in page
        assert f"{test.lo:+.3f} to {test.hi:+.3f}" in page
        assert f"{first['measures'][name]['lo']:.3f}–{first['measures'][name]['hi']:.3f}" in page


def test_transfer_is_drawn_by_a_table_of_distances(
    db: Engine, http: TestClient, run: str, evaluate: Evaluate, tmp_path: Path
) -> None:
    evaluate("organic", 0.3, size=0, setting="fine_tuning")
    evaluate("a", 0.1, size=10)
    execute(db, """UPDATE runs SET spec = jsonb_set(spec, '{languages,0,related}', '{"code": "sv"}')""")
    path, table, plot = "/v1/results/transfer_comparison", tmp_path / "table.csv", tmp_path / "plot.svg"
    assert "da from sv, " in http.get(f"{path}.svg", params={"run": run}).text
    drawn = http.post(f"{path}.svg", params={"run": run}, json={"distances": ["swe,dan,0.125"]})
    assert (drawn.status_code, drawn.headers["content-type"].partition(";")[0]) == (200, "image/svg+xml")
    assert "da from sv (0.12), " in drawn.text
    wrong = http.post(f"{path}.svg", params={"run": run}, json={"distances": ["sv,da,0.1", "sv,zzzz,0.1"]})
    assert (wrong.status_code, "distances:2: 'zzzz' is no ISO 639 code" in wrong.json()["detail"]) == (422, True)
    assert http.post(f"{path}.svg", params={"run": "nobody"}, json={"distances": ["sv,da,0.1"]}).status_code == 404
    table.write_text("da,sv,0.5\nda,nb,0.2\n")
    with reading(http) as api:
        plot.write_bytes(
            api.drawing_by_distances(
                "svg", lines_of(api.results("transfer_comparison", limit=9), read_distances(table)), run=run
            )
        )
    assert "da from sv (0.50), " in plot.read_text()


def test_what_an_earlier_release_scored_has_no_interval_until_it_is_drawn(
    db: Engine, http: TestClient, run: str, evaluate: Evaluate
) -> None:
    for seed in (1, 2):
        evaluate("organic", 0.1, seed=seed)
        evaluate("recorded", 0.2, seed=seed)
    evaluate("organic", 0.05, method="direct+restarts")
    evaluate("organic", 0.3, size=0, setting="fine_tuning")
    before = shown(http, run)
    forget(db)
    for name in NAMES:
        for row in rows(http, "/f1_by_size", run):
            assert (row["lo"] is not None, row[name] is not None, row[f"{name}_lo"]) == (True, True, None)
        (test,) = rows(http, "/significance", run)
        assert (test["p_holm"] is not None, test[f"{name}_p"], test[f"{name}_p_holm"]) == (True, None, None)
        assert {row[f"{name}_p_zero_shot"] for row in rows(http, "/transfer_comparison", run)} == {None}
    assert renew(db, run) == 4
    assert shown(http, run) == before
    assert renew(db, run) == 0


def test_the_next_evaluation_takes_the_earlier_ones_in(
    db: Engine, http: TestClient, run: str, evaluate: Evaluate
) -> None:
    evaluate("a", 0.1)
    evaluate("b", 0.2)
    before = rows(http, "/f1_by_size", run)
    forget(db)
    evaluate("c", 0.2)
    assert rows(http, "/f1_by_size", run)[:2] == before
    found = rows(http, "/significance", run)
    assert [(row["source"], row["other"], row["boundary_f1_p"] is None) for row in found] == [
        ("a", "b", True), ("a", "c", False), ("b", "c", False)
    ]  # fmt: skip
    assert {row["boundary_f1_p_holm"] for row in found} == {None}, "a family that is not whole yet"
    assert renew(db, run) == 2
    assert None not in {row["boundary_f1_p_holm"] for row in rows(http, "/significance", run)}


def test_a_replica_of_an_earlier_release_leaves_no_measure_that_is_not_the_rows(
    db: Engine, http: TestClient, run: str, evaluate: Evaluate
) -> None:
    evaluate("a", 0.1)
    evaluate("b", 0.2)
    execute(db, "UPDATE arm_scores SET f1 = f1 / 2 WHERE source = 'a'")
    execute(db, "UPDATE arm_tests SET difference = difference / 2")
    assert [row["boundary_f1_lo"] is None for row in rows(http, "/f1_by_size", run)] == [True, False]
    assert [row["boundary_f1_p"] for row in rows(http, "/significance", run)] == [None]
    assert renew(db, run) == 2


def test_the_command_renews_a_run(
    db: Engine, database_url: str, run: str, evaluate: Evaluate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    evaluate("a", 0.1)
    forget(db)
    for said in ("1 arms renewed", "nothing is lacking"):
        told = CliRunner().invoke(app, ["intervals", run])
        assert (told.exit_code, told.stdout.strip()) == (0, said), told.output
    assert select(db, "SELECT 1 FROM results WHERE boundary_f1_lo IS NULL") == []
    with pytest.raises(NotFound, match="spanloom runs"):
        renew(db, "nobody")
