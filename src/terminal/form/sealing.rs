//! What is sensitive in a form, enciphered as a reader of version 1.40 does it as far as that is public: 3DES-CBC
//! under a session key of 128 bits [WIKIPEDIA-VITALE enciphered zones].
//!
//! How such a reader carries the session key is not public. Here the zones are a CMS of enveloped data [RFC-5652 6], so
//! that whoever has the addressee's key can open them with any program: the session key is enciphered for the
//! addressee's certificate by RSA, PKCS#1 version 1.5. Chance follows from the seed and the form, so that a run can be
//! repeated: it protects nothing.

use cms::{
    cert::IssuerAndSerialNumber,
    content_info::{CmsVersion, ContentInfo},
    enveloped_data::{
        EncryptedContentInfo, EnvelopedData, KeyTransRecipientInfo, RecipientIdentifier, RecipientInfo, RecipientInfos,
    },
};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use virtuale_engine::{
    crypto::{CipherKey, Crypto, HashAlgorithm, RsaNumbers, RsaPublicKey, RustCrypto},
    tlv::{Tag, put, put_with},
};
use x509_cert::{
    Certificate,
    der::{
        Any, Decode, Encode,
        asn1::{Null, ObjectIdentifier, OctetString},
    },
    spki::AlgorithmIdentifierOwned,
};

use super::{
    container::{Template, digits},
    content::{ActSecrets, Prescriber, Secrets},
    signed::ID_DATA,
};
use crate::{
    profile::said::Bilingual,
    terminal::files::ber::{find, objects},
};

const ID_ENVELOPED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.3");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const DES_EDE3_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.3.7");

/// The session key, in bytes; 3DES takes its first half twice.
const SESSION_KEY: usize = 16;

/// The block of 3DES, and how long its initial vector is.
const BLOCK: usize = 8;

/// The longest justification of an exoneration, in bytes.
const LONGEST_TEXT: usize = 160;

/// The template of what is enciphered, and what is in it.
const ZONES: Tag = Tag(0xE2);
const PRESCRIBER: Tag = Tag(0xA3);
const ACT: Tag = Tag(0xA5);

/// Why something cannot be enciphered.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SealError {
    /// The addressee's certificate is none, or not of an RSA key.
    #[error("the addressee's certificate is none for enciphering with RSA")]
    Addressee,
    /// It could not be coded.
    #[error("it cannot be coded: {0}")]
    Der(#[from] x509_cert::der::Error),
}

/// Why enciphered zones cannot be opened.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OpenError {
    /// They are no CMS of enveloped data, in the way in which forms have it.
    #[error("what is enciphered is no CMS of enveloped data with 3DES and RSA")]
    Container,
    /// The key does not open them.
    #[error("this key does not open what is enciphered: it is for another addressee")]
    Key,
    /// What was deciphered is not coded as zones of a form are.
    #[error("what was deciphered is not coded as the zones of a form are")]
    Zones,
}

impl OpenError {
    /// Why, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let french = match self {
            Self::Container => "ce qui est chiffré n'est pas un CMS de données enveloppées avec 3DES et RSA",
            Self::Key => "cette clé n'ouvre pas ce qui est chiffré : c'est pour un autre destinataire",
            Self::Zones => "ce qui a été déchiffré n'est pas codé comme les zones d'une feuille",
        };
        Bilingual::new(self.to_string(), french)
    }
}

/// Enciphers what is sensitive for an addressee's certificate in DER. `seed` and `form`, the bytes of what everybody
/// may read, say which chance it is done with.
///
/// # Errors
///
/// [`SealError`] if the certificate is not one of an RSA key.
pub fn seal(secrets: &Secrets, addressee: &[u8], seed: u64, form: &[u8]) -> Result<Vec<u8>, SealError> {
    let addressee = Certificate::from_der(addressee)?;
    let plain = encode(secrets);
    let mut chance = chance(seed, form, &plain);
    let (mut key, mut iv) = ([0; SESSION_KEY], [0; BLOCK]);
    chance.fill_bytes(&mut key);
    chance.fill_bytes(&mut iv);
    let mut data = padded(&plain);
    let ciphered = RustCrypto.encrypt_cbc(&CipherKey::TripleDes(key), &iv, &mut data);
    let whole = [&key[..], &key[..SESSION_KEY / 2]].concat();
    let enc_key = encipher_key(&whole, &addressee, &mut chance).filter(|_| ciphered.is_ok());
    let enc_key = enc_key.ok_or(SealError::Addressee)?;
    let body = addressee.tbs_certificate();
    let recipient = KeyTransRecipientInfo {
        version: CmsVersion::V0,
        rid: RecipientIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: body.issuer().clone(),
            serial_number: body.serial_number().clone(),
        }),
        key_enc_alg: AlgorithmIdentifierOwned { oid: RSA_ENCRYPTION, parameters: Some(Null.into()) },
        enc_key: OctetString::new(enc_key)?,
    };
    let enveloped = EnvelopedData {
        version: CmsVersion::V0,
        originator_info: None,
        recip_infos: RecipientInfos::try_from(vec![RecipientInfo::Ktri(recipient)])?,
        encrypted_content: EncryptedContentInfo {
            content_type: ID_DATA,
            content_enc_alg: AlgorithmIdentifierOwned {
                oid: DES_EDE3_CBC,
                parameters: Some(Any::encode_from(&OctetString::new(&iv[..])?)?),
            },
            encrypted_content: Some(OctetString::new(data)?),
        },
        unprotected_attrs: None,
    };
    Ok(ContentInfo { content_type: ID_ENVELOPED_DATA, content: Any::encode_from(&enveloped)? }.to_der()?)
}

/// What a container of enciphered zones has, which no key is needed for.
pub(super) struct Envelope {
    iv: [u8; BLOCK],
    /// Whole blocks, at least one.
    data: Vec<u8>,
    /// The session key, enciphered.
    session: Vec<u8>,
}

impl Envelope {
    /// Reads it; `None` if it is not made as the zones of forms are: one addressee, 3DES-CBC.
    pub(super) fn read(sealed: &[u8]) -> Option<Self> {
        let info = ContentInfo::from_der(sealed).ok()?;
        let enveloped: EnvelopedData = info.content.decode_as().ok()?;
        let EncryptedContentInfo { content_enc_alg: algorithm, encrypted_content, .. } = enveloped.encrypted_content;
        if (info.content_type, algorithm.oid) != (ID_ENVELOPED_DATA, DES_EDE3_CBC) {
            return None;
        }
        let iv = algorithm.parameters?.decode_as::<OctetString>().ok()?.as_bytes().try_into().ok()?;
        let data = encrypted_content?.as_bytes().to_vec();
        let [RecipientInfo::Ktri(recipient)] = enveloped.recip_infos.0.as_slice() else { return None };
        let session = recipient.enc_key.as_bytes().to_vec();
        (!data.is_empty() && data.len().is_multiple_of(BLOCK)).then_some(Self { iv, data, session })
    }
}

/// Opens what was enciphered, with the addressee's private key.
///
/// # Errors
///
/// [`OpenError`] if it is another one's, or something else.
pub fn open(sealed: &[u8], key: &RsaNumbers) -> Result<Secrets, OpenError> {
    let Envelope { iv, mut data, session } = Envelope::read(sealed).ok_or(OpenError::Container)?;
    let session = decipher_key(&session, key).ok_or(OpenError::Key)?;
    let key: &[u8; SESSION_KEY] = session.first_chunk().ok_or(OpenError::Key)?;
    if session.get(SESSION_KEY..) != key.get(..SESSION_KEY / 2) {
        return Err(OpenError::Key);
    }
    RustCrypto.decrypt_cbc(&CipherKey::TripleDes(*key), &iv, &mut data).map_err(|_| OpenError::Container)?;
    let plain = unpadded(&data).ok_or(OpenError::Key)?;
    decode(plain).ok_or(OpenError::Zones)
}

/// The session key, padded by PKCS#1 version 1.5 [RFC-8017 7.2] and enciphered.
fn encipher_key(key: &[u8], addressee: &Certificate, chance: &mut ChaCha20Rng) -> Option<Vec<u8>> {
    let information = addressee.tbs_certificate().subject_public_key_info();
    let public = rsa::pkcs1::RsaPublicKeyRef::try_from(information.subject_public_key.raw_bytes()).ok()?;
    let public = RsaPublicKey { n: public.modulus.as_bytes().to_vec(), e: public.public_exponent.as_bytes().to_vec() };
    let mut padding = vec![0; public.n.len().checked_sub(3 + key.len())?];
    for byte in &mut padding {
        while *byte == 0 {
            chance.fill_bytes(std::slice::from_mut(byte));
        }
    }
    RustCrypto.rsa_public(&public, &[&[0x00, 0x02][..], &padding, &[0x00], key].concat()).ok()
}

fn decipher_key(enciphered: &[u8], key: &RsaNumbers) -> Option<Vec<u8>> {
    let block = RustCrypto.rsa_key(key).ok()?.raw(enciphered).ok()?;
    let rest = block.strip_prefix(&[0x00, 0x02])?;
    let end = rest.iter().position(|&byte| byte == 0)?;
    Some(rest.get(end + 1..)?.to_vec())
}

/// Chance that is the same in each run with the same seed and form.
fn chance(seed: u64, form: &[u8], plain: &[u8]) -> ChaCha20Rng {
    let parts: [&[u8]; 4] = [b"virtuale form 1", &seed.to_be_bytes(), form, plain];
    let digest = RustCrypto.hash(HashAlgorithm::Sha256, &parts);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest.as_bytes());
    ChaCha20Rng::from_seed(bytes)
}

/// Whole blocks: as many bytes more as each of them says [RFC-5652 6].
fn padded(plain: &[u8]) -> Vec<u8> {
    let count = BLOCK - plain.len() % BLOCK;
    let mut data = plain.to_vec();
    data.resize(plain.len() + count, u8::try_from(count).unwrap_or_default());
    data
}

fn unpadded(data: &[u8]) -> Option<&[u8]> {
    let count = usize::from(*data.last()?);
    let (plain, padding) = data.split_at_checked(data.len().checked_sub(count)?)?;
    let is_padding = (1..=BLOCK).contains(&count) && padding.iter().all(|&byte| usize::from(byte) == count);
    is_padding.then_some(plain)
}

fn encode(secrets: &Secrets) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_with(ZONES, &mut bytes, |out| {
        if let Some(Prescriber { billing, date }) = &secrets.prescriber {
            put_with(PRESCRIBER, out, |out| {
                put(Tag(0x80), billing.as_bytes(), out);
                put(Tag(0x81), &digits(*date), out);
            });
        }
        for ActSecrets { ccam, lpp, cip, justification } in &secrets.acts {
            put_with(ACT, out, |out| {
                for (tag, text) in [(0x80, ccam), (0x81, lpp), (0x82, cip), (0x83, justification)] {
                    if let Some(text) = text {
                        put(Tag(tag), text.as_bytes(), out);
                    }
                }
            });
        }
    });
    bytes
}

fn decode(plain: &[u8]) -> Option<Secrets> {
    let zones = find(plain, ZONES)?;
    let prescriber = find(zones, PRESCRIBER).map(Template);
    let prescriber = prescriber.map(|it| {
        let billing = it.text(Tag(0x80), 9..=9, "A3 80").ok()?;
        Some(Prescriber { billing, date: it.day(Tag(0x81), "A3 81").ok()? })
    });
    let acts = objects(zones).filter(|object| object.tag == ACT).map(|object| {
        let act = Template(object.value);
        let justification = find(object.value, Tag(0x83)).filter(|text| text.len() <= LONGEST_TEXT);
        Some(ActSecrets {
            ccam: act.optional(Tag(0x80), 7..=7, "A5 80").ok()?,
            lpp: act.optional(Tag(0x81), 7..=7, "A5 81").ok()?,
            cip: act.optional(Tag(0x82), 7..=13, "A5 82").ok()?,
            justification: justification.map(|text| String::from_utf8_lossy(text).into_owned()),
        })
    });
    let secrets = Secrets {
        prescriber: match prescriber {
            Some(prescriber) => Some(prescriber?),
            None => None,
        },
        acts: acts.collect::<Option<_>>()?,
    };
    (encode(&secrets) == plain).then_some(secrets)
}
