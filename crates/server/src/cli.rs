//! The command line: what can be asked, and the door to each answer. One file a noun.

mod access_key;
mod account;
mod audit;
mod commands;
mod config;
mod conversations;
mod deliveries;
mod dev;
mod events;
mod identities;
mod link;
mod login;
mod moment;
mod organization;
mod policy;
mod preferences;
mod render;
mod rules;
mod serve;
mod session;
mod silences;
mod slack;
mod sources;
mod store;
mod teams;
mod templates;
mod tracing_output;
mod user;
mod user_identity;
mod wire;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use ::store::{Role, Store};
use anyhow::bail;
use clap::{Args, Parser, Subcommand};

pub use tracing_output::LogFormat;

use crate::config::{Overrides, Settings, TraceSettings};
use crate::outbound::slack::SLACK_API_URL;
use crate::state::SANDBOX_API_PATH;
use crate::traces::Exporter;
use url::Url;

/// AWS Chatbot, run by you: AWS notifications to chat, delivered or explained.
#[derive(Debug, Parser)]
#[command(name = "bellhop", version, arg_required_else_help = true)]
pub struct Arguments {
    /// How the log is written: for people on a terminal, else JSON.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Auto)]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the local twin: one account, one Slack workspace, no cloud.
    Dev(dev::Dev),
    /// Run the server that a settings file describes.
    Serve(serve::Serve),
    /// Check a settings file.
    #[command(subcommand)]
    Config(config::Config),
    /// Send notifications to the local twin as Amazon SNS would.
    #[command(subcommand)]
    Events(events::Events),
    /// See what a message becomes on each chat platform, without a server and without sending it.
    Render(render::Render),
    /// The templates of the settings: whether they work, and what they are for.
    #[command(subcommand)]
    Templates(templates::Templates),
    /// See what was delivered, what waits and why, what was refused; send it again.
    #[command(subcommand)]
    Deliveries(deliveries::Deliveries),
    /// See what was heard in chat, what came of it, and why not.
    #[command(subcommand)]
    Conversations(conversations::Conversations),
    /// See which commands of AWS people had run from chat, and what became of each.
    #[command(subcommand)]
    Commands(commands::Commands),
    /// What is done about messages: check the rules of a settings file, try them on a message.
    #[command(subcommand)]
    Rules(rules::Rules),
    /// What stays out of chat for a while: who wants that, why, and until when.
    #[command(subcommand)]
    Silences(silences::Silences),
    /// The app in Slack: its manifest, the workspaces that accounts may post to, and what is missing for it to work.
    #[command(subcommand)]
    Slack(slack::Slack),
    /// Where an organization's policies allow chat: check them, see what they mean.
    #[command(subcommand)]
    Organization(organization::Organization),
    /// Where everything is kept: its schema, whether it is in order, and how to move it.
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// The accounts that are served.
    #[command(subcommand)]
    Account(account::Account),
    /// The users of an account.
    #[command(subcommand)]
    User(user::User),
    /// The keys with which users, and the roots of accounts, sign requests.
    #[command(subcommand)]
    AccessKey(access_key::AccessKey),
    /// What users and signed-in principals may do.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Who is signed in with an identity of AWS.
    #[command(subcommand)]
    Session(session::Session),
    /// Under which roles people of chat channels act.
    #[command(subcommand)]
    UserIdentity(user_identity::UserIdentity),
    /// Microsoft Teams: the app package, and whose a team is.
    #[command(subcommand)]
    Teams(teams::Teams),
    /// Where the threads of a configuration show their replies, and how long they last.
    #[command(subcommand)]
    Preferences(preferences::Preferences),
    /// See who called the API, with what, and what came of it.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Sign in to a server with your identity of AWS; answers temporary credentials for its API.
    Login(login::Login),
    /// Prove to a link from chat who you are in AWS; answers the number to type into its page.
    Link(link::Link),
    /// See whose messages have a card of their own, and under which name rules and templates know them.
    Sources(sources::Sources),
    /// See what the API says on the wire.
    #[command(subcommand)]
    Wire(wire::Wire),
}

/// Which data a tool works on.
#[derive(Debug, Args)]
pub struct DataArguments {
    /// Data directory of `bellhop dev`.
    #[arg(long, default_value = "./bellhop-data", conflicts_with = "config")]
    data_dir: PathBuf,
    /// Settings file of `bellhop serve`; its data directory is used.
    #[arg(long)]
    config: Option<PathBuf>,
}

impl DataArguments {
    /// The data of a settings file that was named already.
    fn of_config(config: PathBuf) -> Self {
        Self { data_dir: PathBuf::new(), config: Some(config) }
    }

    fn settings(&self) -> anyhow::Result<crate::config::StoreSettings> {
        Ok(match &self.config {
            Some(config) => Settings::of_file(config)?.store,
            None => crate::config::store_of_environment(self.data_dir.clone())?,
        })
    }

    /// All settings of the server whose data it is.
    fn settings_of_server(&self) -> anyhow::Result<ServerOfData> {
        Ok(if let Some(config) = &self.config {
            ServerOfData { settings: Settings::of_file(config)?, is_dev: false }
        } else {
            let overrides = Overrides { data_dir: Some(self.data_dir.clone()), ..Overrides::default() };
            ServerOfData { settings: Settings::of_dev(&overrides)?, is_dev: true }
        })
    }

    /// The store beside a server that may be running; it notices what is changed here within seconds.
    async fn open(&self) -> anyhow::Result<Store> {
        let settings = self.settings()?;
        if settings.url.is_none() && !settings.data_dir.is_dir() {
            bail!(
                "there is no data directory `{}`: name it with --data-dir, or the settings file with --config",
                settings.data_dir.display()
            );
        }
        Ok(Store::open(&settings.opened_as(Role::Tool)).await?)
    }
}

/// The server that a tool works beside.
struct ServerOfData {
    settings: Settings,
    is_dev: bool,
}

impl std::ops::Deref for ServerOfData {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.settings
    }
}

impl ServerOfData {
    /// Where people reach it.
    fn public_url(&self) -> anyhow::Result<Url> {
        Ok(match &self.settings.server.public_url {
            Some(url) => url.clone(),
            None => Url::parse(&format!("http://{}/", self.settings.server.listen))?,
        })
    }

    /// Where it reaches Slack: `bellhop dev` has a sandbox.
    fn slack_api_url(&self) -> anyhow::Result<Url> {
        Ok(match &self.settings.slack.api_url {
            Some(url) => url.clone(),
            None if self.is_dev => self.public_url()?.join(SANDBOX_API_PATH)?,
            None => Url::parse(SLACK_API_URL)?,
        })
    }
}

/// Runs a command line to its end.
pub fn run(arguments: Arguments) -> ExitCode {
    // Two crates could each bring a provider; the first to be installed is the one that all use.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let exporter = match exporter(&arguments.command, runtime.handle()) {
        Ok(exporter) => exporter,
        Err(error) => return failed(&error),
    };
    tracing_output::install(arguments.log_format, exporter.as_ref());
    let ended = runtime.block_on(async {
        match arguments.command {
            Command::Dev(dev) => dev.run().await,
            Command::Serve(serve) => serve.run().await,
            Command::Config(config) => config.run(),
            Command::Events(events) => events.run().await,
            Command::Render(render) => render.run(),
            Command::Templates(templates) => templates.run(),
            Command::Deliveries(deliveries) => deliveries.run().await,
            Command::Conversations(conversations) => conversations.run().await,
            Command::Commands(commands) => commands.run().await,
            Command::Rules(rules) => rules.run(),
            Command::Silences(silences) => silences.run().await,
            Command::Slack(slack) => slack.run().await,
            Command::Organization(organization) => organization.run().await,
            Command::Store(store) => store.run().await,
            Command::Account(account) => account.run().await,
            Command::User(user) => user.run().await,
            Command::AccessKey(access_key) => access_key.run().await,
            Command::Policy(policy) => policy.run().await,
            Command::Session(session) => session.run().await,
            Command::UserIdentity(identity) => identity.run().await,
            Command::Teams(teams) => teams.run().await,
            Command::Preferences(preferences) => preferences.run().await,
            Command::Audit(audit) => audit.run().await,
            Command::Login(login) => login.run().await,
            Command::Link(link) => link.run().await,
            Command::Wire(wire) => wire.run(),
            Command::Sources(sources) => sources.run(),
        }
    });
    if let Some(exporter) = exporter {
        exporter.finish();
    }
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// Traces are the server's: a tool that runs beside it has none.
fn exporter(command: &Command, runtime: &tokio::runtime::Handle) -> anyhow::Result<Option<Exporter>> {
    if !matches!(command, Command::Dev(_) | Command::Serve(_)) {
        return Ok(None);
    }
    let settings = TraceSettings::of_environment()?;
    settings.map(|settings| Exporter::start(settings, runtime.clone())).transpose()
}

fn failed(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "bellhop: {}", printable(&format!("{error:#}")));
    ExitCode::FAILURE
}

/// Prints to standard output. A reader that went away (`| head`) is not an error.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", printable(text));
    let _ = out.flush();
}

/// A stranger may have written some of it: it must not move the cursor of who reads it.
fn printable(text: &str) -> String {
    let of = |c: char| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c };
    text.replace("\r\n", "\n").chars().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn a_stranger_does_not_write_to_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n\tc\rd\u{9b}"), "a\u{fffd}[2Jb\n\tc\u{fffd}d\u{fffd}");
    }
}
