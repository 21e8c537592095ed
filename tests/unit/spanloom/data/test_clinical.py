"""Clinical annotations as brat writes them: offsets are kept, what no span of tokens carries is counted by reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from spanloom.data.formats.raw import RawSentence
from spanloom.data.reading import read_annotated

TEXT = "Fièvre et douleur à l'épaule gauche.\nPas de toux 🫁 ni d'œdème du bras gauche.\n"


def line_of(number: int, kind: str, *mentions: str) -> str:
    places = [(TEXT.index(mention), TEXT.index(mention) + len(mention)) for mention in mentions]
    return f"T{number}\t{kind} {';'.join(f'{a} {b}' for a, b in places)}\t{' '.join(mentions)}\n"


def spans_of(sentence: RawSentence) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for token, tag in zip(sentence.tokens, sentence.tags, strict=True):
        if tag[0] == "B":
            out.append((tag[2:], token))
        elif tag[0] == "I":
            out[-1] = (tag[2:], f"{out[-1][1]} {token}")
    return out


def test_offsets_are_kept_and_nested_and_discontinuous_annotations_are_counted(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text(TEXT, encoding="utf-8")
    annotations = [
        line_of(1, "SIGN", "Fièvre"),
        line_of(2, "SIGN", "douleur à l'épaule gauche"),
        line_of(3, "BODY", "épaule gauche"),
        line_of(4, "SIGN", "douleur", "gauche"),
        line_of(5, "SIGN", "toux"),
        line_of(6, "SIGN", "œdème du bras"),
        line_of(7, "BODY", "bras gauche"),
        "R1\tlocation_of Arg1:T2 Arg2:T3\n",
    ]
    (tmp_path / "note.ann").write_text("".join(annotations), encoding="utf-8")
    found = read_annotated(tmp_path)
    assert [spans_of(sentence) for sentence in found.sentences] == [
        [("SIGN", "Fièvre"), ("SIGN", "douleur à l' épaule gauche")],
        [("SIGN", "toux"), ("SIGN", "œdème du bras")],
    ]
    assert Counter((lost.type, lost.why) for lost in found.lost) == {
        ("BODY", "nested"): 1,
        ("SIGN", "discontinuous"): 1,
        ("BODY", "overlapping"): 1,
    }
