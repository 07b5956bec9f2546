//! Whether a form and its signatures are right: all that public keys can tell.
//!
//! What is enciphered is not opened: the signatures are over it as it stands, so that it is as sound as they are.

use virtuale_engine::crypto::{Crypto, HashAlgorithm, RustCrypto};
use x509_cert::der::{Encode, asn1::ObjectIdentifier, pem};

use super::{
    Container, Form,
    container::ContainerError,
    content::{Generation, Secrets},
    mode::Part,
    rules::{self, Breach, Facts},
    sealing::Envelope,
    signed::{
        Algorithm, BILLING, By, CONTENT_TYPE, FLOW, ID_DATA, MESSAGE_DIGEST, SIGNER, SIGNING_TIME, Signed, SignedError,
        TEST_FLOW,
    },
    trust::{Trust, Untrusted, card_of, is_signature, name_of},
};
use crate::{profile::tree::CardDate, terminal::cps::CertificateFacts};

/// The files of a form.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// `form.bin`.
    pub form: Vec<u8>,
    /// `form.p7s`: the professional's signature.
    pub professional: Option<Vec<u8>>,
    /// `vitale.p7s`: the Vitale's.
    pub vitale: Option<Vec<u8>>,
}

/// Something that is not right.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Finding {
    /// The bytes are no form.
    #[error("{0}")]
    Form(#[from] ContainerError),
    /// It breaks a rule of forms.
    #[error("{}", .0.said())]
    Rule(Breach),
    /// A signature that the mode asks for is missing.
    #[error("a form of this mode has a signature of this card, and there is none")]
    Missing(By),
    /// A signature that the mode has no place for.
    #[error("a form of this mode has no signature of this card")]
    TooMany(By),
    /// The mode has no place for a card that the form names, or the form does not name one that took part.
    #[error("a form of this mode names the cards that took part and no others, and this one does not")]
    Named(By),
    /// The container of a signature is none.
    #[error("{error}")]
    Container {
        /// Whose.
        by: By,
        /// Why.
        error: SignedError,
    },
    /// It is made in another way than forms are.
    #[error("the signature is not made as this card makes them: SHA-256 with RSA, of a Vitale with ECDSA")]
    Algorithm(By),
    /// An attribute is missing or wrong.
    #[error("the signed attribute {what} is missing or wrong")]
    Attribute {
        /// Whose signature.
        by: By,
        /// Which: its name, or its identifier.
        what: &'static str,
    },
    /// An attribute has no place there.
    #[error("the signed attribute {what} has no place in it")]
    TooManyAttributes {
        /// Whose signature.
        by: By,
        /// Which: its identifier.
        what: String,
    },
    /// It has attributes that nobody signed.
    #[error("it has attributes that nobody signed, and no form has any")]
    Unsigned(By),
    /// The signature is of another form.
    #[error("the signature is of another form: the hash differs")]
    Digest(By),
    /// The key of the certificate did not make it.
    #[error("the signature was not made by the key of its certificate, or its attributes were changed")]
    Signature(By),
    /// The certificate is not trusted on the day of the signature.
    #[error("{why}")]
    Untrusted {
        /// Whose.
        by: By,
        /// Why.
        why: Untrusted,
    },
    /// It was made before the form.
    #[error("it was signed on {day}, before the day of the form")]
    TooEarly {
        /// Whose.
        by: By,
        /// The day of the signature.
        day: CardDate,
    },
    /// The signature and the form name different professionals or cards.
    #[error("the form says {form}, and the signature says {signature}")]
    Another {
        /// Whose signature.
        by: By,
        /// What the form says.
        form: String,
        /// What the signature or its certificate says.
        signature: String,
    },
}

/// A signature that was judged.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Judged {
    /// Whose.
    pub by: By,
    /// The common name in its certificate.
    pub signer: String,
    /// The day on which it says that it was made.
    pub day: Option<CardDate>,
    /// The billing number in it.
    pub billing: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The form, if its bytes are one.
    pub form: Option<Form>,
    /// Whether something is enciphered in it.
    pub is_sealed: bool,
    /// The signatures that are containers of one.
    pub signatures: Vec<Judged>,
    /// What is not right; nothing if all is.
    pub findings: Vec<Finding>,
}

/// Judges the files of a form.
#[must_use]
pub fn verify(files: &Files, trust: &Trust) -> Outcome {
    let mut outcome = Outcome::default();
    match Container::decode(&files.form) {
        Ok(Container { form, sealed }) => {
            outcome.is_sealed = sealed.is_some();
            if sealed.is_some_and(|sealed| Envelope::read(&sealed).is_none()) {
                outcome.findings.push(ContainerError::Object("89").into());
            }
            outcome.findings.extend(of_form(&form));
            outcome.form = Some(form);
        }
        Err(error) => outcome.findings.push(error.into()),
    }
    let [professional, vitale] = outcome.form.as_ref().map_or([None, None], |form| {
        let signs = form.vitale.as_ref().is_none_or(|vitale| vitale.generation == Generation::Vitale2);
        [Some(form.mode.has_professional()), Some(form.mode.vitale() != Part::None && signs)]
    });
    let given = [(By::Professional, professional, &files.professional), (By::Vitale, vitale, &files.vitale)];
    for (by, wanted, container) in given {
        match (container, wanted) {
            (None, Some(true)) => outcome.findings.push(Finding::Missing(by)),
            (Some(_), Some(false)) => outcome.findings.push(Finding::TooMany(by)),
            _ => {}
        }
        if let Some(container) = container {
            outcome.signature(by, container, &files.form, trust);
        }
    }
    outcome
}

impl Outcome {
    /// Whether all is right.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether there is a signature of a card, and all of it is right.
    #[must_use]
    pub fn is_signed_by(&self, by: By) -> bool {
        self.signatures.iter().any(|judged| judged.by == by)
            && !self.findings.iter().any(|finding| finding.by() == Some(by))
    }

    /// Adds what is not right of what was deciphered.
    pub fn open(&mut self, secrets: &Secrets) {
        let Some(form) = &self.form else { return };
        let facts = Facts { secrets: Some(secrets), ..Facts::from(form) };
        let known = rules::breaches(&Facts::from(form));
        let more = rules::breaches(&facts).into_iter().filter(|breach| !known.contains(breach));
        self.findings.extend(more.map(Finding::Rule));
    }

    fn signature(&mut self, by: By, container: &[u8], form: &[u8], trust: &Trust) {
        let signed = match Signed::read(container) {
            Ok(signed) => signed,
            Err(error) => return self.findings.push(Finding::Container { by, error }),
        };
        let right = match by {
            By::Professional => Algorithm::Rsa,
            By::Vitale => Algorithm::Ecdsa,
        };
        if signed.algorithm != Some(right) {
            self.findings.push(Finding::Algorithm(by));
        }
        let key = signed.signer.tbs_certificate().subject_public_key_info();
        let algorithm = signed.algorithm.unwrap_or(right).oid();
        if !is_signature(key, algorithm, &signed.signed, &signed.signature) {
            self.findings.push(Finding::Signature(by));
        }
        let digest = RustCrypto.hash(HashAlgorithm::Sha256, &[form]);
        match signed.digest() {
            Some(said) if said == digest.as_bytes() => {}
            Some(_) => self.findings.push(Finding::Digest(by)),
            None => self.findings.push(Finding::Attribute { by, what: "messageDigest" }),
        }
        self.attributes(by, &signed);
        let day = signed.day();
        let form_day = self.form.as_ref().map(|form| form.date);
        if let Some(day) = day.filter(|day| form_day.is_some_and(|form| *day < form)) {
            self.findings.push(Finding::TooEarly { by, day });
        }
        if let Some(day) = day
            && let Err(why) = trust.judge(by, &signed.signer, day)
        {
            self.findings.push(Finding::Untrusted { by, why });
        }
        if let Some(form) = &self.form {
            self.findings.extend(agreement(by, form, &signed));
        }
        self.signatures.push(Judged { by, signer: name_of(&signed.signer), day, billing: signed.billing() });
    }

    /// What every signature says, and what the professional's says besides.
    fn attributes(&mut self, by: By, signed: &Signed) {
        let kind = signed.attribute(CONTENT_TYPE).and_then(|kind| kind.decode_as::<ObjectIdentifier>().ok());
        let mut rows = vec![
            ("contentType", kind == Some(ID_DATA)),
            ("signingTime", signed.attribute(SIGNING_TIME).is_some() && signed.day().is_some()),
        ];
        if by == By::Professional {
            let own = signed.signer.to_der().unwrap_or_default();
            let is_own = signed.text(SIGNER).is_some_and(|text| {
                pem::decode_vec(text.as_bytes()).is_ok_and(|(label, der)| label == "CERTIFICATE" && der == own)
            });
            rows.extend([
                ("1.2.250.1.186.500.1.2", signed.text(FLOW).as_deref() == Some(TEST_FLOW)),
                ("1.2.250.1.186.500.1.5", signed.text(BILLING).is_some()),
                ("1.2.250.1.186.500.1.6", is_own),
            ]);
        }
        let wrong = rows.into_iter().filter(|(_, is_right)| !is_right);
        self.findings.extend(wrong.map(|(what, _)| Finding::Attribute { by, what }));
        let others = signed.others(known(by)).into_iter();
        self.findings.extend(others.map(|what| Finding::TooManyAttributes { by, what: what.to_string() }));
        if signed.has_unsigned {
            self.findings.push(Finding::Unsigned(by));
        }
    }
}

impl Finding {
    /// Whose signature it is about, if it is about one.
    #[must_use]
    pub fn by(&self) -> Option<By> {
        match self {
            Self::Missing(by)
            | Self::TooMany(by)
            | Self::Container { by, .. }
            | Self::Algorithm(by)
            | Self::Attribute { by, .. }
            | Self::TooManyAttributes { by, .. }
            | Self::Unsigned(by)
            | Self::Digest(by)
            | Self::Signature(by)
            | Self::Untrusted { by, .. }
            | Self::TooEarly { by, .. }
            | Self::Another { by, .. } => Some(*by),
            Self::Form(_) | Self::Rule(_) | Self::Named(_) => None,
        }
    }
}

/// The attributes that a signature has, each once.
fn known(by: By) -> &'static [ObjectIdentifier] {
    match by {
        By::Professional => &[CONTENT_TYPE, SIGNING_TIME, MESSAGE_DIGEST, FLOW, BILLING, SIGNER],
        By::Vitale => &[CONTENT_TYPE, SIGNING_TIME, MESSAGE_DIGEST],
    }
}

/// Where form, attributes and certificate name different professionals, or different cards.
fn agreement(by: By, form: &Form, signed: &Signed) -> Vec<Finding> {
    let facts = signed.signer.to_der().ok().and_then(|der| CertificateFacts::of_der(&der)).unwrap_or_default();
    let rows = match (by, &form.vitale) {
        (By::Professional, _) => vec![
            (Some(&form.caregiver.billing), signed.billing()),
            (form.caregiver.id.as_ref(), facts.subject.identifier),
            (form.professional_card.as_ref(), facts.card),
        ],
        (By::Vitale, Some(vitale)) => vec![(Some(&vitale.serial), card_of(&signed.signer))],
        // A form that was made without the Vitale names none.
        (By::Vitale, None) => Vec::new(),
    };
    let differ = rows.into_iter().filter(|(said, signature)| *said != signature.as_ref());
    let shown = |text: Option<&String>| text.cloned().unwrap_or_else(|| "-".into());
    let findings = differ.map(|(said, signature)| {
        let (form, signature) = (shown(said), shown(signature.as_ref()));
        Finding::Another { by, form, signature }
    });
    findings.collect()
}

/// What of a form contradicts itself.
fn of_form(form: &Form) -> Vec<Finding> {
    let mut findings = Vec::new();
    // A professional's card may have no number, so a form need not name it.
    if form.professional_card.is_some() && !form.mode.has_professional() {
        findings.push(Finding::Named(By::Professional));
    }
    if form.vitale.is_some() != (form.mode.vitale() == Part::Now) {
        findings.push(Finding::Named(By::Vitale));
    }
    findings.extend(rules::breaches(&Facts::from(form)).into_iter().map(Finding::Rule));
    findings
}
