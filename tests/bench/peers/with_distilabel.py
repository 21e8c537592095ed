"""distilabel: a pipeline of `TextGeneration` over `OpenAILLM` and a step of our own, with its cache.

A batch's calls are made at once and awaited together, so a batch is as large as calls may be in flight. The pipeline
goes on from its cache where it is started again with the same name, folder and steps.
"""

from distilabel.models.llms import OpenAILLM
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts, StepInput, StepOutput, step
from distilabel.steps.tasks import TextGeneration
from samples import arguments, calls_of, usable, write


@step(inputs=["generation"], outputs=["samples"])
def parse(inputs: StepInput) -> StepOutput:
    for row in inputs:
        row["samples"] = usable(row["generation"])
    yield inputs


def main() -> None:
    given = arguments()
    rows = [{"system_prompt": call["system"], "instruction": call["user"]} for call in calls_of(given.calls)]
    with Pipeline(name="peers", cache_dir=str(given.out / "cache")) as pipeline:
        load = LoadDataFromDicts(data=rows, batch_size=given.in_flight)
        llm = OpenAILLM(
            model=given.model, base_url=given.base_url, api_key="none", max_retries=6, timeout=600,
            generation_kwargs={"max_new_tokens": 4096},
        )  # fmt: skip
        generate = TextGeneration(llm=llm, input_batch_size=given.in_flight)
        load >> generate >> parse(input_batch_size=given.in_flight)
    made = pipeline.run(use_cache=True)
    write(given.out, (sample for row in made["default"]["train"] for sample in row["samples"] or []))


if __name__ == "__main__":
    main()
