//! Object identifiers in dotted form, with the names of those that stand in certificates and PKCS#15 files.

use x509_cert::spki::ObjectIdentifier;

/// Identifiers and what they are called, in the order of their numbers.
const NAMES: [(&str, &str); 38] = [
    // The agency's [PSC-POC-LEAF certificate].
    ("1.2.250.1.71.1.2.2", "type of the card"),
    ("1.2.250.1.71.1.2.3", "issuer and number of the card"),
    ("1.2.250.1.71.1.2.5", "category of the card"),
    ("1.2.250.1.71.1.2.7", "profession"),
    ("1.2.250.1.213.1.7.2.1.1.1.1", "policy of the agency"),
    ("1.2.840.10045.2.1", "EC public key"),
    ("1.2.840.10045.3.1.7", "P-256"),
    ("1.2.840.10045.4.3.2", "ECDSA with SHA-256"),
    ("1.2.840.113549.1.1.1", "RSA"),
    ("1.2.840.113549.1.1.5", "RSA with SHA-1"),
    ("1.2.840.113549.1.1.11", "RSA with SHA-256"),
    ("1.3.6.1.5.5.7.1.1", "authority information access"),
    ("1.3.6.1.5.5.7.2.1", "page of the policy"),
    ("1.3.6.1.5.5.7.3.2", "TLS client"),
    ("1.3.6.1.5.5.7.3.4", "e-mail protection"),
    ("1.3.6.1.5.5.7.48.1", "OCSP"),
    ("1.3.6.1.5.5.7.48.2", "certificate of the issuer"),
    ("1.3.14.3.2.26", "SHA-1"),
    ("2.5.4.3", "common name"),
    ("2.5.4.4", "surname"),
    ("2.5.4.6", "country"),
    ("2.5.4.10", "organisation"),
    ("2.5.4.11", "unit"),
    ("2.5.4.12", "title"),
    ("2.5.4.42", "given name"),
    ("2.5.29.14", "subject key identifier"),
    ("2.5.29.15", "key usage"),
    ("2.5.29.16", "private key usage period"),
    ("2.5.29.19", "basic constraints"),
    ("2.5.29.31", "CRL distribution points"),
    ("2.5.29.32", "certificate policies"),
    ("2.5.29.32.0", "any policy"),
    ("2.5.29.35", "authority key identifier"),
    ("2.5.29.37", "extended key usage"),
    ("2.5.29.46", "freshest CRL"),
    ("2.16.840.1.101.3.4.2.1", "SHA-256"),
    ("2.16.840.1.101.3.4.2.2", "SHA-384"),
    ("2.16.840.1.101.3.4.2.3", "SHA-512"),
];

/// An identifier from its bytes: `2.5.29.15, key usage`, or the numbers alone. `None` for bytes that are none.
pub(super) fn shown(bytes: &[u8]) -> Option<String> {
    let numbers = ObjectIdentifier::from_bytes(bytes).ok()?.to_string();
    let name = NAMES.iter().find(|(known, _)| *known == numbers).map(|(_, name)| format!(", {name}"));
    Some(numbers + &name.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;
    use x509_cert::spki::ObjectIdentifier;

    use super::{NAMES, shown};

    #[test]
    fn identifiers_are_shown_in_dotted_form_with_their_names() {
        for (bytes, right) in [
            (&hex!("55 1D 0F")[..], "2.5.29.15, key usage"),
            (&hex!("2A 81 7A 01 47 01 02 05"), "1.2.250.1.71.1.2.5, category of the card"),
            (&hex!("2A 86 48 86 F7 0D 01 01 0B"), "1.2.840.113549.1.1.11, RSA with SHA-256"),
            (&hex!("2B 81 22 F8 78 02"), "1.3.162.15480.2"),
        ] {
            assert_eq!(shown(bytes).as_deref(), Some(right));
        }
        for none in [&[][..], &hex!("80"), &hex!("2A 86")] {
            assert_eq!(shown(none), None, "{none:02X?}");
        }
    }

    #[test]
    fn each_name_is_that_of_an_identifier() {
        for (numbers, name) in NAMES {
            let identifier = ObjectIdentifier::new(numbers).expect(numbers);
            assert_eq!(shown(identifier.as_bytes()), Some(format!("{numbers}, {name}")));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..50)) {
            let _ = shown(&bytes);
        }
    }
}
