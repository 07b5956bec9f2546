//! What the authorities of the chain have revoked [RFC-5280 5].

use jiff::civil::Date;
use p256::ecdsa::signature::Signer as _;
use x509_cert::{
    Certificate, Version,
    builder::Error,
    crl::{CertificateList, RevokedCert, TbsCertList},
    der::{
        DateTime, Decode, Encode,
        asn1::{Uint, UtcTime},
    },
    ext::{
        ToExtension,
        pkix::{AuthorityKeyIdentifier, CrlNumber, SubjectKeyIdentifier},
    },
    spki::{DynSignatureAlgorithmIdentifier, SignatureBitStringEncoding},
    time::Time,
};

use super::{
    form::card_serial,
    signer::{Signature, Signer},
};

/// The cards whose certificates are revoked, as certificates name them, with their first days.
pub const REVOKED: &[(&str, Date)] = &[("8025000001/9900054321", Date::constant(2025, 1, 2))];

/// The numbers of the keys that a card has: signature, authentication, and the technical one.
const KEYS: [u8; 3] = [1, 2, 3];

/// When it was revoked, when the lists were made, and when there are to be newer ones: they are the same on every day.
const REVOKED_ON: [u16; 3] = [2025, 6, 2];
const MADE_ON: [u16; 3] = [2025, 6, 3];
const NEXT_ON: [u16; 3] = [2049, 12, 31];

/// The list of an authority with this certificate, in DER.
pub(super) fn list(certificate: &[u8], signer: &Signer, cards: &[(&str, Date)]) -> Result<Vec<u8>, Error> {
    let issuer = Certificate::from_der(certificate)?;
    let name = issuer.tbs_certificate().subject().clone();
    let keys = cards.iter().flat_map(|card| KEYS.map(|key| (card, key)));
    let revoked = keys.map(|(&(card, first), key)| {
        let (serial_number, revocation_date) = (card_serial(card, first, key)?, time(REVOKED_ON)?);
        Ok(RevokedCert { serial_number, revocation_date, crl_entry_extensions: None })
    });
    let revoked: Vec<_> = revoked.collect::<Result<_, Error>>()?;
    let signature_algorithm = signer.signature_algorithm_identifier()?;
    let tbs_cert_list = TbsCertList {
        version: Version::V2,
        signature: signature_algorithm.clone(),
        this_update: time(MADE_ON)?,
        next_update: Some(time(NEXT_ON)?),
        // A list of nothing is left out [RFC-5280 5.1.2.6].
        revoked_certificates: Some(revoked).filter(|revoked| !revoked.is_empty()),
        crl_extensions: Some(vec![
            authority_key(&issuer)?.to_extension(&name, &[])?,
            CrlNumber(Uint::new(&[1])?).to_extension(&name, &[])?,
        ]),
        issuer: name,
    };
    let signature: Signature = signer.try_sign(&tbs_cert_list.to_der()?)?;
    Ok(CertificateList { tbs_cert_list, signature_algorithm, signature: signature.to_bitstring()? }.to_der()?)
}

/// The key that signs the list, as the certificates that it signs name it.
fn authority_key(issuer: &Certificate) -> Result<AuthorityKeyIdentifier, Error> {
    let subject_key = issuer.tbs_certificate().get_extension::<SubjectKeyIdentifier>()?;
    let key_identifier = subject_key.map(|(_, identifier)| identifier.0);
    Ok(AuthorityKeyIdentifier { key_identifier, ..AuthorityKeyIdentifier::default() })
}

fn time([year, month, day]: [u16; 3]) -> Result<Time, Error> {
    let [month, day] = [month, day].map(|number| u8::try_from(number).unwrap_or(0));
    Ok(Time::UtcTime(UtcTime::from_date_time(DateTime::new(year, month, day, 0, 0, 0)?)?))
}
