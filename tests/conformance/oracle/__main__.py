"""`cargo xtask bench oracle`: a run as long as one likes. Ends with failure if anything was not as promised."""

import argparse
import random
import signal
import sys
import tempfile
from pathlib import Path

from oracle.run import run
from signing_sns import SigningSns


def main() -> int:
    options = argparse.ArgumentParser(prog="cargo xtask bench oracle", description="What is answered 200 arrives, whatever breaks.")
    options.add_argument("--seconds", type=float, default=120, help="how long things are broken")
    options.add_argument("--nodes", type=int, choices=[1, 3], help="one on SQLite or three on PostgreSQL; both unless given")
    options.add_argument("--seed", type=int, default=random.randrange(10**6), help="repeats the messages and the faults of a run")
    options.add_argument("--clocks", action="store_true", help="nodes' clocks jump too (needs Debian's libfaketime)")
    options.add_argument("--keep", type=Path, help="keep logs and data in this folder")
    chosen = options.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    # Asked to end, it ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended before its time"))
    sns = SigningSns()
    outcomes = []
    for nodes in [chosen.nodes] if chosen.nodes else [1, 3]:
        with tempfile.TemporaryDirectory() as temporary:
            folder = (chosen.keep or Path(temporary)) / f"nodes-{nodes}"
            outcomes.append(run(folder, sns, chosen.seed, chosen.seconds, nodes, chosen.clocks))
        print("\n".join(outcomes[-1].lines()), flush=True)
    arrived = [outcome.verdict.arrived for outcome in outcomes]
    if len(arrived) == 2:
        print("the same messages arrived" if arrived[0] == arrived[1] else "NOT AS PROMISED: other messages arrived")
    return int(any(outcome.problems for outcome in outcomes) or any(each != arrived[0] for each in arrived))


if __name__ == "__main__":
    sys.exit(main())
