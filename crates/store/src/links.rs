//! Links: the way of a person in chat to an IAM role of their own, from the moment they asked to the moment it is done.
//!
//! A link goes one way: asked → opened (in one browser) → proven (by a principal of AWS) → joined (the browser's person has
//! shown that the principal is theirs) → chosen (a role) → done, which writes the identity in the same transaction; or, after
//! too many wrong numbers, spent. Each step is one transaction, refused when the link expired, and may be repeated by whoever
//! made it: a restart between two loses nothing and doubles nothing. No way leads into a link from its row alone: its address is
//! sealed text that is not kept, the browser's cookie is kept as its hash, and the one-time number is sealed.

mod row;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use wire::ids::{AccountId, Arn, AwsUserIdentity, ChatConfigurationArn};

use self::row::read;
use crate::sql::{Row, Transaction, query, query_of};
use crate::user_identities::{self, PersonId, TooManyPeople};
use crate::{Store, StoreError};

pub(crate) const TABLE: &str = "links";

/// Wrong numbers that one link takes.
pub const NUMBER_TRIES_MAX: i64 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkState {
    Asked,
    Opened,
    Proven,
    Joined,
    Chosen,
    Done,
    /// Too many wrong numbers were typed.
    Spent,
}

/// Who asks, for what, and until when.
#[derive(Debug, Clone)]
pub struct NewLink {
    pub id: String,
    /// The same for whoever asks the same again after a crash: they get the same link.
    pub asked_key: String,
    /// What is typed into a terminal. Whoever knows it can prove who *they* are, and no more.
    pub code: String,
    pub account_id: AccountId,
    pub configuration_arn: ChatConfigurationArn,
    pub person: PersonId,
    /// For people to read: what chat calls them, their workspace or team, and the channel.
    pub person_name: Option<String>,
    pub team_name: Option<String>,
    pub channel_name: Option<String>,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
}

#[derive(Debug, Clone)]
pub struct Link {
    pub id: String,
    pub code: String,
    pub account_id: AccountId,
    pub configuration_arn: ChatConfigurationArn,
    pub person: PersonId,
    pub person_name: Option<String>,
    pub team_name: Option<String>,
    pub channel_name: Option<String>,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
    pub state: LinkState,
    /// Hash of the cookie of the one browser that may go on.
    pub browser: Option<String>,
    pub proof: Option<LinkProof>,
    pub iam_role_arn: Option<Arn>,
    pub wrong_numbers: i64,
}

/// Who proved who they are in AWS, and from where: what policies ask about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkProof {
    pub principal_arn: String,
    /// The key that signed; while it works, its principal may go on.
    pub access_key_id: String,
    pub source_ip: String,
    pub secure_transport: bool,
    pub user_agent: Option<String>,
    pub region: String,
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkRefusal {
    /// None of this id or code: never there, forgotten, or replaced by a newer one of the same person.
    Unknown,
    Expired,
    OtherBrowser,
    /// Another principal proved itself to it before.
    ProvenByAnother,
    WrongNumber {
        tries_left: i64,
    },
    /// Too many wrong numbers.
    Spent,
    /// It is done already.
    Done,
    /// The step does not come next.
    OutOfTurn,
    TooManyPeople {
        max: i64,
    },
}

type Stepped<T> = Result<Result<T, LinkRefusal>, StoreError>;

impl Store {
    /// Makes a link, or finds the one that was made for the same asking. The person's earlier ones of the configuration that
    /// came to nothing are gone: the newest is theirs.
    pub async fn put_link(&self, link: &NewLink) -> Result<Link, StoreError> {
        let mut transaction = self.write_of(link.account_id.as_str()).await?;
        let known = query("SELECT * FROM links WHERE asked_key = $1").bind(&link.asked_key);
        if let Some(row) = known.fetch_optional(&mut transaction).await? {
            return read(&row);
        }
        let (platform, user_id) = (link.person.platform(), link.person.as_str());
        query("DELETE FROM links WHERE configuration_arn = $1 AND platform = $2 AND user_id = $3 AND state <> 'done'")
            .bind(link.configuration_arn.as_str())
            .bind(platform)
            .bind(user_id)
            .execute(&mut transaction)
            .await?;
        let row = query(
            "INSERT INTO links (link_id, asked_key, code, account_id, configuration_arn, platform, user_id, person_name,
                 team_name, channel_name, created_at_ms, expires_at_ms, state, wrong_numbers)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'asked', 0) RETURNING *",
        )
        .bind(&link.id)
        .bind(&link.asked_key)
        .bind(&link.code)
        .bind(link.account_id.as_str())
        .bind(link.configuration_arn.as_str())
        .bind(platform)
        .bind(user_id)
        .bind(&link.person_name)
        .bind(&link.team_name)
        .bind(&link.channel_name)
        .bind(link.created_at_ms)
        .bind(link.expires_at_ms)
        .fetch_one(&mut transaction)
        .await?;
        transaction.commit().await?;
        read(&row)
    }

    pub async fn link(&self, id: &str) -> Result<Option<Link>, StoreError> {
        let row = query("SELECT * FROM links WHERE link_id = $1").bind(id).fetch_optional(&self.reader).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Gives the link to a browser: the first that asks has it.
    pub async fn open_link(&self, id: &str, browser: &str, now_ms: i64) -> Stepped<()> {
        let mut transaction = self.write().await?;
        let link = match of_id(&mut transaction, id).await? {
            Some(link) if link.is_of(browser) => link,
            Some(_) => return Ok(Err(LinkRefusal::OtherBrowser)),
            None => return Ok(Err(LinkRefusal::Unknown)),
        };
        match link.goes_on(now_ms) {
            Err(refusal) => return Ok(Err(refusal)),
            Ok(()) if link.state > LinkState::Asked => return Ok(Ok(())),
            Ok(()) => {}
        }
        query("UPDATE links SET state = 'opened', browser = $1 WHERE link_id = $2")
            .bind(browser)
            .bind(id)
            .execute(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// A principal of the link's account proves itself to the link of a code; answers the link and the one-time number, which
    /// is `number` unless they proved it before.
    pub async fn prove_link(
        &self,
        account_id: &AccountId,
        code: &str,
        proof: &LinkProof,
        number: &SecretString,
        now_ms: i64,
    ) -> Stepped<(Link, SecretString)> {
        let mut transaction = self.write().await?;
        let lock = transaction.engine().for_update();
        let row = query_of(format!("SELECT * FROM links WHERE code = $1 AND account_id = $2{lock}"))
            .bind(code)
            .bind(account_id.as_str())
            .fetch_optional(&mut transaction)
            .await?;
        let Some(row) = row else { return Ok(Err(LinkRefusal::Unknown)) };
        let link = read(&row)?;
        if let Err(refusal) = link.goes_on(now_ms) {
            return Ok(Err(refusal));
        }
        match (&link.proof, link.state) {
            (_, LinkState::Asked) => return Ok(Err(LinkRefusal::OutOfTurn)),
            (None, _) => {}
            (Some(before), LinkState::Proven) if before.principal_arn == proof.principal_arn => {
                let number = self.unsealed_number(&row, &link.id)?;
                return Ok(Ok((link, number)));
            }
            (Some(_), LinkState::Proven) => return Ok(Err(LinkRefusal::ProvenByAnother)),
            (Some(_), _) => return Ok(Err(LinkRefusal::OutOfTurn)),
        }
        let text =
            serde_json::to_string(proof).map_err(|error| StoreError::corrupt(TABLE, "proof", &link.id, &error))?;
        query("UPDATE links SET state = 'proven', proof = $1, sealed_number = $2 WHERE link_id = $3")
            .bind(text)
            .bind(self.key.seal(&row_name(&link.id), number.expose_secret())?)
            .bind(&link.id)
            .execute(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(Ok((link, number.clone())))
    }

    /// The person in the browser says the number that the principal was told.
    pub async fn join_link(&self, id: &str, browser: &str, number: &str, now_ms: i64) -> Stepped<()> {
        let mut transaction = self.write().await?;
        let (row, link) = match next(&mut transaction, id, browser, now_ms).await? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        match link.state {
            LinkState::Proven => {}
            LinkState::Joined | LinkState::Chosen => return Ok(Ok(())),
            _ => return Ok(Err(LinkRefusal::OutOfTurn)),
        }
        let expected = self.unsealed_number(&row, id)?;
        let (expected, typed) = (expected.expose_secret().as_bytes(), number.as_bytes());
        let is_right = aws_lc_rs::constant_time::verify_slices_are_equal(expected, typed).is_ok();
        let wrong_numbers = link.wrong_numbers.saturating_add(i64::from(!is_right));
        let tries_left = NUMBER_TRIES_MAX.saturating_sub(wrong_numbers);
        let state = match (is_right, tries_left > 0) {
            (true, _) => "joined",
            (false, true) => "proven",
            (false, false) => "spent",
        };
        query(
            "UPDATE links SET state = $1, wrong_numbers = $2,
                 sealed_number = CASE WHEN $1 = 'proven' THEN sealed_number ELSE NULL END WHERE link_id = $3",
        )
        .bind(state)
        .bind(wrong_numbers)
        .bind(id)
        .execute(&mut transaction)
        .await?;
        transaction.commit().await?;
        Ok(match (is_right, tries_left > 0) {
            (true, _) => Ok(()),
            (false, true) => Err(LinkRefusal::WrongNumber { tries_left }),
            (false, false) => Err(LinkRefusal::Spent),
        })
    }

    /// The role that is to be confirmed, or `None`: they want to choose again.
    pub async fn choose_link_role(&self, id: &str, browser: &str, role: Option<&Arn>, now_ms: i64) -> Stepped<()> {
        let mut transaction = self.write().await?;
        let (_, link) = match next(&mut transaction, id, browser, now_ms).await? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !matches!(link.state, LinkState::Joined | LinkState::Chosen) {
            return Ok(Err(LinkRefusal::OutOfTurn));
        }
        query("UPDATE links SET state = $1, iam_role_arn = $2 WHERE link_id = $3")
            .bind(if role.is_some() { "chosen" } else { "joined" })
            .bind(role.map(Arn::as_str))
            .bind(id)
            .execute(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// The person acts under the chosen role from here on. `role` is the one that they saw when they confirmed.
    pub async fn finish_link(&self, link: &Link, browser: &str, role: &Arn, now_ms: i64) -> Stepped<()> {
        let mut transaction = self.write_of(link.account_id.as_str()).await?;
        let (_, link) = match next(&mut transaction, &link.id, browser, now_ms).await? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (LinkState::Chosen, Some(proof)) = (link.state, &link.proof) else {
            return Ok(Err(LinkRefusal::OutOfTurn));
        };
        if link.iam_role_arn.as_ref() != Some(role) {
            return Ok(Err(LinkRefusal::OutOfTurn));
        }
        let identity: AwsUserIdentity = StoreError::parsed(TABLE, "proof", &link.id, &proof.principal_arn)?;
        let arn = &link.configuration_arn;
        match user_identities::put(&mut transaction, &link.account_id, arn, &link.person, role, Some(&identity)).await?
        {
            Ok(true) => {}
            Ok(false) => return Ok(Err(LinkRefusal::Unknown)),
            Err(TooManyPeople { max }) => return Ok(Err(LinkRefusal::TooManyPeople { max })),
        }
        query("UPDATE links SET state = 'done' WHERE link_id = $1").bind(&link.id).execute(&mut transaction).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// Forgets links that ended before a time.
    pub async fn prune_links(&self, before_ms: i64) -> Result<(), StoreError> {
        query("DELETE FROM links WHERE expires_at_ms < $1").bind(before_ms).execute(&self.writer).await?;
        Ok(())
    }

    fn unsealed_number(&self, row: &Row, id: &str) -> Result<SecretString, StoreError> {
        let sealed: Option<Vec<u8>> = row.try_get("sealed_number")?;
        let opened = sealed.and_then(|sealed| self.key.unseal(&row_name(id), &sealed));
        opened.ok_or_else(|| StoreError::corrupt(TABLE, "sealed_number", id, &"the encryption key does not open it"))
    }
}

impl Link {
    fn goes_on(&self, now_ms: i64) -> Result<(), LinkRefusal> {
        match self.state {
            LinkState::Done => Err(LinkRefusal::Done),
            LinkState::Spent => Err(LinkRefusal::Spent),
            _ if now_ms >= self.expires_at_ms => Err(LinkRefusal::Expired),
            _ => Ok(()),
        }
    }

    /// Nobody's yet, or this browser's.
    fn is_of(&self, browser: &str) -> bool {
        self.browser.as_ref().is_none_or(|own| own == browser)
    }
}

async fn of_id(transaction: &mut Transaction, id: &str) -> Result<Option<Link>, StoreError> {
    locked(transaction, id).await?.map(|row| read(&row)).transpose()
}

async fn locked(transaction: &mut Transaction, id: &str) -> Result<Option<Row>, StoreError> {
    let lock = transaction.engine().for_update();
    query_of(format!("SELECT * FROM links WHERE link_id = $1{lock}")).bind(id).fetch_optional(transaction).await
}

/// The link, locked, if this very browser may take its next step.
async fn next(transaction: &mut Transaction, id: &str, browser: &str, now_ms: i64) -> Stepped<(Row, Link)> {
    let Some(row) = locked(transaction, id).await? else { return Ok(Err(LinkRefusal::Unknown)) };
    let link = read(&row)?;
    if link.browser.as_deref() != Some(browser) {
        return Ok(Err(LinkRefusal::OtherBrowser));
    }
    Ok(link.goes_on(now_ms).map(|()| (row, link)))
}

pub(crate) fn row_name(id: &str) -> String {
    format!("links/{id}")
}
