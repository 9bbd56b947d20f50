"""moto as a process: the widest account of AWS that runs on one's own machine. Verifies no signature, evaluates no policy.

Used by the tests of commands.
"""

import json
import sys
import time
from pathlib import Path

import boto3
import requests
from botocore.config import Config

from processes import Process, bare_environment, free_port, wait_until

ACCOUNT = "123456789012"
REGION = "us-east-1"
ALARM = "checkout-errors"
# What a button on an alarm does; `$Name` is the alarm's.
SET_BACK = "cloudwatch set-alarm-state --alarm-name $Name --state-value OK --state-reason ok --region us-east-1"
# As the settings file has `[[approvals.rules]]`.
APPROVALS = '[{name = "no-table-goes-alone", operations = ["dynamodb:DeleteTable"], reason = false}]'


class Moto:
    def __init__(self, folder: Path):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self.process = Process("moto", command, folder, bare_environment(folder))

    def wait_until_ready(self) -> "Moto":
        wait_until("moto answers", self.answers, seconds=60)
        return self

    def answers(self) -> bool:
        assert self.process.child.poll() is None, "moto ended before it answered"
        try:
            return requests.get(f"{self.url}/moto-api/", timeout=5).status_code < 500
        except requests.RequestException:
            return False

    def environment(self) -> dict[str, str]:
        """What leads an AWS client to it."""
        return {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
        }

    def close(self):
        self.process.stop()


class Account:
    """moto's account, as boto3 sees it: what is said to have happened is looked up here, past Bellhop."""

    def __init__(self, moto: Moto):
        self.moto = moto

    def client(self, service: str):
        return boto3.client(
            service,
            endpoint_url=self.moto.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def topics(self) -> list[str]:
        return [each["TopicArn"].split(":")[-1] for each in self.client("sns").list_topics()["Topics"]]

    def tables(self) -> list[str]:
        return self.client("dynamodb").list_tables()["TableNames"]

    def parameters(self) -> dict[str, tuple[str, str]]:
        """Their values and descriptions."""
        ssm = self.client("ssm")
        value = lambda name: ssm.get_parameter(Name=name)["Parameter"]["Value"]
        return {each["Name"]: (value(each["Name"]), each.get("Description", "")) for each in ssm.describe_parameters()["Parameters"]}

    def make_table(self, name: str):
        self.client("dynamodb").create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def make_alarm(self):
        """`checkout-errors`, ringing."""
        self.client("cloudwatch").put_metric_alarm(
            AlarmName=ALARM,
            MetricName="Errors",
            Namespace="AWS/Lambda",
            Statistic="Sum",
            Dimensions=[{"Name": "FunctionName", "Value": "checkout"}],
            Period=60,
            EvaluationPeriods=5,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
        )
        self.client("cloudwatch").set_alarm_state(AlarmName=ALARM, StateValue="ALARM", StateReason="three errors")

    def state_of_alarm(self) -> str:
        [alarm] = self.client("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
        return alarm["StateValue"]

    @staticmethod
    def alarm_rings() -> str:
        """What CloudWatch tells a topic of it, which moto does not."""
        alarm = {
            "AlarmName": ALARM,
            "AWSAccountId": ACCOUNT,
            "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{ALARM}",
            "Region": "US East (N. Virginia)",
            "NewStateValue": "ALARM",
            "OldStateValue": "OK",
            "NewStateReason": "Threshold Crossed: 1 datapoint [3.0] was greater than the threshold (0.0).",
            "StateChangeTime": time.strftime("%Y-%m-%dT%H:%M:%S.000+0000", time.gmtime()),
            "Trigger": {
                "MetricName": "Errors",
                "Namespace": "AWS/Lambda",
                "Statistic": "SUM",
                "Dimensions": [{"name": "FunctionName", "value": "checkout"}],
                "Period": 60,
                "EvaluationPeriods": 5,
                "ComparisonOperator": "GreaterThanThreshold",
                "Threshold": 0.0,
            },
        }
        return json.dumps(alarm)
