//! The header of a frame, and the table of attachments of a payload.

use ipc_core::envelope::attachments::{MAX_ATTACHMENTS, put_table, split};
use ipc_core::envelope::{HEADER_BYTES, Header};

use crate::payload::Payload;

/// What is read is written back as it was; the parts of a payload lie in it, one behind the other, and fill it.
pub fn envelope(data: &[u8]) {
    if let Some(bytes) = data.first_chunk::<HEADER_BYTES>()
        && let Ok(header) = Header::decode(*bytes)
    {
        assert_eq!(header.encode(), *bytes);
        assert!(header.prefix_bytes() <= HEADER_BYTES + usize::from(header.channel_bytes));
    }
    table(data);
    // A header first, as on the wire, or the table at once.
    table(data.get(HEADER_BYTES..).unwrap_or_default());
}

fn table(payload: &[u8]) {
    let checked = Payload::lent(payload, true).check();
    let Ok(parts) = split(payload) else {
        assert!(checked.is_err());
        assert!(Payload::lent(payload, true).open().is_err() && Payload::owned(payload.to_vec(), true).open().is_err());
        return;
    };
    assert!(checked.is_ok() && parts.attachments.len() <= MAX_ATTACHMENTS);
    let mut again = Vec::new();
    put_table(&mut again, parts.attachments.iter().map(ExactSizeIterator::len));
    assert_eq!(again.len(), parts.json.start);
    again.extend_from_slice(&payload[parts.json.clone()]);
    let mut end = parts.json.end;
    for part in &parts.attachments {
        assert_eq!(part.start, end);
        again.extend_from_slice(&payload[part.clone()]);
        end = part.end;
    }
    assert_eq!(again, payload);

    let (lent, copied) = Payload::lent(payload, true).open().unwrap();
    let (owned, shared) = Payload::owned(payload.to_vec(), true).open().unwrap();
    assert_eq!((&*lent, copied), (&*owned, shared));
}
