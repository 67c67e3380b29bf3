//! What a client expects of its server, compared when it connects.

use std::fmt;
use std::sync::Arc;

use ipc_core::{Contract, ContractMismatch, DescriptionError, Fingerprints};

use super::{Client, ClientBuilder};
use crate::connect::ConnectError;

/// What becomes of a client whose server serves another contract than it [expects](ClientBuilder::expect_contract).
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Mismatch {
    /// The log has one line that names the channels (a warning), and the client goes on: its calls of all other channels
    /// work.
    #[default]
    Warn,
    /// The client does not connect: [`ConnectError::Contract`] names the channels.
    Refuse,
    /// The application decides: `true` goes on, without a line in the log, and `false` does not connect.
    Decide(Arc<dyn Fn(&ContractMismatch) -> bool + Send + Sync>),
}

impl Mismatch {
    /// The application decides: `Mismatch::decide(|mismatch| mismatch.differing.is_empty())`.
    pub fn decide(decide: impl Fn(&ContractMismatch) -> bool + Send + Sync + 'static) -> Self {
        Self::Decide(Arc::new(decide))
    }
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warn => "Warn",
            Self::Refuse => "Refuse",
            Self::Decide(_) => "Decide(..)",
        })
    }
}

impl ClientBuilder {
    /// Says what the client expects of its server, which is compared when it connects:
    /// `.expect_contract(Contract::new().service::<DataClient<Client>>())`.
    ///
    /// A server whose hello has the fingerprint of just this contract is not asked further. Any other is asked for its
    /// description, once, on the channel `ipc:introspect`; what it has beside what is expected is no mismatch. Where it
    /// denies that, or does not answer within [`Limits::handshake`](crate::Limits::handshake), it is not known which
    /// channels differ, and that is a mismatch as well.
    ///
    /// Without this, nothing is compared: calls of channels that differ fail one by one, by what cannot be read.
    pub fn expect_contract(mut self, contract: impl Into<Contract>) -> Self {
        self.contract = Some(contract.into());
        self
    }

    /// What becomes of the client where the server serves another contract: [`Mismatch::Warn`], unless it is set.
    pub fn on_mismatch(mut self, mismatch: Mismatch) -> Self {
        self.mismatch = mismatch;
        self
    }

    /// What is expected of the server, if anything is.
    pub(super) fn expectation(&self) -> Result<Option<Expectation>, DescriptionError> {
        let Some(contract) = &self.contract else { return Ok(None) };
        Ok(Some(Expectation { fingerprints: contract.fingerprints()?, mismatch: self.mismatch.clone() }))
    }
}

/// What is expected of a server, and what becomes of the client otherwise.
pub(super) struct Expectation {
    fingerprints: Fingerprints,
    mismatch: Mismatch,
}

impl Expectation {
    /// Compares it with what the server says.
    pub(super) async fn check(&self, client: &Client) -> Result<(), ConnectError> {
        let actual = client.server().fingerprint.as_deref();
        if actual == Some(self.fingerprints.whole()) {
            return Ok(());
        }
        let within = client.shared.link.limits.handshake;
        let mismatch = match client.timeout(within).describe().await {
            Ok(description) => self.fingerprints.mismatch(&description),
            Err(error) => {
                Some(ContractMismatch::unknown(&self.fingerprints, actual.map(str::to_owned), NotTold(error)))
            }
        };
        let Some(mismatch) = mismatch else { return Ok(()) };
        let goes_on = match &self.mismatch {
            Mismatch::Warn => {
                tracing::warn!("{mismatch}");
                true
            }
            Mismatch::Refuse => false,
            Mismatch::Decide(decide) => decide(&mismatch),
        };
        if goes_on { Ok(()) } else { Err(ConnectError::Contract(Box::new(mismatch))) }
    }
}

/// Why a server does not tell what it serves.
struct NotTold(ipc_core::InvokeError);

impl fmt::Display for NotTold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.code() {
            Some(ipc_core::code::DENIED) => write!(f, "this client has no grant for `{}`", ipc_core::INTROSPECT),
            Some(ipc_core::code::UNKNOWN_CHANNEL) => f.write_str("the server does not tell"),
            _ => write!(f, "asking the server failed: {}", self.0),
        }
    }
}
