//! The table that a payload with attachments begins with: how many there are, and how long each is.
//!
//! ```text
//! count: u32 | length: u32, count times | JSON | attachment 0 | attachment 1 | …
//! ```

use std::ops::Range;

/// The most attachments that one message has. A table is small and what is made of it is not: without a bound, 16 MiB
/// of empty attachments would take eight times as much.
pub const MAX_ATTACHMENTS: usize = 65_536;

/// Where the parts of a payload with attachments lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The JSON text.
    pub json: Range<usize>,
    /// The attachments, in their order.
    pub attachments: Vec<Range<usize>>,
}

/// Why a payload has no table of attachments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The payload ends within the table.
    #[error("the table of attachments is not whole")]
    Short,
    /// More attachments than a message may have.
    #[error("{0} attachments, and a message has at most {MAX_ATTACHMENTS}")]
    TooMany(u32),
    /// The attachments would be larger than the payload.
    #[error("the attachments have more bytes than the message")]
    Length,
}

/// The bytes of the table of this many attachments.
pub const fn table_bytes(count: usize) -> usize {
    4 + 4 * count
}

/// Appends the table of attachments of these lengths.
pub fn put_table(out: &mut Vec<u8>, lengths: impl ExactSizeIterator<Item = usize>) {
    let number = |number: usize| u32::try_from(number).expect("a message has less than 4 GiB").to_le_bytes();
    out.extend_from_slice(&number(lengths.len()));
    for length in lengths {
        out.extend_from_slice(&number(length));
    }
}

/// Finds the parts of a payload that begins with a table of attachments.
///
/// # Errors
///
/// The first rule of the protocol that the table breaks.
pub fn split(payload: &[u8]) -> Result<Parts, TableError> {
    let (count, rest) = payload.split_first_chunk::<4>().ok_or(TableError::Short)?;
    let count = u32::from_le_bytes(*count);
    let many = usize::try_from(count).ok().filter(|many| *many <= MAX_ATTACHMENTS).ok_or(TableError::TooMany(count))?;
    let (lengths, _) = rest.split_at_checked(4 * many).ok_or(TableError::Short)?;
    let (lengths, _) = lengths.as_chunks::<4>();
    let lengths = lengths.iter().map(|length| u32::from_le_bytes(*length) as usize);
    let all = lengths.clone().try_fold(0_usize, usize::checked_add).ok_or(TableError::Length)?;
    let json = table_bytes(many)..payload.len().checked_sub(all).ok_or(TableError::Length)?;
    if json.end < json.start {
        return Err(TableError::Length);
    }
    let mut next = json.end;
    let attachments = lengths
        .map(|length| {
            let start = next;
            next += length;
            start..next
        })
        .collect();
    Ok(Parts { json, attachments })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(lengths: &[u32], rest: &[u8]) -> Vec<u8> {
        let mut payload = Vec::new();
        put_table(&mut payload, lengths.iter().map(|length| *length as usize));
        payload.extend_from_slice(rest);
        payload
    }

    #[test]
    fn the_parts_of_a_payload_are_found_where_they_were_put() {
        let whole = payload(&[3, 0, 2], br#"{"a":"$0"}abcde"#);
        let parts = split(&whole).expect("a table");
        assert_eq!(&whole[parts.json], br#"{"a":"$0"}"#);
        let attachments: Vec<_> = parts.attachments.into_iter().map(|part| &whole[part]).collect();
        assert_eq!(attachments, [b"abc".as_slice(), b"", b"de"]);
    }

    #[test]
    fn a_table_may_be_empty_and_so_may_be_the_json() {
        assert_eq!(split(&payload(&[], b"7")), Ok(Parts { json: 4..5, attachments: vec![] }));
        assert_eq!(
            split(&payload(&[2], b"ab")),
            Ok(Parts { json: 8..8, attachments: std::iter::once(8..10).collect() })
        );
    }

    #[test]
    fn a_table_that_claims_more_than_there_is_is_refused() {
        for short in [b"".as_slice(), &[1, 0, 0], &[1, 0, 0, 0], &[2, 0, 0, 0, 1, 0, 0, 0, 1]] {
            assert_eq!(split(short), Err(TableError::Short), "{short:?}");
        }
        assert_eq!(split(&payload(&[3], b"ab")), Err(TableError::Length));
        assert_eq!(split(&payload(&[u32::MAX, u32::MAX], b"ab")), Err(TableError::Length));
        assert_eq!(split(&u32::MAX.to_le_bytes()), Err(TableError::TooMany(u32::MAX)));
    }
}
