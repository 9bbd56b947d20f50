"""A node's own clock, which can be made to jump: libfaketime stands between the node and the system's. Time-outs go by the monotonic
clock, which is left alone, as it is when NTP sets a clock right.
"""

import glob
from pathlib import Path

LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"


class Clock:
    def __init__(self, file: Path):
        self.file = file
        self.set(0)

    def set(self, seconds: float):
        """So far ahead of the system's clock, or behind it."""
        # At once: a node that reads half a file would stand still.
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{seconds:+.1f}\n")
        fresh.replace(self.file)

    def environment(self) -> dict[str, str]:
        libraries = glob.glob(LIBRARIES)
        if not libraries:
            raise SystemExit("clocks jump by libfaketime, which is not installed; on Debian: `apt-get install libfaketime`")
        return {
            "LD_PRELOAD": libraries[0],
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
