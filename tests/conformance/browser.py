"""Somebody at a page: a script of ours that drives Chromium, as a process; what it saw, as JSON."""

import json
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
MODULES = Path(os.environ.get("BELLHOP_BOT_FRAMEWORK_MODULES", ""))


def walk(script: str, *arguments, seconds=120) -> dict:
    """`script` from this folder on; fails with all that it said."""
    environment = os.environ | {"NODE_PATH": str(MODULES), "BELLHOP_CHROMIUM": shutil.which("chromium") or "chromium", "NO_PROXY": "*"}
    command = ["node", HERE / script, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, f"{done.stderr}\n{done.stdout}"
    return json.loads(done.stdout)
