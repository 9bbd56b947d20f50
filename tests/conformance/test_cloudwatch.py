"""What Bellhop tells CloudWatch, as CloudWatch tells it to others: metrics by the AWS CLI, log lines by boto3.

Rests on LocalStack, whose CloudWatch speaks the protocols of AWS's SDKs and whose CloudWatch Logs is moto's.
"""

import datetime
import json

import boto3
import pytest

from bellhop import ROLE, WORKSPACE, Bellhop, topic_arn
from localstack import REGION, LocalStack, aws
from processes import wait_until

ALARM = json.dumps({"AlarmName": "cpu-high", "NewStateValue": "ALARM", "NewStateReason": "above", "Region": "US East (N. Virginia)"})
# Elsewhere than the rest of Bellhop's AWS: the settings have a region of their own.
ELSEWHERE = "eu-central-1"


@pytest.fixture(scope="module")
def localstack(tmp_path_factory):
    server = LocalStack(tmp_path_factory.mktemp("localstack"), services="cloudwatch,logs")
    try:
        yield server.wait_until_ready()
    finally:
        server.close()


def settings(localstack, sns, namespace: str) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL_CLOUDWATCH": localstack.url,
        "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": localstack.url,
        "BELLHOP_SNS__TRUSTED_CERTIFICATE_HOSTS": sns.host,
        "BELLHOP_CLOUDWATCH__METRICS__ENABLED": "true",
        "BELLHOP_CLOUDWATCH__METRICS__NAMESPACE": namespace,
        "BELLHOP_CLOUDWATCH__METRICS__EVERY_SECONDS": "1",
        "BELLHOP_CLOUDWATCH__LOGS__ENABLED": "true",
        "BELLHOP_CLOUDWATCH__LOGS__REGION": ELSEWHERE,
        "BELLHOP_CLOUDWATCH__LOGS__RETENTION_DAYS": "7",
        "BELLHOP_CLOUDWATCH__LOGS__EVERY_SECONDS": "1",
    }


def cloudwatch(localstack, *words):
    return aws("cloudwatch", *words, endpoint=localstack.url, folder=localstack.folder)


def sum_of(localstack, namespace: str, metric: str, configuration: str) -> float:
    now = datetime.datetime.now(datetime.UTC)
    points = cloudwatch(
        localstack,
        *("get-metric-statistics", "--namespace", namespace, "--metric-name", metric, "--statistics", "Sum", "--period", "60"),
        *("--dimensions", f"Name=ConfigurationName,Value={configuration}"),
        *("--start-time", (now - datetime.timedelta(hours=1)).isoformat(), "--end-time", (now + datetime.timedelta(minutes=2)).isoformat()),
    )["Datapoints"]
    return sum(point["Sum"] for point in points)


def test_a_delivery_is_in_the_metrics_and_in_the_log(tmp_path, localstack, sns):
    namespace = "AWS/Chatbot"
    with Bellhop(tmp_path, **settings(localstack, sns, namespace)) as bellhop:
        bellhop.client().create_slack_channel_configuration(
            ConfigurationName="ops",
            SlackTeamId=WORKSPACE,
            SlackChannelId="C0OPS",
            IamRoleArn=ROLE,
            SnsTopicArns=[topic_arn("alarms")],
            LoggingLevel="INFO",
        )
        for message in (ALARM, "plain text"):
            assert bellhop.post(sns.notification(topic_arn("alarms"), message)) == 200
        bellhop.wait_for_messages("C0OPS", 2)
        expected = {"EventsProcessed": 2, "UnsupportedEvents": 1, "MessageDeliverySuccess": 2}

        def sums():
            return {metric: sum_of(localstack, namespace, metric, "ops") for metric in expected}

        wait_until("the sums of the metrics", lambda: sums() == expected, seconds=30, every=1)
        listed = cloudwatch(localstack, "list-metrics", "--namespace", namespace)["Metrics"]
        assert {metric["MetricName"] for metric in listed} == set(expected)
        assert all(metric["Dimensions"] == [{"Name": "ConfigurationName", "Value": "ops"}] for metric in listed)

        logs = boto3.client(
            "logs", endpoint_url=localstack.url, region_name=ELSEWHERE, aws_access_key_id="test", aws_secret_access_key="test"
        )

        def lines():
            groups = logs.describe_log_groups(logGroupNamePrefix="/aws/chatbot/")["logGroups"]
            if [group["logGroupName"] for group in groups] != ["/aws/chatbot/ops"]:
                return []
            events = logs.filter_log_events(logGroupName="/aws/chatbot/ops")["events"]
            return [event["message"] for event in events] if len(events) == 4 else []

        said = wait_until("the lines of the log", lines, seconds=30, every=0.5)
        assert said[0].startswith("Event received: {") and "cpu-high" in said[0]
        assert said[2].startswith("Event received is not supported (see https://docs.aws.amazon.com/")
        assert all("UnsubscribeURL" not in line for line in said)
        assert logs.describe_log_groups()["logGroups"][0]["retentionInDays"] == 7
