//! Certificates of the chain, read back.

use hex_literal::hex;
use virtuale_engine::crypto::{Crypto, HashAlgorithm, RustCrypto};
use x509_cert::{
    Certificate, Version,
    crl::CertificateList,
    der::{Decode, Encode, Tag, Tagged},
};

use super::*;
use crate::profile::authority::{RsaLength, card_rsa, rsa_public};

fn bearer() -> Bearer {
    Bearer {
        id: "899900012347".into(),
        name: Some(["CLAIRE".into(), "LEFÈVRE".into()]),
        organisation: None,
        profession: Some((10, "Médecin".into())),
        category: 0x80,
        kind: 0,
        card: "8025000001/9900012345".into(),
        valid: [Date::constant(2025, 1, 15), Date::constant(2028, 1, 14)],
    }
}

fn key() -> RsaPublicKey {
    rsa_public(&card_rsa(RsaLength::Bits2048, 0).0)
}

/// The number of the key on the card.
fn number(usage: Usage) -> u8 {
    if usage == Usage::Signature { 1 } else { 2 }
}

/// A key of the card: one that authenticates deciphers as well.
fn certified(usage: Usage) -> Certified {
    Certified { number: number(usage), usage, deciphers: usage == Usage::Authentication }
}

fn issued(bearer: &Bearer, usage: Usage) -> Certificate {
    issued_for(bearer, certified(usage))
}

fn issued_for(bearer: &Bearer, of: Certified) -> Certificate {
    let pending = FortIssuer::usual().issue(bearer, of, &key()).expect("a certificate");
    assert_eq!(pending.signed().len(), pending.unsigned().len());
    Certificate::from_der(pending.signed()).expect("X.509")
}

/// Whether this key signed these bytes [RFC-8017 8.2.2].
fn is_signed(by: &RsaNumbers, body: &[u8], signature: &[u8]) -> bool {
    let block = RustCrypto.rsa_public(&rsa_public(by), signature).expect("a number below the modulus");
    let digest = RustCrypto.hash(HashAlgorithm::Sha256, &[body]);
    block.starts_with(&[0x00, 0x01, 0xFF]) && block.ends_with(digest.as_bytes()) && block.len() == 512
}

fn extensions(certificate: &Certificate) -> Vec<(String, bool, Vec<u8>)> {
    let extensions = certificate.tbs_certificate().extensions().expect("extensions");
    let plain = extensions
        .iter()
        .map(|extension| (extension.extn_id.to_string(), extension.critical, extension.extn_value.as_bytes().to_vec()));
    plain.collect()
}

#[test]
fn a_certificate_has_the_structure_of_the_agencys() {
    // [PSC-POC-LEAF certificate]
    let certificate = issued(&bearer(), Usage::Signature);
    let tbs = certificate.tbs_certificate();
    assert_eq!(tbs.version(), Version::V3);
    assert_eq!(tbs.serial_number().as_bytes().len(), 16);
    assert_eq!(tbs.validity().not_before.tag(), Tag::UtcTime);
    assert_eq!(tbs.validity().not_after.to_string(), "2028-01-14T23:59:59Z");
    let names: Vec<Vec<String>> =
        tbs.subject().iter_rdn().map(|name| name.iter().map(|part| part.oid.to_string()).collect()).collect();
    // DER puts the shorter attributes first: CLAIRE, LEFÈVRE, the number.
    assert_eq!(names, [vec!["2.5.4.6"], vec!["2.5.4.12"], vec!["2.5.4.42", "2.5.4.4", "2.5.4.3"]]);
    let issuer: Vec<_> = tbs.issuer().iter().map(|part| part.value.value().to_vec()).collect();
    assert!(issuer[1].starts_with(b"TEST") && issuer[4].starts_with(b"TEST"));
    let found = extensions(&certificate);
    let order: Vec<&str> = found.iter().map(|(id, ..)| id.as_str()).collect();
    let right = [
        "2.5.29.19",
        "2.5.29.14",
        "2.5.29.35",
        "2.5.29.15",
        "2.5.29.32",
        "2.5.29.37",
        "2.5.29.16",
        "2.5.29.31",
        "2.5.29.46",
        "1.3.6.1.5.5.7.1.1",
        "1.2.250.1.71.1.2.5",
        "1.2.250.1.71.1.2.2",
        "1.2.250.1.71.1.2.3",
        "1.2.250.1.71.1.2.7",
    ];
    assert_eq!(order, right);
    let value =
        |id: &str| found.iter().find(|(known, ..)| known == id).map(|(_, critical, value)| (*critical, &value[..]));
    assert_eq!(value("2.5.29.19"), Some((false, &hex!("3000")[..])));
    assert_eq!(value("2.5.29.15"), Some((true, &hex!("03020640")[..])));
    assert_eq!(value("1.2.250.1.71.1.2.5"), Some((false, &hex!("040180")[..])));
    assert_eq!(value("1.2.250.1.71.1.2.2"), Some((false, &hex!("020100")[..])));
    assert_eq!(value("1.2.250.1.71.1.2.3"), Some((false, &b"\x13\x158025000001/9900012345"[..])));
    assert_eq!(value("1.2.250.1.71.1.2.7"), Some((false, &hex!("02010A")[..])));
    assert_eq!(certificate.signature().raw_bytes().len(), 512);
}

#[test]
fn what_a_key_is_for_tells_the_two_certificates_of_a_card_apart() {
    let [signature, authentication] = [Usage::Signature, Usage::Authentication].map(|usage| issued(&bearer(), usage));
    let usage = |certificate: &Certificate| extensions(certificate)[3].2.clone();
    assert_eq!((usage(&signature), usage(&authentication)), (hex!("03020640").to_vec(), hex!("030205A0").to_vec()));
    let technical = issued_for(&bearer(), Certified { deciphers: false, ..certified(Usage::Authentication) });
    assert_eq!(usage(&technical), hex!("03020780"), "digitalSignature alone");
    let [one, other] = [&signature, &authentication].map(Certificate::tbs_certificate);
    assert_eq!(one.subject(), other.subject());
    assert_ne!(one.serial_number(), other.serial_number());
}

#[test]
fn a_card_without_a_name_has_its_organisation_and_no_person() {
    let certificate = issued(
        &Bearer {
            id: "0B0037750/CPET0001".into(),
            name: None,
            organisation: Some("CENTRE DE SANTÉ".into()),
            profession: None,
            kind: 2,
            ..bearer()
        },
        Usage::Authentication,
    );
    let subject = certificate.tbs_certificate().subject();
    let names: Vec<_> = subject.iter().map(|part| part.oid.to_string()).collect();
    assert_eq!(names, ["2.5.4.6", "2.5.4.10", "2.5.4.3"]);
    assert_eq!(extensions(&certificate).len(), 13);
}

#[test]
fn the_chain_is_signed_from_the_root_down_and_lists_revoked_cards() {
    let authority = FortAuthority::from_seed(0).expect("an authority");
    let [root, persons] = [&authority.root, &authority.persons].map(|der| Certificate::from_der(der).expect("X.509"));
    let card = issued(&bearer(), Usage::Signature);
    for (certificate, issuer, key) in [
        (&root, &root, &authority.root_key),
        (&persons, &root, &authority.root_key),
        (&card, &persons, &authority.persons_key),
    ] {
        let tbs = certificate.tbs_certificate();
        assert_eq!(tbs.issuer(), issuer.tbs_certificate().subject());
        assert!(is_signed(key, &tbs.to_der().expect("DER"), certificate.signature().raw_bytes()), "{}", tbs.subject());
        // The authority's key identifier is the one that the issuer has.
        let identifier = &extensions(issuer).iter().find(|(id, ..)| id == "2.5.29.14").expect("a key").2[2..].to_vec();
        let named =
            &extensions(certificate).iter().find(|(id, ..)| id == "2.5.29.35").expect("an issuer").2[4..].to_vec();
        assert_eq!(named, identifier);
    }
    let (card, first) = REVOKED[0];
    let revoked = Bearer { card: card.into(), valid: [first, bearer().valid[1]], ..bearer() };
    for (list, key, count) in
        [(&authority.root_crl, &authority.root_key, 0), (&authority.persons_crl, &authority.persons_key, 3)]
    {
        let list = CertificateList::from_der(list).expect("a list");
        let body = list.tbs_cert_list.to_der().expect("DER");
        assert!(is_signed(key, &body, list.signature.raw_bytes()));
        let listed = list.tbs_cert_list.revoked_certificates.unwrap_or_default();
        assert_eq!(listed.len(), count);
        let is_listed = |bearer: &Bearer, usage| {
            let serial = issued(bearer, usage).tbs_certificate().serial_number().clone();
            listed.iter().any(|entry| entry.serial_number == serial)
        };
        for usage in [Usage::Signature, Usage::Authentication] {
            assert_eq!((is_listed(&revoked, usage), is_listed(&bearer(), usage)), (count == 3, false));
        }
    }
}

#[test]
fn seeds_have_chains_of_their_own() {
    let [zero, one] = [0, 1].map(|seed| FortAuthority::from_seed(seed).expect("an authority"));
    assert_ne!(zero.root, one.root);
    assert_ne!(zero.persons_crl, one.persons_crl);
    assert_eq!(FortAuthority::from_seed(8).expect("the ninth").root, zero.root);
}
