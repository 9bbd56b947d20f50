//! Whether the bot reaches the channels that configurations name.

use std::collections::BTreeSet;

use domain::chat_configuration::Channel;
use store::{SlackWorkspace, Store};
use wire::ids::Platform;

use super::{PAGE, name_of};
use crate::cli::slack::doctor::report::Report;
use crate::outbound::slack::oauth::SlackRefusal;
use crate::outbound::slack::{ChannelStanding, SlackClient};

pub(super) async fn look(
    slack: &SlackClient,
    store: &Store,
    workspaces: &[SlackWorkspace],
    channels_max: usize,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut looked_at = 0;
    for workspace in workspaces.iter().filter(|workspace| workspace.disabled_reason.is_none()) {
        for channel_id in channels_of(store, workspace, channels_max).await? {
            if looked_at >= channels_max {
                report.note(
                    "channels",
                    &format!("more than {channels_max} are configured; the others were not looked at: see --channels"),
                );
                return Ok(());
            }
            looked_at += 1;
            let name = format!("channel {channel_id} of account {}", workspace.account_id.as_str());
            match slack.channel_standing(&workspace.bot_token, &channel_id).await {
                Ok(standing) => say(&name, standing, report),
                Err(SlackRefusal::Code(code)) if code == "channel_not_found" => report.missing(
                    &name,
                    "the bot does not see it: invite it with /invite if the channel is private, or configure another",
                ),
                Err(SlackRefusal::Code(code)) => {
                    report.missing(
                        &name,
                        &format!("Slack says nothing of it (`{code}`): see what it says of {}", name_of(workspace)),
                    );
                }
                Err(SlackRefusal::Away(reason)) => {
                    report.missing(&name, &format!("Slack cannot be asked any more ({reason}): try again in a minute"));
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

fn say(name: &str, standing: ChannelStanding, report: &mut Report) {
    match standing {
        ChannelStanding { is_archived: true, .. } => {
            report.missing(name, "it is archived: unarchive it, or configure another");
        }
        ChannelStanding { is_member: true, .. } => report.good(name, "the bot is in it"),
        ChannelStanding { is_private: true, .. } => report.missing(name, "it is private: invite the bot with /invite"),
        _ => report
            .note(name, "the bot may post; it hears no mention and attaches no files until it is invited with /invite"),
    }
}

/// Each once, however many configurations name it; one more than are looked at, so that it is seen that there are more.
async fn channels_of(
    store: &Store,
    workspace: &SlackWorkspace,
    channels_max: usize,
) -> anyhow::Result<BTreeSet<String>> {
    let (mut found, mut after): (BTreeSet<String>, Option<String>) = (BTreeSet::new(), None);
    while found.len() <= channels_max {
        let page =
            store.chat_configurations(&workspace.account_id, Platform::SlackChannel, after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.configuration.arn.as_str().to_owned());
        found.extend(page.iter().filter_map(|listed| match &listed.configuration.channel {
            Channel::Slack(channel) if channel.team_id == workspace.team_id => {
                Some(channel.channel_id.as_str().to_owned())
            }
            _ => None,
        }));
    }
    Ok(found)
}
