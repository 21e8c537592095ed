"""Bracketed text: entities stand in square brackets after their label, in one pass, so nothing can fall out of step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import regex

from spanloom.ner.formats.jsontext import dumps
from spanloom.ner.formats.port import UNSEEN, FormatProblem, SampleFormat, closed_object, kind, literal
from spanloom.ner.formats.spantext import escape
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import spans_of

_SPECIAL = "\\ []"


class Inline(SampleFormat):
    """`{"text":"[PER Anna Berg] bor i [LOC Oslo] ."}`.

    Tokens are what stands between spaces and brackets; a bracket, space or backslash within a token is escaped. Another
    markup around a label is refused, for it would make words of tags.
    """

    name = "inline"
    shape = {"text": str}
    exact = False

    def render(self, sentence: Sentence, schema: LabelSchema, *, ascii_escapes: bool = False) -> str:
        words = [escape(token, _SPECIAL) for token in sentence.tokens]
        for span in spans_of(sentence.tags):
            words[span.start] = f"[{escape(schema.types[span.type], _SPECIAL)} {words[span.start]}"
            words[span.end - 1] += "]"
        return dumps({"text": " ".join(words)}, ascii_escapes=ascii_escapes)

    def read(self, obj: object, schema: LabelSchema) -> tuple[list[str], list[int]]:
        """A bracket that does not open or close is a `length_mismatch`: text and entities do not align."""
        if not isinstance(obj, dict):
            raise FormatProblem([("wrong_type", f"the candidate is {kind(obj)}, not an object")])
        text = obj.get("text")
        if text is None:
            raise FormatProblem([("missing_key", "text is missing")])
        if not isinstance(text, str):
            raise FormatProblem([("wrong_type", f"text is {kind(text)}, not a string")])
        tokens, tags, problems = _parse(text, schema)
        if problems:
            raise FormatProblem(problems)
        strange = foreign_markup(tokens, schema)
        if strange is not None:
            raise FormatProblem([("foreign_markup", f"{strange[:60]!r} is markup of another kind")], tokens=tokens)
        return tokens, tags

    def sample_schema(self, schema: LabelSchema) -> dict[str, Any]:
        return closed_object({"text": {"type": "string"}})

    def sample_grammar(self, schema: LabelSchema, *, iob2: bool) -> str:
        """Words and bracketed entities between spaces; IOB2 holds by construction."""
        labels = " | ".join(literal(dumps(escape(name, _SPECIAL))[1:-1]) for name in schema.types)
        start, end = literal('{"text":"'), literal('"}')
        return (
            f'sample ::= {start} piece (" " piece)* {end}\n'
            'piece ::= plain | "[" label (" " plain)+ "]"\n'
            f"label ::= {labels}\n"
            "plain ::= head bare*\n"
            rf'head ::= [^"\\\[\]{UNSEEN}] | quoted' + "\n"
            r'bare ::= [^"\\\x00-\x20\x7F\[\]] | quoted' + "\n"
            r'quoted ::= "\\\"" | "\\/" | "\\\\" ("\\\\" | "[" | "]" | " ")' + "\n"
        )

    def describe(self, schema: LabelSchema) -> str:
        return (
            'Write each sentence as one JSON object on one line: {"text":"..."}. Words and punctuation marks are '
            "separated by single spaces. An entity stands in square brackets after its label, such as "
            f"[{schema.types[0]} ...]; the labels are {', '.join(schema.types)}. A bracket that belongs to the "
            "sentence itself is written with a backslash before it."
        )


def _parse(text: str, schema: LabelSchema) -> tuple[list[str], list[int], list[tuple[str, str]]]:
    """Tokens, tag ids and problems of bracketed text."""
    tokens: list[str] = []
    tags: list[int] = []
    label: int | None = None  # type index within brackets
    begun = False
    for is_mark, piece in _pieces(text, schema):
        if is_mark and piece == "]":
            if label is None or not begun:
                return [], [], [("length_mismatch", "a bracket closes where no entity is open, or an empty one")]
            label = None
        elif is_mark:
            if label is not None:
                return [], [], [("length_mismatch", "a bracket opens within an entity")]
            if piece[1:] not in schema.types:
                return [], [], [("unknown_tag", f"label {piece[1:41]!r} is not one of {', '.join(schema.types)}")]
            label, begun = schema.types.index(piece[1:]), False
        else:
            tokens.append(piece)
            tags.append(0 if label is None else 2 * label + (2 if begun else 1))
            begun = label is not None
    if label is not None:
        return [], [], [("length_mismatch", "an entity's bracket is not closed")]
    return tokens, tags, []


def _pieces(text: str, schema: LabelSchema) -> list[tuple[bool, str]]:
    """Words, and marks: `]`, and `[` with the label after it, in order.

    A label is read as it is written with a backslash before its brackets, and as the prompt shows it, without.
    """
    out: list[tuple[bool, str]] = []
    written = {form: name for name in schema.types for form in (name, escape(name, _SPECIAL))}
    forms = sorted(written, key=len, reverse=True)
    current, i, opened = "", 0, False
    while i < len(text):
        char = text[i]
        if char == "\\" and i + 1 < len(text) and text[i + 1] in _SPECIAL:
            current += text[i + 1]
            i += 2
            continue
        if char in " []":
            if current:
                out.append((opened, "[" + current if opened else current))
                opened = False
            elif opened and char != " ":
                out.append((True, "["))
                opened = False
            current = ""
            if char == "]":
                out.append((True, "]"))
            elif char == "[":
                name = next((form for form in forms if text.startswith((form + " ", form + "]"), i + 1)), None)
                opened = name is None
                if name is not None:
                    out.append((True, "[" + written[name]))
                    i += len(name)
        else:
            current += char
        i += 1
    if current or opened:
        out.append((opened, "[" + current if opened else current))
    return out


def foreign_markup(tokens: Sequence[str], schema: LabelSchema) -> str | None:
    """The first piece of a text in which a label of the schema stands in another markup than brackets; None: none does.

    `<PER>x</PER>`, `{PER x}`, `(PER: x)`, `⟦x|PER⟧`, `x/PER`, `x_B-PER`, and elements of XML of any name.
    """
    match = _markup(schema.types).search(" ".join(tokens))
    return match[0] if match is not None else None


@lru_cache(maxsize=64)
def _markup(types: tuple[str, ...]) -> regex.Pattern[str]:
    names = "|".join(regex.escape(name) for name in sorted(types, key=len, reverse=True))
    tag = rf"(?:[BIESLU]-)?(?:{names})"
    loud = "|".join(regex.escape(name) for name in types if any(map(str.isupper, name))) or r"(?!)"
    return regex.compile(
        rf"""
        <\s*/?\s*(?i:{tag})(?:\s[^<>]*)?/?\s*>                                  # <PER>, </PER>, <PER id="1">
        | <\w+[^<>]*\s["']?(?i:{tag})["']?[^<>]*>                               # <ent PER>, <e type="PER">
        | <(\w[\w:-]*)(?:\s[^<>]*)?>[^<>]*</\1\s*>                              # <person>x</person>
        | [\p{{Ps}}--[(\[]]\s*/?(?i:{tag})(?=[\s|:=\p{{Pe}}])                   # {{PER x}}, ⟦PER x⟧, {{/PER}}
        | (?<=[\s|:=/])(?i:{tag})\s*[\p{{Pe}}--[)\]]]                           # {{x|PER}}, ⟦x|PER⟧
        | \(\s*(?:{tag})\s*[|:=]                                                # (PER: x)
        | \(\s*(?:[BIESLU]-(?:{names})|{loud})(?=[\s)]) | [\]\w]\((?:{tag})\)   # (PER x), (PER), x(PER)
        | &lt;\s*/?\s*(?i:{tag})(?=\s|/|&gt;)                                   # &lt;PER&gt;
        | [«‹„“]\s*/?(?:{loud})(?=[\s|:=]\s*\S)                                # «PER x»
        | (?<!\w)(?P<mark>[$|%\#*~^@]{{1,2}})\s*/?(?:{tag})(?P=mark)            # $PER$, |PER|, **PER**
        | \S[/|_\#^@~\\](?:{tag})(?!\S)                                         # x/PER, x_B-PER, x|PER
        | \S(?:[:=→⇒]|->|=>)(?:[BIESLU]-(?:{names})|{loud})(?!\S)              # x:PER, x→PER
        | (?<!\S)(?:[BIESLU]-(?:{names})|{loud})(?:[:=|/\#@→⇒]|->|=>)\S        # PER:x, PER#x
        | (?<!\S)[BIESLU]-(?:{names})(?!\S)                                     # x B-PER
        """,
        regex.VERBOSE | regex.V1,
    )
