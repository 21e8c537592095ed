"""Pairs of token and tag name: a tag cannot lose its token."""

from __future__ import annotations

from typing import Any

from spanloom.ner.formats.arrays import name_ids
from spanloom.ner.formats.jsontext import dumps
from spanloom.ner.formats.port import IOB2, FormatProblem, SampleFormat, closed_object, kind, literal
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence


class Pairs(SampleFormat):
    """`{"pairs":[["Anna","B-PER"],["bor","O"]]}`."""

    name = "pairs"
    shape = {"pairs": list}

    def render(self, sentence: Sentence, schema: LabelSchema, *, ascii_escapes: bool = False) -> str:
        pairs = list(zip(sentence.tokens, schema.names(sentence.tags), strict=True))
        return dumps({"pairs": pairs}, ascii_escapes=ascii_escapes)

    def read(self, obj: object, schema: LabelSchema) -> tuple[list[Any], list[int]]:
        if not isinstance(obj, dict):
            raise FormatProblem([("wrong_type", f"the candidate is {kind(obj)}, not an object")])
        pairs = obj.get("pairs")
        if pairs is None:
            raise FormatProblem([("missing_key", "pairs is missing")])
        if not isinstance(pairs, list):
            raise FormatProblem([("wrong_type", f"pairs are {kind(pairs)}, not a list")])
        for i, pair in enumerate(pairs):
            if not isinstance(pair, list) or len(pair) != 2:
                what = f"a list of {len(pair)}" if isinstance(pair, list) else kind(pair)
                raise FormatProblem([("wrong_type", f"pair {i} is {what}, not a token and its tag")])
        tokens = [token for token, _ in pairs]
        ids, problem = name_ids([tag for _, tag in pairs], schema)
        if problem:
            raise FormatProblem([problem], tokens=tokens)
        return tokens, ids

    def sample_schema(self, schema: LabelSchema) -> dict[str, Any]:
        token, tag = {"type": "string"}, {"type": "string", "enum": list(schema.tags)}
        pair = {"type": "array", "prefixItems": [token, tag], "items": False, "minItems": 2, "maxItems": 2}
        return closed_object({"pairs": {"type": "array", "items": pair, "minItems": 1}})

    def sample_grammar(self, schema: LabelSchema, *, iob2: bool) -> str:
        """Right-linear; with `iob2` what may follow is named after the entity that stands open."""

        def pair(tag: str) -> str:
            return f'"[" word "," {literal(dumps(tag))} "]"'

        start, end = literal('{"pairs":['), literal("]}")
        if not iob2:
            tags = " | ".join(literal(dumps(tag)) for tag in schema.tags)
            return f'sample ::= {start} pair ("," pair)* {end}\npair ::= "[" word "," tag "]"\ntag ::= {tags}\n'
        rules = [f"sample ::= {start} any {end}"]
        opening = [f"{pair('O')} after0"]
        opening += [f"{pair(f'B-{name}')} after{k + 1}" for k, name in enumerate(schema.types)]
        rules.append(f"any ::= {' | '.join(opening)}")
        rules.append('after0 ::= "" | "," any')
        for k, name in enumerate(schema.types):
            rules.append(f'after{k + 1} ::= "" | "," any | "," {pair(f"I-{name}")} after{k + 1}')
        return "\n".join(rules) + "\n"

    def describe(self, schema: LabelSchema) -> str:
        return (
            'Write each sentence as one JSON object on one line: {"pairs":[[token,tag],...]}. The tokens are the words '
            f"and punctuation marks of the sentence in order; each has one tag of {', '.join(schema.tags)}. {IOB2}"
        )
