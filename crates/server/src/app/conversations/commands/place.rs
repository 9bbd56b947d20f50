//! Where a command runs: which of the channel's accounts, which region. Asked once, then remembered.

use awscall::call::Call;
use awscall::command_line::CommandLine;
use awscall::endpoint::{self, Place, Region};
use domain::chat_configuration::ChatConfiguration;
use domain::conversation::{Answer, Audience, Reply};
use store::{ListedConfiguration, PersonId, StoreError};

use super::super::help::not_configured;
use super::super::{Turn, to_asker};
use super::{Draft, Settles};
use crate::app::App;
use crate::app::chat_commands::person_id;

/// As AWS Chatbot.
/// Source: <https://docs.aws.amazon.com/chatbot/latest/adminguide/multiple-accounts-in-a-channel.html>.
const ACCOUNT_LASTS_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Of the classic partition; where a service has one endpoint for all, it is asked here.
const FIRST_REGION: &str = "us-east-1";

impl App {
    /// The configuration whose account is meant, or the question.
    pub(super) async fn account_of<'a>(
        &self,
        turn: &'a Turn<'_>,
        draft: &mut Draft,
    ) -> Settles<&'a ListedConfiguration> {
        if let Some(arn) = draft.asked.configuration_arn.clone() {
            let gone = || to_asker(Answer::sentence("This configuration is not one of this channel any more."));
            return Ok(turn.configuration(Some(arn.as_str())).ok_or_else(gone));
        }
        let listed = match turn.configurations.as_slice() {
            [] => return Ok(Err(vec![Reply::Say { to: Audience::Everyone, answer: not_configured(turn) }])),
            [only] => only,
            several => match self.remembered_account(turn, several).await? {
                Some(listed) => listed,
                None => return self.ask_for_account(turn, draft).await.map(Err),
            },
        };
        draft.asked.configuration_arn = Some(listed.configuration.arn.clone());
        Ok(Ok(listed))
    }

    pub(in super::super) async fn remembered_account<'a>(
        &self,
        turn: &Turn<'_>,
        several: &'a [ListedConfiguration],
    ) -> Result<Option<&'a ListedConfiguration>, StoreError> {
        let Some((destination, person)) = chooser(turn, several) else { return Ok(None) };
        let arn = self.store.chosen_account(&destination, &person, self.clock.now_ms()).await?;
        Ok(arn.and_then(|arn| several.iter().find(|listed| listed.configuration.arn.as_str() == arn)))
    }

    pub(super) async fn remember_account(
        &self,
        turn: &Turn<'_>,
        listed: &ListedConfiguration,
    ) -> Result<(), StoreError> {
        let Some((destination, person)) = chooser(turn, &turn.configurations) else { return Ok(()) };
        let until_ms = self.clock.now_ms().saturating_add(ACCOUNT_LASTS_MS);
        self.store.choose_account(&destination, &person, listed.configuration.arn.as_str(), until_ms).await
    }

    /// The line with its region, or the question: as it says itself, as the channel is used to, as the settings say.
    pub(super) async fn in_region(
        &self,
        turn: &Turn<'_>,
        draft: &mut Draft,
        listed: &ListedConfiguration,
        line: CommandLine,
    ) -> Settles<CommandLine> {
        let configuration = &listed.configuration;
        let found = match &line.region {
            Some(region) => Some(region.clone()),
            None => match self.store.command_region(configuration.arn.as_str()).await? {
                Some(region) => Some(region),
                None => self.commands.default_region.clone().or_else(|| region_of_all(&line.call, configuration)),
            },
        };
        let Some(region) = found else { return self.ask_for_region(turn, draft, listed).await.map(Err) };
        if let Err(unknown) = endpoint::check_region(&region) {
            return Ok(Err(super::say(Answer::sentence(unknown.to_string()))));
        }
        Ok(Ok(if line.region.is_some() { line } else { line.with_region(&region) }))
    }
}

/// Whose choice is remembered where.
fn chooser(turn: &Turn<'_>, several: &[ListedConfiguration]) -> Option<(String, String)> {
    let person = person_id(&turn.event.scene, turn.event.person.as_ref()?)?;
    let destination = several.first()?.configuration.channel.destination();
    Some((destination, person_key(&person)))
}

fn person_key(person: &PersonId) -> String {
    format!("{}/{}", person.platform(), person.as_str())
}

/// The regions of the account's partition.
pub(super) fn regions_of(configuration: &ChatConfiguration) -> Vec<&'static Region> {
    let partition = configuration.iam_role_arn.as_str().split(':').nth(1).unwrap_or("aws");
    endpoint::regions().iter().filter(|region| region.partition == partition).collect()
}

/// Of a service that is the same one whatever the region: nobody is asked for what means nothing.
fn region_of_all(call: &Call, configuration: &ChatConfiguration) -> Option<String> {
    let regions = regions_of(configuration);
    let (one, other) = (regions.first()?, regions.last()?);
    let url = |region: &Region| {
        let place = Place { region: region.name.clone(), ..Place::default() };
        endpoint::endpoint(call, &place).ok().map(|endpoint| endpoint.url)
    };
    let is_one = one.name != other.name && url(one)? == url(other)?;
    let first = regions.iter().find(|region| region.name == FIRST_REGION).unwrap_or(one);
    is_one.then(|| first.name.clone())
}
