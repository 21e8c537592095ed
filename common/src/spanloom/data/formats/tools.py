"""What annotation tools export: Label Studio, doccano, Prodigy, spaCy's JSON, GLiNER's. From records to sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from spanloom.data.formats.offsets import Annotation, Builder, Offsets, code_points, given_tokens
from spanloom.data.formats.raw import Layout, RawFile, RawSentence, checked
from spanloom.data.formats.records import Record
from spanloom.errors import DataError

_SPAN_KEYS = ("label", "labels", "entities", "spans", "annotations")


def kind_of(record: Any, layout: Layout) -> str | None:
    """Which tool a record comes from; None for records of tokens and tags, or of no kind known."""
    keys = layout.keys or {}
    if isinstance(record, list):
        good = len(record) >= 2 and isinstance(record[0], str) and isinstance(record[1], dict)
        return "spacy" if good else None
    if not isinstance(record, dict) or "tags" in keys:
        return None
    if isinstance(record.get("data"), dict) and any(k in record for k in ("annotations", "completions", "predictions")):
        return "labelstudio"
    if isinstance(record.get("paragraphs"), list):
        return "spacy"
    if isinstance(record.get("tokenized_text"), list) and isinstance(record.get("ner"), list):
        return "gliner"
    text = record.get(_text_of_doccano(record, keys))
    if not isinstance(text, str):
        return None
    if "text" in keys or "spans" in keys:
        return "doccano"
    if isinstance(record.get("spans"), list) and _are_spans(record["spans"]):
        return "prodigy"
    return "doccano" if _span_key(record) else None


def _text_of_doccano(record: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    """The key of the text: `text`; some releases of doccano write `data`, other tools `content`."""
    named = (key for key in ("text", "data", "content") if isinstance(record.get(key), str))
    return keys.get("text") or next(named, "text")


def _are_spans(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, list | dict) for item in value)


def _span_key(record: Mapping[str, Any]) -> str | None:
    found = [key for key in _SPAN_KEYS if _are_spans(record.get(key))]
    return next((key for key in found if record[key]), found[0] if found else None)


def read_tool(path: Path, kind: str, records: Iterable[Record], layout: Layout) -> RawFile:
    """Sentences of a tool's records. Raises DataError naming the record that is not as the tool writes it."""
    return _READERS[kind](path, records, layout)


def _file(path: Path, kind: str, made: Builder, keys: tuple[str, str] | None, notes: Sequence[str] = ()) -> RawFile:
    if not made.sentences:
        why = f": {'; '.join(notes)}" if notes else ""
        raise DataError(f"holds no annotated sentence ({kind}){why}", path=str(path))
    told = (*notes, *made.notes())
    return RawFile(str(path), kind, made.sentences, columns=keys, spans=True, notes=told, lost=tuple(made.lost))


def _bad(path: Path, line: int, what: str) -> DataError:
    return DataError(what, path=str(path), line=line)


def _tokens(path: Path, line: int, text: str, given: Any) -> Offsets | None:
    """Offsets of the tokens that a record brings: strings, or objects with `start` and `end`."""
    if not isinstance(given, list) or not given:
        return None
    if all(isinstance(token, str) for token in given):
        offsets = given_tokens(text, given)
    elif all(isinstance(t, dict) and isinstance(t.get("start"), int) and isinstance(t.get("end"), int) for t in given):
        offsets = _own_offsets(text, given)
    else:
        return None
    if offsets is None:
        raise _bad(path, line, f"tokens are not those of the text {text[:60]!r}")
    return offsets


def _own_offsets(text: str, given: Sequence[Mapping[str, Any]]) -> Offsets | None:
    """Offsets that tokens bring themselves; None where they are not those of the text."""
    offsets = [(token["start"], token["end"]) for token in given]
    rising = all(a[1] <= b[0] for a, b in pairwise(offsets)) and all(0 <= a < b <= len(text) for a, b in offsets)
    said = [token.get("text") for token in given]
    if not rising or any(isinstance(x, str) and x != text[a:b] for x, (a, b) in zip(said, offsets, strict=True)):
        return None
    return [(a, b) for a, b in offsets if text[a:b].strip()]


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _annotation(path: Path, line: int, item: Any) -> Annotation:
    """`[start, end, label]`, or an object with start (or start_offset), end, label (or labels, type)."""
    if isinstance(item, list) and len(item) >= 3 and isinstance(item[2], list) and item[2]:
        item = [*item[:2], item[2][0]]
    if isinstance(item, list) and len(item) >= 3:
        start, end, label = item[:3]
        if isinstance(start, str) and _number(end) and _number(label):
            start, end, label = end, label, start
    elif isinstance(item, dict):
        start = item.get("start", item.get("start_offset", item.get("begin")))
        end = item.get("end", item.get("end_offset"))
        label = item.get("label", item.get("labels", item.get("type", item.get("entity", item.get("tag_name")))))
        label = label[0] if isinstance(label, list) and label else label
    else:
        start = end = label = None
    if not _number(start) or not _number(end) or not isinstance(label, str) or not label.strip():
        raise _bad(path, line, f"expected an annotation [start, end, label]; got {str(item)[:80]!r}")
    assert isinstance(start, int)  # noqa: S101  _number has said so
    assert isinstance(end, int)  # noqa: S101
    return Annotation(start, end, label.strip())


def _doccano(path: Path, records: Iterable[Record], layout: Layout) -> RawFile:
    made = Builder(path)
    keys = layout.keys or {}
    text_key = ""
    spans_key: str | None = keys.get("spans")
    for line, record in records:
        text_key = text_key or (_text_of_doccano(record, keys) if isinstance(record, dict) else "text")
        text = record.get(text_key) if isinstance(record, dict) else None
        key = spans_key or (_span_key(record) if isinstance(record, dict) else None)
        if not isinstance(text, str) or key is None or not _are_spans(record.get(key)):
            raise _bad(
                path, line, f'expected {{"text": str, "label": [[start, end, label], ...]}}; got {_brief(record)}'
            )
        spans_key = keys.get("spans") or (key if record[key] else spans_key)
        spans = _in_code_points(text, [(item, _annotation(path, line, item)) for item in record[key]])
        made.add(line, text, spans, _tokens(path, line, text, record.get("tokens")))
    return _file(path, "doccano", made, (text_key, spans_key or "label"))


def _in_code_points(text: str, found: Sequence[tuple[Any, Annotation]], *, units: bool = False) -> list[Annotation]:
    """The annotations of a text in code points. Some tools count UTF-16 units, as browsers do, and repeat the words
    that an annotation covers: whichever count covers more of them holds for the whole text; `units` where both do."""
    given = [each for _, each in found]
    said = [item["text"] if isinstance(item, dict) and isinstance(item.get("text"), str) else None for item, _ in found]
    if all(words is None for words in said) or max(text, default="") <= "\uffff":
        return given
    places = [code_points(text, each.start, each.end) for each in given]
    moved = [replace(each, start=start, end=end) for each, (start, end) in zip(given, places, strict=True)]

    def agrees(read: Sequence[Annotation]) -> tuple[int, int]:
        pairs = [(text[x.start : x.end], words) for x, words in zip(read, said, strict=True) if words is not None]
        return sum(here.strip() == words.strip() for here, words in pairs), sum(here == words for here, words in pairs)

    as_given, as_units = agrees(given), agrees(moved)
    return moved if as_units > as_given or (units and as_units == as_given) else given


def _prodigy(path: Path, records: Iterable[Record], layout: Layout) -> RawFile:
    made = Builder(path)
    answers: Counter[str] = Counter()
    for line, record in records:
        if not isinstance(record, dict) or not isinstance(record.get("text"), str):
            raise _bad(path, line, f'expected {{"text": str, "spans": [...]}}; got {_brief(record)}')
        answer = record.get("answer", "accept")
        if answer != "accept":
            answers[str(answer)] += 1
            continue
        spans = record.get("spans") or []
        if not _are_spans(spans):
            raise _bad(path, line, f"spans is no list of objects: {str(spans)[:60]!r}")
        text = record["text"]
        found = [_annotation(path, line, span) for span in spans]
        made.add(line, text, found, _tokens(path, line, text, record.get("tokens")))
    notes = [f"{n:,} answers {answer!r} are left out" for answer, n in sorted(answers.items())]
    return _file(path, "prodigy", made, ("text", "spans"), notes)


def _labelstudio(path: Path, records: Iterable[Record], layout: Layout) -> RawFile:
    made = Builder(path)
    untouched = several = cancelled = 0
    asked = (layout.keys or {}).get("text")
    text_key = asked or ""
    for line, record in records:
        data = record.get("data") if isinstance(record, dict) else None
        if not isinstance(data, dict):
            raise _bad(
                path, line, f'expected a task {{"data": {{"text": ...}}, "annotations": [...]}}; got {_brief(record)}'
            )
        text_key = asked or _text_key(path, line, data)
        text = data.get(text_key)
        if not isinstance(text, str):
            raise _bad(path, line, f"data has no text under {text_key!r}; it has {', '.join(data)}")
        given = _listed(path, line, record.get("annotations") or record.get("completions"), "annotations")
        done = [a for a in given if isinstance(a, dict) and not a.get("was_cancelled")]
        cancelled += len(given) - len(done)
        if not done:
            untouched += 1
            continue
        several += len(done) > 1
        regions = _listed(path, line, done[0].get("result"), "result")
        found = [each for item in regions for each in _labelled(path, line, item)]
        spans = _in_code_points(text, found, units=True)
        made.add(line, text, spans, _tokens(path, line, text, data.get("tokens")))
    notes = [f"{untouched:,} tasks without an annotation are left out"] if untouched else []
    notes += [f"{cancelled:,} cancelled annotations are left out"] if cancelled else []
    notes += [f"{several:,} tasks have several annotations; the first is read"] if several else []
    return _file(path, "labelstudio", made, (text_key, "annotations"), notes)


def _listed(path: Path, line: int, value: Any, name: str) -> list[Any]:
    """A list, empty where there is nothing. Raises DataError for anything else."""
    if not isinstance(value or [], list):
        raise _bad(path, line, f"`{name}` is {type(value).__name__}, a list is expected")
    return value or []


def _text_key(path: Path, line: int, data: Mapping[str, Any]) -> str:
    texts = [key for key, value in data.items() if isinstance(value, str)]
    if "text" in texts or len(texts) == 1:
        return "text" if "text" in texts else texts[0]
    raise _bad(path, line, f"data has several texts ({', '.join(texts) or 'none'}); say which: `keys: {{text: NAME}}`")


def _labelled(path: Path, line: int, item: Any) -> list[tuple[Any, Annotation]]:
    """The labels of one region, each beside what says it; relations, choices and the like are none."""
    value = item.get("value") if isinstance(item, dict) else None
    if not isinstance(value, dict) or item.get("type", "labels") != "labels" or "start" not in value:
        return []
    labels = value.get("labels")
    if not isinstance(labels, list) or not labels:
        raise _bad(path, line, f"a region without labels: {str(value)[:80]!r}")
    return [(value, _annotation(path, line, {**value, "label": label})) for label in labels]


def _spacy(path: Path, records: Iterable[Record], layout: Layout) -> RawFile:
    """`[text, {"entities": [[start, end, label], ...]}]`, or the documents of spaCy 2 with BILUO tags."""
    made = Builder(path)
    missing = 0
    tagged: list[RawSentence] = []
    for line, record in records:
        if isinstance(record, list):
            about = record[1] if len(record) > 1 and isinstance(record[1], dict) else {}
            if not isinstance(record[0], str) or not _are_spans(about.get("entities")):
                raise _bad(path, line, f'expected [text, {{"entities": [...]}}]; got {str(record)[:80]!r}')
            made.add(line, record[0], [_annotation(path, line, item) for item in about["entities"]])
            continue
        for paragraph in record.get("paragraphs") or [] if isinstance(record, dict) else []:
            if _are_spans(paragraph.get("entities")) and isinstance(paragraph.get("raw"), str):
                made.add(line, paragraph["raw"], [_annotation(path, line, x) for x in paragraph["entities"]])
                continue
            for sentence in paragraph.get("sentences") or []:
                tokens = sentence.get("tokens") or []
                tags = [token.get("ner", "-") for token in tokens]
                missing += sum(tag == "-" for tag in tags)
                named = ["O" if tag == "-" else str(tag) for tag in tags]
                tagged.append(checked(path, line, [str(token.get("orth", "")) for token in tokens], named))
    notes = [f"{missing:,} tokens without a tag (-) are read as O"] if missing else []
    if tagged and not made.sentences:
        return RawFile(str(path), "spacy", tagged, notes=tuple(notes))
    if tagged:
        raise DataError("mixes documents with BILUO tags and with entities; expected one of them", path=str(path))
    return _file(path, "spacy", made, None, notes)


def _gliner(path: Path, records: Iterable[Record], layout: Layout) -> RawFile:
    """`tokenized_text` and `ner` as [first token, last token, label]."""
    made = Builder(path)
    for line, record in records:
        tokens = record.get("tokenized_text") if isinstance(record, dict) else None
        spans = record.get("ner") if isinstance(record, dict) else None
        if not isinstance(tokens, list) or not all(isinstance(t, str) and t for t in tokens) or not _are_spans(spans):
            raise _bad(path, line, f'expected {{"tokenized_text": [...], "ner": [...]}}; got {_brief(record)}')
        offsets, at = [], 0
        for token in tokens:
            offsets.append((at, at + len(token)))
            at += len(token) + 1
        found = []
        for item in spans or []:
            each = _annotation(path, line, item)
            if not 0 <= each.start <= each.end < len(tokens):
                raise _bad(path, line, f"span {item!r} lies outside {len(tokens)} tokens")
            found.append(Annotation(offsets[each.start][0], offsets[each.end][1], each.label))
        made.add(line, " ".join(tokens), found, offsets)
    return _file(path, "gliner", made, ("tokenized_text", "ner"))


def _brief(record: Any) -> str:
    return f"fields {', '.join(map(str, record))}" if isinstance(record, dict) else repr(str(record)[:60])


_READERS: Mapping[str, Callable[[Path, Iterable[Record], Layout], RawFile]] = {
    "doccano": _doccano,
    "prodigy": _prodigy,
    "labelstudio": _labelstudio,
    "spacy": _spacy,
    "gliner": _gliner,
}
