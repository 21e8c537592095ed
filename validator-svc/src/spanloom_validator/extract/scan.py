"""Candidates in a completion, the `default` way: every object that was meant as a sample, whatever stands around it.

A linear scan over opening braces. Headers, fences, prose, arrays and the keys of wrapper objects are not looked at: an
object begins at a brace and ends at the brace that closes it, those within strings left out. An object that does not
parse is handed to the repair; one that the completion ends before is `truncated`. Which object is a sample and which a
wrapper around samples its keys tell (`shapes`).

    {"data": [{"tokens": ...}, {"tokens": ...,}, {"tok
    ^ wrapper  ^ candidate      ^ repaired        ^ truncated
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection
from itertools import accumulate

from orjson import JSONDecodeError

from spanloom.contracts.rules import Reason, Repair
from spanloom_validator.extract.parse import Candidate, is_lenient, loads, loads_strictly
from spanloom_validator.extract.repair import repair
from spanloom_validator.extract.shapes import Shape, has_key, is_description, is_sample

# A brace after which a key, a comment or the object's end may stand; zero-width characters are looked over.
_START = re.compile(r"""\{(?=[\s\u200b-\u200d\u2060\ufeff]*+["'\w“”‘’/}])""")
# From a brace to where it cannot go on as a flat object: a brace outside strings, a string that its line does not
# close, the end. Possessive throughout: no character is looked at twice.
_BODY = re.compile(r'\{[^{}"]*+(?:"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"[^{}"]*+)*+')
# A brace after which a key and a colon stand, in any quotes or none.
_OPENING = re.compile(r"""\{\s*+(?:"[^"\n]{1,80}"|'[^'\n]{1,80}'|[“”‘’][^“”‘’\n]{1,80}[“”‘’]|[A-Za-z_]\w{0,79})\s*+:""")
# The same from a closing brace on.
_REST = re.compile(_BODY.pattern.replace(r"\{", r"\}", 1))
_PLAIN = re.compile(r"\{[^{}]*+\}?")

_NO_VALUES = (type(None), dict)

STEPS_PER_CHARACTER = 16
"""Characters the scan may look at for each one of the text, before it gives up on strings and nesting."""


def by_scan(text: str, shape: Shape, *, repairs: Collection[Repair] = (Repair.JSON,)) -> list[Candidate]:
    """The candidates of a completion. By the keys of the `shape` an object is known as meant for a sample. Where no
    value of it is a list of objects, a brace in a broken one begins another.

    Linear in the text: a text made to be looked at again and again (braces within quotes within braces) is cut at
    every brace once `STEPS_PER_CHARACTER` is used up.
    """
    return _Scan(text, shape, repairs).run()


class _Scan:
    def __init__(self, text: str, shape: Shape, repairs: Collection[Repair]) -> None:
        self.text, self.shape, self.repairs = text, shape, repairs
        self.flat = "entities" not in shape
        self.found: list[Candidate] = []
        self.wrappers: list[tuple[int, int]] = []
        """Objects around candidates; to the text's end where they are not known to close."""
        self.steps = 0
        self.limit = STEPS_PER_CHARACTER * (len(text) + 64)

    def run(self) -> list[Candidate]:
        text, add, size = self.text, self.found.append, len(self.text)
        find, parse = text.find, loads_strictly
        start, end, refused = find("{"), 0, -1
        while start >= 0:
            following = find("{", start + 1)
            if end <= start:  # looked for once: where there is none, not again and again
                end = find("}", start) + 1 or size + 1
            if end <= size and (following < 0 or following >= end):  # most have no brace inside: try that first
                try:
                    add((start, end, parse(text[start:end]), None, None))
                    start = following
                    continue
                except JSONDecodeError as error:
                    refused = end if not is_lenient(text[start:end], error) else -1
            position = self.look(start, refused)
            if self.steps > self.limit:
                self.cut_at_braces(position)
                break
            start = find("{", position)
        return self.without_metadata()

    def look(self, start: int, refused: int) -> int:
        """Find the candidate that begins at a brace, if one does. Returns where to go on.

        `refused`: where an object without a brace inside ends that no parser takes.
        """
        text = self.text
        if start < refused and self.is_closed(start, refused):
            self.steps += refused - start
            return self.broken(start, refused)
        if text[start + 1 : start + 2] != '"':
            opening = _START.search(text, start)
            if opening is None:
                return len(text)
            start = opening.start()
        match = _BODY.match(text, start)
        assert match is not None  # noqa: S101  it matches at every brace
        end = match.end()
        self.steps += end - start
        closing = text[end : end + 1]
        if closing == "{":
            return self.nested(start, end)
        if closing != "}":
            return self.unclosed(start, end)
        if end + 1 != refused:
            try:
                self.found.append((start, end + 1, loads(text[start : end + 1]), None, None))
                return end + 1
            except (ValueError, RecursionError):
                pass
        return self.broken(start, end + 1)

    def is_closed(self, start: int, end: int) -> bool:
        """Whether an object without a brace inside surely ends where its brace does: by a count of quotes, where no
        quote is escaped and no line ends within a string."""
        piece = self.text[start:end]
        return piece[1] == '"' and "\n" not in piece and "\\" not in piece and piece.count('"') % 2 == 0

    def mentions(self, start: int, end: int) -> bool:
        """Whether a key of the sample format stands there."""
        return any(self.text.find(key, start, end) >= 0 for key in self.shape)

    def nested(self, start: int, inner: int) -> int:
        """An object with another brace inside, at `inner`: a wrapper, a sample with an object among its values, or one
        that was never closed. Returns where to go on."""
        text = self.text
        listed = text[start + 1 : inner].rstrip().endswith("[")  # a list of objects begins there
        own = self.mentions(start, inner) and has_key(text, start, inner, self.shape)
        if listed and not own:
            return self.into(start, len(text), inner)
        end = self.closing(start)
        if end is not None:
            try:
                value = loads(text[start:end])
            except (ValueError, RecursionError):
                pass
            else:
                self.steps += end - start
                if not is_sample(value, self.shape):
                    return self.into(start, end, inner)
                self.found.append((start, end, value, None, None))
                return end
        if not own or (listed and self.flat):  # flat samples hold no lists of objects
            return self.into(start, len(text), inner)
        if not self.flat:
            return self.broken_nest(start)
        self.add_broken(start, inner)
        return inner

    def into(self, start: int, end: int, inner: int) -> int:
        """A wrapper: no candidate, but its inside is searched."""
        self.wrappers.append((start, end))
        return inner

    def without_metadata(self) -> list[Candidate]:
        """The candidates without objects beside samples that say something of them: no key of the format is theirs.

        Within a wrapper, or without any list, they are no samples gone wrong. Where no object at all has a key of the
        format, all are told of.
        """
        keys, found, first = self.shape.keys(), self.found, next(iter(self.shape))
        strange = [
            place
            for place, (_, _, value, _, _) in enumerate(found)
            if value is not None
            and type(value.get(first)) is not list  # nearly all samples are told by their first key alone
            and type(value.get(first)) in _NO_VALUES
            and (keys.isdisjoint(value) or is_description(value, self.shape))
        ]
        if not strange or len(strange) == len(found):
            return found
        starts = [first for first, _ in self.wrappers]
        reach = list(accumulate((last for _, last in self.wrappers), max))  # how far those up to each one go
        metadata = set()
        for place in strange:
            start, end, value, *_ = found[place]
            before = bisect_left(starts, start)
            wrapped = before > 0 and reach[before - 1] >= end
            if wrapped or not any(isinstance(item, list) for item in value.values()):
                metadata.add(place)
        return [candidate for place, candidate in enumerate(found) if place not in metadata]

    def closing(self, start: int) -> int | None:
        """One past the brace that closes the one at `start`; None where there is none."""
        text, depth, place = self.text, 1, start
        while depth:
            match = _BODY.match(text, place) if text[place] == "{" else _REST.match(text, place)
            assert match is not None  # noqa: S101  both match the brace they stand at
            self.steps += match.end() - place
            place = match.end()
            if self.steps > self.limit or place == len(text) or text[place] == '"':
                return None
            depth += 1 if text[place] == "{" else -1
        return place + 1

    def broken_nest(self, start: int) -> int:
        """A sample that holds objects and does not parse: it ends where the next one with all keys begins."""
        text = self.text
        end = start + 1
        while (following := _OPENING.search(text, end)) is not None:
            body = _BODY.match(text, following.start())
            assert body is not None  # noqa: S101
            self.steps += body.end() - end
            if all(text.find(key, following.start(), body.end()) >= 0 for key in self.shape):
                break
            end = body.end()
        return self.add_open(start, following.start() if following is not None else len(text))

    def broken(self, start: int, end: int) -> int:
        """An object that closes at `end` but does not parse. A quote too many may have hidden the next object's brace:
        then it ends where that one begins."""
        inner = self.text.find("{", start + 1, end)
        following = _OPENING.search(self.text, inner, end) if inner >= 0 else None
        self.steps += end - start
        if following is not None:
            self.add_broken(start, following.start())
            return following.start()
        self.add_broken(start, end)
        return end

    def unclosed(self, start: int, stop: int) -> int:
        """An object whose closing brace is not found: a string that its line does not close, or the end of the text."""
        text = self.text
        if stop < len(text):  # at a quote: the scan has looked for its partner as far as the line's end
            line_end = text.find("\n", stop)
            self.steps += (line_end if line_end >= 0 else len(text)) - stop
        following = _OPENING.search(text, start + 1)
        end = following.start() if following is not None else len(text)
        self.steps += end - start
        return self.add_open(start, end)

    def add_open(self, start: int, end: int) -> int:
        """A candidate of which only the region is known: it ends at the region's last closing brace."""
        closing = self.text.rfind("}", start, end)
        last = self.text.rfind("{", start, end)
        if closing > last or (closing >= 0 and self.flat):
            self.add_broken(start, closing + 1)
        elif end < len(self.text):
            self.add_broken(start, end)
        elif self.meant(start, end):
            self.found.append((start, end, None, Reason.TRUNCATED, None))
        return end

    def meant(self, start: int, end: int) -> bool:
        """Whether a brace is meant as an object's: it opens with a key and a colon, or mentions the format's keys."""
        return _OPENING.match(self.text, start, end) is not None or self.mentions(start, end)

    def add_broken(self, start: int, end: int) -> None:
        """A candidate that does not parse: repaired, or `syntax`. Prose in braces is none."""
        if not self.meant(start, end):
            return
        piece = self.text[start:end].rstrip(" \t\r\n,")
        # What breaks off within a list is not closed for it: that would cut the sample.
        whole = piece[-1] in '}]"'
        made = repair(piece, self.repairs) if whole else None
        if made is None:
            self.found.append((start, start + len(piece), None, Reason.SYNTAX, None))
        else:
            self.found.append((start, start + len(piece), made[0], None, made[1]))

    def cut_at_braces(self, position: int) -> None:
        """The rest of the text without regard to strings and nesting, each character once."""
        for match in _PLAIN.finditer(self.text, position):
            start, end = match.span()
            if self.text[end - 1] == "}":
                try:
                    self.found.append((start, end, loads(match[0]), None, None))
                    continue
                except (ValueError, RecursionError):
                    pass
            if self.meant(start, end):
                cut = end == len(self.text) and self.text[end - 1] != "}"
                self.found.append((start, end, None, Reason.TRUNCATED if cut else Reason.SYNTAX, None))
