//! `conversations.info`: what a channel is, and how it stands to the bot.

use secrecy::SecretString;
use serde_json::Value;

use super::SlackClient;
use super::oauth::SlackRefusal;

/// Of `conversations.info`. What Slack does not say is not so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelStanding {
    pub is_archived: bool,
    pub is_member: bool,
    pub is_private: bool,
}

impl SlackClient {
    /// The answer of a success. A form: methods that only read take no JSON (<https://docs.slack.dev/apis/web-api>, "Evaluating requests").
    pub(super) async fn conversation(&self, token: &SecretString, channel_id: &str) -> Result<Value, SlackRefusal> {
        const METHOD: &str = "conversations.info";
        let (_, answer) = self.ask(METHOD, self.bearer(METHOD, token, &[("channel", channel_id)])?).await?;
        Ok(answer)
    }

    /// <https://docs.slack.dev/reference/methods/conversations.info>
    pub async fn channel_standing(
        &self,
        token: &SecretString,
        channel_id: &str,
    ) -> Result<ChannelStanding, SlackRefusal> {
        let answer = self.conversation(token, channel_id).await?;
        let is = |what: &str| answer.pointer(&format!("/channel/{what}")) == Some(&Value::Bool(true));
        Ok(ChannelStanding { is_archived: is("is_archived"), is_member: is("is_member"), is_private: is("is_private") })
    }
}
