//! Whether bytes are a zone of groups, as billing programs get them [MEDINTUX-SSV coding]: so that somebody who gives
//! one where text belongs is told so. What it says is not asked here; `billing::groups` reads it.

use virtuale_engine::tlv::{Forms, read_length};

/// Whether these bytes are whole groups, the first of which has a number, and hold a byte that no text has.
pub(super) fn is_zone(bytes: &[u8]) -> bool {
    let begins = bytes.first_chunk().is_some_and(|number| *number != [0, 0]);
    let is_text = |byte: &u8| !byte.is_ascii_control() || matches!(byte, b'\t' | b'\n' | b'\r');
    begins && !bytes.iter().all(is_text) && are_groups(bytes).is_some()
}

fn are_groups(mut rest: &[u8]) -> Option<()> {
    while !rest.is_empty() {
        let (_, behind) = rest.split_at_checked(2)?;
        let (mut fields, next) = sized(behind)?;
        while !fields.is_empty() {
            fields = sized(fields)?.1;
        }
        rest = next;
    }
    Some(())
}

/// What has its length before it, and what stands behind.
fn sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = read_length(bytes, Forms::Shortest).ok()?;
    bytes.get(length.bytes..)?.split_at_checked(length.value)
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::is_zone;

    #[test]
    fn whole_groups_are_a_zone_and_text_is_none() {
        for zone in [&hex!("0065 02 0141")[..], &hex!("0304 04 03616263 0065 00"), &hex!("0001 00 0002 02 0000")] {
            assert!(is_zone(zone), "{zone:02X?}");
        }
        let texts =
            [&b""[..], b"a", b"layout = \"vitale2\"\n", b"\0l\0a\0y\0o\0u\0t\0 \0=", b"l\0a\0y\0o\0", &[0; 300]];
        for text in texts {
            assert!(!is_zone(text), "{text:02X?}");
        }
        assert!(!is_zone(&hex!("0065 02 0241")) && !is_zone(&hex!("0065 02 0141 00")));
        // A text may happen to have the lengths of one.
        assert!(!is_zone(b"ab\n\taaaaaaaaa"));
    }
}
