//! What the certificates of a card say [PSC-POC-LEAF certificate]. Nothing is proved: whether a chain vouches for one
//! is not asked, nor whether it was revoked.

use serde::Serialize;
use x509_cert::{
    Certificate,
    der::{Decode, oid::ObjectIdentifier},
    ext::pkix::{KeyUsage, KeyUsages},
    name::Name,
    time::Time,
};

use crate::{
    profile::tree::CardDate,
    terminal::{files::ber::objects, period::Period},
};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const SURNAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.4");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const TITLE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.12");
const GIVEN_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.42");

/// The agency's extension with the numbers of issuer and card.
const CARD_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.250.1.71.1.2.3");

/// A certificate on a card.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CertificateFacts {
    /// What the card calls it, such as `Certificat de Signature CPS`.
    #[serde(rename = "libelle")]
    pub label: String,
    /// What its key may be used for; `None` if it says nothing.
    pub usage: Option<CertificateUse>,
    /// Whom it is about.
    #[serde(rename = "titulaire")]
    pub subject: Subject,
    /// The common name of who issued it.
    #[serde(rename = "emetteur")]
    pub issuer: Option<String>,
    /// Its serial number, hexadecimal.
    #[serde(rename = "numero_serie")]
    pub serial: Option<String>,
    /// From when to when it is valid.
    #[serde(rename = "validite")]
    pub validity: Period,
    /// The number of the card that it belongs to.
    #[serde(rename = "carte")]
    pub card: Option<String>,
}

/// What the key of a certificate may be used for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateUse {
    /// Signing what the holder wants.
    Signature,
    /// Showing who the holder is, or which card it is.
    Authentication,
}

/// Whom a certificate is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Subject {
    /// The name.
    #[serde(rename = "nom")]
    pub name: Option<String>,
    /// The first name.
    #[serde(rename = "prenom")]
    pub first_name: Option<String>,
    /// The identifier with its type in front, such as `899900012347`.
    #[serde(rename = "identifiant")]
    pub identifier: Option<String>,
    /// The profession in words.
    pub profession: Option<String>,
    /// The place, where there is no name.
    #[serde(rename = "organisation")]
    pub organisation: Option<String>,
}

impl CertificateFacts {
    /// What the bytes of a file say; `None` if they begin with no certificate.
    pub(super) fn of(label: &str, content: &[u8]) -> Option<Self> {
        let first = objects(content).next()?;
        let der = content.get(first.position..first.value_position + first.value.len())?;
        Some(Self { label: label.to_owned(), ..Self::of_der(der)? })
    }

    /// What a certificate in DER says, without a label; `None` if it is none.
    pub(in crate::terminal) fn of_der(der: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?;
        let body = certificate.tbs_certificate();
        let subject = body.subject();
        let validity = body.validity();
        Some(Self {
            label: String::new(),
            usage: body.get_extension().ok().flatten().and_then(|(_, usage)| usage_of(usage)),
            subject: Subject {
                name: attribute(subject, SURNAME),
                first_name: attribute(subject, GIVEN_NAME),
                identifier: attribute(subject, COMMON_NAME),
                profession: attribute(subject, TITLE),
                organisation: attribute(subject, ORGANISATION),
            },
            issuer: attribute(body.issuer(), COMMON_NAME),
            serial: Some(hex::encode_upper(body.serial_number().as_bytes())),
            validity: Period { start: Some(day(validity.not_before)), end: Some(day(validity.not_after)) },
            card: extension(&certificate, CARD_NUMBER),
        })
    }
}

fn usage_of(KeyUsage(usages): KeyUsage) -> Option<CertificateUse> {
    if usages.contains(KeyUsages::NonRepudiation) {
        Some(CertificateUse::Signature)
    } else {
        usages.contains(KeyUsages::DigitalSignature).then_some(CertificateUse::Authentication)
    }
}

/// The text of the first attribute of a kind.
fn attribute(name: &Name, kind: ObjectIdentifier) -> Option<String> {
    let attribute = name.iter().find(|attribute| attribute.oid == kind)?;
    Some(String::from_utf8_lossy(attribute.value.value()).into_owned())
}

/// What stands behind the issuer's number: `8025000001/9900012345`.
fn extension(certificate: &Certificate, kind: ObjectIdentifier) -> Option<String> {
    let extensions = certificate.tbs_certificate().extensions()?;
    let extension = extensions.iter().find(|extension| extension.extn_id == kind)?;
    let text = objects(extension.extn_value.as_bytes()).next()?.value;
    let text = String::from_utf8_lossy(text).into_owned();
    Some(text.rsplit_once('/').map_or(text.clone(), |(_, number)| number.to_owned()))
}

/// The day, without the second of it.
fn day(time: Time) -> CardDate {
    let time = time.to_date_time();
    CardDate { year: time.year(), month: time.month(), day: time.day(), hour: 0, minute: 0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::CertificateFacts;

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = CertificateFacts::of("", &bytes);
        }
    }
}
