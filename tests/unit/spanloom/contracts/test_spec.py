"""What a specification keeps when it is stored and read again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.spec import RunSpec, check_spec, spec_hash
from spanloom.errors import SpecError
from spanloom.plan import project

names = st.lists(st.sampled_from(["PER", "ORG", "LOC", "DATE", "MISC", "DRUG", "DOSE"]), min_size=2, unique=True)


def spec_of(labels: object) -> RunSpec:
    return check_spec(
        {
            "name": "x",
            "labels": labels,
            "languages": [{"code": "da", "gold": {"demo": "da"}}],
            "sources": [{"kind": "organic"}],
            "training": {"settings": ["from_scratch"]},
        }
    )


@given(names, st.booleans())
def test_labels_keep_their_order_where_mappings_lose_theirs(labels: list[str], described: bool) -> None:
    spec = spec_of({name: f"what {name} is" for name in labels} if described else labels)
    # As PostgreSQL's jsonb does it: keys by length, then by bytes.
    stored = json.loads(json.dumps(spec.model_dump(mode="json"), sort_keys=True))
    again = RunSpec.model_validate(stored)
    assert list(again.labels) == labels
    assert (again, again.schema_, spec_hash(again)) == (spec, spec.schema_, spec_hash(spec))
    assert spec_hash(spec_of(labels[::-1])) != spec_hash(spec), "another order is another specification"


def spec_of_two(*sources: dict[str, object]) -> RunSpec:
    return check_spec(
        {
            "name": "two",
            "languages": [{"code": code, "gold": {"demo": "da"}} for code in ("da", "sv")],
            "sources": list(sources),
            "training": {"settings": ["from_scratch"], "sizes": [50]},
        }
    )


def replayed(**changes: object) -> dict[str, object]:
    engine = {"kind": "replay", "files": {"da": "da.jsonl"}}
    return {"kind": "synthetic", "name": "llm", "engine": engine, "stop": {"after_calls": 7}, **changes}


def test_a_source_for_some_languages_makes_calls_and_arms_for_those_alone() -> None:
    plan = project(spec_of_two({"kind": "organic"}, replayed(languages=["da"])))
    assert (plan.calls, plan.arms_by_source) == (7, {"organic": 2, "llm": 1})


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ([replayed()], "sources.0.engine.files: no file for language sv"),
        (
            [replayed(languages=["da", "kin"])],
            "sources.0.languages: kin is no target language of the run; there are: da, sv",
        ),
        ([replayed(languages=["da", "da"])], "sources.0.languages: lists a language twice"),
        (
            [
                {"kind": "organic"},
                replayed(languages=["da"]),
                {"kind": "mix", "name": "m", "of": ["organic", "llm"], "share": 0.5},
            ],
            "sources.2.of: 'llm' is not for sv; give the mix `languages` as well",
        ),
    ],
)
def test_languages_that_do_not_fit_are_refused_by_field(sources: list[dict[str, object]], told: str) -> None:
    with pytest.raises(SpecError) as refused:
        spec_of_two(*sources)
    assert told in str(refused.value)
