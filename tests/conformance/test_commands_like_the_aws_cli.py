"""The same commands by the AWS CLI and by Bellhop in chat, on the same account: equal JSON.

The account is moto's, so that the claim rests on others at both ends: the AWS CLI says what a command means, moto what it
answers. Whether signatures and policies hold is for `test_command_permissions.py`: moto verifies neither.
"""

import contextlib
import html
import io
import json
import os
import shlex
from pathlib import Path
from unittest import mock

import pytest
import requests
from awscli.clidriver import create_clidriver

from bellhop import topic_arn
from moto_server import ACCOUNT, Moto

CHANNEL = "C0CLI"

# The account before the commands: made by the AWS CLI alone.
SEED = [
    "s3api create-bucket --bucket reports",
    "s3api create-bucket --bucket a.dotted.bucket",
    "s3api put-bucket-tagging --bucket reports --tagging 'TagSet=[{Key=team,Value=ops}]'",
    "s3api put-bucket-lifecycle-configuration --bucket reports --lifecycle-configuration"
    """ '{"Rules":[{"ID":"old","Status":"Enabled","Filter":{"Prefix":"logs/"},"Expiration":{"Days":30}}]}'""",
    "dynamodb create-table --table-name orders --attribute-definitions AttributeName=id,AttributeType=S"
    " --key-schema AttributeName=id,KeyType=HASH --billing-mode PAY_PER_REQUEST",
    """dynamodb put-item --table-name orders --item '{"id":{"S":"o-1"},"total":{"N":"12.50"},"paid":{"BOOL":true},"raw":{"B":"aGVsbG8="}}'""",
    "sqs create-queue --queue-name jobs --attributes VisibilityTimeout=45",
    "sns create-topic --name alarms",
    f"sns subscribe --topic-arn arn:aws:sns:us-east-1:{ACCOUNT}:alarms --protocol sqs --notification-endpoint arn:aws:sqs:us-east-1:{ACCOUNT}:jobs",
    "cloudwatch put-metric-alarm --alarm-name cpu --metric-name CPUUtilization --namespace AWS/EC2 --statistic Average --period 60"
    " --evaluation-periods 2 --threshold 80.5 --comparison-operator GreaterThanThreshold --dimensions Name=InstanceId,Value=i-1",
    "logs create-log-group --log-group-name /aws/lambda/checkout",
    "logs create-log-stream --log-group-name /aws/lambda/checkout --log-stream-name one",
    "logs put-retention-policy --log-group-name /aws/lambda/checkout --retention-in-days 14",
    "ssm put-parameter --name /app/size --type String --value large",
    "ssm put-parameter --name /app/count --type StringList --value a,b,c",
    "ec2 create-security-group --group-name web --description 'web servers'",
    "ec2 create-volume --availability-zone us-east-1a --size 8 --tag-specifications 'ResourceType=volume,Tags=[{Key=Name,Value=data disk}]'",
    "ec2 create-volume --availability-zone us-east-1b --size 9",
    "kinesis create-stream --stream-name clicks --shard-count 2",
    "events put-rule --name nightly --schedule-expression 'rate(1 day)' --description 'every night'",
    "ecs create-cluster --cluster-name web",
    "ecr create-repository --repository-name app",
    "cloudformation create-stack --stack-name net --template-body"
    """ '{"Resources":{"Q":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":"fromstack"}}}}'""",
    "route53 create-hosted-zone --name example.org. --caller-reference 1",
    f"stepfunctions create-state-machine --name flow --role-arn arn:aws:iam::{ACCOUNT}:role/flow --definition"
    """ '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}'""",
    "apigateway create-rest-api --name shop --description 'the shop'",
    "elasticache create-cache-cluster --cache-cluster-id sessions --engine redis --cache-node-type cache.t3.micro --num-cache-nodes 1",
    "efs create-file-system --creation-token one --tags Key=Name,Value=share",
    "glue create-database --database-input Name=lake",
    "athena create-work-group --name analysts --description 'for analysts'",
    "acm request-certificate --domain-name example.org",
    "autoscaling create-launch-configuration --launch-configuration-name lc --image-id ami-12345678 --instance-type t3.micro",
    "wafv2 create-ip-set --name office --scope REGIONAL --ip-address-version IPV4 --addresses 192.0.2.0/24",
    f"backup create-backup-vault --backup-vault-name vault",
    "opensearch create-domain --domain-name search",
    "batch describe-job-queues",
]

# What both are asked. Read-only ones, so that both see the same account.
COMMANDS = [
    "s3api list-buckets",
    "s3api list-buckets --query 'Buckets[].Name'",
    "s3api get-bucket-location --bucket reports",
    "s3api get-bucket-tagging --bucket reports",
    "s3api get-bucket-lifecycle-configuration --bucket reports",
    "s3api list-objects-v2 --bucket a.dotted.bucket --max-keys 5",
    "dynamodb list-tables",
    "dynamodb describe-table --table-name orders",
    "dynamodb scan --table-name orders",
    """dynamodb query --table-name orders --key-condition-expression "id = :id" --expression-attribute-values '{":id":{"S":"o-1"}}'""",
    "sqs list-queues",
    "sqs get-queue-attributes --queue-url {queue} --attribute-names VisibilityTimeout QueueArn",
    "sqs get-queue-url --queue-name jobs",
    "sns list-topics",
    "sns list-subscriptions-by-topic --topic-arn arn:aws:sns:us-east-1:123456789012:alarms",
    "sns get-topic-attributes --topic-arn arn:aws:sns:us-east-1:123456789012:alarms",
    "cloudwatch describe-alarms",
    "cloudwatch describe-alarms --alarm-names cpu --query 'MetricAlarms[0].[AlarmName, Threshold]'",
    "cloudwatch list-metrics --namespace AWS/EC2",
    "cloudwatch get-metric-statistics --namespace AWS/EC2 --metric-name CPUUtilization --start-time 2026-11-20T00:00:00Z"
    " --end-time 2026-11-21T00:00:00Z --period 300 --statistics Average Maximum",
    "logs describe-log-groups",
    "logs describe-log-groups --log-group-name-prefix /aws/lambda --query 'logGroups[].retentionInDays'",
    "logs describe-log-streams --log-group-name /aws/lambda/checkout",
    "ssm describe-parameters",
    "ssm get-parameter --name /app/size",
    "ssm get-parameters --names /app/size /app/count /app/missing",
    "ssm get-parameters-by-path --path /app",
    "ec2 describe-security-groups --group-names web",
    "ec2 describe-security-groups --filters Name=group-name,Values=web,default --query 'SecurityGroups[].GroupName'",
    "ec2 describe-volumes",
    """ec2 describe-volumes --filters '[{"Name":"tag:Name","Values":["data disk"]}]'""",
    "ec2 describe-volumes --max-items 1 --query 'Volumes[].Size'",
    "ec2 describe-regions --region-names us-east-1 eu-west-1",
    "ec2 describe-availability-zones",
    "ec2 describe-vpcs --no-paginate",
    "ec2 describe-instances",
    "ec2 describe-subnets --query 'length(Subnets)'",
    # moto's times of Kinesis have no zone, AWS's have: the AWS CLI prints them without, Bellhop as UTC.
    "kinesis list-streams --query 'StreamSummaries[].[StreamName, StreamStatus]'",
    "kinesis describe-stream-summary --stream-name clicks --query StreamDescriptionSummary.OpenShardCount",
    "kinesis list-shards --stream-name clicks",
    "events list-rules",
    "events describe-rule --name nightly",
    "ecs list-clusters",
    "ecs describe-clusters --clusters web --include TAGS SETTINGS",
    "ecr describe-repositories",
    "cloudformation describe-stacks --stack-name net",
    "cloudformation list-stack-resources --stack-name net",
    "cloudformation list-stacks --stack-status-filter CREATE_COMPLETE",
    "route53 list-hosted-zones",
    "route53 list-hosted-zones-by-name --dns-name example.org",
    "stepfunctions list-state-machines",
    f"stepfunctions describe-state-machine --state-machine-arn arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:flow",
    "apigateway get-rest-apis",
    "elasticache describe-cache-clusters --show-cache-node-info",
    "efs describe-file-systems --query 'FileSystems[].{name: Name, tags: Tags}'",
    "glue get-databases",
    "glue get-database --name lake",
    "athena list-work-groups --query 'WorkGroups[].[Name,State]'",
    "athena get-work-group --work-group analysts --query WorkGroup.Configuration",
    "acm list-certificates",
    "autoscaling describe-launch-configurations",
    "wafv2 list-ip-sets --scope REGIONAL",
    "backup list-backup-vaults",
    "rds describe-db-instances",
    "mq list-brokers",
    "opensearch list-domain-names",
    "batch describe-compute-environments",
    "lambda list-functions --max-items 3",
    "lambda list-layers",
]


# Commands whose answers AWS's models call sensitive in so many places: there Bellhop shows a mask in chat.
SENSITIVE = {
    "ssm get-parameter": 1,
    "ssm get-parameters": 2,
    "ssm get-parameters-by-path": 2,
    "stepfunctions describe-state-machine": 1,
}
MASK = "*****"


def unmasked(answered, printed, masks: int):
    """The answer with what is masked put back, if it is masked in exactly so many places."""
    found = 0

    def walk(one, other):
        nonlocal found
        if one == MASK and other != MASK:
            found += 1
            return other
        if isinstance(one, dict) and isinstance(other, dict):
            return {name: walk(value, other.get(name)) for name, value in one.items()}
        if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            return [walk(*pair) for pair in zip(one, other, strict=True)]
        return one

    whole = walk(answered, printed)
    assert found == masks, f"{found} masks"
    return whole


class Cli:
    """The pinned AWS CLI, in this process: its start takes longer than all that it does. Its timestamps are written as version 2 of it
    does, which Bellhop follows."""

    def __init__(self, folder: Path, moto: Moto):
        config = folder / "config"
        config.write_text("[default]\ncli_timestamp_format = iso8601\noutput = json\n")
        # `awscli` names its own models there when it is imported.
        kept = {name: os.environ[name] for name in ("PATH", "AWS_DATA_PATH")}
        self.environment = kept | {"AWS_CONFIG_FILE": str(config)} | moto.environment()
        self.url = moto.url

    def run(self, command: str) -> str:
        printed, failed = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment, clear=True),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(failed),
        ):
            # AWS_ENDPOINT_URL alone does not move every service of version 1.
            status = create_clidriver().main(["--endpoint-url", self.url, *shlex.split(command)])
        assert status == 0, f"aws {command}: {failed.getvalue()}"
        return printed.getvalue()


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    moto = Moto(tmp_path_factory.mktemp("moto")).wait_until_ready()
    cli = Cli(tmp_path_factory.mktemp("cli"), moto)
    for command in SEED:
        cli.run(command)
    yield moto, cli
    moto.close()


@pytest.fixture(scope="module")
def twin(account, start_module):
    moto, _ = account
    bellhop = start_module(**moto.environment())
    bellhop.configure("cli", CHANNEL, topic_arn("cli"))
    return bellhop


def test_there_are_sixty_commands_over_twenty_five_services():
    assert len(COMMANDS) >= 60
    assert len({command.split()[0] for command in COMMANDS}) >= 25


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[:60])
def test_bellhop_answers_what_the_aws_cli_prints(command, account, twin):
    _, cli = account
    if "{queue}" in command:
        command = command.replace("{queue}", json.loads(cli.run("sqs get-queue-url --queue-name jobs"))["QueueUrl"])
    printed = cli.run(command)
    answered = answer_to(twin, f"@aws {command} --region us-east-1 --output json")
    # What a moment decides may differ between two calls: nothing of moto's does.
    assert unmasked(json.loads(answered), json.loads(printed), SENSITIVE.get(command.split(" --")[0], 0)) == json.loads(printed)


def answer_to(twin, text: str) -> str:
    """The JSON of the answer: of the file in the thread if there is one, else between the fences of the message."""
    told = requests.post(
        f"{twin.url}/sandbox/say", json={"channel": CHANNEL, "user": "U0ANNA", "text": text}, timeout=10
    ).json()
    assert told["heard"]["status"] == 200, told
    thread = told["message"]["ts"]

    def replies():
        return [each for each in twin.messages(CHANNEL) if each["thread_ts"] == thread and each["bot_id"]]

    def json_of_answer():
        for reply in replies():
            for file in reply.get("files") or []:
                if (file.get("name") or "").endswith(".json"):
                    return requests.get(f"{twin.url}/sandbox/files/{file['id']}", timeout=10).text
        for reply in replies():
            for text in texts_of(reply["blocks"]):
                if text.strip().startswith(("{", "[", '"')) or text.strip().isdigit():
                    return text
        return None

    return twin.wait_until(f"an answer to {text}; so far {replies()}", json_of_answer, seconds=20)


def texts_of(node):
    """Every block of code, as it reads."""
    if isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            for code in node["text"].split("```")[1::2]:
                yield html.unescape(code)
        for value in node.values():
            yield from texts_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts_of(value)
