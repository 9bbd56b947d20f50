"""Somebody at a page: a script of ours that drives Chromium, as a process; what it saw, as JSON."""

import json
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
MODULES = Path(os.environ.get("BELLHOP_BOT_FRAMEWORK_MODULES", ""))


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "the pages are looked at in Chromium: apt install chromium"
    return found


def walk(script: str, *arguments, seconds=120) -> dict:
    """`script` from this folder on; fails with all that it said."""
    environment = os.environ | {"NODE_PATH": str(MODULES), "BELLHOP_CHROMIUM": chromium(), "NO_PROXY": "*"}
    command = ["node", HERE / script, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, f"{done.stderr}\n{done.stdout}"
    return json.loads(done.stdout)
