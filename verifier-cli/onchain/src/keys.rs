//! Key files: a key in hex, or a keystore with its password. One that others than its owner can read
//! is not used, and said by name. `specs/14-chain.md`, section Who sends.
//!
//! In the data's way this stands before the sender. What a file holds is in no error.

use std::{
    fmt,
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use alloy_primitives::Address;
use alloy_signer_local::PrivateKeySigner;
use serde::Deserialize;
use tempfile::NamedTempFile;

/// No key, password or keystore is larger, in bytes.
const MAX_KEY_FILE: u64 = 64 << 10;

/// Bits of a mode that are others' than the owner's.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// Most memory that a keystore's key may take to derive, in bytes. Wallets take 8 to 256 MiB.
const MAX_SCRYPT_MEMORY: u64 = 1 << 30;

/// Most rounds that a keystore's key may take to derive. Wallets take 2^18.
const MAX_ROUNDS: u64 = 1 << 24;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A file that cannot be read.
    #[error("{file}: cannot be read: {error}")]
    Read {
        /// Name of the file.
        file: String,
        /// Error of the operating system.
        error: io::Error,
    },
    /// A file that others can use.
    #[error("{file}: others can read or change it (mode {mode:03o}): chmod 600 {file}")]
    Others {
        /// Name of the file.
        file: String,
        /// Permissions of the file.
        mode: u32,
    },
    /// A file without a key. What it holds is nobody's business.
    #[error("{file}: not a private key: 32 bytes in hex are expected")]
    NoKey {
        /// Name of the file.
        file: String,
    },
    /// A file that is no keystore, or one of another kind.
    #[error("{file}: not a keystore of version 3: {what}")]
    NoKeystore {
        /// Name of the file.
        file: String,
        /// What is wrong with the keystore.
        what: &'static str,
    },
    /// Another password's keystore.
    #[error("{file}: the password does not open it")]
    Password {
        /// Name of the file.
        file: String,
    },
    /// A keystore that names another account than its key's.
    #[error("{file}: it says that it is of {expected}, and its key is of {found}")]
    OtherAccount {
        /// Name of the file.
        file: String,
        /// Account that the keystore names.
        expected: Address,
        /// Account of the keystore's key.
        found: Address,
    },
}

/// Where a key, a keystore or a password is read.
#[derive(Clone, Copy, Debug)]
pub enum KeySource<'a> {
    /// A file; refused if others can read it.
    File(&'a Path),
    /// What stdin gives.
    Stdin,
}

impl<'a, P: AsRef<Path> + ?Sized> From<&'a P> for KeySource<'a> {
    fn from(path: &'a P) -> Self {
        Self::File(path.as_ref())
    }
}

impl KeySource<'_> {
    /// The source's name in errors.
    fn name(self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "stdin".to_owned(),
        }
    }
}

/// A password, which shows itself to nobody.
pub struct Password(String);

impl Password {
    /// What was typed.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The first line of a file.
    ///
    /// # Errors
    ///
    /// [`KeyError`], if the source cannot be read, or others can read it.
    pub fn from_file<'a>(source: impl Into<KeySource<'a>>) -> Result<Self, KeyError> {
        let text = text(source.into())?.unwrap_or_default();
        Ok(Self(text.lines().next().unwrap_or_default().to_owned()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// The key in a file: 32 bytes in hex, on a line.
///
/// # Errors
///
/// If the file cannot be read, or others can read it, or it holds no key.
pub fn raw<'a>(source: impl Into<KeySource<'a>>) -> Result<PrivateKeySigner, KeyError> {
    let source = source.into();
    let text = text(source)?.unwrap_or_default();
    text.trim().parse().map_err(|_| KeyError::NoKey { file: source.name() })
}

/// The key in a keystore file, as `cast wallet`, geth and ethers write them (Web3 Secret Storage, version 3).
///
/// # Errors
///
/// If the file cannot be read, or others can read it, or it is no keystore, or of another password.
pub fn keystore<'a>(
    source: impl Into<KeySource<'a>>,
    password: &Password,
) -> Result<PrivateKeySigner, KeyError> {
    let source = source.into();
    let (file, (text, keystore)) = (source.name(), checked(source)?);
    let expected = keystore.account();
    let aside = respelt(&text).transpose().map_err(|error| {
        let file = file.clone();
        KeyError::Read { file, error }
    })?;
    let path = match (source, &aside) {
        (_, Some(aside)) => aside.path(),
        (KeySource::File(path), None) => path,
        (KeySource::Stdin, None) => return Err(no_file(file)),
    };
    let opened = PrivateKeySigner::decrypt_keystore(path, &password.0);
    let signer = opened.map_err(|_| KeyError::Password { file: file.clone() })?;
    match expected {
        Some(expected) if expected != signer.address() => {
            Err(KeyError::OtherAccount { file, expected, found: signer.address() })
        }
        _ => Ok(signer),
    }
}

/// Checks that a file is a keystore that can be opened; the account that it names, if it does. The
/// library that opens it takes its word for every length.
///
/// # Errors
///
/// If the file cannot be read, or others can read it, or it is no keystore.
pub fn check<'a>(source: impl Into<KeySource<'a>>) -> Result<Option<Address>, KeyError> {
    checked(source.into()).map(|(_, keystore)| keystore.account())
}

/// The text of a keystore that can be opened, and what it says of itself.
fn checked(source: KeySource<'_>) -> Result<(String, Keystore), KeyError> {
    let file = source.name();
    // It is read twice, and has to be what it was.
    match source {
        KeySource::File(path) if path.metadata().is_ok_and(|metadata| !metadata.is_file()) => {
            return Err(no_file(file));
        }
        KeySource::Stdin => return Err(no_file(file)),
        KeySource::File(_) => {}
    }
    let refused = |what| Err(KeyError::NoKeystore { file, what });
    let Some(text) = text(source)? else { return refused("it is no text") };
    let Ok(keystore) = serde_json::from_str::<Keystore>(&text) else {
        return refused("fields are missing, or there is no JSON");
    };
    match keystore.fault() {
        None => Ok((text, keystore)),
        Some(what) => refused(what),
    }
}

/// A keystore as ethers writes it, with `Crypto` where others have `crypto`, put aside as these would have
/// it, in a file for its owner alone: the library reads a file, and knows no other name. `None` if it needs
/// none. What is put aside is encrypted as it was.
fn respelt(text: &str) -> Option<io::Result<NamedTempFile>> {
    let mut fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let crypto = fields.remove(OF_ETHERS)?;
    fields.insert("crypto".to_owned(), crypto);
    Some((|| {
        let mut aside = NamedTempFile::new()?;
        serde_json::to_writer(&mut aside, &fields)?;
        aside.flush()?;
        Ok(aside)
    })())
}

/// The name that ethers has for what is encrypted.
const OF_ETHERS: &str = "Crypto";

/// What can be read once is no keystore.
const fn no_file(file: String) -> KeyError {
    KeyError::NoKeystore { file, what: "a file of its own is expected" }
}

/// What a keystore says of itself.
#[derive(Deserialize)]
struct Keystore {
    #[serde(rename = "id")]
    _id: String,
    version: u64,
    address: Option<String>,
    // `OF_ETHERS`, which an attribute cannot name.
    #[serde(alias = "Crypto")]
    crypto: Crypto,
}

#[derive(Deserialize)]
struct Crypto {
    cipher: String,
    cipherparams: CipherParameters,
    ciphertext: String,
    kdf: String,
    kdfparams: Derivation,
    mac: String,
}

#[derive(Deserialize)]
struct CipherParameters {
    iv: String,
}

/// Parameters of the key's derivation: of scrypt `n`, `r` and `p`, of PBKDF2 `c` and `prf`.
#[derive(Deserialize)]
struct Derivation {
    dklen: u64,
    salt: String,
    n: Option<u64>,
    r: Option<u64>,
    p: Option<u64>,
    c: Option<u64>,
    prf: Option<String>,
}

impl Keystore {
    /// The account, which geth writes without `0x`.
    fn account(&self) -> Option<Address> {
        self.address.as_deref()?.parse().ok()
    }

    /// What keeps it from being opened.
    fn fault(&self) -> Option<&'static str> {
        let Crypto { cipher, cipherparams, ciphertext, kdf, kdfparams, mac } = &self.crypto;
        let derivation = match (kdf.as_str(), kdfparams) {
            ("scrypt", Derivation { n: Some(n), r: Some(r), p: Some(p), .. }) => {
                let block = r.saturating_mul(128);
                let memory = block.saturating_mul(*n).max(block.saturating_mul(*p));
                let rounds = n.saturating_mul(*r).saturating_mul(*p);
                // RFC 7914, section 2.
                n.is_power_of_two()
                    && (2..=MAX_ROUNDS).contains(n)
                    && u64::from(n.ilog2()) < r.saturating_mul(16)
                    && *r > 0
                    && *p > 0
                    && memory <= MAX_SCRYPT_MEMORY
                    && rounds <= 8 * MAX_ROUNDS
            }
            ("pbkdf2", Derivation { c: Some(c), prf: Some(prf), .. }) => {
                (1..=MAX_ROUNDS).contains(c) && prf == "hmac-sha256"
            }
            _ => return Some("scrypt or pbkdf2 with its parameters is expected"),
        };
        let checks = [
            (self.version == 3, "it is of another version"),
            (cipher == "aes-128-ctr", "the cipher aes-128-ctr is expected"),
            (is_hex(&cipherparams.iv, 16), "its iv has not 16 bytes"),
            (is_hex(ciphertext, 32), "its ciphertext has not 32 bytes"),
            (is_hex(mac, 32), "its mac has not 32 bytes"),
            (is_hex(&kdfparams.salt, kdfparams.salt.len() / 2), "its salt is not in hex"),
            (kdfparams.dklen >= 32, "its derived key is too short"),
            (derivation, "its key takes too much to derive, or its parameters are none"),
        ];
        checks.into_iter().find(|(holds, _)| !holds).map(|(_, what)| what)
    }
}

/// Whether a text is so many bytes in hex.
fn is_hex(text: &str, bytes: usize) -> bool {
    text.len() == 2 * bytes && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// The text of a file that only its owner can read; none if it is no text.
fn text(source: KeySource<'_>) -> Result<Option<String>, KeyError> {
    let read = |error| KeyError::Read { file: source.name(), error };
    let (mut reader, mode): (Box<dyn Read>, _) = match source {
        KeySource::Stdin => {
            let stdin = io::stdin().lock();
            let mode = stdin_mode(&stdin).map_err(read)?;
            (Box::new(stdin), mode)
        }
        KeySource::File(path) => {
            let file = File::open(path).map_err(read)?;
            let mode = others(&file).map_err(read)?;
            (Box::new(file), mode)
        }
    };
    if let Some(mode) = mode {
        return Err(KeyError::Others { file: source.name(), mode });
    }
    let mut bytes = Vec::new();
    reader.by_ref().take(MAX_KEY_FILE).read_to_end(&mut bytes).map_err(read)?;
    Ok(String::from_utf8(bytes).ok())
}

/// The permissions of a file, if others can read or change it. A pipe has none to speak of.
#[cfg(unix)]
fn others(file: &File) -> io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata()?;
    let mode = metadata.permissions().mode() & 0o777;
    Ok((metadata.is_file() && mode & OTHERS != 0).then_some(mode))
}

#[cfg(not(unix))]
fn others(_: &File) -> io::Result<Option<u32>> {
    Ok(None)
}

/// [`others`] of what stdin is: a file may have been put there.
#[cfg(unix)]
fn stdin_mode(stdin: &io::StdinLock<'_>) -> io::Result<Option<u32>> {
    use std::os::fd::AsFd;
    others(&stdin.as_fd().try_clone_to_owned()?.into())
}

#[cfg(not(unix))]
fn stdin_mode(_: &io::StdinLock<'_>) -> io::Result<Option<u32>> {
    Ok(None)
}

#[cfg(test)]
mod tests;
