"""What vLLM is started with."""

from pydantic import TypeAdapter

from spanloom.contracts.engines import VllmEngineSpec
from spanloom_generator.engines.vllm_arguments import engine_arguments, most_calls


def arguments(**given):
    config = (
        TypeAdapter(VllmEngineSpec).validate_python({"kind": "vllm", "model": "m", **given}).model_dump(mode="json")
    )
    return engine_arguments(config, can_sleep=False), most_calls(config)


def test_settings_of_the_specification_are_passed_on():
    passed, most = arguments(
        tensor_parallel=2, data_parallel=4, max_num_seqs=64, max_model_len=4096, gpu_memory_utilization=0.5,
        dtype="bfloat16", revision="abc", enforce_eager=True,
    )  # fmt: skip
    assert passed["tensor_parallel_size"] == 2
    assert passed["data_parallel_size"] == 4
    assert passed["max_num_seqs"] == 64
    assert passed["max_model_len"] == 4096
    assert passed["gpu_memory_utilization"] == 0.5
    assert (passed["dtype"], passed["revision"], passed["enforce_eager"]) == ("bfloat16", "abc", True)
    assert most >= 64 * 4, "every data-parallel rank is kept busy"


def test_what_no_specification_changes():
    passed, most = arguments()
    assert (passed["tensor_parallel_size"], passed["data_parallel_size"]) == (1, 1)
    assert passed["enable_prefix_caching"]
    assert passed["load_format"] == "safetensors"
    assert not passed["trust_remote_code"]
    assert not passed["enable_sleep_mode"]
    assert engine_arguments({"model": "m"}, can_sleep=True)["enable_sleep_mode"]
    assert most > passed["max_num_seqs"]
    assert passed["enable_chunked_prefill"] is None, "as the model can"
    assert engine_arguments({"model": "m"}, can_sleep=False, cpu=True)["enable_chunked_prefill"] is False
