//! `form.bin`: what is hashed and signed. Its format is this project's; docs/forms.md has the table.
//!
//! One BER-TLV template whose objects stand in a fixed order, each in one way only: a form has one coding, and other
//! bytes are no form. Numbers are big-endian, days are eight digits, codes are ASCII.

use virtuale_engine::tlv::{Tag, put, put_with};

use super::{
    content::{Act, Caregiver, Form, Generation, InsuredId, Nature, Patient, Payment, VitaleUsed},
    mode::Mode,
};
use crate::{
    profile::{said::Bilingual, tree::CardDate},
    terminal::{
        amount::{Cents, Rate},
        files::ber::{find, objects},
    },
};

/// The version of the format.
pub const VERSION: u8 = 1;

/// The longest form, in bytes: twenty acts and what is enciphered of them take a tenth.
pub const LONGEST: usize = 65_536;

/// The only currency.
const EURO: &[u8] = b"EUR";

/// Bits of who is paid.
const BASIC: u8 = 0x01;
const COMPLEMENTARY: u8 = 0x02;

/// The tags, outside and inside.
mod tag {
    use virtuale_engine::tlv::Tag;

    pub(super) const FORM: Tag = Tag(0xE1);
    pub(super) const VERSION: Tag = Tag(0x80);
    pub(super) const MODE: Tag = Tag(0x81);
    pub(super) const DATE: Tag = Tag(0x82);
    pub(super) const NUMBER: Tag = Tag(0x83);
    pub(super) const LOT: Tag = Tag(0x84);
    pub(super) const INSURED: Tag = Tag(0xA1);
    pub(super) const PATIENT: Tag = Tag(0xA2);
    pub(super) const CAREGIVER: Tag = Tag(0xA3);
    pub(super) const NATURE: Tag = Tag(0xA4);
    pub(super) const ACT: Tag = Tag(0xA5);
    pub(super) const PAYMENT: Tag = Tag(0xA6);
    pub(super) const VITALE: Tag = Tag(0xA7);
    pub(super) const PROFESSIONAL_CARD: Tag = Tag(0x88);
    pub(super) const SEALED: Tag = Tag(0x89);
}

/// Why bytes are no form.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ContainerError {
    /// They do not begin with the template of a form.
    #[error("it is no form: it has no template E1")]
    NoForm,
    /// It is of a version that this program does not know.
    #[error("it is a form of version {0}, and this program reads version {VERSION}")]
    Version(u8),
    /// An object is missing or has a value that it cannot have.
    #[error("object {0} of the form is missing, or is not as a form has it")]
    Object(&'static str),
    /// There is more than a form has, or the same in another order or coding.
    #[error("the form is not coded as forms are: an object is unknown, twice there or out of its place")]
    NotCanonical,
}

impl ContainerError {
    /// Why, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let french = match self {
            Self::NoForm => "ce n'est pas une feuille : il n'y a pas de gabarit E1".to_owned(),
            Self::Version(version) => {
                format!("c'est une feuille de version {version}, et ce programme lit la version {VERSION}")
            }
            Self::Object(object) => format!("l'objet {object} de la feuille manque, ou n'est pas celui d'une feuille"),
            Self::NotCanonical => {
                "la feuille n'est pas codée comme elles le sont : un objet est inconnu, en double ou \
                                   pas à sa place"
                    .to_owned()
            }
        };
        Bilingual::new(self.to_string(), french)
    }
}

/// A form and what is enciphered of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// What everybody may read.
    pub form: Form,
    /// What is enciphered, in DER; none if there is nothing to encipher.
    pub sealed: Option<Vec<u8>>,
}

impl Container {
    /// The bytes of the form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_with(tag::FORM, &mut bytes, |out| {
            encode(&self.form, out);
            if let Some(sealed) = &self.sealed {
                put(tag::SEALED, sealed, out);
            }
        });
        bytes
    }

    /// Reads the bytes of a form.
    ///
    /// # Errors
    ///
    /// [`ContainerError`] unless they are those that [`encode`](Self::encode) gives.
    pub fn decode(bytes: &[u8]) -> Result<Self, ContainerError> {
        let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
        let outside = objects(bytes).next().filter(|object| object.tag == tag::FORM).ok_or(ContainerError::NoForm)?;
        let version = find(outside.value, tag::VERSION).and_then(|version| version.first().copied());
        match version {
            Some(VERSION) => {}
            Some(other) => return Err(ContainerError::Version(other)),
            None => return Err(ContainerError::Object("80")),
        }
        let form = decode(outside.value)?;
        let container = Self { form, sealed: find(outside.value, tag::SEALED).map(<[u8]>::to_vec) };
        if container.encode() == bytes { Ok(container) } else { Err(ContainerError::NotCanonical) }
    }
}

fn encode(form: &Form, out: &mut Vec<u8>) {
    put(tag::VERSION, &[VERSION], out);
    put(tag::MODE, &[form.mode.number()], out);
    put(tag::DATE, &digits(form.date), out);
    let [_, number @ ..] = form.number.to_be_bytes();
    put(tag::NUMBER, &number, out);
    if let Some(lot) = form.lot {
        put(tag::LOT, &lot.to_be_bytes(), out);
    }
    put_with(tag::INSURED, out, |out| {
        let InsuredId { nir, regime, body, centre } = &form.insured;
        texts(out, [(0x80, Some(nir)), (0x81, Some(regime)), (0x82, Some(body)), (0x83, Some(centre))]);
    });
    put_with(tag::PATIENT, out, |out| match &form.patient {
        Patient::Nir(nir) => texts(out, [(0x80, Some(nir))]),
        Patient::Born { date, rang_gemellaire } => {
            put(Tag(0x81), &digits(*date), out);
            texts(out, [(0x82, Some(rang_gemellaire))]);
        }
    });
    put_with(tag::CAREGIVER, out, |out| {
        let Caregiver { id, billing, speciality } = &form.caregiver;
        texts(out, [(0x80, id.as_ref()), (0x81, Some(billing)), (0x82, speciality.as_ref())]);
    });
    put_with(tag::NATURE, out, |out| match &form.nature {
        Nature::Illness => put(Tag(0x80), &[0], out),
        Nature::Maternity(day) => put(Tag(0x81), &digits(*day), out),
        Nature::AccidentNumber(number) => texts(out, [(0x82, Some(number))]),
        Nature::AccidentDate(day) => put(Tag(0x83), &digits(*day), out),
    });
    for act in &form.acts {
        put_with(tag::ACT, out, |out| encode_act(act, out));
    }
    put_with(tag::PAYMENT, out, |out| {
        let Payment { total, basic, complementary, basic_is_paid, complementary_is_paid, third_party } = form.payment;
        amounts(out, &[(0x80, total), (0x81, basic), (0x82, complementary)]);
        let bit = |bit, is_set| if is_set { bit } else { 0 };
        put(Tag(0x83), &[bit(BASIC, basic_is_paid) | bit(COMPLEMENTARY, complementary_is_paid)], out);
        put(Tag(0x84), &four(third_party.0), out);
        put(Tag(0x85), EURO, out);
    });
    if let Some(VitaleUsed { generation, serial }) = &form.vitale {
        put_with(tag::VITALE, out, |out| {
            put(Tag(0x80), &[generation.number()], out);
            texts(out, [(0x81, Some(serial))]);
        });
    }
    if let Some(number) = &form.professional_card {
        put(tag::PROFESSIONAL_CARD, number.as_bytes(), out);
    }
}

fn encode_act(act: &Act, out: &mut Vec<u8>) {
    put(Tag(0x80), &digits(act.date), out);
    texts(out, [(0x81, Some(&act.code)), (0x82, act.tooth.as_ref())]);
    put(Tag(0x83), &four(act.quotation), out);
    amounts(out, &[(0x84, act.amount), (0x85, act.overrun), (0x86, act.travel)]);
    texts(out, [(0x87, Some(&act.exoneration))]);
    put(Tag(0x88), &[act.rate.0], out);
    amounts(out, &[(0x89, act.basic), (0x8A, act.complementary)]);
    if let Some(day) = act.agreement {
        put(Tag(0x8B), &digits(day), out);
    }
    texts(out, [(0x8C, act.device.as_ref())]);
}

/// Objects of text, those that there are.
fn texts<const N: usize>(out: &mut Vec<u8>, texts: [(u32, Option<&String>); N]) {
    for (tag, text) in texts {
        if let Some(text) = text {
            put(Tag(tag), text.as_bytes(), out);
        }
    }
}

fn amounts(out: &mut Vec<u8>, amounts: &[(u32, Cents)]) {
    for (tag, amount) in amounts {
        put(Tag(*tag), &four(amount.0), out);
    }
}

/// A day: `20260115`.
pub(super) fn digits(day: CardDate) -> Vec<u8> {
    format!("{:04}{:02}{:02}", day.year, day.month, day.day).into_bytes()
}

/// A number in four bytes. Amounts of form files fit many times.
fn four(number: u64) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes()
}

fn decode(form: &[u8]) -> Result<Form, ContainerError> {
    let outside = Template(form);
    let acts = objects(form).filter(|object| object.tag == tag::ACT).map(|object| decode_act(Template(object.value)));
    let acts: Vec<_> = acts.collect::<Result<_, _>>()?;
    if acts.is_empty() {
        return Err(ContainerError::Object("A5"));
    }
    let insured = outside.template(tag::INSURED, "A1")?;
    let patient = outside.template(tag::PATIENT, "A2")?;
    let caregiver = outside.template(tag::CAREGIVER, "A3")?;
    let nature = outside.template(tag::NATURE, "A4")?;
    let payment = outside.template(tag::PAYMENT, "A6")?;
    let [flags] = payment.bytes::<1>(Tag(0x83), "A6 83")?;
    let lot = find(form, tag::LOT).map(|_| outside.bytes::<2>(tag::LOT, "84")).transpose()?;
    let [a, b, c] = outside.bytes::<3>(tag::NUMBER, "83")?;
    let [mode] = outside.bytes::<1>(tag::MODE, "81")?;
    Ok(Form {
        mode: Mode::of(mode).ok_or(ContainerError::Object("81"))?,
        date: outside.day(tag::DATE, "82")?,
        number: u32::from_be_bytes([0, a, b, c]),
        lot: lot.map(u16::from_be_bytes),
        insured: InsuredId {
            nir: insured.text(Tag(0x80), 15..=15, "A1 80")?,
            regime: insured.text(Tag(0x81), 2..=2, "A1 81")?,
            body: insured.text(Tag(0x82), 3..=3, "A1 82")?,
            centre: insured.text(Tag(0x83), 4..=4, "A1 83")?,
        },
        patient: match find(patient.0, Tag(0x80)) {
            Some(_) => Patient::Nir(patient.text(Tag(0x80), 15..=15, "A2 80")?),
            None => Patient::Born {
                date: patient.day(Tag(0x81), "A2 81")?,
                rang_gemellaire: patient.text(Tag(0x82), 1..=1, "A2 82")?,
            },
        },
        caregiver: Caregiver {
            id: caregiver.optional(Tag(0x80), 1..=40, "A3 80")?,
            billing: caregiver.text(Tag(0x81), 9..=9, "A3 81")?,
            speciality: caregiver.optional(Tag(0x82), 2..=2, "A3 82")?,
        },
        nature: match objects(nature.0).next().map(|object| object.tag) {
            Some(Tag(0x80)) => Nature::Illness,
            Some(Tag(0x81)) => Nature::Maternity(nature.day(Tag(0x81), "A4 81")?),
            Some(Tag(0x82)) => Nature::AccidentNumber(nature.text(Tag(0x82), 8..=9, "A4 82")?),
            Some(Tag(0x83)) => Nature::AccidentDate(nature.day(Tag(0x83), "A4 83")?),
            _ => return Err(ContainerError::Object("A4")),
        },
        acts,
        payment: Payment {
            total: payment.cents(Tag(0x80), "A6 80")?,
            basic: payment.cents(Tag(0x81), "A6 81")?,
            complementary: payment.cents(Tag(0x82), "A6 82")?,
            basic_is_paid: flags & BASIC != 0,
            complementary_is_paid: flags & COMPLEMENTARY != 0,
            third_party: payment.cents(Tag(0x84), "A6 84")?,
        },
        vitale: find(form, tag::VITALE).map(|vitale| decode_vitale(Template(vitale))).transpose()?,
        professional_card: outside.optional(tag::PROFESSIONAL_CARD, 1..=20, "88")?,
    })
}

fn decode_vitale(vitale: Template<'_>) -> Result<VitaleUsed, ContainerError> {
    let [generation] = vitale.bytes::<1>(Tag(0x80), "A7 80")?;
    Ok(VitaleUsed {
        generation: Generation::of(generation).ok_or(ContainerError::Object("A7 80"))?,
        serial: vitale.text(Tag(0x81), 1..=20, "A7 81")?,
    })
}

fn decode_act(act: Template<'_>) -> Result<Act, ContainerError> {
    let agreement = find(act.0, Tag(0x8B)).map(|_| act.day(Tag(0x8B), "A5 8B")).transpose()?;
    let [rate] = act.bytes::<1>(Tag(0x88), "A5 88")?;
    Ok(Act {
        date: act.day(Tag(0x80), "A5 80")?,
        code: act.text(Tag(0x81), 1..=5, "A5 81")?,
        tooth: act.optional(Tag(0x82), 2..=2, "A5 82")?,
        quotation: act.cents(Tag(0x83), "A5 83")?.0,
        amount: act.cents(Tag(0x84), "A5 84")?,
        overrun: act.cents(Tag(0x85), "A5 85")?,
        travel: act.cents(Tag(0x86), "A5 86")?,
        exoneration: act.text(Tag(0x87), 1..=1, "A5 87")?,
        rate: Some(Rate(rate)).filter(|rate| *rate <= Rate::WHOLE).ok_or(ContainerError::Object("A5 88"))?,
        basic: act.cents(Tag(0x89), "A5 89")?,
        complementary: act.cents(Tag(0x8A), "A5 8A")?,
        agreement,
        device: act.optional(Tag(0x8C), 1..=15, "A5 8C")?,
    })
}

/// A template that is being read. `what` is where an object stands, for people.
#[derive(Clone, Copy)]
pub(super) struct Template<'a>(pub(super) &'a [u8]);

impl<'a> Template<'a> {
    fn value(self, tag: Tag, what: &'static str) -> Result<&'a [u8], ContainerError> {
        find(self.0, tag).ok_or(ContainerError::Object(what))
    }

    fn template(self, tag: Tag, what: &'static str) -> Result<Self, ContainerError> {
        self.value(tag, what).map(Self)
    }

    fn bytes<const N: usize>(self, tag: Tag, what: &'static str) -> Result<[u8; N], ContainerError> {
        self.value(tag, what)?.try_into().map_err(|_| ContainerError::Object(what))
    }

    fn cents(self, tag: Tag, what: &'static str) -> Result<Cents, ContainerError> {
        self.bytes(tag, what).map(|bytes| Cents(u32::from_be_bytes(bytes).into()))
    }

    /// Capital letters and digits.
    pub(super) fn text(
        self,
        tag: Tag,
        lengths: std::ops::RangeInclusive<usize>,
        what: &'static str,
    ) -> Result<String, ContainerError> {
        let value = self.value(tag, what)?;
        let is_code = value.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'/'));
        let text = String::from_utf8(value.to_vec()).ok().filter(|text| is_code && lengths.contains(&text.len()));
        text.ok_or(ContainerError::Object(what))
    }

    pub(super) fn optional(
        self,
        tag: Tag,
        lengths: std::ops::RangeInclusive<usize>,
        what: &'static str,
    ) -> Result<Option<String>, ContainerError> {
        find(self.0, tag).map(|_| self.text(tag, lengths, what)).transpose()
    }

    pub(super) fn day(self, tag: Tag, what: &'static str) -> Result<CardDate, ContainerError> {
        let digits = self.text(tag, 8..=8, what)?;
        let part = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u16>().ok());
        let small = |range| part(range).and_then(|part| u8::try_from(part).ok());
        let day = part(0..4).zip(small(4..6)).zip(small(6..8));
        day.map(|((year, month), day)| CardDate { year, month, day, hour: 0, minute: 0 })
            .ok_or(ContainerError::Object(what))
    }
}
