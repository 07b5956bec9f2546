//! The terminal between the two cards: what it does with them, from the first look to the last.

use virtuale_engine::Reset;

use super::{
    super::{
        super::{Failure, fse, messages::Message, options::Reproducible},
        lost,
    },
    change::{self, Station},
    leaving,
};
use crate::{
    host::Host,
    profile::{
        Profile,
        authority::Body,
        diagnostic::{Diagnostics, Source},
        said::Bilingual,
    },
    terminal::{
        cps,
        exchange::Dialogue,
        form::{
            FormFile,
            fill::{self, Cards, Unfit},
            refusal::Refusal,
            signing::{Bench, Keeping, Made, NotMade, Patient, Professional},
            trust::Trust,
            verify::{self, Outcome},
        },
        guides::{CardReading, Guides},
        holder::{Asked, Code, Holder},
        pages::{SignedForm, Watched},
        right::{Bearer, Beside, Manner},
        transport::Transport,
        vitale::{self, Reading},
    },
};

/// The form: a consultation of a general practitioner. All else the cards say.
const FORM: &str = "numero = 1\n\n[[acte]]\ncode = \"G\"\nmontant = 30.00\ntaux = 70\n";

/// A terminal between two cards.
pub(super) struct Counter<'a> {
    host: &'a Host,
    /// What the patient's card and the professional's were made of.
    profiles: [&'a Profile; 2],
    /// The slots that they are in.
    places: [&'a str; 2],
    reproducible: &'a Reproducible,
    holder: Written,
}

/// What was seen.
pub(super) struct Seen {
    /// Whose the professional's card is.
    pub(super) bearer: String,
    pub(super) alone: Reading,
    pub(super) beside: Reading,
    /// The form, or why there is none.
    pub(super) form: Result<Form, Bilingual>,
    pub(super) with_copy: Reading,
    /// The caisse's change, or why the card stays as it is.
    pub(super) update: Result<change::Changed, Bilingual>,
    pub(super) after: Reading,
    pub(super) watched: Option<Watched>,
}

/// A form that was signed, and what verifying it came to.
pub(super) struct Form {
    made: Made,
    outcome: Outcome,
}

/// A professional's card that was read.
struct Caregiver {
    reading: cps::Reading,
    code: Option<Code>,
}

impl Form {
    /// As a page shows it.
    pub(super) fn as_page(&self) -> SignedForm<'_> {
        SignedForm { made: &self.made, outcome: &self.outcome }
    }
}

impl<'a> Counter<'a> {
    pub(super) fn new(
        host: &'a Host,
        profiles: [&'a Profile; 2],
        places: [&'a str; 2],
        reproducible: &'a Reproducible,
    ) -> Self {
        Self { host, profiles, places, reproducible, holder: Written::of(profiles[1]) }
    }

    /// The whole visit.
    pub(super) fn visit(
        mut self,
        patient: &mut dyn Transport,
        professional: &mut dyn Transport,
    ) -> Result<Seen, Failure> {
        let alone = self.read(patient, None)?;
        let caregiver = self.read_professional(professional)?;
        let beside = self.read(patient, Some((&mut *professional, &caregiver)))?;
        let form = self.form((&mut *patient, &beside), (&mut *professional, &caregiver));
        let with_copy = self.read(patient, Some((&mut *professional, &caregiver)))?;
        let station = Station { layout: self.profiles[0].layout(), place: self.places[0], run: self.reproducible };
        let update = station.update(patient);
        // The station's session ends with it.
        patient.reset(Reset::Warm).map_err(|error| lost(&error))?;
        let after = self.read(patient, Some((&mut *professional, &caregiver)))?;
        let watched = leaving::watch(self.host, (patient, &after), professional, &mut self.holder)?;
        let bearer = caregiver.reading.bearer().and_then(|bearer| bearer.name).unwrap_or_default();
        Ok(Seen { bearer, alone, beside, form, with_copy, update, after, watched })
    }

    /// Reads the patient's card, with the professional's beside it or without.
    fn read(
        &mut self,
        patient: &mut dyn Transport,
        beside: Option<(&mut dyn Transport, &Caregiver)>,
    ) -> Result<Reading, Failure> {
        let today = self.reproducible.today();
        let mut cards: Vec<Beside<'_>> = Vec::new();
        if let Some((professional, caregiver)) = beside {
            let bearer = self.bearer(caregiver);
            let dialogue = Ok(Dialogue::new(professional));
            cards.push(Beside { dialogue, manner: Manner::Plain, holder: &mut self.holder, bearer });
        }
        let read = vitale::read_beside(patient, self.profiles[0].layout(), today, &mut cards);
        read.map_err(|error| match error {
            vitale::ReadError::Transport(error) => lost(&error),
            _ => needs(),
        })
    }

    /// Whose the professional's card is.
    fn bearer(&self, caregiver: &Caregiver) -> Bearer {
        Bearer { place: self.places[1].to_owned(), ..caregiver.reading.bearer().unwrap_or_default() }
    }

    /// Reads the professional's card, and keeps the code for the signature.
    fn read_professional(&mut self, professional: &mut dyn Transport) -> Result<Caregiver, Failure> {
        let mut keeping = Keeping::new(&mut self.holder);
        let layout = self.profiles[1].layout();
        let read = cps::read(professional, layout, self.reproducible.today(), &mut keeping);
        let code = keeping.into_code();
        let reading = read.map_err(|error| match error {
            cps::ReadError::Transport(error) => lost(&error),
            cps::ReadError::NotProfessional { .. } => needs(),
        })?;
        Ok(Caregiver { reading, code })
    }

    /// Makes a form of what both cards say, has them sign it, and verifies it with public keys alone.
    fn form(
        &self,
        (patient, vitale): (&mut dyn Transport, &Reading),
        (professional, caregiver): (&mut dyn Transport, &Caregiver),
    ) -> Result<Form, Bilingual> {
        let (today, bearer) = (self.reproducible.today(), Some(self.bearer(caregiver)));
        let not_made = |error| match error {
            NotMade::Refused(refusal) => fse::why_not(&refusal, bearer.as_ref()),
            error => same(error),
        };
        let source = Source { name: "consultation.toml".into(), text: FORM.into() };
        let file = FormFile::read(source, today).map_err(first)?;
        let cards = Cards { vitale: Some(vitale), professional: Some(&caregiver.reading), is_lot: false, tod: None };
        let (form, secrets) = fill::fill(&file, cards).map_err(|unfit| match unfit {
            Unfit::Disagreement(mistakes) => first(mistakes),
            Unfit::Refused(refusal) => fse::why_not(&refusal, bearer.as_ref()),
        })?;
        let trust = Trust::test().map_err(same)?;
        let body = Body::from_seed(0).map_err(same)?;
        let bench = Bench { trust: &trust, addressee: &body.certificate, today, seed: self.reproducible.seed };
        let key = caregiver.reading.signing_key().ok_or_else(|| fse::why_not(&Refusal::NoKey, bearer.as_ref()))?;
        let professional =
            Professional { transport: professional, key, code: caregiver.code.as_ref().map(Code::again) };
        let patient = Patient { transport: patient, layout: self.profiles[0].layout() };
        let mut made = [bench.make(form, secrets).map_err(not_made)?];
        bench.sign(&mut made, professional, Some(patient)).map_err(not_made)?;
        let [made] = made;
        let outcome = verify::verify(&made.files, &trust);
        Ok(Form { made, outcome })
    }
}

/// The first mistake of several, in one sentence.
pub(super) fn first(mistakes: Diagnostics) -> Bilingual {
    let first = mistakes.0.into_iter().next().map(|mistake| mistake.message).unwrap_or_default();
    let french = first.french.map_or_else(|| first.english.clone(), |french| *french);
    Bilingual::new(first.english, french)
}

/// What is said in English only.
fn same(error: impl std::error::Error) -> Bilingual {
    Bilingual::new(error.to_string(), error.to_string())
}

fn needs() -> Failure {
    Failure::usage(Message::VisitNeeds.said(), Message::VisitCards.said())
}

/// Who gives the code that the card file has, once.
struct Written(Option<String>);

impl Written {
    fn of(professional: &Profile) -> Self {
        Self(Guides::built_in().holder_code(professional.layout(), professional.data()))
    }
}

impl Holder for Written {
    fn code(&mut self, asked: &Asked) -> Option<Code> {
        let code = self.0.as_ref().filter(|_| !asked.again)?;
        Code::new(code.as_bytes(), &asked.digits).ok()
    }
}
