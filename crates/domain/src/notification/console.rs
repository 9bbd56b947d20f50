//! Links to the AWS console, for the partitions that have a public one.
//!
//! Readers call it. It makes no link it is not sure of: an unknown partition, a region that is no region code and a
//! resource that the table does not know all give nothing.

use super::Link;
use super::arn::Arn;

/// A console and a region of it.
#[derive(Debug, Clone, Copy)]
pub struct Console<'a> {
    host: &'static str,
    /// The commercial console redirects between regions unless the host names the region itself.
    region_in_host: bool,
    region: &'a str,
}

impl<'a> Console<'a> {
    /// The console of a partition. Hosts: AWS General Reference for `aws`, the China and the
    /// `GovCloud` user guides.
    pub fn of(partition: &str, region: &'a str) -> Option<Self> {
        let (host, region_in_host) = match partition {
            "aws" => ("console.aws.amazon.com", true),
            "aws-cn" => ("console.amazonaws.cn", false),
            "aws-us-gov" => ("console.amazonaws-us-gov.com", false),
            _ => return None,
        };
        is_region(region).then_some(Self { host, region_in_host, region })
    }

    /// The console of a partition's services that have no region (Billing, Health, Support): the region that serves them.
    pub fn global(partition: &str) -> Option<Console<'static>> {
        let region = match partition {
            "aws-cn" => "cn-northwest-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => "us-east-1",
        };
        Console::of(partition, region)
    }

    /// The console of an ARN's partition and region, or of `region` if the ARN has none.
    pub fn of_arn(arn: &Arn<'a>, region: Option<&'a str>) -> Option<Self> {
        Self::of(arn.partition, if arn.region.is_empty() { region? } else { arn.region })
    }

    /// `path` is `cloudwatch/home`; `fragment` begins with `#`, or is empty. Both already [`encoded`] where strangers speak.
    fn page(&self, path: &str, fragment: &str) -> String {
        let Self { host, region, .. } = self;
        let (prefix, dot) = if self.region_in_host { (*region, ".") } else { ("", "") };
        format!("https://{prefix}{dot}{host}/{path}?region={region}{fragment}")
    }

    /// A metric or composite alarm.
    pub fn alarm(&self, name: &str) -> Link {
        let url = self.page("cloudwatch/home", &format!("#alarmsV2:alarm/{}", encoded(name)));
        Link { label: "Open the alarm in CloudWatch".to_owned(), url }
    }

    /// The resource of an ARN, for the resource types whose page follows from the ARN alone.
    pub fn resource(&self, arn: &Arn<'_>) -> Option<Link> {
        let named = |kind: &str| arn.named(kind).map(encoded);
        let (what, path, fragment) = match arn.service {
            "ec2" => ("the instance in EC2", "ec2/home", format!("#InstanceDetails:instanceId={}", named("instance")?)),
            "cloudwatch" => return Some(self.alarm(arn.named("alarm")?)),
            "lambda" => {
                // An ARN may go on with a version or an alias; the page is the function's.
                let name = arn.named("function")?.split(':').next()?;
                ("the function in Lambda", "lambda/home", format!("#/functions/{}", encoded(name)))
            }
            "cloudformation" if arn.named("stack").is_some() => {
                let id = encoded(&arn.to_string());
                ("the stack in CloudFormation", "cloudformation/home", format!("#/stacks/stackinfo?stackId={id}"))
            }
            "states" => {
                let page =
                    if arn.named("execution").is_some() { "v2/executions/details" } else { "statemachines/view" };
                arn.named("execution").or_else(|| arn.named("stateMachine"))?;
                ("it in Step Functions", "states/home", format!("#/{page}/{}", encoded(&arn.to_string())))
            }
            "rds" => {
                let name = named("db")?;
                ("the database in RDS", "rds/home", format!("#database:id={name};is-cluster=false"))
            }
            "autoscaling" => {
                let (_, name) = arn.resource.split_once("autoScalingGroupName/")?;
                ("the group in EC2", "ec2/home", format!("#AutoScalingGroupDetails:id={}", encoded(name)))
            }
            "codepipeline" => {
                let page = format!("codesuite/codepipeline/pipelines/{}/view", encoded(arn.resource));
                return Some(self.link("the pipeline in CodePipeline", &page, ""));
            }
            "codebuild" => {
                let build = arn.named("build")?;
                let (project, _) = build.split_once(':')?;
                if !arn.account.bytes().all(|b| b.is_ascii_digit()) {
                    return None;
                }
                let (account, project, build) = (arn.account, encoded(project), encoded(build));
                let page = format!("codesuite/codebuild/{account}/projects/{project}/build/{build}");
                return Some(self.link("the build in CodeBuild", &page, ""));
            }
            _ => return None,
        };
        Some(self.link(what, path, &fragment))
    }

    /// A log stream. The fragment's parts are percent-encoded twice, with `$` for `%`, as the `CloudWatch` console writes them.
    pub fn log_stream(&self, group: &str, stream: &str) -> Link {
        let twice = |text: &str| encoded(&encoded(text)).replace('%', "$");
        let fragment = format!("#logsV2:log-groups/log-group/{}/log-events/{}", twice(group), twice(stream));
        self.link("the log in CloudWatch", "cloudwatch/home", &fragment)
    }

    /// `Open the build in CodeBuild`: `what` is "the build in `CodeBuild`"; `path` and `fragment` as in [`Console::page`].
    pub fn link(&self, what: &str, path: &str, fragment: &str) -> Link {
        Link { label: format!("Open {what}"), url: self.page(path, fragment) }
    }
}

/// `us-east-1`, `us-gov-west-1`: lower case letters, digits and hyphens, so that it may stand in a host name.
fn is_region(region: &str) -> bool {
    const LONGEST: usize = 32;
    (5..=LONGEST).contains(&region.len())
        && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && region.starts_with(|c: char| c.is_ascii_lowercase())
        && region.ends_with(|c: char| c.is_ascii_digit())
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
pub fn encoded(text: &str) -> String {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or('0');
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(arn: &str) -> Option<String> {
        let arn = Arn::parse(arn)?;
        Console::of_arn(&arn, None)?.resource(&arn).map(|link| link.url)
    }

    #[test]
    fn every_partition_has_its_own_console() {
        let url = |partition, region| Console::of(partition, region).map(|console| console.alarm("a b/é").url);
        let end = "#alarmsV2:alarm/a%20b%2F%C3%A9";
        assert_eq!(
            url("aws", "eu-west-1"),
            Some(format!("https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1{end}"))
        );
        assert_eq!(
            url("aws-cn", "cn-north-1"),
            Some(format!("https://console.amazonaws.cn/cloudwatch/home?region=cn-north-1{end}"))
        );
        assert_eq!(
            url("aws-us-gov", "us-gov-west-1"),
            Some(format!("https://console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1{end}"))
        );
        assert_eq!(url("aws-iso", "us-iso-east-1"), None);
    }

    #[test]
    fn a_region_cannot_become_another_host() {
        for region in
            ["evil.example/#1", "evil.example.1", "US East (N. Virginia)", "", "a-1", "-east-1", "us-east-1\n"]
        {
            assert!(Console::of("aws", region).is_none(), "{region}");
        }
    }

    #[test]
    fn resources_have_pages() {
        for (arn, end) in [
            ("arn:aws:ec2:us-east-1:1:instance/i-0a", "ec2/home?region=us-east-1#InstanceDetails:instanceId=i-0a"),
            ("arn:aws:lambda:us-east-1:1:function:pay:prod", "lambda/home?region=us-east-1#/functions/pay"),
            ("arn:aws:rds:us-east-1:1:db:main", "rds/home?region=us-east-1#database:id=main;is-cluster=false"),
            ("arn:aws:codepipeline:us-east-1:1:web", "codesuite/codepipeline/pipelines/web/view?region=us-east-1"),
            ("arn:aws:cloudwatch:us-east-1:1:alarm:cpu", "cloudwatch/home?region=us-east-1#alarmsV2:alarm/cpu"),
            (
                "arn:aws:codebuild:us-east-1:1:build/web:8a-2",
                "codesuite/codebuild/1/projects/web/build/web%3A8a-2?region=us-east-1",
            ),
        ] {
            assert_eq!(resource(arn), Some(format!("https://us-east-1.console.aws.amazon.com/{end}")), "{arn}");
        }
        for arn in ["arn:aws:ec2:us-east-1:1:volume/v", "arn:aws:s3:::b", "arn:aws:unknown:us-east-1:1:x", "x"] {
            assert_eq!(resource(arn), None, "{arn}");
        }
    }
}
