"""Sentences about what is run: the job, interruptions, exports, audits."""

import json
import os
import shutil
import signal

from pytest_bdd import given, parsers, when

from features.harness import Pipeline, wait_for
from features.steps.sending import Story, send_drafts


@given("the pipeline has run")
@when("the pipeline has run")
def the_pipeline_has_run(pipeline: Pipeline, story: Story) -> None:
    """Send what was drafted, and process all there is."""
    send_drafts(pipeline, story)
    pipeline.process()


@given("the job is killed after its first batches")
def the_job_is_killed(pipeline: Pipeline) -> None:
    """kill -9 of the whole process group while a batch is under way."""
    job = pipeline.start("process", pipeline.contract, "--once", "--max-events", "3000")

    def committed() -> bool:
        assert job.poll() is None, (pipeline.data / "live.log").read_text()[-2000:]
        return len(pipeline.coordinates()) >= 6000

    wait_for(committed, "two batches are committed")
    os.killpg(job.pid, signal.SIGKILL)
    job.wait(30)


@given("the checkpoint is lost")
def the_checkpoint_is_lost(pipeline: Pipeline) -> None:
    """Remove what Spark remembers."""
    shutil.rmtree(pipeline.data / "checkpoints")


@given("the results are exported")
@when("the results are exported")
def the_results_are_exported(pipeline: Pipeline, story: Story) -> None:
    """Export in every format."""
    story.found["export"] = pipeline.export("json,csv,parquet,duckdb")


@given(parsers.parse("the output contract {name} now allows at most {bound:d} as {field}"))
def a_tighter_output_contract(pipeline: Pipeline, name: str, bound: int, field: str) -> None:
    """Work with a copy of the contracts in which one bound is lower."""
    pipeline.copy_contracts()
    file = pipeline.contract_file(name)
    text = file.read_text("utf-8")
    assert "maximum: 720" in text
    file.write_text(text.replace("maximum: 720", f"maximum: {bound}"), "utf-8")


@when("the results are exported again")
def the_results_are_exported_again(pipeline: Pipeline) -> None:
    """Export, whatever comes of it."""
    pipeline.run("export", pipeline.contract, "--format", "parquet", expect=None)


@when("the file is sent")
def the_file_is_sent(pipeline: Pipeline, story: Story) -> None:
    """Send somebody's own tickets."""
    done = pipeline.run("produce", pipeline.contract, "--from", str(story.found["file"]), "--json", expect=None)
    assert done.returncode == 1, done.stderr  # refused lines make it 1
    story.summary = json.loads(done.stdout)
