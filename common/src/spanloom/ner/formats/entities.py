"""Text and its mentions: the words once, then each entity's words with their label, in the order of the text."""

from __future__ import annotations

from typing import Any

from spanloom.ner.formats.jsontext import dumps
from spanloom.ner.formats.port import FormatProblem, SampleFormat, closed_object, kind, literal
from spanloom.ner.formats.spantext import escape, split
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import spans_of


class Entities(SampleFormat):
    """`{"text":"Anna bor i Oslo .","entities":[{"text":"Anna","label":"PER"},{"text":"Oslo","label":"LOC"}]}`.

    A mention is the first occurrence of its words after the mention before it; where it is a later one, `nth` counts
    (2 = the second). Tokens are what stands between spaces; a space or backslash within a token is escaped.
    """

    name = "entities"
    shape = {"text": str, "entities": list}
    exact = False

    def render(self, sentence: Sentence, schema: LabelSchema, *, ascii_escapes: bool = False) -> str:
        tokens = list(sentence.tokens)
        mentions = []
        cursor = 0
        for span in spans_of(sentence.tags):
            words = tokens[span.start : span.end]
            nth = sum(tokens[i : i + len(words)] == words for i in range(cursor, span.start + 1))
            mention: dict[str, Any] = {"text": " ".join(map(escape, words)), "label": schema.types[span.type]}
            mentions.append(mention | {"nth": nth} if nth > 1 else mention)
            cursor = span.end
        value = {"text": " ".join(map(escape, tokens)), "entities": mentions}
        return dumps(value, ascii_escapes=ascii_escapes)

    def read(self, obj: object, schema: LabelSchema) -> tuple[list[str], list[int]]:
        """A mention whose words are not in the text from there on is a `length_mismatch`: the two do not align."""
        if not isinstance(obj, dict):
            raise FormatProblem([("wrong_type", f"the candidate is {kind(obj)}, not an object")])
        missing = [key for key in ("text", "entities") if obj.get(key) is None]
        if missing:
            raise FormatProblem([("missing_key", f"{' and '.join(missing)} missing")])
        if not isinstance(obj["text"], str) or not isinstance(obj["entities"], list):
            raise FormatProblem([("wrong_type", "text must be a string, entities a list")])
        tokens = split(obj["text"])
        tags = [0] * len(tokens)
        cursor = 0
        for mention in obj["entities"]:
            found = _locate(mention, tokens, cursor, schema)
            if isinstance(found, tuple) and isinstance(found[0], str):
                raise FormatProblem([(found[0], str(found[1]))], tokens=tokens)
            label, start, end = found
            tags[start:end] = [2 * int(label) + 1] + [2 * int(label) + 2] * (int(end) - int(start) - 1)
            cursor = end
        return tokens, tags

    def sample_schema(self, schema: LabelSchema) -> dict[str, Any]:
        mention = closed_object({"text": {"type": "string"}, "label": {"type": "string", "enum": list(schema.types)}})
        mention["properties"]["nth"] = {"type": "integer", "minimum": 1}
        return closed_object({"text": {"type": "string"}, "entities": {"type": "array", "items": mention}})

    def sample_grammar(self, schema: LabelSchema, *, iob2: bool) -> str:
        """JSON and labels are certain; that a mention stands in the text no context-free grammar can say."""
        labels = " | ".join(literal(dumps(name)) for name in schema.types)
        text, entities, end = literal('{"text":'), literal(',"entities":['), literal("]}")
        between, nth = literal(',"label":'), literal(',"nth":')
        return (
            f'sample ::= {text} word {entities} (mention ("," mention)*)? {end}\n'
            f"mention ::= {text} word {between} label ({nth} [1-9])? {literal('}')}\n"
            f"label ::= {labels}\n"
        )

    def describe(self, schema: LabelSchema) -> str:
        return (
            "Write each sentence as one JSON object on one line: "
            '{"text":"...","entities":[{"text":"...","label":"..."},...]}. '
            'In "text" words and punctuation marks are separated by single spaces. "entities" lists the entities in '
            'the order in which they occur, each exactly as it stands in "text", with a label of '
            f"{', '.join(schema.types)}; the list is empty where there is none. Where an entity's words occur earlier "
            'without being that entity, add "nth":2 for the second occurrence, and so on.'
        )


def _locate(
    mention: object, tokens: list[str], cursor: int, schema: LabelSchema
) -> tuple[int, int, int] | tuple[str, str]:
    """`(type index, start, end)` of a mention at or after the cursor, or `(reason, detail)`."""
    if not isinstance(mention, dict):
        return "wrong_type", f"an entity is {kind(mention)}, not an object"
    text, label, nth = mention.get("text"), mention.get("label"), mention.get("nth", 1)
    if text is None or label is None:
        return "missing_key", "an entity has no text or no label"
    if not isinstance(text, str) or not isinstance(label, str) or type(nth) is not int:
        return "wrong_type", "an entity's text and label must be strings, nth an integer"
    if label not in schema.types:
        return "unknown_tag", f"label {label[:40]!r} is not one of {', '.join(schema.types)}"
    words = split(text)
    if not words:
        return "length_mismatch", "an entity without words"
    places = [i for i in range(cursor, len(tokens) - len(words) + 1) if tokens[i : i + len(words)] == words]
    if not 1 <= nth <= len(places):
        return "length_mismatch", f"entity {text[:60]!r} does not stand in the text after the one before it"
    return schema.types.index(label), places[nth - 1], places[nth - 1] + len(words)
