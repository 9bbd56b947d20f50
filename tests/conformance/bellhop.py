"""The program under test, run as its users run it: `bellhop dev` as a process, AWS's own client for its API, its own commands.

Used by every test. Knows only what is documented; imports nothing of Bellhop.
"""

import os
import subprocess
from pathlib import Path
from urllib.parse import quote

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

import signing_sns
from processes import Process, bare_environment, free_port, wait_until

BINARY = Path(os.environ.get("BELLHOP_BINARY", Path(__file__).parents[2] / "target/debug/bellhop"))

# Seeded by `bellhop dev`.
ACCOUNT = "123456789012"
WORKSPACE = "T0SANDBOX"
TEAM = "11111111-2222-4333-8444-555555555555"
TENANT = "66666666-7777-4888-9999-aaaaaaaaaaaa"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/chatbot"


def topic_arn(name: str) -> str:
    return f"arn:aws:sns:us-east-1:{ACCOUNT}:{name}"


def configuration_arn(platform: str, name: str) -> str:
    """`platform` as ARNs spell it: slack-channel, microsoft-teams-channel, chime-webhook."""
    return f"arn:aws:chatbot::{ACCOUNT}:chat-configuration/{platform}/{name}"


def custom_action_arn(name: str) -> str:
    return f"arn:aws:chatbot::{ACCOUNT}:custom-action/{name}"


def refused(call, **arguments) -> tuple[int, str, str]:
    """Status, code and message of the error that the call must answer."""
    try:
        answer = call(**arguments)
    except ClientError as error:
        answer = error.response
        return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]
    raise AssertionError(f"not refused: {answer}")


class Bellhop:
    """One `bellhop dev` with a data folder of its own; may be stopped, killed and started again on the same port."""

    def __init__(self, folder: Path, **settings: str):
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = bare_environment(folder) | settings
        self.process: Process | None = None

    def command(self) -> list:
        return [BINARY, "dev", "--listen", f"127.0.0.1:{self.port}", "--data-dir", self.data]

    def store_arguments(self) -> list[str]:
        """How its commands find its store."""
        return ["--data-dir", str(self.data)]

    def start(self, seconds=15.0) -> "Bellhop":
        self.process = Process("bellhop", self.command(), self.folder, self.environment)
        ready = self.process.wait_for_line("bellhop ready ", seconds)
        assert ready == f"bellhop ready {self.url}"
        return self

    def stop(self) -> int:
        return self.process.stop()

    def kill(self):
        self.process.kill()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process and self.process.child.poll() is None:
            self.stop()

    def client(self, key="test", secret="test", region="us-west-2", **config):
        """boto3's client; no retries, so that a test sees the first answer."""
        return boto3.client(
            "chatbot",
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=Config(retries={"total_max_attempts": 1}, **config),
        )

    def configure(self, name: str, channel: str, *topics: str) -> str:
        """Sends these topics to that channel; returns the ARN of the configuration."""
        created = self.client().create_slack_channel_configuration(
            ConfigurationName=name,
            SlackTeamId=WORKSPACE,
            SlackChannelId=channel,
            IamRoleArn=ROLE,
            SnsTopicArns=list(topics),
        )
        return created["ChannelConfiguration"]["ChatConfigurationArn"]

    def configure_teams(self, name: str, channel: str, *topics: str) -> str:
        """The same for a channel of Microsoft Teams, by its id as Teams has it: `19:…@thread.tacv2`."""
        created = self.client().create_microsoft_teams_channel_configuration(
            ConfigurationName=name,
            TeamId=TEAM,
            TenantId=TENANT,
            ChannelId=quote(channel),
            IamRoleArn=ROLE,
            SnsTopicArns=list(topics),
        )
        return created["ChannelConfiguration"]["ChatConfigurationArn"]

    def give_role(self, platform: str, person: str, arn: str):
        """A role of their own, in the channel of that configuration: who has none cannot approve."""
        flag = {"slack": "--slack-user-id", "teams": "--user-id"}[platform]
        named = [flag, person, "--configuration-arn", arn, "--iam-role-arn", f"{ROLE}-of-a-person"]
        self.run("user-identity", "create", platform, *named, *self.store_arguments())

    def put_button_on_alarms(self, label: str, command: str, arn: str):
        """A custom action for all alarms of that configuration; `$Name` of the command is the alarm's."""
        client = self.client()
        action = client.create_custom_action(
            ActionName="on-alarms",
            Definition={"CommandText": command},
            Attachments=[{"NotificationType": "CloudWatch", "ButtonText": label, "Variables": {"Name": "event.AlarmName"}}],
        )["CustomActionArn"]
        client.associate_to_configuration(Resource=action, ChatConfiguration=arn)

    def post(self, message: dict, session=requests) -> int:
        """Hands a signed message in as SNS does; returns the status."""
        return signing_sns.post(f"{self.url}/sns", message, session)

    def messages(self, channel: str) -> list[dict]:
        """What the sandbox's Slack shows in that channel."""
        answer = requests.get(f"{self.url}/sandbox/messages", params={"channel": channel}, timeout=10)
        answer.raise_for_status()
        return answer.json()["messages"]

    def wait_for_messages(self, channel: str, count: int, seconds=15.0) -> list[dict]:
        return wait_until(
            f"{count} messages in {channel}",
            lambda: (seen := self.messages(channel)) and len(seen) >= count and seen,
            seconds,
        )

    def wait_until(self, what: str, check, seconds: float, every=0.05):
        """Like `wait_until`, and fails at once if the server is no longer there to do it."""

        def still_running():
            assert self.process.child.poll() is None, f"bellhop ended with {self.process.child.returncode} while waiting for: {what}"
            return check()

        return wait_until(what, still_running, seconds, every)

    def run(self, *arguments: str, expect=0) -> subprocess.CompletedProcess:
        """One of bellhop's own commands on this server's data."""
        command = [BINARY, *arguments]
        done = subprocess.run(command, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=30)
        assert done.returncode == expect, f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done

    def link_people(self, count: int, slack_arn: str, teams_arn: str) -> list[tuple[str, str]]:
        """Gives people of these channels an IAM role, as they do themselves in chat; returns their ids in Slack and in Teams.

        All but the first are linked by an AWS identity of theirs.
        """
        linked = []
        for number in range(count):
            slack_user, teams_user = f"U{number}", f"aaaaaaaa-bbbb-4ccc-8ddd-{number:012}"
            words = ["--iam-role-arn", f"{ROLE}-person", *self.store_arguments()]
            if number:
                words += ["--aws-user-identity", f"arn:aws:iam::{ACCOUNT}:user/person-{number}"]
            slack = ("--configuration-arn", slack_arn, "--slack-user-id", slack_user)
            self.run("user-identity", "create", "slack", *slack, *words)
            self.run("user-identity", "create", "teams", "--configuration-arn", teams_arn, "--user-id", teams_user, *words)
            linked.append((slack_user, teams_user))
        return linked

    def deliveries(self, *arguments: str) -> str:
        return self.run("deliveries", *arguments, *self.store_arguments()).stdout
