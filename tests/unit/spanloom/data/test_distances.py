"""A person's own table of distances: read strictly, and put beside results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from spanloom.data.distances import lines_of, parse_distances, read_distances, with_distances
from spanloom.data.languages import PAPER_LANGUAGES, iso3_of
from spanloom.errors import DataError
from spanloom_cli import results
from spanloom_cli.app import app

ROW: dict[str, Any] = {"language": "es", "related": "en", "distance": None, "f1": 0.5}


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "target,related,distance\nes,en,0.25\nkin,swa,0\n",
        "\ufeff# URIEL, syntax\r\n\r\nspa\teng\t0.25\r\nrw\tsw\t0.0",
        '"en", "es", "0.25"\nes,en,0.250\nes,es,0\nswa,kin,0\n',
    ],
)
def test_pairs_are_the_same_by_any_code_and_either_way_round(tmp_path: Path, text: str) -> None:
    found = read_distances(table(tmp_path, text))
    assert (found[frozenset(("spa", "eng"))], found[frozenset(("kin", "swa"))]) == (0.25, 0)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("es,en,0.2\nes,zzzz,0.3\n", 2, "'zzzz' is no ISO 639 code"),
        ("xx,en,0.2\n", 1, "'xx' is no ISO 639 code"),
        ("es,en,far\n", 1, "'far' is no distance"),
        ("a,b,distance\nc,d,distance\n", 2, "'c' is no ISO 639 code"),
        ("es,en,nan\n", 1, "'nan' is no distance"),
        ("es,en,inf\n", 1, "'inf' is no distance"),
        ("es,en,-0.1\n", 1, "'-0.1' is no distance"),
        ("es,en,\n", 1, "'' is no distance"),
        ("es,en\n", 1, "holds 2 fields"),
        ("es;en;0,2\n", 1, "holds 2 fields"),
        ("es,en,0.2\n\nspa,eng,0.2\n", 3, "es|spa and eng stands in line 1"),
        ("es,en,0.2\nen,es,0.3\n", 2, "en and es stands in line 1"),
        ("es,spa,0.1\n", 1, "es lies 0.1 from itself"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(DataError, match=said) as error:
        read_distances(table(tmp_path, text))
    assert error.value.line == line


@pytest.mark.parametrize("text", ["", "# nothing\n", "target,related,distance\n"])
def test_a_table_of_nothing_is_no_table(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="holds no distance"):
        read_distances(table(tmp_path, text))


@given(
    st.dictionaries(
        st.frozensets(st.sampled_from(PAPER_LANGUAGES), min_size=2, max_size=2), st.floats(0, 1e6), min_size=1
    )
)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, known: dict[frozenset[str], float]) -> None:
    lines = [f"{','.join(pair)},{distance!r}" for pair, distance in known.items()]
    found = read_distances(table(tmp_path_factory.mktemp("distances"), "\n".join(lines)))
    rows = [dict(zip(("language", "related"), pair, strict=True)) for pair in known]
    sent = lines_of([*rows, *rows, {"language": "da", "related": None}], found)
    assert (len(sent), parse_distances(enumerate(sent), "sent")) == (len(found), found)
    assert found == {frozenset(str(iso3_of(code)) for code in pair): distance for pair, distance in known.items()}


def test_rows_take_the_tables_distance_and_what_it_lacks_is_named() -> None:
    rows = [ROW, {**ROW, "language": "zh-Hant", "distance": 0.9}, {**ROW, "related": None}, ROW]
    found, lacking = with_distances(rows, {frozenset(("spa", "eng")): 0.25})
    assert [row["distance"] for row in found] == [0.25, 0.9, None, 0.25]
    assert lacking == ["zh-Hant and en"]


class Service:
    """A service that has one row of `transfer_comparison`."""

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def results(self, view: str, **_: object) -> list[dict[str, Any]]:
        return [{**ROW, "distance": 0.9}, {**ROW, "language": "pt", "related": "gl"}]

    def drawing(self, view: str, kind: str, **_: str) -> bytes:
        return f"{view} as {kind}".encode()

    def drawing_by_distances(self, kind: str, distances: list[str], *, run: str | None) -> bytes:
        return f"{kind} by {distances}".encode()


def test_the_command_shows_rows_by_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "client", lambda url: Service())
    path = str(table(tmp_path, "es,en,0.25\n"))
    command = ["results", "--view", "transfer_comparison", "--format", "csv", "--distances", path]
    told = CliRunner().invoke(app, command)
    assert told.stdout.splitlines() == ["language,related,distance,f1", "es,en,0.25,0.5", "pt,gl,,0.5"]
    other = CliRunner().invoke(app, ["results", "--distances", path])
    assert other.exit_code == 1
    assert "--view transfer_comparison" in " ".join(other.output.split())


@pytest.mark.parametrize(
    ("lines", "drawn"), [("es,en,0.25\n", "svg by ['eng,spa,0.25']"), ("es,fr,0.1\n", "transfer_comparison as svg")]
)
def test_the_plot_is_drawn_by_the_tables_lines_that_its_rows_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, drawn: str
) -> None:
    monkeypatch.setattr(results, "client", lambda url: Service())
    plot = tmp_path / "plot.svg"
    command = ["results", "r1", "--view", "transfer_comparison", "--format", "csv", "--plot", str(plot)]
    told = CliRunner().invoke(app, [*command, "--distances", str(table(tmp_path, lines))])
    assert (told.exit_code, plot.read_text()) == (0, drawn), told.output
    assert "no distance of" in told.stderr
