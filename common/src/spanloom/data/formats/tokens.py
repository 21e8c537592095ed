"""Records that hold tokens and one tag for each: JSONL, JSON arrays, rows of tables. Names of the fields are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from spanloom.data.formats.raw import Layout, RawFile, RawSentence, checked
from spanloom.data.formats.records import Record
from spanloom.errors import DataError

TOKEN_KEYS = ("tokens", "words", "sentence", "text")
TAG_KEYS = ("ner_tags", "tags", "ner", "labels", "ner_labels", "label", "iob_tags", "bio_tags", "entities")
EXPECTED = 'expected {"tokens": [str, ...], "ner_tags": [name or integer, ...]}'
_WAY_OUT = "`keys: {tokens: NAME, tags: NAME}` names other fields"


def find_keys(record: Mapping[str, Any], layout: Layout) -> tuple[str, str] | None:
    """The fields of tokens and tags: those asked for, else the known names whose values are lists of one length."""
    keys = layout.keys or {}
    tokens = [keys["tokens"]] if "tokens" in keys else [k for k in TOKEN_KEYS if _is_list(record.get(k))]
    tags = [keys["tags"]] if "tags" in keys else [k for k in TAG_KEYS if _is_list(record.get(k))]
    pairs = [(a, b) for a in tokens for b in tags if a != b]
    if keys and pairs:
        return pairs[0]
    fitting = [(a, b) for a, b in pairs if _could_be_tags(record[b]) and len(record[a]) == len(record[b])]
    return next(iter(fitting or [(a, b) for a, b in pairs if _could_be_tags(record[b])]), None)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _could_be_tags(values: Sequence[Any]) -> bool:
    return not any(isinstance(value, list | dict) for value in values)


def read_tokens(path: Path, records: Iterable[Record], layout: Layout) -> RawFile:
    """Sentences of records with tokens and tags.

    Integers are tags only where `layout.tags` names them by id: their order is the data set's own.
    Raises DataError with file, line and what was expected.
    """
    sentences: list[RawSentence] = []
    keys: tuple[str, str] | None = None
    notes: list[str] = []
    for line, record in records:
        if not isinstance(record, dict):
            raise DataError(f"{EXPECTED}; got {str(record)[:60]!r}", path=str(path), line=line)
        if keys is None:
            keys = find_keys(record, layout)
            notes = _others(record, keys)
        elif not layout.keys and (keys[0] not in record or keys[1] not in record):
            keys = find_keys(record, layout)
        if keys is None or keys[0] not in record or keys[1] not in record:
            have = ", ".join(map(str, record)) or "no field"
            raise DataError(f"{EXPECTED}; this one has {have}; {_WAY_OUT}", path=str(path), line=line)
        sentences.append(sentence_of(path, line, record[keys[0]], record[keys[1]], layout.tags, keys))
    if not sentences or keys is None:
        raise DataError("holds no sentence; expected one JSON object a line", path=str(path))
    # What occurs may not tell the scheme: integers' names do.
    declared = tuple(layout.tags or ())
    return RawFile(str(path), "tokens", sentences, columns=keys, declared=declared, notes=tuple(notes))


def sentence_of(
    path: Path, line: int, tokens: Any, tags: Any, names: Sequence[str] | None, keys: tuple[str, str]
) -> RawSentence:
    """One sentence, checked: as many strings as tags, integers by their names. Raises DataError."""
    if isinstance(tokens, str) and isinstance(tags, str):
        tokens, tags = tokens.split(), tags.split()
    if not isinstance(tokens, list) or not isinstance(tags, list):
        wrong = keys[0] if not isinstance(tokens, list) else keys[1]
        what = "a list of strings" if wrong == keys[0] else "a list"
        raise DataError(f"{wrong} must be {what}; {EXPECTED}", path=str(path), line=line)
    for i, token in enumerate(tokens):
        if not isinstance(token, str):
            raise DataError(f"token {i} is {token!r}; {EXPECTED}", path=str(path), line=line)
    if len(tokens) != len(tags):
        raise DataError(f"{len(tokens)} tokens but {len(tags)} tags ({keys[0]}, {keys[1]})", path=str(path), line=line)
    return checked(path, line, tokens, tag_names(path, line, tags, names))


def tag_names(path: Path, line: int, tags: Iterable[Any], names: Sequence[str] | None) -> list[str]:
    """Tag names of names or integers. Raises DataError for a tag that is neither, or an id without a name."""
    out = []
    for tag in tags:
        if isinstance(tag, str):
            out.append(tag)
        elif isinstance(tag, int) and not isinstance(tag, bool) and names is not None and 0 <= tag < len(names):
            out.append(names[tag])
        elif isinstance(tag, int) and not isinstance(tag, bool):
            nothing = (
                "none: tag names by id are not given, and the file does not say what its integers mean. Name the data "
                "set's own tags in the order of their integers: `gold.tags: [O, B-PER, I-PER, ...]` (on the "
                "command line `--tags O,B-PER,I-PER`, or `--labels PER` for just these)"
            )
            allowed = f"0 to {len(names) - 1} ({', '.join(names)})" if names else nothing
            raise DataError(f"tag id {tag}; allowed are {allowed}", path=str(path), line=line)
        else:
            raise DataError(f"tag {tag!r} is not IOB2; expected O, B-X or I-X", path=str(path), line=line)
    return out


def _others(record: Mapping[str, Any], keys: tuple[str, str] | None) -> list[str]:
    """A note where other fields could hold the tags too."""
    if keys is None or not isinstance(record.get(keys[0]), list):
        return []
    size = len(record[keys[0]])
    more = [
        key
        for key in TAG_KEYS
        if key not in keys and _is_list(record.get(key)) and len(record[key]) == size and _could_be_tags(record[key])
    ]
    return [f"tags are taken from {keys[1]}; {', '.join(more)} may hold tags too: `keys` chooses"] if more else []
