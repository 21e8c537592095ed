"""What a specification keeps when it is stored and read again."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.spec import RunSpec, check_spec, spec_hash

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
