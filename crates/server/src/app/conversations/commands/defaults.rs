//! `set default-region` and `set default-account`: what `place` remembers, said without a command.

use domain::conversation::{Answer, Audience, Reply, Style, Values};
use store::{ListedConfiguration, StoreError};

use super::super::help::not_configured;
use super::super::{Turn, to_asker};
use super::gone;
use super::questions::{ACCOUNTS_MAX, REGION, first_regions, shown};
use crate::app::App;
use crate::app::tickets::{Purpose, Ticket};

impl App {
    /// `set default-region`: named, or asked for.
    pub(in super::super) async fn set_default_region(
        &self,
        turn: &Turn<'_>,
        named: Option<&str>,
    ) -> Result<Vec<Reply>, StoreError> {
        let listed = match turn.configurations.as_slice() {
            [] => return Ok(vec![Reply::Say { to: Audience::Everyone, answer: not_configured(turn) }]),
            [only] => only,
            several => match self.remembered_account(turn, several).await? {
                Some(listed) => listed,
                None => {
                    return Ok(to_asker(Answer::sentence(
                        "Several AWS accounts use this channel. Say `set default-account` first.",
                    )));
                }
            },
        };
        if let Some(region) = named {
            return self.keep_default_region(turn, listed, region).await;
        }
        let ticket = |region| {
            let arn = Some(&listed.configuration.arn);
            Ticket::for_asker(turn.event, Purpose::DefaultRegion(region), arn, self.clock.now_ms())
        };
        let mut controls = Vec::new();
        for region in first_regions(listed) {
            controls.push(self.button(region, Style::Plain, &ticket(Some(region.to_owned())))?);
        }
        controls.push(self.button("Another region", Style::Plain, &ticket(None))?);
        let known = self.store.command_region(listed.configuration.arn.as_str()).await?;
        let note = known.map(|region| format!("Now it is `{region}`."));
        let headline = format!("Where do commands of {} run that name no region?", self.account_words(listed));
        Ok(shown(turn, Answer { controls, note, ..Answer::sentence(headline) }))
    }

    /// A button or the form of it.
    pub(in super::super) async fn default_region_pressed(
        &self,
        turn: &Turn<'_>,
        ticket: &Ticket,
        named: Option<&str>,
        values: &Values,
    ) -> Result<Vec<Reply>, StoreError> {
        let Some(listed) = turn.configuration(ticket.configuration_arn.as_deref()) else { return Ok(gone()) };
        if let Some(region) = named.or_else(|| values.get(REGION).map(String::as_str)) {
            return self.keep_default_region(turn, listed, region).await;
        }
        let arn = Some(&listed.configuration.arn);
        let again = Ticket::for_asker(turn.event, Purpose::DefaultRegion(None), arn, self.clock.now_ms());
        self.region_form(listed, &again)
    }

    async fn keep_default_region(
        &self,
        turn: &Turn<'_>,
        listed: &ListedConfiguration,
        region: &str,
    ) -> Result<Vec<Reply>, StoreError> {
        if let Err(unknown) = awscall::endpoint::check_region(region) {
            return Ok(to_asker(Answer::sentence(unknown.to_string())));
        }
        if let Some(link) = self.link_first(turn, listed).await? {
            return Ok(link);
        }
        let arn = listed.configuration.arn.as_str();
        self.store.put_command_region(arn, region).await?;
        let by = turn.event.person.as_ref().map(|person| person.user_id.as_str());
        tracing::info!(configuration = arn, by, region, "the default region of commands was changed in chat");
        let done = format!(
            "Commands of {} run in {region} from now on, unless they say otherwise.",
            self.account_words(listed)
        );
        Ok(shown(turn, Answer::sentence(done)))
    }

    /// `set default-account`: by its number, its name or its configuration's, or asked for.
    pub(in super::super) async fn set_default_account(
        &self,
        turn: &Turn<'_>,
        named: Option<&str>,
    ) -> Result<Vec<Reply>, StoreError> {
        let several = match turn.configurations.as_slice() {
            [] => return Ok(vec![Reply::Say { to: Audience::Everyone, answer: not_configured(turn) }]),
            [only] => {
                let one = format!("One AWS account alone uses this channel: {}.", self.account_words(only));
                return Ok(to_asker(Answer::sentence(one)));
            }
            several => several,
        };
        if let Some(name) = named {
            let found: Vec<_> = several.iter().filter(|listed| self.is_called(listed, name)).collect();
            if let [one] = found.as_slice() {
                return self.keep_default_account(turn, one).await;
            }
        }
        let button = |listed: &ListedConfiguration| {
            let arn = Some(&listed.configuration.arn);
            let ticket = Ticket::for_asker(turn.event, Purpose::DefaultAccount, arn, self.clock.now_ms());
            self.button(&self.account_words(listed), Style::Plain, &ticket)
        };
        let controls = several.iter().take(ACCOUNTS_MAX).map(button).collect::<Result<_, _>>()?;
        let more = several.len().saturating_sub(ACCOUNTS_MAX);
        let note = (more > 0).then(|| format!("{more} more have no button: say `set default-account NUMBER`."));
        let unknown =
            named.map(|name| format!("No account here, or more than one, is called `{name}`. ")).unwrap_or_default();
        let headline = format!("{unknown}In which AWS account do you want to run commands here?");
        Ok(shown(turn, Answer { controls, note, ..Answer::sentence(headline) }))
    }

    pub(in super::super) async fn default_account_pressed(
        &self,
        turn: &Turn<'_>,
        ticket: &Ticket,
    ) -> Result<Vec<Reply>, StoreError> {
        match turn.configuration(ticket.configuration_arn.as_deref()) {
            Some(listed) => self.keep_default_account(turn, listed).await,
            None => Ok(gone()),
        }
    }

    async fn keep_default_account(
        &self,
        turn: &Turn<'_>,
        listed: &ListedConfiguration,
    ) -> Result<Vec<Reply>, StoreError> {
        self.remember_account(turn, listed).await?;
        let done =
            format!("Your commands here run in {} for 7 days, unless you choose another.", self.account_words(listed));
        Ok(shown(turn, Answer::sentence(done)))
    }

    fn is_called(&self, listed: &ListedConfiguration, name: &str) -> bool {
        let it = &listed.configuration;
        let account_name = self.account_names.of(it.account_id.as_str());
        [Some(it.account_id.as_str()), Some(it.name.as_str()), account_name].into_iter().flatten().any(|of| of == name)
    }
}
