"""Gold data over the run's schema: counts of the published data, mapping, splitting, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.gold import Folds, Fractions, GoldSpec, SplitFiles
from spanloom.data.gold import SPLITS, GoldData, divide, fold_of, load_gold
from spanloom.data.readers import RawSentence
from spanloom.data.roots import ANYWHERE
from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from support.common import shared_data

NEWS = LabelSchema.of(["PER", "ORG", "LOC"])
DATED = LabelSchema.of(["PER", "ORG", "LOC", "DATE"])

# sentences, PER, ORG, LOC, DATE, orphans of train, dev, test
PUBLISHED = {
    "universal_ner/da_ddt": [(4383, 1237, 909, 882, 0, 6), (564, 166, 106, 107, 0, 0), (565, 185, 172, 90, 0, 1)],
    "universal_ner/sv_talbanken": [(4303, 250, 213, 504, 0, 0), (504, 13, 5, 5, 0, 0), (1219, 33, 31, 132, 0, 0)],
    "masakhaner2/swa": [
        (6593, 3875, 2327, 6111, 2270, 0),
        (942, 564, 337, 813, 304, 0),
        (1883, 1180, 628, 1924, 598, 1),
    ],
    "masakhaner2/kin": [
        (7825, 2720, 2229, 3748, 2041, 14),
        (1118, 667, 512, 524, 373, 1),
        (2235, 712, 685, 1593, 791, 1),
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_counts(name: str) -> None:
    data = load_gold(GoldSpec(name=name), DATED, language="x", roots=[shared_data("data", "gold")], hub=False)
    for split, expected in zip(SPLITS, PUBLISHED[name], strict=True):
        counts = data.counts[split]
        assert (counts.sentences, *counts.entities.values(), counts.orphans) == expected
        assert counts.dropped == {}
    assert len(set(data.hashes.values())) == 3


def make(folder: Path, *, test: str = "Oslo B-LOC\n", **more: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"train.txt": "Anna B-PER\nbor O\n", "dev.txt": "ACME B-ORG\n", "test.txt": test} | more
    for name, text in texts.items():
        (folder / name).write_text(text)
    return folder


def load(spec: GoldSpec, schema: LabelSchema = NEWS, roots: tuple[Path, ...] = (ANYWHERE,)) -> GoldData:
    return load_gold(spec, schema, language="da", roots=roots, hub=False)


def test_folder_files_and_roots(tmp_path: Path) -> None:
    folder = make(tmp_path / "da_ddt")
    by_path = load(GoldSpec(path=str(folder)))
    files = SplitFiles(train="da_ddt/train.txt", dev="da_ddt/dev.txt", test="da_ddt/test.txt")
    by_file = load(GoldSpec(files=files), roots=(tmp_path,))
    by_name = load(GoldSpec(name="universal_ner/da_ddt"), roots=(tmp_path / "none", tmp_path))
    assert by_path.splits == by_file.splits == by_name.splits
    assert by_path["train"][0].tags == (1, 0)
    assert by_path.hashes == by_name.hashes


def test_hash_is_of_content_not_of_file(tmp_path: Path) -> None:
    plain = load(GoldSpec(path=str(make(tmp_path / "a"))))
    as_json = make(tmp_path / "b")
    (as_json / "train.txt").unlink()
    (as_json / "train.jsonl").write_text(json.dumps({"tokens": ["Anna", "bor"], "ner_tags": ["B-PER", "O"]}))
    other = load(GoldSpec(path=str(make(tmp_path / "c", test="Oslo B-ORG\n"))))
    assert load(GoldSpec(path=str(as_json))).hashes == plain.hashes
    assert other.hashes["test"] != plain.hashes["test"]
    assert other.hashes["train"] == plain.hashes["train"]


def test_unknown_type_is_an_error_until_mapped(tmp_path: Path) -> None:
    folder = make(tmp_path, test="Oslo B-LOC\nFriday O\nMonday B-DAY\n")
    with pytest.raises(DataError, match=r"test\.txt:3: tag 'B-DAY' is not among the run's labels \(PER, ORG, LOC\)"):
        load(GoldSpec(path=str(folder)))
    assert load(GoldSpec(path=str(folder), mapping={"DAY": None}))["test"][0].tags == (5, 0, 0)
    assert load(GoldSpec(path=str(folder), mapping={"DAY": "ORG"}))["test"][0].tags == (5, 0, 3)
    with pytest.raises(DataError, match="reads 'DAY' as 'DATE', which is not among"):
        load(GoldSpec(path=str(folder), mapping={"DAY": "DATE"}))


def test_known_types_the_run_does_not_ask_for_become_o(tmp_path: Path) -> None:
    make(tmp_path / "masakhaner2-swa", test="Oslo B-LOC\nMonday B-DATE\n5 I-DATE\n")
    data = load(GoldSpec(name="masakhaner2/swa"), roots=(tmp_path,))
    assert data["test"][0].tags == (5, 0, 0)
    assert [data.counts[split].dropped for split in SPLITS] == [{}, {}, {"DATE": 1}]


def test_orphans_are_loaded_and_counted(tmp_path: Path) -> None:
    data = load(GoldSpec(path=str(make(tmp_path, test="i O\nOslo I-LOC\nby I-LOC\n"))))
    assert data["test"][0].tags == (0, 6, 6)
    assert (data.counts["test"].orphans, data.counts["test"].entities["LOC"]) == (1, 1)


def test_missing_types_are_reported_and_no_type_is_an_error(tmp_path: Path) -> None:
    folder = make(tmp_path)
    assert load(GoldSpec(path=str(folder)), DATED).missing_types == ("DATE",)
    mapping = dict.fromkeys(["PER", "ORG", "LOC"])
    with pytest.raises(DataError, match=r"no entity of the run's labels \(DATE\)"):
        load(GoldSpec(path=str(folder), mapping=mapping), LabelSchema.of(["DATE"]))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"test.txt": None}, "no file for split test"),
        ({"dev.txt": ""}, "holds no sentence"),
        ({"test.conll": "a O\n"}, "2 files for split test"),
    ],
)
def test_incomplete_folders(tmp_path: Path, change: dict[str, str | None], what: str) -> None:
    folder = make(tmp_path)
    for name, text in change.items():
        (folder / name).unlink() if text is None else (folder / name).write_text(text)
    with pytest.raises(DataError, match=what):
        load(GoldSpec(path=str(folder)))


def test_what_would_serve_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gold data 'conll/03' is unknown; names are .*universal_ner/da_ddt"):
        load(GoldSpec(name="conll/03"))
    with pytest.raises(DataError) as caught:
        load(GoldSpec(name="masakhaner2/yor"), roots=(tmp_path,))
    for part in (str(tmp_path / "masakhaner2-yor"), "SPANLOOM_DATA", "masakhane/masakhaner2", "configuration yor"):
        assert part in str(caught.value)
    with pytest.raises(DataError, match=rf"no such file or folder for gold data; looked for {tmp_path}/nowhere\. "):
        load(GoldSpec(path="nowhere"), roots=(tmp_path,))


def test_one_file_is_divided_without_copies(tmp_path: Path) -> None:
    rows = [f"Anna{i % 20} B-PER\nbor O\n" for i in range(40)]
    path = tmp_path / "all.txt"
    path.write_text("\n".join(rows))
    data = load(GoldSpec(file=str(path), fractions=Fractions(dev=0.1, test=0.2, seed=1)))
    assert [len(data[split]) for split in SPLITS] == [14, 2, 4]
    tokens = [s.tokens for split in SPLITS for s in data[split]]
    assert len(set(tokens)) == len(tokens) == 20
    other = load(GoldSpec(file=str(path), fractions=Fractions(dev=0.1, test=0.2, seed=2)))
    assert other.splits != data.splits


def test_too_little_to_divide() -> None:
    rows = [RawSentence(("a",), ("O",), 1), RawSentence(("A",), ("O",), 2), RawSentence(("b",), ("O",), 3)]
    with pytest.raises(DataError, match="2 sentences after removing copies leave nothing to train on"):
        divide(rows, Fractions(), "x.txt")


@given(st.integers(2, 12), st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_folds_test_every_sentence_once_and_never_train_on_it(count: int, more: int, seed: int) -> None:
    words = [f"w{i}" for i in range(count + 2 + more)]
    rows = [RawSentence((word,), ("O",), i) for i, word in enumerate([*words, *words[:3]])]
    tested: list[str] = []
    for fold in range(count):
        splits = fold_of(rows, Folds(count=count, fold=fold, seed=seed), "x.txt")
        parts = {split: {row.tokens[0] for row in splits[split]} for split in SPLITS}
        assert sum(len(part) for part in parts.values()) == len(words), "the splits share nothing"
        assert set().union(*parts.values()) == set(words)
        assert parts["train"]
        assert len(parts["test"]) in (len(words) // count, -(-len(words) // count))
        tested += parts["test"]
    assert sorted(tested) == sorted(words)


def test_folds_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="fold 5 of 5 does not exist; folds are 0 to 4"):
        Folds(count=5, fold=5)
    with pytest.raises(ValueError, match="folds divide a single file"):
        GoldSpec(path="x", folds=Folds())
    with pytest.raises(ValueError, match="fractions or folds, not both"):
        GoldSpec(file="x", folds=Folds(), fractions=Fractions())
    with pytest.raises(DataError, match=r"1 sentences after removing copies .* fewer folds"):
        fold_of([RawSentence(("a",), ("O",), 1)], Folds(count=2), "x.txt")


def test_demo_and_limit() -> None:
    data = load(GoldSpec(demo="sv", limit=7))
    assert [len(data[split]) for split in SPLITS] == [7, 7, 7]


def test_words_cut_every_split_and_keep_where_entities_begin_and_end(tmp_path: Path) -> None:
    folder = make(tmp_path / "gold", test="L'hôtel B-LOC\nRitz, I-LOC\nest O\nloin. O\n")
    given, cut = load(GoldSpec(path=str(folder))), load(GoldSpec(path=str(folder), tokens="words"))
    assert given["test"][0].tokens == ("L'hôtel", "Ritz,", "est", "loin.")
    assert cut["test"][0].tokens == ("L'", "hôtel", "Ritz", ",", "est", "loin", ".")
    assert NEWS.names(cut["test"][0].tags) == ["B-LOC", "I-LOC", "I-LOC", "I-LOC", "O", "O", "O"]
    assert cut.counts["test"].tokens == 7
    assert given.counts["test"].entities == cut.counts["test"].entities
    assert given.hashes["test"] != cut.hashes["test"]
    assert given.hashes["dev"] == cut.hashes["dev"]
