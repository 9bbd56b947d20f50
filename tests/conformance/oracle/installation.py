"""What the oracle breaks: one node on SQLite, or several on one PostgreSQL, each with a network of its own to it."""

from pathlib import Path

from fake_slack import FakeSlack
from oracle.clock import Clock
from oracle.plan import CHANNELS, Topic
from oracle.postgres import Link, Postgres
from served import Served

# The paces are lifted: how they hold is the loss table's business, and time is CI's. The time-out is short, so that hangs are frequent.
DELIVERY = {
    "slack_messages_per_second": 10.0,
    "slack_burst": 10,
    "slack_workspace_messages_per_second": 500.0,
    "teams_messages_per_second": 10.0,
    "chime_messages_per_second": 10.0,
    "request_timeout_seconds": 2,
    # A digest tells of many messages in one: here each is looked for.
    "digest_after": 0,
}


class Installation:
    def __init__(self, folder: Path, nodes: int, sns_host: str, chat: FakeSlack, clocks_jump: bool = False):
        self.postgres = Postgres().start() if nodes > 1 else None
        self.links = [Link(self.postgres.port) for _ in range(nodes)] if self.postgres else []
        teams = [channel.removeprefix("teams/") for channel in CHANNELS if channel.startswith("teams/")]
        self.nodes = []
        self.clocks: list[Clock] = []
        for number in range(nodes):
            store = {}
            if self.postgres:
                url = f"postgres://bellhop@127.0.0.1:{self.links[number].port}/postgres"
                store = {"store_url": url, "encryption_key_file": folder / "encryption.key"}
            node = Served(folder / f"node-{number}", sns_host, chat, teams=teams, delivery=DELIVERY, **store)
            if clocks_jump:
                self.clocks.append(Clock(node.folder / "clock"))
                node.environment |= self.clocks[-1].environment()
            self.nodes.append(node)
        # Nodes that we have ended or stopped ourselves; any other that is not there has crashed.
        self.down: set[int] = set()

    def start(self, topics: list[Topic]) -> "Installation":
        for node in self.nodes:
            node.start()
        for channel in CHANNELS:
            arns = [topic.arn for topic in topics if channel in topic.channels]
            self.nodes[0].configure_for(channel, channel.replace("/", "-").lower(), *arns)
        return self

    def restart(self, number: int):
        """As a supervisor does: also again, while the store is away."""
        for attempt in range(20):
            try:
                self.nodes[number].start(seconds=30)
                break
            except AssertionError:
                if attempt == 19:
                    raise
        self.down.discard(number)

    def crashed(self) -> list[str]:
        running = [(number, node.process.child) for number, node in enumerate(self.nodes) if number not in self.down]
        return [f"node {number} ended with {child.returncode}" for number, child in running if child.poll() is not None]

    def stop(self) -> list[int]:
        return [node.stop() for node in self.nodes]

    def close(self):
        for node in self.nodes:
            if node.process and node.process.child.poll() is None:
                node.kill()
        for link in self.links:
            link.close()
        if self.postgres:
            self.postgres.close()
