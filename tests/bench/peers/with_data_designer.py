"""data-designer: one text column over the calls as seed data, resumed where it was started before.

Its checkpoint is a row group, a thousand rows unless told otherwise: here one is as large as calls may be in flight, of
which three are made at once, as its documentation says of runs that are to be resumed.
"""

from __future__ import annotations

import data_designer.config as dd
import pandas as pd
from data_designer.interface import DataDesigner
from samples import arguments, calls_of, usable, write


def main() -> None:
    given = arguments()
    calls = calls_of(given.calls)
    rows = pd.DataFrame([{"system": call["system"], "user": call["user"]} for call in calls])
    provider = dd.ModelProvider(name="local", endpoint=given.base_url, provider_type="openai", api_key="none")
    parameters = dd.ChatCompletionInferenceParams(
        max_parallel_requests=given.in_flight, timeout=600, max_tokens=4096
    )  # fmt: skip
    model = dd.ModelConfig(
        alias="writer", model=given.model, provider="local", inference_parameters=parameters, skip_health_check=True
    )
    builder = dd.DataDesignerConfigBuilder(model_configs=[model])
    builder.with_seed_dataset(dd.DataFrameSeedSource(df=rows))
    builder.add_column(
        dd.LLMTextColumnConfig(name="answer", model_alias="writer", system_prompt="{{ system }}", prompt="{{ user }}")
    )
    designer = DataDesigner(artifact_path=given.out / "artifacts", model_providers=[provider])
    designer.set_run_config(dd.RunConfig(buffer_size=given.in_flight))
    made = designer.create(builder, num_records=len(calls), dataset_name="peers", resume=dd.ResumeMode.IF_POSSIBLE)
    write(given.out, (sample for text in made.load_dataset()["answer"] for sample in usable(text)))


if __name__ == "__main__":
    main()
