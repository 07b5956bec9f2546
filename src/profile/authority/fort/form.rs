//! What stands in the certificates of the chain, down to the order of names and extensions [PSC-POC-LEAF certificate].

use jiff::civil::Date;
use virtuale_engine::crypto::{Crypto, HashAlgorithm, RsaPublicKey, RustCrypto};
use x509_cert::{
    TbsCertificate,
    attr::AttributeTypeAndValue,
    builder::{Error, profile::BuilderProfile},
    der::{
        Any, DateTime, Decode, Encode, Tag, TagMode, TagNumber,
        asn1::{ContextSpecific, GeneralizedTime, Ia5String, OctetString, PrintableStringRef, UtcTime},
    },
    ext::{
        Extension,
        pkix::{
            AccessDescription, AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints,
            CertificatePolicies, CrlDistributionPoints, ExtendedKeyUsage, FreshestCrl, KeyUsage, KeyUsages,
            SubjectKeyIdentifier,
            certpolicy::{PolicyInformation, PolicyQualifierInfo},
            crl::dp::DistributionPoint,
            name::{DistributionPointName, GeneralName},
        },
    },
    name::{Name, RdnSequence, RelativeDistinguishedName},
    serial_number::SerialNumber,
    spki::{ObjectIdentifier, SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef},
    time::{Time, Validity},
};

use super::{
    super::{Usage, x509::rsa_information},
    Bearer, Certified,
    signer::Signer,
};

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// Attributes of names [RFC-5280 A.1].
const COUNTRY: ObjectIdentifier = oid("2.5.4.6");
const ORGANISATION: ObjectIdentifier = oid("2.5.4.10");
const UNIT: ObjectIdentifier = oid("2.5.4.11");
const TITLE: ObjectIdentifier = oid("2.5.4.12");
const COMMON_NAME: ObjectIdentifier = oid("2.5.4.3");
const SURNAME: ObjectIdentifier = oid("2.5.4.4");
const GIVEN_NAME: ObjectIdentifier = oid("2.5.4.42");

/// Extensions of the standard [RFC-5280 4.2].
const SUBJECT_KEY: ObjectIdentifier = oid("2.5.29.14");
const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
const PRIVATE_KEY_PERIOD: ObjectIdentifier = oid("2.5.29.16");
const CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
const CRL_POINTS: ObjectIdentifier = oid("2.5.29.31");
const POLICIES: ObjectIdentifier = oid("2.5.29.32");
const ANY_POLICY: ObjectIdentifier = oid("2.5.29.32.0");
const AUTHORITY_KEY: ObjectIdentifier = oid("2.5.29.35");
const EXTENDED_USAGE: ObjectIdentifier = oid("2.5.29.37");
const FRESHEST_CRL: ObjectIdentifier = oid("2.5.29.46");
const ACCESS: ObjectIdentifier = oid("1.3.6.1.5.5.7.1.1");
const OCSP: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1");
const CA_ISSUERS: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.2");
const CPS_URI: ObjectIdentifier = oid("1.3.6.1.5.5.7.2.1");
const EMAIL_PROTECTION: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.4");
const CLIENT_AUTHENTICATION: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.2");

/// The agency's [PSC-POC-LEAF certificate]: the policy of signature certificates, then the four extensions.
const POLICY: ObjectIdentifier = oid("1.2.250.1.213.1.7.2.1.1.1.1");
const CATEGORY: ObjectIdentifier = oid("1.2.250.1.71.1.2.5");
const KIND: ObjectIdentifier = oid("1.2.250.1.71.1.2.2");
const CARD: ObjectIdentifier = oid("1.2.250.1.71.1.2.3");
const PROFESSION: ObjectIdentifier = oid("1.2.250.1.71.1.2.7");

/// Where nothing is: the domain `invalid` has no addresses [RFC-2606 2].
const POLICY_PAGE: &str = "http://virtuale.invalid/PC-TEST.pdf";
const CRL_PAGES: [&str; 2] = [
    "http://virtuale.invalid/TEST-fort-persons.crl.der",
    "ldap://virtuale.invalid/cn=TEST%20AC%20VIRTUALE%20FORT%20PERSONNES?certificateRevocationList;binary",
];
const DELTA_PAGE: &str = "http://virtuale.invalid/TEST-fort-persons-delta.crl.der";
const OCSP_PAGE: &str = "http://virtuale.invalid/ocsp";
const ISSUER_PAGE: &str = "http://virtuale.invalid/TEST-fort-persons.crt.der";

/// The first and the last day of the authorities.
const AUTHORITY_DAYS: [Date; 2] = [Date::constant(2013, 1, 1), Date::constant(2049, 12, 31)];

/// An authority of the chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    Root,
    Persons,
}

impl Place {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Root => "TEST AC RACINE VIRTUALE FORT",
            Self::Persons => "TEST AC VIRTUALE FORT PERSONNES",
        }
    }

    /// How many authorities may stand below.
    fn below(self) -> Option<u8> {
        match self {
            Self::Root => None,
            Self::Persons => Some(0),
        }
    }

    /// In the order of the agency's names, whose numbers and words these are not.
    fn full_name(self) -> Result<Name, Error> {
        let mut names = RdnSequence::default();
        names.push(alone(country()?)?);
        for (kind, text) in [
            (ORGANISATION, "TEST VIRTUALE"),
            (UNIT, "0002 000000000"),
            (UNIT, "IGC TEST VIRTUALE"),
            (COMMON_NAME, self.name()),
        ] {
            names.push(alone(utf8(kind, text)?)?);
        }
        Ok(Name::from_der(&names.to_der()?)?)
    }
}

/// What one certificate says, but for the key identifiers.
pub(super) struct Form {
    issuer: Name,
    subject: Name,
    pub(super) serial: SerialNumber,
    pub(super) validity: Validity,
    pub(super) key: SubjectPublicKeyInfoOwned,
    /// Before the two key identifiers, and behind them.
    extensions: [Vec<Extension>; 2],
}

impl Form {
    /// The certificate of an authority with this key; the root's, by which it is signed, gives it its number.
    pub(super) fn of_authority(place: Place, key: &Signer) -> Result<Self, Error> {
        let constraints = BasicConstraints { ca: true, path_len_constraint: place.below() };
        let usage = KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign);
        let policy = PolicyInformation { policy_identifier: ANY_POLICY, policy_qualifiers: None };
        Ok(Self {
            issuer: Place::Root.full_name()?,
            subject: place.full_name()?,
            serial: serial(&[place.name().as_bytes()])?,
            validity: validity(AUTHORITY_DAYS)?,
            key: key.information()?,
            extensions: [
                vec![extension(CONSTRAINTS, true, &constraints)?, extension(KEY_USAGE, true, &usage)?],
                vec![extension(POLICIES, false, &CertificatePolicies(vec![policy]))?],
            ],
        })
    }

    /// The certificate of a card's key.
    pub(super) fn of_card(bearer: &Bearer, of: Certified, key: &RsaPublicKey) -> Result<Self, Error> {
        let mut behind = vec![
            extension(KEY_USAGE, true, &key_usage(of))?,
            extension(POLICIES, false, &CertificatePolicies(vec![policy()?]))?,
            extension(EXTENDED_USAGE, false, &ExtendedKeyUsage(vec![purpose(of.usage)]))?,
            extension(PRIVATE_KEY_PERIOD, false, &private_key_period(bearer.valid)?)?,
            extension(CRL_POINTS, false, &CrlDistributionPoints(vec![point(&CRL_PAGES)?]))?,
            extension(FRESHEST_CRL, false, &FreshestCrl(vec![point(&[DELTA_PAGE])?]))?,
            extension(ACCESS, false, &access()?)?,
            extension(CATEGORY, false, &OctetString::new([bearer.category])?)?,
            extension(KIND, false, &bearer.kind)?,
            extension(CARD, false, &PrintableStringRef::new(&bearer.card)?)?,
        ];
        if let Some((code, _)) = &bearer.profession {
            behind.push(extension(PROFESSION, false, code)?);
        }
        Ok(Self {
            issuer: Place::Persons.full_name()?,
            subject: subject(bearer)?,
            serial: card_serial(&bearer.card, bearer.valid[0], of.number)?,
            validity: validity(bearer.valid)?,
            key: rsa_information(key)?,
            extensions: [
                vec![extension(CONSTRAINTS, false, &BasicConstraints { ca: false, path_len_constraint: None })?],
                behind,
            ],
        })
    }
}

impl BuilderProfile for Form {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        key: SubjectPublicKeyInfoRef<'_>,
        issuer_key: SubjectPublicKeyInfoRef<'_>,
        _: &TbsCertificate,
    ) -> Result<Vec<Extension>, Error> {
        let [before, behind] = &self.extensions;
        let keys = [
            extension(SUBJECT_KEY, false, &SubjectKeyIdentifier::try_from(key)?)?,
            extension(AUTHORITY_KEY, false, &AuthorityKeyIdentifier::try_from(issuer_key)?)?,
        ];
        Ok(before.iter().chain(&keys).chain(behind).cloned().collect())
    }
}

/// The serial number of the certificate of a card's key: it follows from the card, its first day and the number of the
/// key, so that a list of revoked cards can name it, and a card whose days move with the calendar has another one.
pub(super) fn card_serial(card: &str, first: Date, key: u8) -> Result<SerialNumber, Error> {
    serial(&[card.as_bytes(), first.to_string().as_bytes(), &[key]])
}

/// A serial number of 128 bits.
fn serial(parts: &[&[u8]]) -> Result<SerialNumber, Error> {
    let parts = [&[&b"virtuale TEST certificate"[..]], parts].concat();
    let digest = RustCrypto.hash(HashAlgorithm::Sha256, &parts);
    let mut number = digest.as_bytes().get(..16).unwrap_or_default().to_vec();
    if let Some(first) = number.first_mut() {
        // Positive, and no shorter than the others.
        *first = *first & 0x3F | 0x40;
    }
    Ok(SerialNumber::new(&number)?)
}

/// Three names: the country, the profession in words, and one of three attributes, which DER puts in their order. A
/// card without a name has its organisation in their place.
fn subject(bearer: &Bearer) -> Result<Name, Error> {
    let mut names = RdnSequence::default();
    names.push(alone(country()?)?);
    if let Some((_, words)) = &bearer.profession {
        names.push(alone(utf8(TITLE, words)?)?);
    }
    if let Some(organisation) = &bearer.organisation {
        names.push(alone(utf8(ORGANISATION, organisation)?)?);
    }
    let mut person = alone(utf8(COMMON_NAME, &bearer.id)?)?;
    if let Some([given, surname]) = &bearer.name {
        person.insert(utf8(GIVEN_NAME, given)?)?;
        person.insert(utf8(SURNAME, surname)?)?;
    }
    names.push(person);
    Ok(Name::from_der(&names.to_der()?)?)
}

fn alone(attribute: AttributeTypeAndValue) -> Result<RelativeDistinguishedName, Error> {
    let mut name = RelativeDistinguishedName::default();
    name.insert(attribute)?;
    Ok(name)
}

fn country() -> Result<AttributeTypeAndValue, Error> {
    Ok(AttributeTypeAndValue { oid: COUNTRY, value: Any::new(Tag::PrintableString, *b"FR")? })
}

fn utf8(kind: ObjectIdentifier, text: &str) -> Result<AttributeTypeAndValue, Error> {
    Ok(AttributeTypeAndValue { oid: kind, value: Any::new(Tag::Utf8String, text.as_bytes())? })
}

fn extension(id: ObjectIdentifier, critical: bool, value: &impl Encode) -> Result<Extension, Error> {
    Ok(Extension { extn_id: id, critical, extn_value: OctetString::new(value.to_der()?)? })
}

/// A key that authenticates enciphers keys only if it deciphers them: the one of the antenna does not.
fn key_usage(Certified { usage, deciphers, .. }: Certified) -> KeyUsage {
    KeyUsage(match usage {
        Usage::Signature => KeyUsages::NonRepudiation.into(),
        Usage::Authentication if !deciphers => KeyUsages::DigitalSignature.into(),
        Usage::Authentication => KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment,
        Usage::Decipherment => KeyUsages::KeyEncipherment.into(),
    })
}

/// That of authentication is inferred: programs ask for it in a certificate of a TLS client.
fn purpose(usage: Usage) -> ObjectIdentifier {
    match usage {
        Usage::Signature | Usage::Decipherment => EMAIL_PROTECTION,
        Usage::Authentication => CLIENT_AUTHENTICATION,
    }
}

fn policy() -> Result<PolicyInformation, Error> {
    let page = Any::encode_from(&Ia5String::new(POLICY_PAGE)?)?;
    let qualifier = PolicyQualifierInfo { policy_qualifier_id: CPS_URI, qualifier: Some(page) };
    Ok(PolicyInformation { policy_identifier: POLICY, policy_qualifiers: Some(vec![qualifier]) })
}

/// `SEQUENCE { [0] first, [1] last }`, of the certificate's own days.
fn private_key_period(days: [Date; 2]) -> Result<Vec<ContextSpecific<GeneralizedTime>>, Error> {
    let numbered = [0, 1].into_iter().zip(moments(days)?);
    let times = numbered.map(|(number, moment)| ContextSpecific {
        tag_number: TagNumber(number),
        tag_mode: TagMode::Implicit,
        value: GeneralizedTime::from_date_time(moment),
    });
    Ok(times.collect())
}

fn point(pages: &[&str]) -> Result<DistributionPoint, Error> {
    let names = pages.iter().map(|page| uri(page)).collect::<Result<Vec<_>, Error>>()?;
    let name = Some(DistributionPointName::FullName(names));
    Ok(DistributionPoint { distribution_point: name, reasons: None, crl_issuer: None })
}

fn access() -> Result<AuthorityInfoAccessSyntax, Error> {
    let described = [(OCSP, OCSP_PAGE), (CA_ISSUERS, ISSUER_PAGE)].map(|(access_method, page)| {
        uri(page).map(|access_location| AccessDescription { access_method, access_location })
    });
    Ok(AuthorityInfoAccessSyntax(described.into_iter().collect::<Result<_, Error>>()?))
}

fn uri(page: &str) -> Result<GeneralName, Error> {
    Ok(GeneralName::UniformResourceIdentifier(Ia5String::new(page)?))
}

fn validity(days: [Date; 2]) -> Result<Validity, Error> {
    // Years from 2050 on have four digits [RFC-5280 4.1.2.5].
    let [first, last] = moments(days)?.map(|moment| match moment.year() {
        ..2050 => UtcTime::from_date_time(moment).map(Time::UtcTime),
        _ => Ok(Time::GeneralTime(GeneralizedTime::from_date_time(moment))),
    });
    Ok(Validity::new(first?, last?))
}

/// The first second of the first day and the last of the last one.
fn moments([first, last]: [Date; 2]) -> Result<[DateTime; 2], Error> {
    let moment = |day: Date, [hour, minute, second]: [u8; 3]| {
        let small = |number: i8| u8::try_from(number).unwrap_or(0);
        DateTime::new(
            u16::try_from(day.year()).unwrap_or(0),
            small(day.month()),
            small(day.day()),
            hour,
            minute,
            second,
        )
    };
    Ok([moment(first, [0, 0, 0])?, moment(last, [23, 59, 59])?])
}
