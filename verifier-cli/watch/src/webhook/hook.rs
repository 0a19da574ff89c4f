//! A [`Hook`]: the address of a receiver, which may hold a key and is never shown, and the [`Secret`] that what it
//! gets is signed with.

use std::{fmt, io, sync::Arc};

use iso_evm_verifier::hash::keccak256;
use url::Url;

use crate::store::StoreError;

/// The fewest bytes that a secret may have.
const LEAST: usize = 16;

/// Where notices go.
#[derive(Clone, PartialEq, Eq)]
pub struct Hook {
    url: Url,
    name: String,
}

/// What notices are signed with.
#[derive(Clone)]
pub struct Secret(Arc<[u8]>);

/// Why notices cannot be delivered at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// Not an address.
    #[error("no address of a webhook: http://… or https://… is expected")]
    Address,
    /// A secret that says little.
    #[error("the secret has {found} bytes, and at least {LEAST} are expected")]
    Secret {
        /// How many bytes it has.
        found: usize,
    },
    /// The database cannot be had.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no threads.
    #[error("no threads: {0}")]
    Threads(io::Error),
    /// The system gives no client: no certificates, for one.
    #[error("no client for webhooks: {0}")]
    Client(String),
}

/// The address, which may hold a key, is not shown.
impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").finish_non_exhaustive()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Hook {
    /// The receiver at an address.
    ///
    /// # Errors
    ///
    /// [`HookError::Address`], if that is no URL of HTTP.
    pub fn parse(address: &str) -> Result<Self, HookError> {
        let url: Url = address.parse().map_err(|_| HookError::Address)?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(HookError::Address);
        }
        let name = keccak256(format!("iso-evm webhook {url}").as_bytes()).to_string();
        Ok(Self { url, name })
    }

    /// What the receiver is called in the store: the same for the same address, which it does not tell.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) const fn url(&self) -> &Url {
        &self.url
    }
}

impl Secret {
    /// A secret.
    ///
    /// # Errors
    ///
    /// [`HookError::Secret`], if it is short enough to be guessed.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, HookError> {
        let bytes: Vec<u8> = bytes.into();
        if bytes.len() < LEAST {
            return Err(HookError::Secret { found: bytes.len() });
        }
        Ok(Self(bytes.into()))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn neither_address_nor_secret_is_shown() {
        let hook = Hook::parse("https://user:pass@example.com/hooks/T0KEN?key=k3y").unwrap();
        let secret = Secret::new("sixteen bytes of it").unwrap();
        let shown = format!("{hook:?} {secret:?} {}", hook.name());
        for hidden in ["example", "T0KEN", "k3y", "pass", "sixteen"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
        for wrong in ["", "example.com", "ftp://example.com", "https://T0KEN@", "//T0KEN"] {
            let error = Hook::parse(wrong).unwrap_err().to_string();
            assert!(!error.contains("T0KEN"), "{error}");
        }
        assert!(Secret::new("short").is_err());
    }
}
