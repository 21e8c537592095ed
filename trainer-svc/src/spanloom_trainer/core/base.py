"""What a training starts from: an encoder with a token-classification head, and its tokenizer, held in memory."""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModelForTokenClassification, AutoTokenizer
from transformers.utils import logging as transformers_logging

from spanloom.errors import EnvironmentMissing, SpecError
from spanloom.ner.schema import LabelSchema

HEADS = ("classifier", "score")


@dataclass(frozen=True)
class Base:
    """An encoder to start from; never trained itself, only copied.

    `tags` is the label schema its head was trained on, or None where the head is new; `revision` the hub's that was
    loaded, None of what comes from no hub.
    """

    name: str
    model: Any
    tokenizer: Any
    tags: tuple[str, ...] | None = None
    revision: str | None = None

    @property
    def longest(self) -> int:
        """The longest input the encoder takes, in subwords, special tokens included."""
        positions = getattr(self.model.config, "max_position_embeddings", None) or 1 << 20
        if self.counts_from_padding:
            positions -= self.padding + 1
        return min(int(positions), int(self.tokenizer.model_max_length))

    @property
    def embedding(self) -> nn.Embedding:
        """The word embeddings."""
        found = self.model.get_input_embeddings()
        if not isinstance(found, nn.Embedding):
            raise SpecError([("encoder", f"{self.name}: word embeddings are {type(found).__name__}, not nn.Embedding")])
        return found

    @property
    def padding(self) -> int:
        """The id that batches are filled up with. Masks come from lengths, so that it may occur in text as well."""
        found = self.embedding.padding_idx
        return int(found) if found is not None else int(self.tokenizer.pad_token_id or 0)

    @property
    def counts_from_padding(self) -> bool:
        """Whether positions are numbered from after the padding id, which must keep its number then (RoBERTa's way)."""
        return any(
            isinstance(getattr(part, "position_embeddings", None), nn.Embedding) and hasattr(part, "padding_idx")
            for part in self.model.modules()
        )

    @property
    def inner_parameters(self) -> int:
        """Parameters besides the word embeddings."""
        return int(sum(p.numel() for p in self.model.parameters())) - self.embedding.weight.numel()


_loaded: OrderedDict[str, Base] = OrderedDict()
_loading = threading.Lock()
KEEP = 3  # the run's encoder and the related-language models in use


def load_base(name_or_path: str, *, revision: str | None = None, layers: int | None = None) -> Base:
    """Load an encoder and its tokenizer by folder or hub name, once a process; of its layers the first `layers`.

    Safetensors only, and no code from the model's repository. Raises EnvironmentMissing where it cannot be had,
    SpecError where it has fewer layers.
    """
    place = str(Path(name_or_path).resolve()) if Path(name_or_path).is_dir() else f"{name_or_path}@{revision}"
    return remember(f"{place}#{layers}", lambda: _load(name_or_path, revision, layers))


def remember(key: str, make: Callable[[], Base]) -> Base:
    """The base under this key, made where this process has none; the least used of more than KEEP is forgotten."""
    with _loading:
        if key not in _loaded:
            _loaded[key] = make()
            while len(_loaded) > KEEP:
                _loaded.popitem(last=False)
        _loaded.move_to_end(key)
        return _loaded[key]


def _load(name: str, revision: str | None, layers: int | None) -> Base:
    quiet()
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, revision=revision or "main", trust_remote_code=False)
        model = AutoModelForTokenClassification.from_pretrained(
            name, revision=revision or "main", dtype=torch.float32, trust_remote_code=False, use_safetensors=True
        )
    except (OSError, ValueError) as error:
        raise EnvironmentMissing(
            f"encoder {name!r} cannot be loaded: {error}. Give a folder with config.json, model.safetensors and a fast "
            "tokenizer, or the name of such a model on the Hugging Face hub (with access to it)"
        ) from error
    if not tokenizer.is_fast:
        raise EnvironmentMissing(f"encoder {name!r} has no fast tokenizer, which word boundaries are read from")
    if layers is not None:
        cut(model, layers)
    return base_of(model, tokenizer, name=name, revision=None if Path(name).is_dir() else revision or "main")


def embedding_name(model: Any) -> str:
    """The name of a model's word embeddings among its parameters."""
    rows = model.get_input_embeddings().weight
    return str(next(name for name, value in model.named_parameters() if value is rows))


def layers_of(model: Any) -> tuple[nn.Module, str, nn.ModuleList]:
    """The module that holds an encoder's list of layers, the list's attribute, and the list."""
    count = model.config.num_hidden_layers
    for holder in model.base_model.modules():
        for name, part in holder.named_children():
            if isinstance(part, nn.ModuleList) and len(part) == count:
                return holder, name, part
    raise SpecError(
        [("encoder", f"{type(model).__name__} has no list of its {count} layers, to cut or freeze some of")]
    )


def cut(model: Any, layers: int) -> None:
    """Keep the first `layers` of a model's layers, in place. Raises SpecError where it has fewer."""
    holder, name, found = layers_of(model)
    if layers > len(found):
        raise SpecError([("encoder.layers", f"{layers} is more than the encoder's {len(found)}")])
    setattr(holder, name, nn.ModuleList(list(found)[:layers]))
    model.config.num_hidden_layers = layers
    if getattr(model.config, "layer_types", None) is not None:
        model.config.layer_types = model.config.layer_types[:layers]


def freeze(model: Any, what: str | int) -> None:
    """Have a model's embeddings keep their weights, and its first N layers too where a number is given."""
    embeddings = getattr(model.base_model, "embeddings", None) or model.get_input_embeddings()
    embeddings.requires_grad_(False)
    if isinstance(what, int):
        layers = layers_of(model)[2]
        if what > len(layers):
            raise SpecError([("recipe.freeze", f"{what} is more than the encoder's {len(layers)} layers")])
        for layer in list(layers)[:what]:
            layer.requires_grad_(False)


def quiet() -> None:
    """Keep transformers' own progress bars and load reports off the terminal; ours say what matters."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()


def base_of(model: Any, tokenizer: Any, *, name: str, revision: str | None = None) -> Base:
    """A model and tokenizer already in memory, as a Base."""
    names = tuple(model.config.id2label[i] for i in range(model.config.num_labels))
    trained = names if not all(tag.startswith("LABEL_") for tag in names) else None
    return Base(name, model.eval().requires_grad_(False), tokenizer, trained, revision)


def head_of(model: Any) -> tuple[str, nn.Linear]:
    """The classification layer and its attribute's name."""
    for name in HEADS:
        layer = getattr(model, name, None)
        if isinstance(layer, nn.Linear):
            return name, layer
    raise SpecError([("encoder", f"{type(model).__name__} has no linear head named {' or '.join(HEADS)}")])


def start(
    base: Base,
    schema: LabelSchema,
    *,
    keep: Sequence[int] | None = None,
    rows: int | None = None,
    fresh_head: bool = False,
) -> Any:
    """A trainable copy of the base: its head kept where it knows this very schema, else drawn anew (`head_for`).

    `keep` holds the sorted embedding rows to copy (the vocabulary, trimmed); None copies all. `rows` is the trimmed
    embedding's size where that is more. A new head is drawn from torch's global generator, so seed it first.
    """
    memo: dict[int, Any] = {}
    if keep is not None:
        memo[id(base.embedding)] = trimmed(base.embedding, keep, rows)
    model = copy.deepcopy(base.model, memo)
    if fresh_head or base.tags != schema.tags:
        setattr(model, head_of(model)[0], head_for(base, schema, fresh=fresh_head))
        describe(model, schema)
    return model.requires_grad_(True)


def head_for(base: Base, schema: LabelSchema, *, fresh: bool = False) -> nn.Linear:
    """The classification layer for a schema: the base's own where it knows this very one, else drawn anew.

    Where the base knows the first labels of the schema, those rows of the new head are its own.
    """
    _, old = head_of(base.model)
    if base.tags == schema.tags and not fresh:
        return old
    new = nn.Linear(old.in_features, len(schema))
    nn.init.normal_(new.weight, std=getattr(base.model.config, "initializer_range", 0.02))
    nn.init.zeros_(new.bias)
    if not fresh and base.tags is not None and base.tags == schema.tags[: len(base.tags)]:
        with torch.no_grad():
            new.weight[: len(base.tags)], new.bias[: len(base.tags)] = old.weight, old.bias
    return new


def describe(model: Any, schema: LabelSchema) -> None:
    """Write the label schema into a model and its config."""
    model.num_labels = len(schema)
    model.config.num_labels = len(schema)
    model.config.id2label = dict(enumerate(schema.tags))
    model.config.label2id = dict(schema.index)


def trimmed(embedding: nn.Embedding, keep: Sequence[int], rows: int | None = None) -> nn.Embedding:
    """An embedding of the rows `keep` alone, and of zeros up to `rows`. Row i of it is row `keep[i]` of the whole."""
    kept = _rows(embedding, torch.as_tensor(keep, dtype=torch.long))
    weight = functional.pad(kept, (0, 0, 0, (rows or len(keep)) - len(keep)))
    padding = None if embedding.padding_idx is None else list(keep).index(embedding.padding_idx)
    small = nn.Embedding(len(weight), embedding.embedding_dim, padding_idx=padding, _weight=weight)
    small.sparse, small.scale_grad_by_freq, small.max_norm = False, embedding.scale_grad_by_freq, embedding.max_norm
    return small


def _rows(embedding: nn.Embedding, rows: Tensor) -> Tensor:
    return embedding.weight.detach()[rows].clone()


def vocabulary(base: Base, ids: set[int]) -> list[int]:
    """The embedding rows to keep for these ids, sorted: theirs, the special tokens' and the padding's.

    Where positions are numbered from the padding id, all rows up to it are kept too, so that it keeps its number.
    """
    first = range(base.padding + 1) if base.counts_from_padding else (base.padding,)
    return sorted(ids | set(first) | set(base.tokenizer.all_special_ids))
