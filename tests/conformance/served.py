"""`bellhop serve` as an operator runs it: a settings file, SQLite or PostgreSQL, one node of perhaps several.

Used by the loss table and the oracle, which need webhooks and many nodes; what `bellhop dev` can do is tested by `bellhop.py`.
"""

import json
import os
import urllib.parse
from pathlib import Path

from bellhop import ACCOUNT, BINARY, ROLE, TEAM, TENANT, WORKSPACE, Bellhop


class Served(Bellhop):
    """One node. `store_url` makes it one of many; they share `encryption_key_file`."""

    def __init__(self, folder: Path, sns_host: str, chat, teams=(), delivery=None, store_url=None, encryption_key_file=None):
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder)
        self.settings = folder / "bellhop.toml"
        store = {"data_dir": str(self.data)}
        if store_url:
            store |= {"url": store_url, "encryption_key_file": str(encryption_key_file)}
        sections = [
            section("server", listen=f"127.0.0.1:{self.port}"),
            section("store", **store),
            section("sns", trusted_certificate_hosts=[sns_host]),
            section("slack", api_url=chat.api_url),
            section("chime", api_url=chat.url),
            section("throttle", requests_per_second=0.0),
            section("delivery", **(delivery or {})),
            section("[access_keys]", account_id=ACCOUNT, access_key_id="test", secret_access_key="test"),
            section("[slack.workspaces]", account_id=ACCOUNT, team_id=WORKSPACE, team_name="Sandbox", bot_token="xoxb-sandbox"),
            section("[microsoft_teams.teams]", account_id=ACCOUNT, team_id=TEAM, tenant_id=TENANT, team_name="Sandbox"),
        ]
        for name in teams:
            webhook = {"team_id": TEAM, "channel_id": teams_channel(name), "url": f"{chat.url}teams/{name}"}
            sections.append(section("[microsoft_teams.webhooks]", **webhook))
        self.settings.write_text("\n".join(sections))
        # What a person who looks into a failure wants to see.
        if "RUST_LOG" in os.environ:
            self.environment["RUST_LOG"] = os.environ["RUST_LOG"]

    def command(self) -> list:
        return [BINARY, "serve", "--config", self.settings]

    def store_arguments(self) -> list[str]:
        return ["--config", str(self.settings)]

    def configure_for(self, channel: str, name: str, *topics: str):
        """Sends these topics to a channel as the fake chat names it: a Slack id, `teams/NAME`, `chime/NAME`."""
        shared = {"ConfigurationName": name, "IamRoleArn": ROLE, "SnsTopicArns": list(topics)}
        match channel.split("/"):
            case ["teams", webhook]:
                place = {"TeamId": TEAM, "TenantId": TENANT, "ChannelId": teams_channel(webhook)}
                self.client().create_microsoft_teams_channel_configuration(**place, **shared)
            case ["chime", webhook]:
                url = f"https://hooks.chime.aws/incomingwebhooks/{webhook}?token=secret"
                self.client().create_chime_webhook_configuration(WebhookUrl=url, WebhookDescription=name, **shared)
            case [slack]:
                place = {"SlackTeamId": WORKSPACE, "SlackChannelId": slack}
                self.client().create_slack_channel_configuration(**place, **shared)


def section(name: str, **values) -> str:
    """A table of TOML; a name in brackets is one more of an array. JSON's strings, lists, numbers and booleans are TOML's."""
    return "\n".join([f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]) + "\n"


def teams_channel(name: str) -> str:
    return urllib.parse.quote(f"19:{name}@thread.tacv2", safe="")
