//! `bellhop policy`: what users and signed-in principals may do, and whom a policy binds. `policy simulate` asks what a policy
//! would decide, and needs no data.

mod simulate;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use iam::principal::PrincipalPattern;
use serde_json::json;
use store::PolicyAttachment;

use super::identities::{AccountArguments, PageArguments, origin, refused, soon};
use super::say;
use crate::config::read_policy_document;
use crate::identities;

#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Keep a policy. It binds nobody until it is attached.
    Create(Document),
    /// Replace the document of a policy; whom it binds stays.
    Update(Document),
    /// List the policies of an account.
    List {
        #[command(flatten)]
        account: AccountArguments,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Show a policy: whom it binds, and its document.
    Show(One),
    /// Delete a policy that is attached to nobody.
    Delete(One),
    /// Bind principals by a policy.
    Attach(Attachment),
    /// Bind principals no more.
    Detach(Attachment),
    /// What would policies decide? Answers IAM's evaluation of one request as JSON.
    Simulate(simulate::Simulate),
    /// Print what every command from chat is denied: the session policy that AWS is given beside the guardrails.
    Commands,
}

#[derive(Debug, Args)]
pub struct One {
    #[command(flatten)]
    account: AccountArguments,
    policy_name: String,
}

#[derive(Debug, Args)]
pub struct Document {
    #[command(flatten)]
    one: One,
    /// File with the policy's JSON document.
    #[arg(long)]
    policy_file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Attachment {
    #[command(flatten)]
    one: One,
    /// The principal's ARN; `*` and `?` may stand in its names: `arn:aws:iam::ACCOUNT:user/NAME`,
    /// `arn:aws:iam::ACCOUNT:role/NAME`, `arn:aws:sts::ACCOUNT:assumed-role/ROLE/*`.
    #[arg(long, value_name = "PATTERN")]
    principal_arn: String,
}

impl Policy {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create(document) => document.create().await,
            Self::Update(document) => document.update().await,
            Self::List { account, page } => list(&account, &page).await,
            Self::Show(one) => show(&one).await,
            Self::Delete(one) => {
                let store = one.account.data.open().await?;
                let deleted = store.delete_policy(&one.account.account_id, &one.policy_name).await?;
                deleted.map_err(|refusal| refused(&one.what(), refusal))?;
                say(&format!("{} is deleted", one.what()));
                Ok(())
            }
            Self::Attach(attachment) => attachment.attach().await,
            Self::Detach(attachment) => attachment.detach().await,
            Self::Simulate(simulate) => simulate.run(),
            Self::Commands => {
                say(domain::command::session::deny_policy());
                Ok(())
            }
        }
    }
}

impl One {
    fn what(&self) -> String {
        format!("policy `{}` of account `{}`", self.policy_name, self.account.account_id.as_str())
    }
}

impl Document {
    async fn create(self) -> anyhow::Result<()> {
        let (one, document) = (&self.one, self.read()?);
        identities::policy_name(&one.policy_name).map_err(anyhow::Error::msg)?;
        let store = one.account.data.open().await?;
        let created = store.create_policy(&one.account.account_id, &one.policy_name, &document).await?;
        created.map_err(|refusal| refused(&one.what(), refusal))?;
        let (account_id, name) = (one.account.account_id.as_str(), &one.policy_name);
        say(&format!(
            "{} is created; `bellhop policy attach {name} --account-id {account_id} --principal-arn ARN` binds somebody",
            one.what()
        ));
        Ok(())
    }

    async fn update(self) -> anyhow::Result<()> {
        let (one, document) = (&self.one, self.read()?);
        let store = one.account.data.open().await?;
        let updated = store.update_policy(&one.account.account_id, &one.policy_name, &document).await?;
        updated.map_err(|refusal| refused(&one.what(), refusal))?;
        say(&format!("{} is updated; {}", one.what(), soon()));
        Ok(())
    }

    fn read(&self) -> anyhow::Result<String> {
        let file = &self.policy_file;
        let document = read_policy_document(file).with_context(|| format!("cannot read `{}`", file.display()))?;
        identities::check_policy(&self.one.policy_name, &document).map_err(anyhow::Error::msg)?;
        Ok(document)
    }
}

impl Attachment {
    async fn attach(self) -> anyhow::Result<()> {
        let account_id = &self.one.account.account_id;
        let pattern = PrincipalPattern::parse(&self.principal_arn, account_id.as_str())?;
        let store = self.one.account.data.open().await?;
        let attached = store.attach_policy(account_id, &self.one.policy_name, pattern.as_str()).await?;
        attached.map_err(|refusal| refused(&self.one.what(), refusal))?;
        say(&format!("{} binds `{pattern}`; {}", self.one.what(), soon()));
        Ok(())
    }

    async fn detach(self) -> anyhow::Result<()> {
        let account_id = &self.one.account.account_id;
        let store = self.one.account.data.open().await?;
        let pattern = &self.principal_arn;
        let detached = store.detach_policy(account_id, &self.one.policy_name, pattern).await?;
        let what = format!("attachment of {} to `{pattern}`", self.one.what());
        detached.map_err(|refusal| refused(&what, refusal))?;
        say(&format!("{} does not bind `{pattern}` any more; {}", self.one.what(), soon()));
        Ok(())
    }
}

async fn list(account: &AccountArguments, page: &PageArguments) -> anyhow::Result<()> {
    let store = account.data.open().await?;
    let attachments = store.policy_attachments(&account.account_id).await?;
    let policies = store.policies(&account.account_id, page.after.as_deref(), page.limit()).await?;
    let row = |policy: store::Policy| {
        let patterns = patterns_of(&attachments, &policy.name);
        let json = json!({
            "PolicyName": policy.name, "AttachmentCount": patterns.len(), "PrincipalArns": patterns,
            "Declared": policy.declared,
        });
        (vec![policy.name, patterns.len().to_string(), origin(policy.declared).to_owned(), patterns.join(" ")], json)
    };
    let rows: Vec<_> = policies.into_iter().map(row).collect();
    page.print("Policies", &["POLICY", "ATTACHED", "MADE", "PRINCIPALS"], &rows);
    Ok(())
}

async fn show(one: &One) -> anyhow::Result<()> {
    let store = one.account.data.open().await?;
    let policy = store
        .policy(&one.account.account_id, &one.policy_name)
        .await?
        .with_context(|| format!("there is no {}: `bellhop policy list` shows those that there are", one.what()))?;
    let attachments = store.policy_attachments(&one.account.account_id).await?;
    let mut lines = vec![format!("policy  {}", policy.name), format!("made    {}", origin(policy.declared))];
    lines.extend(patterns_of(&attachments, &policy.name).iter().map(|pattern| format!("binds   {pattern}")));
    lines.push(format!("\n{}", policy.document));
    say(&lines.join("\n"));
    Ok(())
}

fn patterns_of<'a>(attachments: &'a [PolicyAttachment], policy_name: &str) -> Vec<&'a str> {
    let of_it = attachments.iter().filter(|attachment| attachment.policy_name == policy_name);
    of_it.map(|attachment| attachment.principal_pattern.as_str()).collect()
}
