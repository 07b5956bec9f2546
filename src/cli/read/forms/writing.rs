//! Prints what the interface gives of each card, and says what it does not give.

use std::io;

use super::{
    super::{
        super::{
            Failure, exit,
            language::Language,
            messages::{Billing, Message, in_both},
            mistake::Trouble,
            output,
        },
        print::Printer,
        stop::{Stop, words as numbered},
        visit::Read,
    },
    Barred, Biller, Form,
};
use crate::{
    billing::{
        codes::Code,
        groups::{self, WriteError, Zone},
        json::Document,
        rights,
        xml::{self, Shape},
    },
    profile::said::{Bilingual, Said},
    terminal::{cps::Proof, pages, right::Side},
};

/// What is printed.
pub(super) struct Writing {
    pub(super) form: Form,
    pub(super) shapes: Vec<Shape>,
    pub(super) language: Language,
}

impl Writing {
    /// A professional's card. It has no XML: there it is for the others only.
    pub(super) fn professional(&self, printer: &mut Printer<'_>, place: &str, read: &Read) -> Result<(), Failure> {
        let reading = match read {
            Ok(reading) => reading,
            Err(stop) => return self.stopped(printer, place, stop),
        };
        let told = reading.told();
        let code = rights::of_professional(&told);
        match self.form {
            Form::Xml => return Ok(()),
            Form::Zone | Form::Groups => {
                let why = rights::why_invalid(&told);
                return self.zone(printer, place, code, why.as_ref(), || groups::of_professional(told.data));
            }
            Form::Json => self.json(&Document::professional(place, &told, code, self.language.into()))?,
        }
        let (is_fine, why) = (told.proof == Proof::NotGiven, rights::why_invalid(&told));
        self.only(printer, code, is_fine, Billing::BillsNothing { place }, why.as_ref());
        Ok(())
    }

    /// A Vitale, with the professional's card that is billed with, or why there is none.
    pub(super) fn patient(
        &self,
        printer: &mut Printer<'_>,
        place: &str,
        read: Read,
        professional: Result<Biller<'_>, Barred>,
    ) -> Result<(), Failure> {
        let reading = match read {
            Ok(reading) if reading.told().side == Some(Side::Patient) => reading,
            Ok(_) => {
                let other = Failure::environment(Message::NeitherCard { place }.said(), Billing::GiveVitale.said());
                return self.stopped(printer, place, &Stop::new(Code::NO_VITALE, other));
            }
            Err(stop) => return self.stopped(printer, place, &stop),
        };
        let told = reading.told();
        let beside = professional.as_ref().map(|biller| biller.reading.told());
        let code = match &professional {
            Ok(Biller { is_gone: true, .. }) => Code::NO_PROFESSIONAL,
            _ => rights::of_vitale(&told, beside.as_ref().map_err(|barred| barred.code)),
        };
        let why = match &professional {
            Err(barred) => barred.why.clone(),
            Ok(_) if code == Code::PROFESSIONAL_INVALID => told
                .looks
                .iter()
                .find(|look| look.outcome.is_err())
                .map(|look| in_both(|language| pages::look(look, language.into()).trim_end_matches('.').to_owned())),
            Ok(_) => None,
        };
        if reading.is_broken() {
            printer.note(exit::ENVIRONMENT);
        }
        match self.form {
            Form::Zone | Form::Groups => {
                return self.zone(printer, place, code, why.as_ref(), || groups::of_vitale(told.data));
            }
            Form::Json => self.json(&Document::vitale(place, &told, code, self.language.into()))?,
            Form::Xml => {
                for &shape in &self.shapes {
                    let document = xml::vitale(&told, code, shape)?;
                    output::latin_1(&[&document, &b"\n"[..]].concat())?;
                }
            }
        }
        // Nobody asked for more than that where there is no professional's card, or nobody gave its code.
        let is_wanted = professional.is_ok() || !matches!(code, Code::NO_PROFESSIONAL | Code::CODE_WRONG);
        self.only(printer, code, !is_wanted, Billing::IdentityOnly { place }, why.as_ref());
        Ok(())
    }

    /// The zone of a card: all of it or nothing.
    fn zone(
        &self,
        printer: &mut Printer<'_>,
        place: &str,
        code: Code,
        why: Option<&Bilingual>,
        zone: impl FnOnce() -> Result<Zone, WriteError>,
    ) -> Result<(), Failure> {
        if code != Code::DONE {
            self.only(printer, code, false, Billing::NoZone { place }, why);
            return Ok(());
        }
        match zone() {
            Ok(zone) => Ok(self.print(&zone)?),
            Err(error) => self.stopped(printer, place, &Stop::unwritten(&Billing::NoZone { place }.said(), &error)),
        }
    }

    /// A zone: its bytes, or as text.
    pub(super) fn print(&self, zone: &Zone) -> io::Result<()> {
        match self.form {
            Form::Groups => output::print(groups::text(zone, self.language.into())),
            _ => output::latin_1(&zone.to_bytes()),
        }
    }

    /// That not all of a card came out, if it did not.
    fn only(&self, printer: &mut Printer<'_>, code: Code, is_fine: bool, what: Billing<'_>, why: Option<&Bilingual>) {
        if code == Code::DONE {
            return;
        }
        let message = in_both(|language| {
            let what = what.text(language);
            let why = why.map(|why| match language {
                Language::En => &*why.english,
                Language::Fr => &**why.french,
            });
            let what = why.map_or(what.clone(), |why| Message::Because { what: &what, why }.text(language));
            numbered(code, &what, language)
        });
        let failure = Failure::Environment(message.into(), hint(code).map(Into::into));
        if is_fine {
            failure.remark_in(self.language);
        } else {
            failure.report_in(self.language);
            printer.note(failure.code());
        }
    }

    /// That a card gave nothing.
    fn stopped(&self, printer: &mut Printer<'_>, place: &str, stop: &Stop) -> Result<(), Failure> {
        self.trouble(Some(place), stop)?;
        stop.report_in(self.language);
        printer.note(stop.failure.code());
        Ok(())
    }

    /// The same as a document, where documents are printed.
    pub(super) fn trouble(&self, place: Option<&str>, stop: &Stop) -> Result<(), Failure> {
        if self.form != Form::Json {
            return Ok(());
        }
        let trouble = Trouble::of(&stop.failure).into();
        let mut document = Document::failure(place, stop.code, trouble, self.language.into());
        if let (None, said @ Said { french: Some(_), .. }) = (stop.code, stop.failure.message()) {
            document.message = said.text(self.language.into()).to_owned();
        }
        self.json(&document)
    }

    pub(super) fn json(&self, document: &Document<'_>) -> Result<(), Failure> {
        Ok(output::print_json_text(&serde_json::to_string(document).map_err(io::Error::from)?)?)
    }
}

/// What to do about a number.
fn hint(code: Code) -> Option<Bilingual> {
    match code {
        Code::NO_PROFESSIONAL => Some(Billing::PutProfessional.said()),
        Code::CODE_WRONG if cfg!(windows) => Some(Billing::PipeItsCode.said()),
        Code::CODE_WRONG => Some(Billing::GiveItsCode.said()),
        Code::CODE_BLOCKED => Some(Message::Unblock.said()),
        Code::PROFESSIONAL_INVALID => Some(Billing::TakeBillingCard.said()),
        Code::TEST_WITH_REAL => Some(Billing::TakeSameKind.said()),
        Code::TWO_COVERS => Some(Billing::LeaveOneCover.said()),
        _ => None,
    }
}
