"""What one GPU says of the trainer, in at most about four minutes: one JSON line a finding; nothing is installed.

Run as `python tests/bench/gpu.py`, on a CPU with `--tiny`. Needs Python 3.11, torch, pydantic and transformers with
what it brings along (tokenizers, safetensors, numpy, regex, PyYAML); `trainer` needs accelerate, `tests` pytest and
pytest-timeout. `python -m pip install -c constraints.txt torch transformers pydantic accelerate pytest pytest-timeout`
has all of it; Spanloom itself need not be installed. The parts, each begun only if the budget has room:

- `equal`: losses of the captured and of the plain update
- `step`: ms an update at XLM-R-large's shape, six ways x 48 and 128 tokens
- `arm`: a whole arm of 1,000 sentences x 10 epochs, base in host memory and on the device, and its export
- `trainer`: `transformers.Trainer` with the paper's arguments: steps, one evaluation, one checkpoint timed
- `tests`: those marked cuda
- `streams`, `children`: 1, 2, 4 arms at once in one process, or a process each
- `profile`: kernels by time; `compile`: what torch.compile of the repeated layer gives

What is missing is said before anything is measured: what all need ends it, what one part needs leaves that part out. A
part that fails says so in a line of its own and the rest goes on. The exit status is 1 where one failed or was left out
for want of something.
"""

# ruff: noqa: E402  imports follow the search path

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path

from gpu_parts.needed import OF_PART, complete, how, missing

complete()

import torch
import transformers
from gpu_parts.arms import part_arm, part_trainer
from gpu_parts.at_once import arm_role, part_children, part_streams
from gpu_parts.common import ARGS, BEGAN, CUDA, LEAST, PARTS, TINY, failed, fresh, say
from gpu_parts.tests import part_tests
from gpu_parts.updates import part_compile, part_equal, part_profile, part_step
from transformers import XLMRobertaConfig, XLMRobertaForTokenClassification

from spanloom_trainer.core.base import quiet

RUN = {
    "equal": part_equal, "step": part_step, "arm": part_arm, "trainer": part_trainer, "tests": part_tests,
    "streams": part_streams, "children": part_children, "profile": part_profile, "compile": part_compile,
}  # fmt: skip


def main() -> None:
    quiet()
    if ARGS.role == "arm":
        arm_role()
        return
    if ARGS.out is None and os.environ.get("OUT"):
        ARGS.out = Path(os.environ["OUT"]) / "gpu.jsonl"
    say("machine", torch=torch.__version__, cuda=torch.version.cuda, transformers=transformers.__version__,
        cudnn=torch.backends.cudnn.version(), device=torch.cuda.get_device_name() if CUDA else "cpu", tiny=TINY,
        python=sys.version.split()[0], attention=XLMRobertaForTokenClassification(XLMRobertaConfig(
            vocab_size=10, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
        )).config._attn_implementation)  # fmt: skip
    if not CUDA and not TINY:
        sys.exit("no CUDA device: give --tiny to try this script on a CPU")
    wanted = ARGS.only.split(",")
    unknown = set(wanted) - set(PARTS)
    if unknown:
        sys.exit(f"unknown parts: {', '.join(sorted(unknown))}")
    for part in [one for one in OF_PART if one in wanted]:
        if lacking := missing(OF_PART[part]):
            wanted.remove(part)
            failed.append(part)
            say(part, missing=lacking, install=how(lacking))
    for part in [one for one in PARTS if one in wanted]:
        left = ARGS.budget - (time.monotonic() - BEGAN)
        if left < LEAST[part] and not TINY:
            say(part, skipped=f"{left:.0f} s are left of the budget, it may need {LEAST[part]}")
            continue
        began = time.monotonic()
        try:
            fresh()
            RUN[part]()
        except Exception as error:  # noqa: BLE001  the other parts go on
            traceback.print_exc()
            failed.append(part)
            say(part, error=f"{type(error).__name__}: {error}"[:600], trace=traceback.format_exc()[-1500:])
        say("part_done", part=part, seconds=round(time.monotonic() - began, 1))
    say("done", failed=failed)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
