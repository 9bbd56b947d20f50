//! Who is in a user group, for `app/group_roles`.

use std::collections::HashSet;

use secrecy::SecretString;
use serde_json::Value;

use super::SlackClient;
use super::oauth::SlackRefusal;

impl SlackClient {
    /// The ids of a user group's members; of a disabled one, Slack names none.
    /// <https://docs.slack.dev/reference/methods/usergroups.users.list>
    pub async fn user_group_members(
        &self,
        token: &SecretString,
        team_id: &str,
        group_id: &str,
    ) -> Result<HashSet<String>, SlackRefusal> {
        const METHOD: &str = "usergroups.users.list";
        // The token of an organisation needs the workspace, any other ignores it.
        let arguments = [("usergroup", group_id), ("team_id", team_id)];
        let (_, answer) = self.ask(METHOD, self.bearer(METHOD, token, &arguments)?).await?;
        let users = answer.get("users").and_then(Value::as_array);
        let users = users.ok_or_else(|| SlackRefusal::Away("it named no list of users".to_owned()))?;
        Ok(users.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }
}
