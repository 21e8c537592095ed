"""Parallel arrays, `tokens` and `ner_tags`: the paper's format with integers, and the same with tag names."""

from __future__ import annotations

from typing import Any

from spanloom.ner.formats.jsontext import dumps
from spanloom.ner.formats.port import IOB2, FormatProblem, SampleFormat, closed_object, kind, literal
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence


class _Arrays(SampleFormat):
    """What both parallel formats share; they differ in how a tag is written."""

    shape = {"tokens": list, "ner_tags": list}

    def render(self, sentence: Sentence, schema: LabelSchema, *, ascii_escapes: bool = False) -> str:
        value = {"tokens": sentence.tokens, "ner_tags": [self._write(tag, schema) for tag in sentence.tags]}
        return dumps(value, ascii_escapes=ascii_escapes)

    def read(self, obj: object, schema: LabelSchema) -> tuple[list[Any], list[int]]:
        if not isinstance(obj, dict):
            raise FormatProblem([("wrong_type", f"the candidate is {kind(obj)}, not an object")])
        missing = [key for key in ("tokens", "ner_tags") if obj.get(key) is None]
        if missing:
            raise FormatProblem(
                [("missing_key", " and ".join(missing) + (" is" if len(missing) == 1 else " are") + " missing")]
            )
        problems: list[tuple[str, str]] = []
        tokens, tags = obj["tokens"], obj["ner_tags"]
        delta = None
        ids: list[int] = []
        if not isinstance(tokens, list):
            problems.append(("wrong_type", f"tokens are {kind(tokens)}, not a list"))
            tokens = None
        if not isinstance(tags, list):
            problems.append(("wrong_type", f"ner_tags are {kind(tags)}, not a list"))
        else:
            if tokens is not None and len(tokens) != len(tags):
                delta = len(tokens) - len(tags)
                problems.append(("length_mismatch", f"{len(tokens)} tokens but {len(tags)} tags"))
            ids = self._ids(tags, schema, problems)
        if problems:
            raise FormatProblem(problems, delta=delta, tokens=tokens)
        return tokens, ids

    def _ids(self, tags: list[Any], schema: LabelSchema, problems: list[tuple[str, str]]) -> list[int]:
        raise NotImplementedError

    def _write(self, tag: int, schema: LabelSchema) -> int | str:
        raise NotImplementedError

    def sample_schema(self, schema: LabelSchema) -> dict[str, Any]:
        tags = [self._write(tag, schema) for tag in range(len(schema))]
        items = {"type": "integer" if isinstance(tags[0], int) else "string", "enum": tags}
        strings = {"type": "array", "items": {"type": "string"}, "minItems": 1}
        return closed_object({"tokens": strings, "ner_tags": {"type": "array", "items": items, "minItems": 1}})

    def sample_grammar(self, schema: LabelSchema, *, iob2: bool) -> str:
        """Each token opens a debt of one tag, paid after the last token: `body ::= word ... tag` is recursive.

        The innermost body pays first, so tags come out in the tokens' order. With `iob2` a body is named after the
        entity that its last tag leaves open: I-X may only follow `body-X`.
        """
        written = [literal(dumps(self._write(tag, schema))) for tag in range(len(schema))]
        turn = literal('],"ner_tags":[')
        start, end = literal('{"tokens":['), literal("]}")
        if not iob2:
            return (
                f"sample ::= {start} body {end}\n"
                f'body ::= word {turn} tag | word "," body "," tag\n'
                f"tag ::= {' | '.join(written)}\n"
            )
        bodies = ["body0", *(f"body{k + 1}" for k in range(len(schema.types)))]
        rules = [f"sample ::= {start} body {end}", f"body ::= {' | '.join(bodies)}"]
        rules.append(f'body0 ::= word {turn} {written[0]} | word "," body "," {written[0]}')
        for k in range(len(schema.types)):
            begin, inside = written[2 * k + 1], written[2 * k + 2]
            rules.append(
                f'body{k + 1} ::= word {turn} {begin} | word "," body "," {begin} | word "," body{k + 1} "," {inside}'
            )
        return "\n".join(rules) + "\n"


class TagIds(_Arrays):
    """`{"tokens":["Anna","bor"],"ner_tags":[1,0]}`: the paper's format, as in Hugging Face NER datasets."""

    name = "tag_ids"

    def _write(self, tag: int, schema: LabelSchema) -> int:
        return tag

    def _ids(self, tags: list[Any], schema: LabelSchema, problems: list[tuple[str, str]]) -> list[int]:
        numbers = tags
        if not set(map(type, tags)) <= {int}:
            strange = next(tag for tag in tags if type(tag) is not int)
            problems.append(("tag_not_int", f"a tag is {kind(strange)}, not an integer"))
            numbers = [tag for tag in tags if type(tag) is int]
        if numbers and not 0 <= min(numbers) <= max(numbers) < len(schema):
            outside = next(tag for tag in numbers if not 0 <= tag < len(schema))
            problems.append(("unknown_tag", f"tag {str(outside)[:20]} is outside 0 to {len(schema) - 1}"))
        return tags

    def describe(self, schema: LabelSchema) -> str:
        codes = ", ".join(f"{i} = {name}" for i, name in enumerate(schema.tags))
        return (
            'Write each sentence as one JSON object on one line: {"tokens":[...],"ner_tags":[...]}. "tokens" are the '
            'words and punctuation marks of the sentence in order; "ner_tags" holds one integer for each token: '
            f"{codes}. {IOB2} Both lists have the same length."
        )


class TagNames(_Arrays):
    """`{"tokens":["Anna","bor"],"ner_tags":["B-PER","O"]}`."""

    name = "tag_names"

    def _write(self, tag: int, schema: LabelSchema) -> str:
        return schema.tags[tag]

    def _ids(self, tags: list[Any], schema: LabelSchema, problems: list[tuple[str, str]]) -> list[int]:
        ids, problem = name_ids(tags, schema)
        problems += [problem] if problem else []
        return ids

    def describe(self, schema: LabelSchema) -> str:
        return (
            'Write each sentence as one JSON object on one line: {"tokens":[...],"ner_tags":[...]}. "tokens" are the '
            'words and punctuation marks of the sentence in order; "ner_tags" holds one tag for each token, one of '
            f"{', '.join(schema.tags)}. {IOB2} Both lists have the same length."
        )


def name_ids(tags: list[Any], schema: LabelSchema) -> tuple[list[int], tuple[str, str] | None]:
    """Tag ids of tag names, and the first problem there is."""
    for tag in tags:
        if not isinstance(tag, str):
            return [], ("wrong_type", f"a tag is {kind(tag)}, not a tag name")
    for tag in tags:
        if tag not in schema.index:
            return [], ("unknown_tag", f"tag {tag[:40]!r} is not one of {', '.join(schema.tags)}")
    return [schema.index[tag] for tag in tags], None
