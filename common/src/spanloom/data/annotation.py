"""Datasets as annotation tools import them: Label Studio, doccano, Prodigy, GLiNER. Offsets are exact.

The text of a sample is its tokens joined by a space; beside it every record carries the tokens themselves, which the
tools keep, so that what was corrected there is read back over the same tokens (`data.formats.tools`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from spanloom.data.export import ExportedSample
from spanloom.data.whole import write_whole
from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.spans import spans_of

Spans = list[tuple[int, int, str]]
"""(first character, one past the last, type) in code points."""


def text_of(sample: ExportedSample, schema: LabelSchema) -> tuple[str, Spans, list[tuple[int, int]]]:
    """A sample's text, its entities and its tokens by character offsets.

    Raises DataError for a token that is empty or begins or ends with whitespace: no offset would find it again.
    """
    offsets, at = [], 0
    for token in sample.tokens:
        if not token or token != token.strip():
            raise DataError(
                f"sample {sample.name}: token {token!r} is empty or has whitespace at its ends, which character "
                "offsets cannot carry; export as jsonl or parquet, or reject such samples by a rule"
            )
        offsets.append((at, at + len(token)))
        at += len(token) + 1
    spans = [(offsets[s.start][0], offsets[s.end - 1][1], schema.types[s.type]) for s in spans_of(sample.tags)]
    return " ".join(sample.tokens), spans, offsets


def _labelstudio(number: int, sample: ExportedSample, schema: LabelSchema) -> dict[str, Any]:
    text, spans, _ = text_of(sample, schema)
    # Label Studio counts UTF-16 units, as browsers do.
    units = [_units(text[:start]) for start, _, _ in spans]
    result = [
        {
            "id": f"{number}-{i}",
            "type": "labels",
            "from_name": "label",
            "to_name": "text",
            "value": {
                "start": unit,
                "end": unit + _units(text[start:end]),
                "text": text[start:end],
                "labels": [name],
            },
        }
        for i, (unit, (start, end, name)) in enumerate(zip(units, spans, strict=True))
    ]
    data = {"text": text, "tokens": list(sample.tokens), "sample": sample.name}
    return {"id": number, "data": data, "annotations": [{"result": result, "was_cancelled": False}]}


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _doccano(number: int, sample: ExportedSample, schema: LabelSchema) -> dict[str, Any]:
    text, spans, _ = text_of(sample, schema)
    return {"id": number, "text": text, "label": spans, "tokens": list(sample.tokens), "sample": sample.name}


def _prodigy(number: int, sample: ExportedSample, schema: LabelSchema) -> dict[str, Any]:
    text, spans, offsets = text_of(sample, schema)
    first = {start: i for i, (start, _) in enumerate(offsets)}
    last = {end: i for i, (_, end) in enumerate(offsets)}
    tokens = [
        {"text": text[a:b], "start": a, "end": b, "id": i, "ws": b < len(text)} for i, (a, b) in enumerate(offsets)
    ]
    found = [
        {"start": a, "end": b, "token_start": first[a], "token_end": last[b], "label": name} for a, b, name in spans
    ]
    return {"text": text, "tokens": tokens, "spans": found, "answer": "accept", "meta": {"sample": sample.name}}


def _gliner(number: int, sample: ExportedSample, schema: LabelSchema) -> dict[str, Any]:
    spans = [[s.start, s.end - 1, schema.types[s.type]] for s in spans_of(sample.tags)]
    return {"tokenized_text": list(sample.tokens), "ner": spans}


Record = Callable[[int, ExportedSample, LabelSchema], dict[str, Any]]


def _lines(record: Record) -> Callable[[Path, Iterable[ExportedSample], LabelSchema], None]:
    def write(path: Path, samples: Iterable[ExportedSample], schema: LabelSchema) -> None:
        def into(part: Path) -> None:
            with part.open("wb") as file:
                for number, sample in enumerate(samples, 1):
                    file.write(orjson.dumps(record(number, sample, schema)) + b"\n")

        write_whole(path, into)

    return write


def _array(record: Record) -> Callable[[Path, Iterable[ExportedSample], LabelSchema], None]:
    def pieces(samples: Iterable[ExportedSample], schema: LabelSchema) -> Iterator[bytes]:
        for number, sample in enumerate(samples, 1):
            yield (b"[\n" if number == 1 else b",\n") + orjson.dumps(record(number, sample, schema))

    def write(path: Path, samples: Iterable[ExportedSample], schema: LabelSchema) -> None:
        def into(part: Path) -> None:
            with part.open("wb") as file:
                file.writelines(pieces(samples, schema))
                file.write(b"\n]\n")

        write_whole(path, into)

    return write


TOOL_WRITERS: Mapping[str, Callable[[Path, Iterable[ExportedSample], LabelSchema], None]] = {
    "labelstudio": _array(_labelstudio),
    "doccano": _lines(_doccano),
    "prodigy": _lines(_prodigy),
    "gliner": _array(_gliner),
}
"""The formats of annotation tools, by name."""
