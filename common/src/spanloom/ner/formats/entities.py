"""Text and its mentions: the words once, then each entity's words with their label."""

from __future__ import annotations

from typing import Any

from spanloom.ner.formats.jsontext import dumps
from spanloom.ner.formats.mentions import Mention, TokenText, UnlocatedError, locate, start_of
from spanloom.ner.formats.port import FormatProblem, SampleFormat, closed_object, kind, literal
from spanloom.ner.formats.spantext import escape, split
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import spans_of


class Entities(SampleFormat):
    """`{"text":"Anna bor i Oslo .","entities":[{"text":"Anna","label":"PER"},{"text":"Oslo","label":"LOC"}]}`.

    A mention stands where its words do. Where they do so more than once, `nth` says at which place (2 = the second in
    the text), or character offsets (`start`) do; what stays ambiguous is refused. Tokens are what stands between
    spaces, and in scripts without spaces the mentions (`mentions` has the rule); a space or backslash within a token is
    escaped.
    """

    name = "entities"
    shape = {"text": str, "entities": list}
    exact = False

    def render(self, sentence: Sentence, schema: LabelSchema, *, ascii_escapes: bool = False) -> str:
        tokens = list(sentence.tokens)
        of, mentions = TokenText(tokens), []
        for span in spans_of(sentence.tags):
            words = tokens[span.start : span.end]
            mention: dict[str, Any] = {"text": " ".join(map(escape, words)), "label": schema.types[span.type]}
            starts = [start for start, _ in of.places(words)]
            if len(starts) > 1:
                mention["nth"] = 1 + starts.index(of.starts[span.start])
            mentions.append(mention)
        value = {"text": " ".join(map(escape, tokens)), "entities": mentions}
        return dumps(value, ascii_escapes=ascii_escapes)

    def read(self, obj: object, schema: LabelSchema) -> tuple[list[str], list[int]]:
        """A mention that does not stand in the text as words is a `length_mismatch`: the two do not align."""
        if not isinstance(obj, dict):
            raise FormatProblem([("wrong_type", f"the candidate is {kind(obj)}, not an object")])
        missing = [key for key in ("text", "entities") if obj.get(key) is None]
        if missing:
            raise FormatProblem([("missing_key", f"{' and '.join(missing)} missing")])
        if not isinstance(obj["text"], str) or not isinstance(obj["entities"], list):
            raise FormatProblem([("wrong_type", "text must be a string, entities a list")])
        text = obj["text"]
        read = []
        for mention in obj["entities"]:
            found = _mention(mention, schema)
            if not isinstance(found, Mention):
                raise FormatProblem([found], tokens=split(text))
            read.append(found)
        try:
            tokens, spans = locate(text, read)
        except UnlocatedError as error:
            raise FormatProblem([(error.reason, error.detail)], tokens=split(text)) from None
        tags = [0] * len(tokens)
        for label, start, end in spans:
            tags[start:end] = [2 * label + 1] + [2 * label + 2] * (end - start - 1)
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
            f"{', '.join(schema.types)}; the list is empty where there is none. Where an entity's words stand in the "
            'text more than once, add "nth":1 for their first occurrence, "nth":2 for the second, and so on.'
        )


def _mention(mention: object, schema: LabelSchema) -> Mention | tuple[str, str]:
    """A mention as given, or `(reason, detail)`."""
    if not isinstance(mention, dict):
        return "wrong_type", f"an entity is {kind(mention)}, not an object"
    text, label, nth = mention.get("text"), mention.get("label"), mention.get("nth")
    if text is None or label is None:
        return "missing_key", "an entity has no text or no label"
    if not isinstance(text, str) or not isinstance(label, str) or (nth is not None and type(nth) is not int):
        return "wrong_type", "an entity's text and label must be strings, nth an integer"
    if label not in schema.types:
        return "unknown_tag", f"label {label[:40]!r} is not one of {', '.join(schema.types)}"
    words = tuple(split(text))
    if not words:
        return "length_mismatch", "an entity without words"
    return Mention(words, schema.types.index(label), nth, start_of(mention))
