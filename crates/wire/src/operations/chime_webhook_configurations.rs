//! `CreateChimeWebhookConfiguration`, `DescribeChimeWebhookConfigurations`, `UpdateChimeWebhookConfiguration`,
//! `DeleteChimeWebhookConfiguration`. The webhook's URL goes in and never comes out.

use super::ResourceState;
use super::members::{input, output};
use super::tags::Tags;
use crate::ids::{
    Arn, ChatConfigurationArn, ChimeWebhookDescription, ChimeWebhookUrl, ConfigurationName, LoggingLevel, MaxResults,
    PaginationToken,
};

input! {
    CreateChimeWebhookConfigurationRequest {
        webhook_description: ChimeWebhookDescription = "WebhookDescription",
        webhook_url: ChimeWebhookUrl = "WebhookUrl",
        sns_topic_arns: Vec<Arn> = "SnsTopicArns",
        iam_role_arn: Arn = "IamRoleArn",
        configuration_name: ConfigurationName = "ConfigurationName",
        logging_level: Option<LoggingLevel> = "LoggingLevel",
        tags: Option<Tags> = "Tags",
    }
}

output! {
    CreateChimeWebhookConfigurationResult {
        webhook_configuration: ChimeWebhookConfiguration = "WebhookConfiguration",
    }
}

input! {
    DescribeChimeWebhookConfigurationsRequest {
        max_results: Option<MaxResults> = "MaxResults",
        next_token: Option<PaginationToken> = "NextToken",
        chat_configuration_arn: Option<ChatConfigurationArn> = "ChatConfigurationArn",
    }
}

output! {
    DescribeChimeWebhookConfigurationsResult {
        next_token: Option<PaginationToken> = "NextToken",
        webhook_configurations: Vec<ChimeWebhookConfiguration> = "WebhookConfigurations",
    }
}

input! {
    /// `None` leaves a member as it is; an empty list empties it.
    UpdateChimeWebhookConfigurationRequest {
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
        webhook_description: Option<ChimeWebhookDescription> = "WebhookDescription",
        webhook_url: Option<ChimeWebhookUrl> = "WebhookUrl",
        sns_topic_arns: Option<Vec<Arn>> = "SnsTopicArns",
        iam_role_arn: Option<Arn> = "IamRoleArn",
        logging_level: Option<LoggingLevel> = "LoggingLevel",
    }
}

output! {
    UpdateChimeWebhookConfigurationResult {
        webhook_configuration: ChimeWebhookConfiguration = "WebhookConfiguration",
    }
}

input! {
    DeleteChimeWebhookConfigurationRequest {
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
    }
}

output! { DeleteChimeWebhookConfigurationResult {} }

output! {
    ChimeWebhookConfiguration {
        webhook_description: ChimeWebhookDescription = "WebhookDescription",
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
        iam_role_arn: Arn = "IamRoleArn",
        sns_topic_arns: Vec<Arn> = "SnsTopicArns",
        configuration_name: ConfigurationName = "ConfigurationName",
        logging_level: LoggingLevel = "LoggingLevel",
        tags: Tags = "Tags",
        state: ResourceState = "State",
        state_reason: Option<String> = "StateReason",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn topics_must_be_there_and_may_be_none() {
        let mut body = json!({
            "WebhookDescription": "Ops", "WebhookUrl": "https://hooks.chime.aws/incomingwebhooks/a?token=b",
            "IamRoleArn": "arn:aws:iam::123456789012:role/chat", "ConfigurationName": "ops",
        });
        let decode =
            |body: &serde_json::Value| CreateChimeWebhookConfigurationRequest::decode(body.to_string().as_bytes());
        let missing = decode(&body).unwrap_err().message();
        assert!(missing.starts_with("1 validation error detected: Value null at 'snsTopicArns'"), "{missing}");
        body["SnsTopicArns"] = json!([]);
        assert_eq!(decode(&body).unwrap().sns_topic_arns, []);
    }

    #[test]
    fn neither_the_url_nor_the_description_is_echoed() {
        let body = json!({"WebhookDescription": "s".repeat(256), "WebhookUrl": "https://example.com/secret"});
        let error = CreateChimeWebhookConfigurationRequest::decode(body.to_string().as_bytes()).unwrap_err().message();
        assert!(error.contains("Value at 'webhookUrl'") && error.contains("Value at 'webhookDescription'"), "{error}");
        assert!(!error.contains("secret") && !error.contains("ssss"), "{error}");
    }
}
