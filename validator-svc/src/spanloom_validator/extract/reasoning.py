"""What a model thought before it answered: drafts in it are no candidates.

Reasoning is told by its markup, as models and their servers write it: `<think>` and its kin, also closed without
having been opened (the chat template opened it), or cut off by the length; `[THINK]`; the channels of gpt-oss, with and
without their special tokens; what front ends make of it (`<details type="reasoning">`, a fence of its own); the
sentences by which some open their answer. A tag inside a JSON string is data.
"""

from __future__ import annotations

import re

_NAME = (
    r"(?:\w{1,8}[:_])?(?:(?:think(?:ing)?|thoughts?|reason(?:ing)?)(?:_(?:process|content|block|steps?))?|reflections?"
    r"|scratchpad|analysis|rationale|cot|deliberations?|monologue|inner_monologue|inner_thoughts?|chain_of_thoughts?)"
    r"|antthinking"
)
_WORD = r"(?:thoughts?|think(?:ing)?|reasoning)"
_TAG = re.compile(
    rf"""
    (?P<close> (?:<|&lt;)\s*/\s*(?:{_NAME})\s*(?:>|&gt;) | \[/(?:{_NAME})\] | ◁/(?:{_NAME})▷ | <\|/(?:{_NAME})\|>
        | <\|inner_suffix\|> | <\|end[_ ]?(?:of[_ ]?)?{_WORD}\|> | <\|{_WORD}[_ ]?end\|> | <unused95> | <channel\|>
        | \[BEGIN[ ]FINAL[ ]RESPONSE\] | ^Here(?:'s|[ ]is)[ ]my[ ]response: )
    | (?P<open> <\s*(?:{_NAME})(?:\s[^<>]*)?> | &lt;(?:{_NAME})&gt; | \[(?:{_NAME})\] | ◁(?:{_NAME})▷
        | <\|(?:{_NAME})\|> | <\|inner_prefix\|> | <\|(?:begin|start)[_ ]?(?:of[_ ]?)?{_WORD}\|>
        | <\|{_WORD}[_ ]?(?:begin|start)\|> | <unused94>(?:thought)? | <\|channel>\s*thought
        | ^Here(?:'s|[ ]is|[ ]are)[ ]my[ ](?:thought[ ]process|reasoning[ ]steps): )
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
# Where markup may begin: each kind by its first character, which is found at next to no cost in a text without any.
# Roles, as the templates of Llama open and close them, are passed by.
_BEGINNING = (
    "think|thought|reason|analysis|scratchpad|reflection|inner_|chain_of|antthink|rationale|cot|deliberat|monolog"
)
_EDGE = r"(?:end|begin|start)[_ ]?(?:of[_ ]?)?"
_MARKS = (
    re.compile(
        rf"<(?!\|(?:start|end)_header_id)(?i:[/|\s]*+(?:\w{{1,8}}[:_])?(?:{_EDGE})?"
        rf"(?:{_BEGINNING}|unused9|channel|details|im_start\|>think))"
    ),
    re.compile(rf"\[(?=[/TRASICBDMtrasicbdm])/?(?:\w{{1,8}}[:_])?(?i:{_BEGINNING}|begin[ ]final)"),
    re.compile("\u25c1"),
    re.compile("Here(?i:'s| is| are) my "),
    re.compile(rf"&lt;/?(?:\w{{1,8}}[:_])?(?i:{_BEGINNING})"),
    re.compile("```(?i:think|thought|reason)"),
    re.compile(r"Thinking\.\.\."),
)
# Markup that only its own end closes, and whether it reasons to the end of the text where there is none.
_PAIRS = (
    (r'<details\b[^<>]{0,200}\btype="reasoning"[^<>]{0,200}>', "</details>", True),
    (r"^```(?:think(?:ing)?|thoughts?|reasoning)[^\S\n]*$", r"^```[^\S\n]*$", True),
    (r"<\|im_start\|>think\b", r"<\|im_end\|>|(?=<\|im_start\|>)", True),
    (r"^\**Thinking\.\.\.\**[^\S\n]*$", r"^\.\.\.done thinking\.", False),
)
_PAIRED = tuple(
    (re.compile(opening, re.MULTILINE | re.IGNORECASE), re.compile(closing, re.MULTILINE | re.IGNORECASE), to_the_end)
    for opening, closing, to_the_end in _PAIRS
)
# gpt-oss: a channel's header, and where its message ends.
_CHANNEL = re.compile(r"<\|channel\|>\s*(\w+)")
_MESSAGE_END = re.compile(r"<\|(?:end|return|call|start)\|>|(?=<\|channel\|>)")
# The same when a server has dropped the special tokens: the roles and channels stay as words run together.
_BARE_ANALYSIS = re.compile(r"\s*+analysis(?=[A-Z\"'{(]|\s)")
_BARE_FINAL = re.compile(r"assistant\s?final")
_BEFORE_OPENING = re.compile(r"(?:^|\n)[^\S\n]*+(?:<\|?[^<>\n]{1,60}\|?>\s*+|assistant\s*+)*+\Z")

SHORTEST_MARK = 5
"""No markup is shorter: `<cot>`."""

Region = tuple[int, int]
"""First character and one past the last."""


def reasoning_in(text: str) -> list[Region]:
    """Where the completion reasons, in order; regions do not overlap."""
    if not may_reason(text):
        return []
    return _joined([*_channels(text), *_bare_channels(text), *_paired(text), *_tagged(text)])


def may_reason(text: str) -> bool:
    """Whether anything stands in the text that may be markup of reasoning; linear, and many times faster than to tell
    where it reasons."""
    for mark in _MARKS:
        if mark.search(text) is not None:
            return True
    return text.lstrip()[:8] == "analysis"


def without_reasoning(text: str) -> str:
    """The completion with spaces for its reasoning: as long as before, so that every place stays."""
    parts, place = [], 0
    for start, end in reasoning_in(text):
        parts += [text[place:start], " " * (end - start)]
        place = end
    return "".join([*parts, text[place:]]) if parts else text


def _joined(regions: list[Region]) -> list[Region]:
    out: list[Region] = []
    for start, end in sorted(regions):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        elif end > start:
            out.append((start, end))
    return out


def _channels(text: str) -> list[Region]:
    """The channels of gpt-oss but `final`; `commentary` may hold the answer where there is no `final`."""
    heads = [match for match in _CHANNEL.finditer(text) if not _in_string(text, match.start(), match.end())]
    if not heads:
        return []
    final = any(head[1].lower() == "final" for head in heads)
    regions = []
    for head in heads:
        name = head[1].lower()
        if name == "analysis" or (name == "commentary" and final):
            ends = _MESSAGE_END.search(text, head.end())
            regions.append((head.start(), ends.start() if ends is not None else len(text)))
    return regions


def _bare_channels(text: str) -> list[Region]:
    opening = _BARE_ANALYSIS.match(text)
    if opening is None:
        return []
    finals = [match.end() for match in _BARE_FINAL.finditer(text)]
    if finals:
        return [(0, finals[-1])]
    glued = text[opening.end() : opening.end() + 1].isupper()  # `analysisWe ...`, cut before the answer
    return [(0, len(text))] if glued else []


def _paired(text: str) -> list[Region]:
    regions = []
    for opening, closing, to_the_end in _PAIRED:
        place = 0
        while (opened := opening.search(text, place)) is not None:
            place = opened.end()
            if _in_string(text, opened.start(), opened.end()):
                continue
            closed = closing.search(text, place)
            if closed is None and not to_the_end:
                break
            place = closed.end() if closed is not None else len(text)
            regions.append((opened.start(), place))
    return regions


def _tagged(text: str) -> list[Region]:
    tags = [match for match in _TAG.finditer(text) if not _in_string(text, match.start(), match.end())]
    regions: list[Region] = []
    opened: re.Match[str] | None = None
    for tag in tags:
        if tag["open"] is not None:
            opened = opened or tag
        elif opened is not None:
            regions.append((opened.start(), tag.end()))
            opened = None
        elif not regions or text.find("{", tag.end()) >= 0:  # after an answer, a stray tag says nothing
            regions.append((0, tag.end()))
    if opened is not None and _BEFORE_OPENING.search(text, max(0, opened.start() - 400), opened.start()) is not None:
        regions.append((opened.start(), len(text)))
    return regions


def _in_string(text: str, start: int, end: int) -> bool:
    """Whether what stands there is part of a JSON string: then its line has an open quote before, and one after."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and after and before in "\"'“‘" and after in "\"'”’":
        return True
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    line_end = line_end if line_end >= 0 else len(text)
    return _quotes(text[line_start:start]) % 2 == 1 and _quotes(text[end:line_end]) % 2 == 1


def _quotes(text: str) -> int:
    """Double quotes that no backslash takes for what they are."""
    return text.count('"') - text.count('\\"')
