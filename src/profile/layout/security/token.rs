//! What PKCS#15 files say of a card's PINs and keys, and the certificates of its keys.

use std::sync::Arc;

use virtuale_engine::{
    Fid,
    crypto::{Crypto, HashAlgorithm, RustCrypto},
    cvc,
};

use super::{
    super::{
        Layout,
        encode::Encoder,
        model::{Body, Builder, File, Item, Path},
    },
    HeldKey, KeySort, ObjectKind,
    build::reference,
    held::Public,
};
use crate::profile::{
    authority::{
        Bearer, Certified, CvBearer, CvForm, CvIssuer, FortIssuer, IssueError, Issuer, Pending, Request, SubjectKey,
        Usage,
    },
    pkcs15::{self, KeyKind, KeyUsage, Paths, Pin},
    said::{Bilingual, said},
    tree::{Data, Node},
};

/// How many characters of a holder's name are in certificates, so that with the name of the key it has at most 64
/// [RFC-5280 A.1].
const LONGEST_HOLDER: usize = 40;

/// The bytes of what code builds.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Built {
    token: pkcs15::Token,
    paths: Option<Paths>,
    /// By the places of their keys.
    certificates: Vec<Option<Issued>>,
    /// The card-verifiable ones, in the same way.
    card_verifiable: Vec<Option<CardVerifiable>>,
}

/// The card-verifiable certificate of a key, and that of the authority that signs it.
#[derive(Clone, Debug)]
struct CardVerifiable {
    own: Arc<Pending>,
    authority: Arc<Pending>,
}

/// A certificate of a key.
#[derive(Clone, Debug)]
enum Issued {
    Now(Vec<u8>),
    Later(Arc<Pending>),
}

impl Built {
    /// The bytes of a builder in a file that belongs to the key `key`; `None` if there is nothing to build from. Those
    /// of a [pending](Self::pending) certificate have no signature yet.
    pub(in super::super) fn bytes(&self, builder: Builder, key: Option<usize>) -> Option<Vec<u8>> {
        Some(match builder {
            Builder::Odf => self.token.odf(self.paths?).ok()?,
            Builder::TokenInfo => self.token.token_info().ok()?,
            Builder::Aodf => self.token.aodf().ok()?,
            Builder::Prkdf => self.token.prkdf().ok()?,
            Builder::Pukdf => self.token.pukdf().ok()?,
            Builder::Cdf => self.token.cdf().ok()?,
            Builder::Certificate | Builder::CvCertificate | Builder::CvAuthority => match self.pending(builder, key) {
                Some(pending) => pending.unsigned().to_vec(),
                None => match self.certificates.get(key?)?.as_ref()? {
                    Issued::Now(certificate) if builder == Builder::Certificate => certificate.clone(),
                    _ => return None,
                },
            },
        })
    }

    /// The certificate that a builder makes for a key, if it is signed when somebody reads it.
    pub(in super::super) fn pending(&self, builder: Builder, key: Option<usize>) -> Option<&Arc<Pending>> {
        let card_verifiable = |key: usize| self.card_verifiable.get(key)?.as_ref();
        match builder {
            Builder::CvCertificate => Some(&card_verifiable(key?)?.own),
            Builder::CvAuthority => Some(&card_verifiable(key?)?.authority),
            Builder::Certificate => match self.certificates.get(key?)?.as_ref()? {
                Issued::Now(_) => None,
                Issued::Later(pending) => Some(pending),
            },
            _ => None,
        }
    }

    /// The certificates in a file that are signed when somebody reads it.
    pub(in super::super) fn pending_in(&self, file: &File) -> Vec<Arc<Pending>> {
        if file.key.is_none() || file.words.is_some() {
            return Vec::new();
        }
        let made = Builder::CERTIFICATES.into_iter().filter(|&builder| builds(&file.content, builder));
        made.filter_map(|builder| self.pending(builder, file.key).cloned()).collect()
    }
}

/// What is built for one card.
pub(in super::super) fn built(
    layout: &Layout,
    encoder: &mut Encoder<'_>,
    data: &Node,
    held: &[Option<HeldKey>],
    serial: Vec<u8>,
) -> Built {
    let Some(token) = &layout.security.token else { return Built::default() };
    let holder: Vec<&str> = token.holder.iter().filter_map(|path| first(data, path)).collect();
    let holder: String = holder.join(" ").chars().take(LONGEST_HOLDER).collect();
    let holder = Holder { name: holder, bearer: layout.family().bearer(data) };
    let mut built = Built { paths: paths(layout), ..Built::default() };
    built.token.serial = serial;
    built.token.manufacturer = token.manufacturer.clone().unwrap_or_default();
    built.token.label = token.label.clone().unwrap_or_default();
    built.token.writable = token.writable;
    for object in &layout.security.objects {
        if let ObjectKind::Pin { shortest, longest, label: Some(label), .. } = &object.kind {
            let (id, digits) = (object.number, (*shortest, *longest));
            built.token.pins.push(Pin { label: label.clone(), id, reference: reference(object), digits });
        }
    }
    for (place, key) in held.iter().enumerate() {
        let certificate =
            key.as_ref().and_then(|key| add(layout, (place, key), (data, &holder), &mut built.token, encoder));
        built.certificates.push(certificate);
        let card_verifiable = key.as_ref().and_then(|key| card_verifiable(layout, place, key, data, encoder));
        built.card_verifiable.push(card_verifiable);
    }
    built
}

/// Adds a key and its certificate, and gives the certificate if the layout has a file for it.
fn add(
    layout: &Layout,
    (place, held): (usize, &HeldKey),
    (data, holder): (&Node, &Holder),
    token: &mut pkcs15::Token,
    encoder: &mut Encoder<'_>,
) -> Option<Issued> {
    let object = layout.security.objects.get(place)?;
    let ObjectKind::Key(key) = &object.kind else { return None };
    let files = || layout.files.iter().filter(|file| file.key == Some(place));
    let certificate = files().find(|file| builds(&file.content, Builder::Certificate));
    let own = files().find(|file| !builds(&file.content, Builder::Certificate));
    let kind = match held.sort {
        KeySort::Rsa(length) => KeyKind::Rsa { bits: u16::try_from(length.bits()).unwrap_or(u16::MAX) },
        KeySort::P256 => KeyKind::P256,
    };
    let (label, id, number, usage) = (key.label.clone(), key.id, object.number, key.usage);
    let pin = key.pin.and_then(|pin| layout.security.objects.get(pin)).map(|pin| pin.number);
    let path = own.map_or(Fid(0), |file| file.fid);
    if key.listed {
        token.keys.push(pkcs15::PrivateKey { label: label.clone(), id, reference: number, kind, usage, pin, path });
    }
    let file = certificate?;
    if key.listed {
        token.certificates.push(pkcs15::Certificate { label, id, path: file.fid });
    }
    let deciphers = object.rule.operations.contains(&"decipher");
    let card = key.card.as_ref().and_then(|path| first(data, path));
    match issue(held, (number, usage, deciphers), (&key.label, card), holder) {
        Ok(certificate) => Some(certificate),
        Err(error) => {
            let (why, name) = (error.to_string(), &file.name);
            let message = Bilingual::new(why.clone(), format!("ce certificat ne peut pas être émis : « {why} »"));
            let hint = said!(en: "it belongs in file \"{name}\"", fr: "sa place est dans le fichier {name}");
            encoder.mistake(&(0..0), message, hint);
            None
        }
    }
}

/// The card-verifiable certificates of a key that has some.
fn card_verifiable(
    layout: &Layout,
    place: usize,
    held: &HeldKey,
    data: &Node,
    encoder: &mut Encoder<'_>,
) -> Option<CardVerifiable> {
    let object = layout.security.objects.get(place)?;
    let ObjectKind::Key(key) = &object.kind else { return None };
    if key.authorisation.is_empty() {
        return None;
    }
    let application = layout.applications.get(object.application)?;
    // Where the card file says nothing for an item, or another length makes no number, that was told already.
    let number = encoder.loose(&application.serial_number).try_into().ok()?;
    let authorisation = encoder.loose(&key.authorisation);
    let Ok(authorisation) = authorisation.try_into() else {
        if encoder.is_clean() {
            encoder.mistake_of_layout(&object.span, "an \"authorisation\" has 7 bytes");
        }
        return None;
    };
    let (form, public) = match &held.public {
        Public::Rsa(key) => (CvForm::Recovered, cvc::PublicKey::Rsa(key.clone())),
        Public::P256(point) => (CvForm::Descriptive, cvc::PublicKey::P256(*point)),
    };
    let day = |path: &Path| data.at(&path.keys.join(".")).and_then(Node::date);
    let valid = key.certified.as_ref().and_then(|[first, last]| Some([day(first)?, day(last)?]));
    let own = CvIssuer::certify(CvBearer { number, authorisation, valid }, public);
    match own.and_then(|own| Ok(CardVerifiable { own, authority: CvIssuer::own_certificate(form)? })) {
        Ok(both) => Some(both),
        Err(error) => {
            let why = error.to_string();
            encoder
                .mistake_of_layout(&object.span, format!("no certificate of \"{}\" can be made: {why}", object.name));
            None
        }
    }
}

/// Whom a card's certificates are about.
struct Holder {
    name: String,
    /// For an RSA key of a card whose family has this.
    bearer: Option<Bearer>,
}

fn issue(
    held: &HeldKey,
    (number, usage, deciphers): (u8, KeyUsage, bool),
    (label, card): (&str, Option<&str>),
    holder: &Holder,
) -> Result<Issued, IssueError> {
    let usage = match usage {
        KeyUsage::Authentication => Usage::Authentication,
        KeyUsage::Signature => Usage::Signature,
        KeyUsage::Decipherment => Usage::Decipherment,
    };
    let (key, bytes) = match (&held.public, &holder.bearer) {
        (Public::Rsa(key), Some(bearer)) => {
            return FortIssuer::usual()
                .issue(bearer, Certified { number, usage, deciphers }, key)
                .map(|pending| Issued::Later(Arc::new(pending)));
        }
        (Public::Rsa(key), None) => (SubjectKey::Rsa(key), key.n.as_slice()),
        (Public::P256(point), _) => (SubjectKey::P256(point), point.as_slice()),
    };
    let name = &format!("{} {label}", holder.name);
    let serial = serial(&[name.as_bytes(), bytes, &[usage as u8], card.unwrap_or_default().as_bytes()]);
    Issuer::usual().issue(&Request { name, card, serial, key, usage }).map(Issued::Now)
}

/// A serial number that differs wherever certificates differ: the start of a hash, positive and never zero.
fn serial(parts: &[&[u8]]) -> u64 {
    let digest = RustCrypto.hash(HashAlgorithm::Sha256, parts);
    digest.as_bytes().iter().take(8).fold(0, |number, &byte| number << 8 | u64::from(byte)) >> 1 | 1
}

/// Where the directories are that the ODF names.
fn paths(layout: &Layout) -> Option<Paths> {
    let place = |builder| layout.files.iter().find(|file| builds(&file.content, builder)).map(|file| file.fid);
    Some(Paths {
        pins: place(Builder::Aodf)?,
        private_keys: place(Builder::Prkdf)?,
        public_keys: place(Builder::Pukdf)?,
        certificates: place(Builder::Cdf)?,
    })
}

/// Whether these items have something built.
pub(in super::super) fn builds(items: &[Item], builder: Builder) -> bool {
    items.iter().any(|item| match &item.body {
        Body::Built(built) => *built == builder,
        Body::Group(items) => builds(items, builder),
        Body::Either(ways) => ways.iter().any(|way| builds(&way.items, builder)),
        Body::Constant(_) | Body::Text(_) | Body::Value { .. } | Body::Computed { .. } => false,
    })
}

/// The text at a path; of a list, its first member counts.
fn first<'a>(data: &'a Node, path: &Path) -> Option<&'a str> {
    let node = path.keys.iter().try_fold(data, |node, key| {
        let node = node.list().first().unwrap_or(node);
        match &node.data {
            Data::Table(table) => table.get(key),
            _ => None,
        }
    });
    node.and_then(Node::text)
}
