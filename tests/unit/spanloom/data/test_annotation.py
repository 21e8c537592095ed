"""Export to annotation tools and back: the same tokens, the same entities, exact offsets."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spanloom.data.annotation import TOOL_WRITERS, text_of
from spanloom.data.export import ExportedSample
from spanloom.data.reading import read_annotated
from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.spans import repair_iob
from support.common import shared_data

SCHEMA = LabelSchema.of(["PER", "LOC"])
FILES = {"labelstudio": "x.json", "doccano": "x.jsonl", "prodigy": "x.jsonl", "gliner": "x.json"}


def round_trip(form: str, folder: Path, samples: list[ExportedSample], schema: LabelSchema) -> None:
    path = folder / f"{form}.{FILES[form]}"
    TOOL_WRITERS[form](path, samples, schema)
    found = read_annotated(path)
    assert (found.format, found.lost) == (form, ())
    assert [row.tokens for row in found.sentences] == [tuple(s.tokens) for s in samples]
    assert [row.tags for row in found.sentences] == [tuple(schema.names(repair_iob(s.tags))) for s in samples]


TOKEN = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from("😀🇸🇪'.- "),
    min_size=1,
    max_size=5,
).filter(lambda token: token == token.strip() and bool(token.strip()))
SENTENCE = st.lists(st.tuples(TOKEN, st.integers(0, 4)), min_size=1, max_size=6)


@pytest.mark.parametrize("form", TOOL_WRITERS)
@settings(max_examples=30)
@given(sentences=st.lists(SENTENCE, min_size=1, max_size=4))
@example(sentences=[[("𐀀", 0), ("𐀀", 1), ("𐀀", 0)]])  # by either count its words stand there
def test_any_sentence_is_read_back_the_same(
    form: str, sentences: list[list[tuple[str, int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    samples = [ExportedSample(str(i), [t for t, _ in s], [g for _, g in s]) for i, s in enumerate(sentences)]
    round_trip(form, tmp_path_factory.mktemp("tools"), samples, SCHEMA)


EVERY = 20
"""One sentence in so many of each published file goes out and back: enough for every habit of tokenisation there."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[list[ExportedSample], LabelSchema]]:
    """Sentences of each published gold file."""
    out = []
    folder = tmp_path_factory.mktemp("published")
    for path in sorted(shared_data("data", "gold").glob("*/*.gz")):
        part = folder / path.name.removesuffix(".gz")
        sentences = gzip.decompress(path.read_bytes()).decode().split("\n\n")
        part.write_text("\n\n".join(sentences[::EVERY]) + "\n")
        rows = read_annotated(part).sentences
        schema = LabelSchema.of(sorted({tag[2:] for row in rows for tag in row.tags if tag != "O"}))
        samples = [ExportedSample(str(i), r.tokens, [schema.index[t] for t in r.tags]) for i, r in enumerate(rows)]
        out.append((samples, schema))
    assert sum(len(samples) for samples, _ in out) > 1000
    return out


@pytest.mark.slow
@pytest.mark.parametrize("form", TOOL_WRITERS)
def test_published_gold_is_read_back_the_same(
    form: str, tmp_path: Path, published: list[tuple[list[ExportedSample], LabelSchema]]
) -> None:
    for samples, schema in published:
        round_trip(form, tmp_path, samples, schema)


def test_offsets_are_exact(tmp_path: Path) -> None:
    sample = ExportedSample("0", ["😀", "Anna", "Berg", "i", "Ærø"], [0, 1, 2, 0, 3])
    text, spans, _ = text_of(sample, SCHEMA)
    assert [(text[a:b], name) for a, b, name in spans] == [("Anna Berg", "PER"), ("Ærø", "LOC")]
    TOOL_WRITERS["labelstudio"](tmp_path / "x.json", [sample], SCHEMA)
    (task,) = json.loads((tmp_path / "x.json").read_text())
    value = task["annotations"][0]["result"][0]["value"]
    assert (value["start"], value["end"], value["text"]) == (3, 12, "Anna Berg")  # the emoji is two units


def test_what_offsets_cannot_carry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"sample 7: token ' a' .* which character offsets cannot carry"):
        TOOL_WRITERS["doccano"](tmp_path / "x.jsonl", [ExportedSample("7", [" a"], [0])], SCHEMA)
    assert list(tmp_path.iterdir()) == []
