//! The API's half of a link: a caller who signed with credentials of this server proves to the link of a code who they are, and
//! is told whom they would link, and the one-time number. `bellhop link` calls it.

use store::{Link, LinkProof, LinkRefusal};
use wire::operations::Operation;

use super::LinkError;
use crate::app::authorization::Access;
use crate::app::{App, AppError, Caller, Origin};
use crate::credentials;

pub const LINK_NUMBER_DIGITS: usize = 6;

/// Whom the caller would link themselves to, and what to type into the page.
#[derive(Debug)]
pub struct Proven {
    pub link: Link,
    /// `482-913`
    pub number: secrecy::SecretString,
}

impl App {
    pub async fn prove_link(&self, caller: &Caller, code: &str) -> Result<Proven, AppError> {
        use secrecy::ExposeSecret as _;
        caller.authorize(&Access::to(Operation::ProveLink))?;
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let proof = LinkProof {
            principal_arn: caller.principal.arn.clone(),
            access_key_id: caller.access_key_id.clone(),
            source_ip: caller.origin.source_ip.to_string(),
            secure_transport: caller.origin.secure_transport,
            user_agent: caller.origin.user_agent.clone(),
            region: caller.origin.region.clone(),
        };
        let number = credentials::one_time_number(LINK_NUMBER_DIGITS)
            .map_err(|error| store::StoreError::Unavailable(error.to_string()))?;
        let now_ms = self.clock.now_ms();
        let proven = self.store.prove_link(&caller.account_id, &code.to_uppercase(), &proof, &number, now_ms).await?;
        let (link, number) = proven.map_err(|refusal| AppError::InvalidRequest(no_proof(refusal).to_owned()))?;
        let (first, second) = number.expose_secret().split_at_checked(LINK_NUMBER_DIGITS / 2).unwrap_or_default();
        Ok(Proven { number: format!("{first}-{second}").into(), link })
    }

    /// Whoever proved the link, as they are now: their policies of this moment, from where they signed.
    pub(super) async fn prover(&self, link: &Link) -> Result<Caller, LinkError> {
        let proof = link.proof.as_ref().ok_or(LinkRefusal::OutOfTurn)?;
        let ended = || LinkError::ProofEnded { principal_arn: proof.principal_arn.clone() };
        let now_ms = self.clock.now_ms();
        let identity = match self.identify(&proof.access_key_id).await {
            Ok(identity) => identity,
            Err(crate::app::NotIdentified::Store(error)) => return Err(error.into()),
            Err(_) => return Err(ended()),
        };
        if identity.may_call(now_ms).is_err() || identity.principal.arn != proof.principal_arn {
            return Err(ended());
        }
        let origin = Origin {
            source_ip: proof.source_ip.parse().map_err(|_| ended())?,
            secure_transport: proof.secure_transport,
            user_agent: proof.user_agent.clone(),
            region: proof.region.clone(),
        };
        Ok(Caller::new(&identity, &proof.access_key_id, origin, now_ms))
    }
}

/// To whoever runs `bellhop link`. Of another account, a code is unknown.
fn no_proof(refusal: LinkRefusal) -> &'static str {
    match refusal {
        LinkRefusal::Unknown => {
            "there is no link of this code in your account: look at the code on the page, and at which account you are in"
        }
        LinkRefusal::Expired => "the link has expired: say `switch-role` in the channel again",
        LinkRefusal::ProvenByAnother => {
            "another identity proved itself to this link before you did: if that was not you, say `switch-role` in the \
             channel again and show the new code to nobody"
        }
        LinkRefusal::Spent | LinkRefusal::Done => "the link was used: say `switch-role` in the channel again",
        LinkRefusal::OutOfTurn | LinkRefusal::OtherBrowser | LinkRefusal::WrongNumber { .. } => {
            "the link does not wait for a proof at this moment: go on in the browser in which you opened it"
        }
        LinkRefusal::TooManyPeople { .. } => "the channel has as many people with roles of their own as it may have",
    }
}
