"""Annotated files: what is read from them, and what is said of bad ones."""

from __future__ import annotations

import gzip
import sys
import zlib
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import DocBin, Span

from spanloom.data.lines import MAX_LINE_BYTES
from spanloom.data.readers import RawSentence, read_conll, read_jsonl, read_sentences
from spanloom.data.reading import read_annotated
from spanloom.errors import DataError, EnvironmentMissing


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def pairs(sentences: list[RawSentence]) -> list[list[tuple[str, str]]]:
    return [list(zip(s.tokens, s.tags, strict=True)) for s in sentences]


ANNA = [[("Anna", "B-PER"), ("bor", "O")], [("Oslo", "B-LOC")]]


@pytest.mark.parametrize(
    "text",
    [
        "Anna B-PER\nbor O\n\nOslo B-LOC\n",
        "Anna\tB-PER\nbor\tO\n\nOslo\tB-LOC",
        "\ufeffAnna B-PER\r\nbor O\r\n\r\nOslo B-LOC\r\n",
        "# id = 1\n1\tAnna\tB-PER\tB-PER#O\ts\n2\tbor\tO\tO#O\ts\n\n# id = 2\n1\tOslo\tB-LOC\t-\t-\n",
        "-DOCSTART- -X- -X- O\n\nAnna NNP B-NP B-PER\nbor VBZ B-VP O\n\nOslo NNP B-NP B-LOC\n",
        "Anna NNP B-PER\nbor V O\n\n\n\nOslo NNP B-LOC\n\n\n",
    ],
    ids=["spaces", "tabs", "bom-crlf", "universal-ner", "conll-2003", "three"],
)
def test_layouts(tmp_path: Path, text: str) -> None:
    assert pairs(read_conll(write(tmp_path / "x.txt", text))) == ANNA


def test_gzip_is_told_by_content(tmp_path: Path) -> None:
    path = write(tmp_path / "x.txt", gzip.compress(b"Anna B-PER\nbor O\n\nOslo B-LOC\n"))
    assert pairs(read_conll(path)) == ANNA


def test_hash_as_token_and_as_comment(tmp_path: Path) -> None:
    text = "# O\nAnna B-PER\n\n#Oslo B-LOC\n# O\n\n# a comment\nbor O\n"
    assert pairs(read_conll(write(tmp_path / "x.txt", text))) == [
        [("#", "O"), ("Anna", "B-PER")],
        [("#Oslo", "B-LOC"), ("#", "O")],
        [("bor", "O")],
    ]


def test_lines_point_at_tokens(tmp_path: Path) -> None:
    first, second = read_conll(write(tmp_path / "x.txt", "# c\na O\nb O\n\nc O\n"))
    assert (first.line, first.line_of(1), second.line) == (2, 3, 5)


def test_tokens_keep_other_spaces(tmp_path: Path) -> None:
    assert pairs(read_conll(write(tmp_path / "a", "1\u00a0000 O\n"))) == [[("1\u00a0000", "O")]]
    assert pairs(read_conll(write(tmp_path / "b", "1\t1 000\tO\n"))) == [[("1 000", "O")]]
    with pytest.raises(DataError, match=r":3: tag .* is not IOB2"):
        read_conll(write(tmp_path / "c", "a O\nb O\nc\td e\tO\n"))


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "x", "B-PER Anna\nO bor\n")
    assert pairs(read_conll(path, columns=(1, 0))) == [[("Anna", "B-PER"), ("bor", "O")]]
    with pytest.raises(DataError, match=r"columns \(0, 7\) do not exist in a file of 2 columns"):
        read_conll(path, columns=(0, 7))


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("Anna B-PER\nbor\n", 2, "1 column where 2 are expected, as on line 1"),
        ("Anna B-PER\nbor V O\n", 2, "3 columns where 2 are expected"),
        ("Anna\nbor\n", 1, "1 column; expected at least 2"),
        ("a b c d e f\n", 1, "no column holds IOB2 tags"),
        ("Anna PER\nbor NONE\n", 1, "no column holds IOB2 tags"),
        ("Anna B-PER\nbor O\nOslo LOC\n", 3, "tag 'LOC' of token 'Oslo' is not IOB2"),
        (b"Anna B-PER\nbl\xe5 O\n", 2, "byte 0xE5 at position 3 is not UTF-8"),
        ("Anna B-PER\nb\x00r O\n", 2, "U+0000"),
        ("Anna B-PER\n" + "x" * (MAX_LINE_BYTES + 1) + " O\n", 2, "longer than 1,000,000 bytes"),
        ("a O\n" * 10_001, 1, "a sentence of 10,001 tokens"),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, text: str | bytes, line: int, what: str) -> None:
    path = write(tmp_path / "x.iob2", text)
    with pytest.raises(DataError) as caught:
        read_conll(path)
    assert (caught.value.path, caught.value.line) == (str(path), line)
    assert what in str(caught.value)
    assert len(str(caught.value)) < 400 + len(str(path))


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_empty_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="holds no sentence"):
        read_conll(write(tmp_path / "x", text))


def test_missing_folder_and_damaged_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_conll(tmp_path / "none")
    with pytest.raises(DataError, match="is a folder"):
        read_conll(tmp_path)
    packed = gzip.compress(b"Anna B-PER\n" * 50_000)
    with pytest.raises(DataError, match="cannot be read on"):
        read_conll(write(tmp_path / "cut.gz", packed[: len(packed) // 2]))


def test_jsonl_names_and_integers(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.jsonl", '{"tokens":["Anna","bor"],"ner_tags":[1,0]}\n\n{"tokens":["Oslo"],"tags":["B-LOC"]}'
    )
    names = ["O", "B-PER", "I-PER"]
    assert pairs(read_jsonl(path, names=names)) == ANNA
    assert [s.line for s in read_sentences(path, names=names)] == [1, 3]
    with pytest.raises(DataError, match=r"x\.jsonl:1: tag id 1; allowed are none: tag names by id are not given"):
        read_jsonl(path)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"tokens": ["a"]', "not JSON"),
        ("[1, 2]", "expected {"),
        ('{"tokens": ["a"]}', "expected {"),
        ('{"tokens": ["a", 1], "ner_tags": [0, 0]}', "token 1 is 1"),
        ('{"tokens": ["a"], "ner_tags": [0, 0]}', "1 tokens but 2 tags"),
        ('{"tokens": ["a"], "ner_tags": [9]}', "tag id 9; allowed are 0 to 0 (O)"),
        ('{"tokens": ["a"], "ner_tags": [true]}', "tag True is not IOB2"),
        ('{"tokens": ["a"], "ner_tags": ["?"]}', "tag '?' of token 'a' is not IOB2"),
        ('{"tokens": [""], "ner_tags": [0]}', "token 0 is empty"),
        ('{"tokens": [], "ner_tags": []}', "a sentence without tokens"),
        ('{"tokens": ["\\ud800"], "ner_tags": [0]}', "not JSON"),
        ('{"tokens": ["' + "x" * MAX_LINE_BYTES + '"], "ner_tags": [0]}', "longer than"),
    ],
)
def test_bad_jsonl(tmp_path: Path, line: str, what: str) -> None:
    path = write(tmp_path / "x.jsonl", '{"tokens": ["ok"], "ner_tags": [0]}\n' + line + "\n")
    with pytest.raises(DataError) as caught:
        read_jsonl(path, names=["O"])
    assert caught.value.line == 2
    assert what in str(caught.value)


TOKEN = st.text(
    st.characters(exclude_characters="\t\n\r\x00", exclude_categories=["Cs"]), min_size=1, max_size=8
).filter(lambda t: t.strip())


@given(st.lists(st.lists(st.tuples(TOKEN, st.sampled_from(["O", "B-X", "I-X", "B-Y"])), min_size=1), min_size=1))
def test_tab_files_round_trip(tmp_path_factory: pytest.TempPathFactory, sentences: list[list[tuple[str, str]]]) -> None:
    path = tmp_path_factory.mktemp("conll") / "x.tsv"
    sentences = [[("first", "B-X")], *sentences]  # so that the scheme is IOB2 for certain
    blocks = ["".join(f"{i}\t{token}\t{tag}\n" for i, (token, tag) in enumerate(s, 1)) for s in sentences]
    write(path, "\n".join(blocks))
    assert pairs(read_conll(path)) == sentences


def test_a_docbin_without_spacy_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.spacy").write_bytes(b"DOCBIN")
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(EnvironmentMissing, match=r"pip install 'spanloom\[spacy\]'"):
        read_annotated(tmp_path / "x.spacy")


def docbin(path: Path, *texts: tuple[str, list[tuple[int, int, str]]], sentences: bool = False) -> Path:
    """Documents in spaCy's own binary format, written by spaCy; entities by token."""
    nlp = spacy.blank("da")
    if sentences:
        nlp.add_pipe("sentencizer")
    box = DocBin()
    for text, entities in texts:
        doc = nlp(text)
        doc.ents = [Span(doc, start, end, label=label) for start, end, label in entities]
        box.add(doc)
    box.to_disk(path)
    return path


def test_a_docbin_is_read_by_document(tmp_path: Path) -> None:
    path = docbin(
        tmp_path / "x.spacy", ("Anna Berg  bor i Oslo .\n", [(0, 2, "PER"), (5, 6, "LOC")]), ("Intet her", [])
    )
    read = read_annotated(path)
    anna = [("Anna", "B-PER"), ("Berg", "I-PER"), ("bor", "O"), ("i", "O"), ("Oslo", "B-LOC"), (".", "O")]
    assert pairs(read.sentences) == [anna, [("Intet", "O"), ("her", "O")]]
    assert (read.format, read.notes) == ("spacy", ())


def test_a_docbin_is_read_by_sentence_where_it_marks_them(tmp_path: Path) -> None:
    path = docbin(tmp_path / "x.spacy", ("Anna bor her. Oslo er stor.", [(0, 1, "PER"), (4, 5, "LOC")]), sentences=True)
    anna, oslo = pairs(read_annotated(path).sentences)
    assert (anna[0], oslo[0]) == (("Anna", "B-PER"), ("Oslo", "B-LOC"))
    assert (len(anna), len(oslo)) == (4, 4)


def test_spans_of_groups_in_a_docbin_are_told_of(tmp_path: Path) -> None:
    doc = spacy.blank("da")("Anna bor i Oslo")
    doc.ents = [Span(doc, 0, 1, label="PER")]
    doc.spans["sc"] = [Span(doc, 0, 1, label="PER"), Span(doc, 3, 4, label="LOC")]
    DocBin(docs=[doc]).to_disk(tmp_path / "x.spacy")
    read = read_annotated(tmp_path / "x.spacy")
    assert pairs(read.sentences) == [[("Anna", "B-PER"), ("bor", "O"), ("i", "O"), ("Oslo", "O")]]
    assert read.notes == ("2 spans of span groups are left out; entities (doc.ents) are read",)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"DOCBIN", "is no DocBin that can be read"),
        (zlib.compress(b"\x81"), "is no DocBin that can be read"),
        (None, "holds no sentence"),
    ],
)
def test_a_docbin_that_is_none_or_empty(tmp_path: Path, data: bytes | None, what: str) -> None:
    path = tmp_path / "x.spacy"
    if data is None:
        docbin(path)
    else:
        path.write_bytes(data)
    with pytest.raises(DataError, match=what):
        read_annotated(path)
