//! What a mistake says of a key that must be there: how it is written. docs/layouts.md says what it means.

/// How keys that tables need are written. A key of several tables is written alike in all of them.
const WRITTEN: [(&str, &str); 37] = [
    ("app", "the name of an [app]: app = \"vitale\""),
    ("atr", "items that make the answer to reset: atr = [{ hex = \"3B 00\" }]"),
    ("chip_bytes", "how many bytes of files fit: chip_bytes = 32768"),
    ("coding", "how the datum is written on the card: coding = \"ascii\""),
    ("counter", "the address of a word, two bytes in hexadecimal"),
    ("encryption", "the key of card files that gives this key"),
    ("end", "the address behind the last word, two bytes in hexadecimal"),
    ("end_at", "where in \"identity\" the end of the memory stands, counted from 0"),
    ("fid", "the file identifier, two bytes in hexadecimal: fid = \"0002\""),
    ("file", "the key of card files that names a file with a key"),
    ("first", "the address of the first word, two bytes in hexadecimal"),
    ("from", "the key of card files that gives it"),
    ("id", "what it shares with its certificate, one byte in hexadecimal"),
    ("in", "the name of an [app]: in = \"vitale\""),
    ("label", "what PKCS#15 files call it, text in quotes"),
    ("least", "the fewest sessions in which it works"),
    ("len", "how many bytes it has"),
    ("list", "the key of card files that lists the private keys"),
    ("longest", "the most characters of the PIN, 1 to 64"),
    ("mac", "the key of card files that gives this key"),
    ("most", "the most of them, a number: most = 16"),
    ("name", "the key of card files that names a private key"),
    ("number", "its number in its application: 1 to 31, of an environment 1 to 14"),
    ("origin", "one of public, inferred, invented"),
    ("record_length", "the bytes of a record, 1 to 254"),
    ("records", "how many records, 1 to 254"),
    ("reference", "what commands call it, one byte in hexadecimal"),
    ("refusal", "a table of status words: [memory.refusal]"),
    ("rule", "who may, the name of a [rule]: rule = \"free\""),
    ("se", "the number of a security environment, 1 to 14"),
    ("seed", "the key of card files that a generated key is made from"),
    ("shortest", "the fewest characters of the PIN, 1 to 64"),
    ("templates", "control reference templates: templates = [{ crt = \"A4\", usage = \"80\" }]"),
    ("tries", "how often it may fail in a row, 1 to 15"),
    ("type", "the key of card files that says what a private key is"),
    ("usage", "what the template is for, one byte in hexadecimal"),
    ("word", "the address of a word, two bytes in hexadecimal"),
];

/// What to write where `key` is missing; where nothing is known of it, which page says it.
pub(super) fn hint(key: &str) -> &'static str {
    let known = WRITTEN.binary_search_by(|(name, _)| (*name).cmp(key));
    known.map_or("docs/layouts.md says what each table has", |place| WRITTEN[place].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_their_order() {
        assert!(WRITTEN.is_sorted_by_key(|(key, _)| *key));
        for (key, written) in WRITTEN {
            assert_eq!(hint(key), written);
        }
        assert!(hint("motto").contains("docs/layouts.md"));
    }
}
