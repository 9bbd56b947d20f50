"""What `awscall` says, asked in bulk through `cargo xtask ask`."""

import json
import os
import subprocess
from pathlib import Path

XTASK = Path(os.environ.get("BELLHOP_XTASK", Path(__file__).parents[2] / "target/debug/xtask"))


def ask(what: str, questions: list[dict]) -> list[dict]:
    """The answers, one a question, in their order."""
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    run = subprocess.run(
        [XTASK, "ask", what], input=lines, capture_output=True, text=True, encoding="utf-8", timeout=120,
        cwd=Path(__file__).parents[2],
    )
    assert run.returncode == 0, run.stderr
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(answers) == len(questions)
    return answers
