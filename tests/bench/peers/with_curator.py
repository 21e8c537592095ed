"""bespokelabs-curator: an `LLM` with `prompt` and `parse`, its limits raised, its cache in the folder.

Limits that the server does not tell stand at 200 requests a minute; they are given as its documentation has it. A 429
pauses all of its requests for ten seconds unless told otherwise: it is told what this server's Retry-After says.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Its token counter downloads a vocabulary that litellm, which it depends on, has on board.
litellm = Path(find_spec("litellm").submodule_search_locations[0])
os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(litellm / "litellm_core_utils" / "tokenizers"))

from bespokelabs import curator  # noqa: E402
from samples import arguments, calls_of, usable, write  # noqa: E402


class Writer(curator.LLM):
    def prompt(self, call: dict[str, Any]) -> list[dict[str, str]]:
        return [{"role": "system", "content": call["system"]}, {"role": "user", "content": call["user"]}]

    def parse(self, call: dict[str, Any], answer: str) -> list[dict[str, Any]]:
        return usable(answer)


def main() -> None:
    given = arguments()
    rows = [
        {"system": c["messages"][0]["content"], "user": c["messages"][-1]["content"]} for c in calls_of(given.calls)
    ]
    writer = Writer(
        model_name=given.model,
        backend="openai",
        generation_params={"max_tokens": 4096},
        backend_params={
            "base_url": given.base_url,
            "api_key": "none",
            "max_concurrent_requests": given.in_flight,
            "max_requests_per_minute": 1_000_000,
            "max_tokens_per_minute": 10_000_000_000,
            "seconds_to_pause_on_rate_limit": 1,
        },
    )
    made = writer(rows, working_dir=str(given.out / "cache"))
    write(given.out, made.dataset)


if __name__ == "__main__":
    main()
