"""The datasets of a run as they are planned, before anything is stored."""

from __future__ import annotations

import re
from pathlib import Path

from spanloom.contracts.spec import check_spec
from spanloom_generator.submit import plan_datasets


def test_prompts_of_a_fold_show_sentences_of_its_training_folds_alone(tmp_path: Path) -> None:
    path = tmp_path / "gold.txt"
    path.write_text("\n".join(f"Anna{i:02}x B-PER\nbor O\n" for i in range(40)))
    shown_in: list[set[str]] = []
    for fold in range(4):
        spec = check_spec(
            {
                "name": "folds",
                "languages": [
                    {"code": "da", "name": "Danish", "gold": {"file": str(path), "folds": {"count": 4, "fold": fold}}}
                ],
                "sources": [{"kind": "synthetic", "name": "llm", "engine": {"kind": "toy"}, "dev_calls": 0}],
                "training": {"settings": ["from_scratch"]},
            }
        )
        planned = {(d.source, d.split): d for d in plan_datasets("run", spec, (tmp_path,))}
        names = {s: {x.tokens[0] for x in planned["gold", s].sentences or ()} for s in ("train", "dev", "test")}
        shown = set(re.findall(r"Anna\d\dx", str([prompt[1] for prompt in planned["llm", "train"].prompts or ()])))
        assert shown
        assert shown <= names["train"]
        assert len(names["test"]) == 10
        shown_in.append(shown)
    assert len(set().union(*shown_in)) == 40, "every sentence is shown in the folds that train on it"
