//! Tokens: what a peer shows to be granted more, or less, than any peer of the same user.

pub(crate) mod issued;
mod options;

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Read, Write};
use std::process::Command;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

pub use issued::IssueError;
pub use options::TokenOptions;

/// The bytes of a token's secret: 256 bits, which nobody guesses.
pub(crate) const SECRET_BYTES: usize = 32;

/// The letters of a token: the digits of its number, a dot, the digits of its secret.
const LETTERS: usize = 16 + 1 + 2 * SECRET_BYTES;

/// A secret that a server gave out with some grants: whoever shows it when the connection begins has them.
///
/// [`Server::issue_token`](crate::Server::issue_token) makes one, [`ClientBuilder::token`](crate::ClientBuilder::token)
/// shows it. On the way to a child process it goes by the child's environment ([`to_env`](Self::to_env)), or, where other
/// programs of the same user may read that, by a pipe ([`write_to`](Self::write_to), [`read_from`](Self::read_from)); not
/// by the command line, which everybody on the machine reads.
///
/// `Debug` shows no letter of it, and its memory is overwritten when it is dropped. It has no `Display`:
/// [`expose`](Self::expose) is what there is, so that whoever shows one does so on purpose.
#[derive(Clone)]
pub struct Token {
    id: TokenId,
    text: Zeroizing<String>,
}

/// The number of a token, by which a server revokes it and its log names it. It is no secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenId(u64);

/// Why a text is no token. The text is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the text is no token: one has 16 hexadecimal digits, a dot and 64 hexadecimal digits")]
pub struct TokenError;

/// Why no token was had from elsewhere.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadTokenError {
    /// The environment has no such variable.
    #[error("the variable `{variable}` is not set: whoever starts this process sets it, with `Token::to_env`")]
    NotSet {
        /// The variable.
        variable: String,
    },
    /// Reading failed.
    #[error("the token could not be read: {0}")]
    Io(#[from] io::Error),
    /// What was read is no token.
    #[error(transparent)]
    Malformed(#[from] TokenError),
}

impl Token {
    /// The variable in the environment of a process by which it is given its token.
    pub const ENV: &'static str = "IPC_BRIDGE_TOKEN";

    pub(crate) fn new(id: TokenId, secret: &[u8; SECRET_BYTES]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(LETTERS));
        text.push_str(&id.to_string());
        text.push('.');
        for byte in secret {
            // Digit by digit, lest a copy of them be left somewhere.
            for digit in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(digit.into(), 16));
            }
        }
        Self { id, text }
    }

    /// The token's number.
    pub const fn id(&self) -> TokenId {
        self.id
    }

    /// The token itself: whoever reads it has its grants.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Puts the token into the environment of a child that is about to be started, as [`ENV`](Self::ENV).
    ///
    /// The environment of a process can be read by its user's other processes, and is inherited by its children: give one
    /// to a child that is trusted with what it starts, and make it [of one use](TokenOptions::one_use).
    ///
    /// ```
    /// # use std::process::Command;
    /// # fn start(token: &ipc_transport::Token) {
    /// let mut window = Command::new("my-window");
    /// token.to_env(&mut window);
    /// # }
    /// ```
    pub fn to_env(&self, child: &mut Command) {
        child.env(Self::ENV, self.expose());
    }

    /// The token in the environment of this process: `Token::from_env(Token::ENV)`. It stays there: what this process
    /// starts inherits it, unless it is kept from it with `Command::env_remove`.
    ///
    /// # Errors
    ///
    /// There is none, or what is there is no token.
    pub fn from_env(variable: impl AsRef<OsStr>) -> Result<Self, ReadTokenError> {
        let variable = variable.as_ref();
        let not_set = || ReadTokenError::NotSet { variable: variable.to_string_lossy().into_owned() };
        let text = Zeroizing::new(std::env::var_os(variable).ok_or_else(not_set)?.into_encoded_bytes());
        Ok(std::str::from_utf8(&text).map_err(|_| TokenError)?.parse()?)
    }

    /// Writes the token and a line feed: into the standard input of a child, say.
    ///
    /// # Errors
    ///
    /// Writing failed.
    pub fn write_to(&self, mut writer: impl Write) -> io::Result<()> {
        writer.write_all(self.expose().as_bytes())?;
        writer.write_all(b"\n")?;
        writer.flush()
    }

    /// Reads what [`write_to`](Self::write_to) wrote, and no byte more: what follows the line can be read by others.
    ///
    /// # Errors
    ///
    /// Reading failed, or what is there is no token.
    pub fn read_from(mut reader: impl Read) -> Result<Self, ReadTokenError> {
        let mut line = Zeroizing::new([0; LETTERS]);
        let mut rest = Zeroizing::new([0; 1]);
        let cut = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => TokenError.into(),
            _ => ReadTokenError::Io(error),
        };
        reader.read_exact(&mut *line).map_err(cut)?;
        reader.read_exact(&mut *rest).map_err(cut)?;
        if *rest == *b"\r" {
            reader.read_exact(&mut *rest).map_err(cut)?;
        }
        if *rest != *b"\n" {
            return Err(TokenError.into());
        }
        Ok(std::str::from_utf8(&*line).map_err(|_| TokenError)?.parse()?)
    }

    /// The number and the secret that a text shows.
    pub(crate) fn parts(text: &str) -> Option<(TokenId, Zeroizing<[u8; SECRET_BYTES]>)> {
        let (id, digits) = text.split_once('.')?;
        let is_digit = |letter: &u8| matches!(letter, b'0'..=b'9' | b'a'..=b'f');
        if id.len() != 16 || digits.len() != 2 * SECRET_BYTES || !id.bytes().chain(digits.bytes()).all(|d| is_digit(&d))
        {
            return None;
        }
        let id = TokenId(u64::from_str_radix(id, 16).ok()?);
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        for (byte, pair) in secret.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            for &digit in pair {
                *byte = *byte << 4 | u8::try_from(char::from(digit).to_digit(16)?).ok()?;
            }
        }
        Some((id, secret))
    }
}

/// Compared in a time that does not tell where two differ.
impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.text.as_bytes().ct_eq(other.text.as_bytes()).into()
    }
}

impl Eq for Token {}

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let (id, _) = Self::parts(text).ok_or(TokenError)?;
        Ok(Self { id, text: Zeroizing::new(text.to_owned()) })
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({}.***)", self.id)
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenId({self})")
    }
}

/// A token as a hello shows it, whatever it is.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Presented(pub(crate) Zeroizing<String>);

impl PartialEq for Presented {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Presented {}

impl From<&Token> for Presented {
    fn from(token: &Token) -> Self {
        Self(token.text.clone())
    }
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests;
