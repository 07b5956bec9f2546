//! `virtuale demo --visit`: what happens at the counter between a Vitale and a professional's card, in one page.

use std::num::NonZeroU16;

use jiff::civil::Date;
use virtuale_engine::Reset;

use super::{
    super::{Exit, Failure, cards, exit, messages::Message, output},
    Args, lost, own_name,
};
use crate::{
    profile::{Profile, nir::Nir},
    shown,
    terminal::{
        amount::Cents,
        copies::{Act, ActCode, Acts, BillingNumber, Body, Copy, FormNumber, Nature, NotAppended, Patient, append},
        cps,
        exchange::Dialogue,
        guides::{CardReading, Guides},
        holder::{Asked, Code, Holder},
        pages::{self, Visit},
        right::{Bearer, Beside, prove},
        transport::{Transport, pcsclite::Service},
        vitale::{self, Reading},
    },
};

/// What a consultation of a general practitioner costs, in cents.
const CONSULTATION: Cents = Cents(3_000);

/// Opens a reader with two slots, lets the cards do what they do in a visit, and prints the page.
pub(super) fn run(args: &Args) -> Exit {
    let (format, today) = (args.language().format(), args.reproducible.today());
    let written = [&args.card, &args.professional];
    let found = [cards::find(written[0])?, cards::find(written[1])?];
    let profiles = [cards::profile(written[0], &args.reproducible)?, cards::profile(written[1], &args.reproducible)?];
    let host = found.iter().fold(args.reproducible.host(), |host, card| host.card(card.as_path()));
    let host = host.refuse_stop("this is a demonstration").start()?;
    let mut services = [(); 2].map(|()| Service::establish(host.socket()).map_err(|error| lost(&error)));
    let [Ok(patients), Ok(professionals)] = &mut services else {
        return services.into_iter().find_map(Result::err).map_or(Ok(exit::DONE), Err);
    };
    let slots = patients.slots().map_err(|error| lost(&error))?;
    let places: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
    let [patient_place, professional_place] = places[..] else { return Ok(exit::DONE) };
    let mut patient = patients.connect(patient_place).map_err(|error| lost(&error))?;
    let mut professional = professionals.connect(professional_place).map_err(|error| lost(&error))?;

    let [vitale, cps] = &profiles;
    let counter = Counter { layouts: [vitale, cps], place: professional_place, holder: Written::of(cps), today };
    let seen = counter.visit(&mut patient, &mut professional)?;
    let visit = Visit {
        places: [patient_place, professional_place],
        alone: &seen.alone,
        beside: &seen.beside,
        appended: seen.appended,
        after: &seen.after,
    };
    let program = own_name();
    let [first, second] = found.each_ref().map(|card| shown::word(card.as_path()));
    let attach = format!("{program} exec --card {first} --card {second} -- {}", pages::your_program(format.lang));
    output::print_page(&pages::visit(&visit, &[&attach], format))?;
    Ok(exit::DONE)
}

/// A terminal between two cards.
struct Counter<'a> {
    /// What the patient's card and the professional's were made of.
    layouts: [&'a Profile; 2],
    /// Where the professional's card is.
    place: &'a str,
    holder: Written,
    today: Date,
}

/// What was seen.
struct Seen {
    alone: Reading,
    beside: Reading,
    appended: Result<(), NotAppended>,
    after: Reading,
}

impl Counter<'_> {
    fn visit(mut self, patient: &mut dyn Transport, professional: &mut dyn Transport) -> Result<Seen, Failure> {
        let [_, cps] = self.layouts;
        let alone = self.read(patient, None)?;
        let reading = cps::read(professional, cps.layout(), self.today, &mut self.holder).map_err(|_| needs())?;
        let beside = self.read(patient, Some((&mut *professional, &reading)))?;
        let form = consultation(&alone, &reading, self.today).ok_or_else(needs)?;
        let appended = self.append(patient, professional, &form)?;
        let after = self.read(patient, Some((professional, &reading)))?;
        Ok(Seen { alone, beside, appended, after })
    }

    /// Reads the patient's card, with the professional's beside it or without.
    fn read(
        &mut self,
        patient: &mut dyn Transport,
        beside: Option<(&mut dyn Transport, &cps::Reading)>,
    ) -> Result<Reading, Failure> {
        let Self { layouts: [vitale, _], place, holder, today } = self;
        let mut cards: Vec<Beside<'_>> = Vec::new();
        if let Some((professional, reading)) = beside {
            let bearer = Bearer { place: (*place).to_owned(), ..reading.bearer().unwrap_or_default() };
            cards.push(Beside { dialogue: Dialogue::new(professional), holder, bearer });
        }
        vitale::read_beside(patient, vitale.layout(), *today, &mut cards).map_err(|_| needs())
    }

    /// Leaves the copy of a form on the patient's card, and takes the right back with a reset of both.
    fn append(
        &mut self,
        patient: &mut dyn Transport,
        professional: &mut dyn Transport,
        form: &Copy,
    ) -> Result<Result<(), NotAppended>, Failure> {
        let [vitale, _] = self.layouts;
        let mut dialogue = Dialogue::new(patient);
        let proved = prove(&mut dialogue, &mut Dialogue::new(professional), &mut self.holder);
        let appended = proved.map_err(|_| needs()).map(|_| append(&mut dialogue, vitale.layout(), form));
        drop(dialogue);
        patient.reset(Reset::Warm).and_then(|()| professional.reset(Reset::Warm)).map_err(|error| lost(&error))?;
        appended
    }
}

/// A consultation of the first on the card, billed as the professional's card says; `None` if one of them does not say
/// enough.
fn consultation(patient: &Reading, professional: &cps::Reading, today: Date) -> Option<Copy> {
    let insured = &patient.volet.insured;
    let body = [insured.regime.as_deref()?, insured.body.as_deref()?, insured.centre.as_deref()?].concat();
    let author =
        professional.professional.billing.situations.iter().find_map(|situation| situation.number.as_deref())?;
    let act = Act {
        date: None,
        code: ActCode::read("G").ok()?,
        coefficient: NonZeroU16::new(100)?,
        amount: CONSULTATION,
        exoneration: 0,
    };
    Some(Copy {
        date: today,
        number: FormNumber::new(1).ok()?,
        patient: Patient::Nir(Nir::read(insured.nir.as_deref()?).ok()?),
        body: Body::read(&body).ok()?,
        author: BillingNumber::read(author).ok()?,
        nature: Nature::Illness,
        acts: Acts::new(vec![act]).ok()?,
        third_party: Cents(0),
    })
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
