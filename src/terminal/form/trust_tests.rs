//! Certificates that nobody should trust, each wrong in one thing.

use std::str::FromStr;

use jiff::civil::date;
use p256::ecdsa::{DerSignature, SigningKey};
use virtuale_engine::crypto::{Crypto, RustCrypto};
use x509_cert::{
    Certificate, TbsCertificate,
    builder::{Builder, CertificateBuilder, Error, profile::BuilderProfile},
    der::{
        DateTime, Decode, Encode,
        asn1::{ObjectIdentifier, OctetString, UtcTime},
        flagset::FlagSet,
        oid::AssociatedOid,
    },
    ext::{
        Extension,
        pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages},
    },
    name::Name,
    serial_number::SerialNumber,
    spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef},
    time::{Time, Validity},
};

use super::{
    signed::By,
    trust::{Trust, Untrusted},
};
use crate::profile::{
    authority::{
        Authority, Bearer, Certified, FortAuthority, FortIssuer, Issuer, Request, RsaLength, SubjectKey, Usage,
        card_rsa, derive_p256,
    },
    tree::CardDate,
};

const DAY: CardDate = CardDate { year: 2026, month: 1, day: 15, hour: 0, minute: 0 };
const UNKNOWN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.250.1.186.999");
const ANY_PURPOSE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// What a certificate is to say.
#[derive(Clone)]
struct Wanted {
    subject: &'static str,
    issuer: &'static str,
    extensions: Vec<Extension>,
}

impl BuilderProfile for Wanted {
    fn get_issuer(&self, _: &Name) -> Name {
        Name::from_str(self.issuer).expect("a name")
    }

    fn get_subject(&self) -> Name {
        Name::from_str(self.subject).expect("a name")
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        _: &TbsCertificate,
    ) -> Result<Vec<Extension>, Error> {
        Ok(self.extensions.clone())
    }
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_slice(&derive_p256(0, &format!("a forger {number}")).0).expect("a key")
}

fn extension<T: Encode + AssociatedOid>(critical: bool, value: &T) -> Extension {
    let value = OctetString::new(value.to_der().expect("DER")).expect("short");
    Extension { extn_id: T::OID, critical, extn_value: value }
}

fn authority(path_len_constraint: Option<u8>) -> Vec<Extension> {
    let usage = KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign);
    vec![extension(true, &BasicConstraints { ca: true, path_len_constraint }), extension(true, &usage)]
}

fn holder(usage: impl Into<FlagSet<KeyUsages>>) -> Vec<Extension> {
    vec![extension(true, &KeyUsage(usage.into()))]
}

fn certificate(subject: &'static str, of: u8, issuer: &'static str, by: u8, extensions: Vec<Extension>) -> Certificate {
    let [from, until] = [2025, 2045].map(|year| {
        let day = DateTime::new(year, 1, 1, 0, 0, 0).expect("a day");
        Time::UtcTime(UtcTime::from_date_time(day).expect("before 2050"))
    });
    let information = SubjectPublicKeyInfoOwned::from_key(key(of).verifying_key()).expect("a key");
    let wanted = Wanted { subject, issuer, extensions };
    let serial = SerialNumber::from(7_u8);
    let builder = CertificateBuilder::new(wanted, serial, Validity::new(from, until), information).expect("a builder");
    builder.build::<_, DerSignature>(&key(by)).expect("a certificate")
}

/// What is said of a signer below an authority below a root.
fn judged(root: Vec<Extension>, authority: Vec<Extension>, signer: Vec<Extension>) -> Result<(), Untrusted> {
    let trust = Trust::of(
        Vec::new(),
        vec![certificate("CN=root", 0, "CN=root", 0, root), certificate("CN=below", 1, "CN=root", 0, authority)],
    );
    trust.judge(By::Vitale, &certificate("CN=card", 2, "CN=below", 1, signer), DAY)
}

#[test]
fn each_certificate_of_a_way_is_held_against_what_it_may_be_used_for() {
    let signs = || holder(KeyUsages::NonRepudiation);
    let and = |mut extensions: Vec<Extension>, more: Extension| {
        extensions.push(more);
        extensions
    };
    let unknown =
        |critical| Extension { extn_id: UNKNOWN, critical, extn_value: OctetString::new([5_u8, 0]).expect("short") };
    let critical = |name: &str| Untrusted::Critical { name: name.into(), extension: UNKNOWN.to_string() };
    let signer = |extensions| judged(authority(Some(1)), authority(Some(0)), extensions);
    assert_eq!(signer(signs()), Ok(()));
    assert_eq!(signer(and(signs(), unknown(false))), Ok(()));
    assert_eq!(signer(and(signs(), unknown(true))), Err(critical("card")));
    assert_eq!(signer(holder(KeyUsages::DigitalSignature)), Err(Untrusted::Usage("card".into())));
    assert_eq!(signer(Vec::new()), Err(Untrusted::Usage("card".into())));
    assert_eq!(signer([signs(), signs()].concat()), Err(Untrusted::Extension("card".into())));
    assert_eq!(signer([signs(), authority(None)[..1].to_vec()].concat()), Err(Untrusted::IsAuthority("card".into())));
    let purpose = extension(false, &ExtendedKeyUsage(vec![ANY_PURPOSE]));
    assert_eq!(signer(and(signs(), purpose)), Err(Untrusted::Purpose("card".into())));
    let broken = Extension { extn_value: OctetString::new([0xFF_u8]).expect("short"), ..signs().remove(0) };
    assert_eq!(signer(vec![broken]), Err(Untrusted::Extension("card".into())));

    let below = |extensions| judged(authority(Some(1)), extensions, signs());
    assert_eq!(below(and(authority(Some(0)), unknown(true))), Err(critical("below")));
    assert_eq!(below(holder(KeyUsages::KeyCertSign)), Err(Untrusted::NotAuthority("below".into())));
    assert_eq!(below(authority(None)[..1].to_vec()), Err(Untrusted::NotAuthority("below".into())));
    assert_eq!(
        judged(authority(Some(0)), authority(Some(0)), signs()),
        Err(Untrusted::PathLength("root".into())),
        "an authority stands between"
    );
}

#[test]
fn nobody_signs_in_place_of_an_authority() {
    let [root, below] = [
        certificate("CN=root", 0, "CN=root", 0, authority(None)),
        certificate("CN=below", 1, "CN=root", 0, authority(Some(0))),
    ];
    let signs = || holder(KeyUsages::NonRepudiation);
    let trust = Trust::of(Vec::new(), vec![root.clone(), below.clone()]);
    let judge = |signer: &Certificate| trust.judge(By::Vitale, signer, DAY);
    let forged = certificate("CN=card", 2, "CN=below", 3, signs());
    assert_eq!(judge(&forged), Err(Untrusted::Signature("card".into())));
    let of_root = certificate("CN=card", 2, "CN=root", 0, signs());
    assert_eq!(judge(&of_root), Err(Untrusted::Root("card".into())));
    let of_nobody = certificate("CN=card", 2, "CN=other", 3, signs());
    assert_eq!(judge(&of_nobody), Err(Untrusted::Issuer("card".into())));
    let late = CardDate { year: 2045, month: 1, day: 2, ..DAY };
    let right = certificate("CN=card", 2, "CN=below", 1, signs());
    assert_eq!(trust.judge(By::Vitale, &right, late), Err(Untrusted::Day { name: "card".into(), day: late }));
    let other_way = Trust::of(vec![root, below], Vec::new());
    assert_eq!(other_way.judge(By::Vitale, &right, DAY), Err(Untrusted::Hierarchy("card".into())));
}

/// A certificate of the test authority of professionals' cards.
fn fort(kind: u8, usage: Usage, length: RsaLength) -> Certificate {
    let key = RustCrypto.rsa_key(&card_rsa(length, 0).0).expect("a key");
    let bearer = Bearer {
        id: "899900012347".into(),
        name: Some(["CLAIRE".into(), "LEFEVRE".into()]),
        organisation: None,
        profession: Some((10, "Médecin".into())),
        category: 0x80,
        kind,
        card: "8025000001/9900012345".into(),
        valid: [date(2025, 1, 1), date(2028, 1, 1)],
    };
    let of = Certified { number: 2, usage, deciphers: false };
    let pending = FortIssuer::usual().issue(&bearer, of, key.public()).expect("a certificate");
    Certificate::from_der(pending.signed()).expect("X.509")
}

#[test]
fn neither_kind_of_card_stands_in_for_the_other() {
    let trust = Trust::test().expect("an authority");
    let point = RustCrypto.p256_public(&derive_p256(0, "a card")).expect("a point");
    let of_vitale = |usage| {
        let key = SubjectKey::P256(&point);
        let request = Request { name: "CARD", card: Some("10000002"), serial: 1, key, usage };
        Certificate::from_der(&Issuer::usual().issue(&request).expect("a certificate")).expect("X.509")
    };
    let (vitale, cps) = (of_vitale(Usage::Signature), fort(0, Usage::Signature, RsaLength::Bits2048));
    assert_eq!(trust.judge(By::Vitale, &vitale, DAY), Ok(()));
    assert_eq!(trust.judge(By::Professional, &cps, DAY), Ok(()));
    assert_eq!(trust.judge(By::Professional, &vitale, DAY), Err(Untrusted::Hierarchy("TEST CARD".into())));
    assert_eq!(trust.judge(By::Vitale, &cps, DAY), Err(Untrusted::Hierarchy("899900012347".into())));

    let usage = Err(Untrusted::Usage("TEST CARD".into()));
    assert_eq!(trust.judge(By::Vitale, &of_vitale(Usage::Authentication), DAY), usage);
    let usage = Err(Untrusted::Usage("899900012347".into()));
    assert_eq!(
        trust.judge(By::Professional, &fort(0, Usage::Authentication, RsaLength::Bits2048), DAY),
        usage,
        "the key by which a card says who it is"
    );
    for (kind, makes_forms) in [(0, true), (1, false), (2, true), (3, false)] {
        let judged = trust.judge(By::Professional, &fort(kind, Usage::Signature, RsaLength::Bits2048), DAY);
        assert_eq!(judged == Ok(()), makes_forms, "{kind}: {judged:?}");
    }
    let [persons, issuing] =
        [FortAuthority::from_seed(0).expect("keys").persons, Authority::from_seed(0).expect("keys").issuing]
            .map(|der| Certificate::from_der(&der).expect("X.509"));
    for (by, authority) in [(By::Professional, persons), (By::Vitale, issuing)] {
        assert!(matches!(trust.judge(by, &authority, DAY), Err(Untrusted::IsAuthority(_))));
    }
}
