//! The tokens that a server has given out.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use ipc_core::{Grants, GrantsError};
use subtle::ConstantTimeEq as _;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::{Presented, SECRET_BYTES, Token, TokenId, TokenOptions};

/// The tokens that are of no use any more and that the log can still tell what became of.
const REMEMBERED: usize = 1024;

/// Why a token was not issued.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The grants name what is not there.
    #[error(transparent)]
    Grants(#[from] GrantsError),
    /// The operating system has no random bits.
    #[error("the operating system gave no random bits: {0}")]
    Random(getrandom::Error),
}

/// Why a token is not taken. The peer is not told: it learns nothing of what tokens there are, or were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Malformed,
    Unknown,
    Used,
    Expired,
    Revoked,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "it is none",
            Self::Unknown => "no such token was issued, or it is long of no use",
            Self::Used => "it was of one use, and has been used",
            Self::Expired => "it has expired",
            Self::Revoked => "it was revoked",
        })
    }
}

/// A token of this server, for as long as a connection has it.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) id: TokenId,
    revoked: AtomicBool,
}

impl Issued {
    /// Whether it was revoked since the connection began.
    pub(crate) fn is_revoked(&self) -> bool {
        self.revoked.load(Ordering::Acquire)
    }
}

/// All tokens that a server has given out.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    tokens: HashMap<TokenId, Record>,
    /// Those that are of no use any more, the oldest first.
    ended: VecDeque<TokenId>,
}

#[derive(Debug)]
struct Record {
    issued: Arc<Issued>,
    state: State,
}

#[derive(Debug)]
enum State {
    Living(Living),
    Ended(Refusal),
}

struct Living {
    secret: Zeroizing<[u8; SECRET_BYTES]>,
    grants: Grants,
    expires: Option<Instant>,
    one_use: bool,
}

impl fmt::Debug for Living {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Living").field("grants", &self.grants).finish_non_exhaustive()
    }
}

impl Tokens {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().expect("nothing panics while it holds the tokens")
    }

    /// Makes a token.
    ///
    /// # Errors
    ///
    /// The operating system has no random bits.
    pub(crate) fn issue(&self, options: TokenOptions) -> Result<Token, IssueError> {
        let TokenOptions { grants, expires_in, one_use } = options;
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        getrandom::fill(&mut *secret).map_err(IssueError::Random)?;
        let now = Instant::now();
        // A time that no clock reaches is none.
        let expires = expires_in.and_then(|time| now.checked_add(time));
        let mut table = self.table();
        table.expire(now);
        let id = loop {
            let id = TokenId(getrandom::u64().map_err(IssueError::Random)?);
            if !table.tokens.contains_key(&id) {
                break id;
            }
        };
        let token = Token::new(id, &secret);
        let issued = Arc::new(Issued { id, revoked: AtomicBool::new(false) });
        let state = State::Living(Living { secret, grants, expires, one_use });
        table.tokens.insert(id, Record { issued, state });
        Ok(token)
    }

    /// What a token grants that a peer shows.
    ///
    /// The number in it, which is no secret, finds the record; the secret itself is compared in a time that does not
    /// depend on where it differs, and is compared where there is no record too. So the time tells at most which numbers
    /// were given out, and those help nobody.
    ///
    /// # Errors
    ///
    /// Why the token is not taken.
    pub(crate) fn redeem(&self, presented: &Presented) -> Result<(Arc<Issued>, Grants), Refusal> {
        let (id, secret) = Token::parts(&presented.0).ok_or(Refusal::Malformed)?;
        let now = Instant::now();
        let mut table = self.table();
        let record = table.tokens.get_mut(&id);
        let nothing = [0; SECRET_BYTES];
        let known = match &record {
            Some(Record { state: State::Living(living), .. }) => &*living.secret,
            _ => &nothing,
        };
        let is_equal: bool = known.ct_eq(&*secret).into();
        let (issued, living) = match record {
            None => return Err(Refusal::Unknown),
            Some(Record { state: State::Ended(why), .. }) => return Err(*why),
            Some(Record { issued, state: State::Living(living) }) if is_equal => (Arc::clone(issued), living),
            Some(_) => return Err(Refusal::Unknown),
        };
        if living.expires.is_some_and(|expires| expires <= now) {
            table.end(id, Refusal::Expired);
            return Err(Refusal::Expired);
        }
        let (grants, one_use) = (living.grants.clone(), living.one_use);
        if one_use {
            table.end(id, Refusal::Used);
        }
        Ok((issued, grants))
    }

    /// Lets nobody in with a token any more. Answers whether it was one.
    pub(crate) fn revoke(&self, id: TokenId) -> bool {
        let mut table = self.table();
        let Some(record) = table.tokens.get(&id) else { return false };
        record.issued.revoked.store(true, Ordering::Release);
        table.end(id, Refusal::Revoked);
        true
    }
}

impl Table {
    /// Forgets the secret of a token, and notes why it is of no use.
    fn end(&mut self, id: TokenId, why: Refusal) {
        let Some(record) = self.tokens.get_mut(&id) else { return };
        let was_living = matches!(record.state, State::Living(_));
        record.state = State::Ended(why);
        if !was_living {
            return;
        }
        self.ended.push_back(id);
        // The oldest is forgotten, unless a connection has it, which may be told yet that it was revoked.
        for _ in REMEMBERED..self.ended.len() {
            let Some(oldest) = self.ended.pop_front() else { return };
            let is_held = self.tokens.get(&oldest).is_some_and(|record| Arc::strong_count(&record.issued) > 1);
            if is_held {
                self.ended.push_back(oldest);
            } else {
                self.tokens.remove(&oldest);
            }
        }
    }

    /// Ends the tokens whose time is over.
    fn expire(&mut self, now: Instant) {
        let is_over = |record: &Record| match &record.state {
            State::Living(living) => living.expires.is_some_and(|expires| expires <= now),
            State::Ended(_) => false,
        };
        let over: Vec<_> = self.tokens.iter().filter(|(_, record)| is_over(record)).map(|(id, _)| *id).collect();
        for id in over {
            self.end(id, Refusal::Expired);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn presented(token: &Token) -> Presented {
        Presented::from(token)
    }

    fn issue(tokens: &Tokens, options: impl Into<TokenOptions>) -> Token {
        tokens.issue(options.into()).expect("there are random bits")
    }

    #[test]
    fn a_token_grants_what_it_was_issued_with() {
        let tokens = Tokens::default();
        let grants = Grants::none().allow("data:read");
        let token = issue(&tokens, grants.clone());
        for _ in 0..2 {
            let (issued, granted) = tokens.redeem(&presented(&token)).unwrap();
            assert_eq!((issued.id, granted), (token.id(), grants.clone()));
        }
    }

    #[test]
    fn no_two_tokens_are_alike() {
        let tokens = Tokens::default();
        let (one, other) = (issue(&tokens, Grants::all()), issue(&tokens, Grants::all()));
        assert_ne!(one.id(), other.id());
        assert_ne!(one.expose().split('.').nth(1), other.expose().split('.').nth(1));
    }

    #[test]
    fn a_number_is_worth_nothing_without_its_secret() {
        let tokens = Tokens::default();
        let token = issue(&tokens, Grants::all());
        let secrets = [[0; SECRET_BYTES], [0xff; SECRET_BYTES]];
        for secret in secrets {
            let forged = Token::new(token.id(), &secret);
            assert_eq!(tokens.redeem(&presented(&forged)).unwrap_err(), Refusal::Unknown);
        }
        let mut nearly = token.expose().to_owned();
        let last = nearly.pop().expect("it has digits");
        nearly.push(if last == '0' { '1' } else { '0' });
        let nearly: Token = nearly.parse().unwrap();
        assert_eq!(tokens.redeem(&presented(&nearly)).unwrap_err(), Refusal::Unknown);
        let nobodys = Token::new(TokenId(7), &[0; SECRET_BYTES]);
        assert_eq!(tokens.redeem(&presented(&nobodys)).unwrap_err(), Refusal::Unknown);
        let none = Presented(Zeroizing::new("secret".to_owned()));
        assert_eq!(tokens.redeem(&none).unwrap_err(), Refusal::Malformed);
        // Nor does a guess use it up.
        assert!(tokens.redeem(&presented(&token)).is_ok());
    }

    #[test]
    fn a_token_of_one_use_is_used_once() {
        let tokens = Tokens::default();
        let token = issue(&tokens, TokenOptions::new(Grants::all()).one_use());
        let (issued, _) = tokens.redeem(&presented(&token)).unwrap();
        assert_eq!(tokens.redeem(&presented(&token)).unwrap_err(), Refusal::Used);
        assert!(tokens.revoke(token.id()), "what it granted can be taken back");
        assert!(issued.is_revoked());
        assert_eq!(tokens.redeem(&presented(&token)).unwrap_err(), Refusal::Revoked);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_expires() {
        let tokens = Tokens::default();
        let token = issue(&tokens, TokenOptions::new(Grants::all()).expires_in(Duration::from_secs(10)));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert!(tokens.redeem(&presented(&token)).is_ok());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(tokens.redeem(&presented(&token)).unwrap_err(), Refusal::Expired);
    }

    #[tokio::test(start_paused = true)]
    async fn tokens_that_nobody_used_do_not_pile_up() {
        let tokens = Tokens::default();
        for _ in 0..3 * REMEMBERED {
            issue(&tokens, TokenOptions::new(Grants::all()).expires_in(Duration::from_secs(1)));
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert!(tokens.table().tokens.len() <= REMEMBERED + 1);
        assert!(tokens.table().ended.len() <= REMEMBERED);
    }

    #[test]
    fn a_token_that_a_connection_has_can_be_revoked_however_many_came_later() {
        let tokens = Tokens::default();
        let token = issue(&tokens, TokenOptions::new(Grants::all()).one_use());
        let (issued, _) = tokens.redeem(&presented(&token)).unwrap();
        for _ in 0..2 * REMEMBERED {
            let later = issue(&tokens, Grants::all());
            assert!(tokens.revoke(later.id()));
        }
        assert!(tokens.revoke(token.id()) && issued.is_revoked());
        assert!(tokens.table().tokens.len() <= REMEMBERED + 1);
    }
}
