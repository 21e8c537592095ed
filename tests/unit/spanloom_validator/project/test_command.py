"""`spanloom project` on files, through the command itself."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from spanloom.data.readers import RawSentence, read_sentences
from spanloom.errors import DataError, SpanloomError, SpecError
from spanloom.ner.schema import LabelSchema
from spanloom_evaluator.score.schemes import score_names
from spanloom_validator.project.command import project
from support.common import shared_data

GOLD = "Blue B-LOC\nRibbon I-LOC\nis O\ngood O\n\nfood B-DISH\n! O\n\nno O\n\n"
TRANSLATION = "muy bueno es Blue Ribbon\n\nno\n"
LINKS = "0-3 1-4 2-2 3-0\n\n0-0\n"

Write = Callable[..., list[str]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def files(**texts: str) -> list[str]:
        for name, text in texts.items():
            path = tmp_path / name
            if name.endswith("gz"):
                path.write_bytes(gzip.compress(text.encode()))
            else:
                path.write_text(text, encoding="utf-8")
        return [str(tmp_path / name) for name in texts]

    return files


def run(*arguments: str) -> dict[str, object]:
    app = Typer()
    app.command()(project)
    result = CliRunner().invoke(app, [*arguments, "--json"])
    if isinstance(result.exception, SpanloomError):
        raise result.exception
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_counts_and_every_translated_sentence(write: Write, tmp_path: Path) -> None:
    gold, translation, links = write(gold=GOLD, translation=TRANSLATION, links=LINKS)
    out = tmp_path / "out.tsv"
    found = run("--gold", gold, "--translation", translation, "--links", links, "--out", str(out))
    assert found == {"sentences": 3, "spans": 2, "projected": 1, "reasons": {"no_translation": 1}}
    assert out.read_text() == "muy\tO\nbueno\tO\nes\tO\nBlue\tB-LOC\nRibbon\tI-LOC\n\nno\tO\n\n"
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_packed_files_are_read_and_written(write: Write, tmp_path: Path) -> None:
    files = write(gold_gz=GOLD, translation_gz=TRANSLATION, links_gz=LINKS)
    out = tmp_path / "out.tsv.gz"
    run("--gold", files[0], "--translation", files[1], "--links", files[2], "--out", str(out))
    assert [s.tags for s in read_sentences(out)] == [("O", "O", "O", "B-LOC", "I-LOC"), ("O",)]


@pytest.mark.parametrize(
    ("translation", "links", "message"),
    [
        ("a\n", LINKS, "1 lines for 3 sentences"),
        (TRANSLATION, "0-0\n", "1 lines for 3 sentences"),
        (TRANSLATION, "0-3\n\n0-1\n", "links:3: link 0-1 points past the end"),
        (TRANSLATION, "0-3\n\nzero\n", "links:3: 'zero' is no link"),
    ],
)
def test_files_that_do_not_fit_are_refused_and_nothing_is_written(
    write: Write, tmp_path: Path, translation: str, links: str, message: str
) -> None:
    gold, texts, pairs = write(gold=GOLD, translation=translation, links=links)
    out = tmp_path / "out.tsv"
    with pytest.raises(DataError, match=message):
        run("--gold", gold, "--translation", texts, "--links", pairs, "--out", str(out))
    assert not out.exists()


def test_links_or_an_encoder(write: Write) -> None:
    gold, translation, links = write(gold=GOLD, translation=TRANSLATION, links=LINKS)
    with pytest.raises(SpecError, match="exactly one"):
        run("--gold", gold, "--translation", translation)
    with pytest.raises(SpecError, match="--layer"):
        run("--gold", gold, "--translation", translation, "--links", links, "--layer", "3")


PUBLISHED = {
    "es": {"mgiza": 0.770, "fast_align": 0.750, "simalign": 0.867, "awesome": 0.955},
    "ru": {"mgiza": 0.724, "fast_align": 0.769, "simalign": 0.877, "awesome": 0.955},
}
"""Span F1 of the published projectors on the training sentences; of awesome's links what this projector must reach."""


@pytest.mark.slow
@pytest.mark.parametrize("language", ["es", "ru"])
def test_published_alignments_give_at_least_the_published_projections(language: str, tmp_path: Path) -> None:
    folder = shared_data("transfer")
    right = read_sentences(folder / f"manual/en2{language}.train.tsv.gz")
    for aligner, least in PUBLISHED[language].items():
        out = tmp_path / f"{aligner}.tsv"
        run(
            *("--gold", str(folder / "gold/en/train.tsv.gz"), "--out", str(out)),
            *("--translation", str(folder / f"translations/en2{language}.DeepL.train.txt.gz")),
            *("--links", str(folder / f"alignments/en2{language}.{aligner}.train.talp.gz")),
        )
        assert _f1(right, read_sentences(out)) >= least, aligner


def _f1(right: list[RawSentence], found: list[RawSentence]) -> float:
    assert [s.tokens for s in right] == [s.tokens for s in found]
    scores = score_names([s.tags for s in right], [s.tags for s in found], LabelSchema.of(["TARGET"]))
    return scores.of("typed").f1
