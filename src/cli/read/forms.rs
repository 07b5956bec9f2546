//! `--format`: what the interfaces of billing software give of the cards. The professionals' cards come first, since
//! what else is given stands and falls with them.

use std::io;

use clap::ValueEnum;

use super::{
    super::{
        Exit, Failure,
        code::Codes,
        exit,
        language::Language,
        messages::{Message, in_both},
        mistake::Trouble,
        output,
    },
    Args, places,
    print::Printer,
    stop::{Stop, words as numbered},
    visit::{Read, Visit},
};
use crate::{
    billing::{
        codes::Code,
        json::{self, Document},
        rights,
        xml::{self, Shape},
    },
    lists::Lists,
    terminal::{cps::Proof, guides::CardReading, right::Side},
};

/// Which form.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Form {
    /// The XML of the reading interface, in ISO 8859-1: one line for each Vitale
    Xml,
    /// JSON with the names of billing software, one line for each card
    Json,
}

/// Arguments about these forms.
#[derive(Debug, clap::Args)]
pub(super) struct Forms {
    /// Print what the reading interface of billing software gives, with its numbers on standard error
    /// (docs/billing.md). It gives the rights on a Vitale only beside a professional's card whose code was right
    #[arg(long, value_name = "FORM", value_enum)]
    #[arg(conflicts_with_all = ["json", "reflet", "commands", "opposition", "tod"])]
    format: Option<Form>,
    /// Which shape the XML has, 1 or 2 [default: 1]; with both, each Vitale has a line in each
    #[arg(long = "xml-shape", value_name = "SHAPE", requires = "format", value_delimiter = ',')]
    #[arg(value_parser = shape)]
    shapes: Vec<Shape>,
    /// Print the JSON Schema of --format json, and read nothing
    #[arg(long, requires = "format", conflicts_with_all = ["cards", "readers", "secured", "pin_fd", "shapes"])]
    schema: bool,
}

fn shape(text: &str) -> Result<Shape, &'static str> {
    match text {
        "1" => Ok(Shape::First),
        "2" => Ok(Shape::Second),
        _ => Err("there are the shapes 1 and 2"),
    }
}

impl Forms {
    /// Which form is asked for, if one is.
    pub(super) fn format(&self) -> Option<Form> {
        self.format
    }
}

/// Reads the cards and prints what the interface gives of them.
pub(super) fn run(args: &Args, form: Form) -> Exit {
    let Forms { shapes, schema, .. } = &args.forms;
    if form != Form::Xml && !shapes.is_empty() {
        return Err(Failure::usage(Message::ShapeOfXml.said(), Message::AskXml.said()));
    }
    if *schema {
        if form != Form::Json {
            return Err(Failure::usage(Message::SchemaOfJson.said(), Message::AskJson.said()));
        }
        return exit::after(exit::DONE, output::document(json::SCHEMA.as_bytes()));
    }
    let mut printer = Printer::new(args, Codes::of(args.pin_fd)?, Lists::default());
    let shapes = if shapes.is_empty() { vec![Shape::default()] } else { shapes.clone() };
    let writing = Writing { form, shapes, language: printer.language };
    let mut places = match places(args) {
        Ok(places) => places,
        Err(stop) => {
            writing.trouble(None, &stop)?;
            stop.report_in(writing.language);
            return Ok(stop.failure.code());
        }
    };
    let mut visit = Visit::begin(&mut printer, &mut places);
    let beside: Vec<(usize, Read)> = (0..places.len()).filter_map(|place| Some((place, visit.take(place)?))).collect();
    let professional = best(&beside);
    let patients: Vec<usize> =
        (0..places.len()).filter(|place| beside.iter().all(|(other, _)| other != place)).collect();
    for (place, read) in &beside {
        writing.professional(&mut printer, &places[*place].name, read)?;
    }
    for &place in &patients {
        let name = places[place].name.clone();
        let read = visit.read(&mut printer, &mut places, place);
        writing.patient(&mut printer, &name, read, professional)?;
    }
    if patients.is_empty() && form == Form::Xml {
        let none = Failure::environment(Message::NoVitaleHere.said(), Message::GiveVitale.said());
        Stop::new(Code::NO_VITALE, none).report_in(writing.language);
        printer.note(exit::ENVIRONMENT);
    }
    Ok(printer.code)
}

/// The professional's card that is billed with: the first that can be, or why the first cannot.
fn best(professionals: &[(usize, Read)]) -> Result<&dyn CardReading, Code> {
    let mut why = None;
    for (_, read) in professionals {
        let code = match read {
            Ok(reading) => match rights::of_professional(&reading.told()) {
                Code::DONE => return Ok(&**reading),
                code => code,
            },
            Err(stop) => stop.code.unwrap_or(Code::PROFESSIONAL_INVALID),
        };
        why.get_or_insert(code);
    }
    Err(why.unwrap_or(Code::NO_PROFESSIONAL))
}

/// What is printed.
struct Writing {
    form: Form,
    shapes: Vec<Shape>,
    language: Language,
}

impl Writing {
    /// A professional's card. It has no XML: there it is for the others only.
    fn professional(&self, printer: &mut Printer<'_>, place: &str, read: &Read) -> Result<(), Failure> {
        let reading = match read {
            Ok(reading) => reading,
            Err(stop) => return self.stopped(printer, place, stop),
        };
        let told = reading.told();
        let code = rights::of_professional(&told);
        if self.form == Form::Xml {
            return Ok(());
        }
        self.json(&Document::professional(place, &told, code, self.language.into()))?;
        self.only(printer, code, told.proof == Proof::NotGiven, Message::BillsNothing { place });
        Ok(())
    }

    /// A Vitale, with the professional's card that is billed with, or why there is none.
    fn patient(
        &self,
        printer: &mut Printer<'_>,
        place: &str,
        read: Read,
        professional: Result<&dyn CardReading, Code>,
    ) -> Result<(), Failure> {
        let reading = match read {
            Ok(reading) if reading.told().side == Some(Side::Patient) => reading,
            Ok(_) => {
                let other = Failure::environment(Message::NeitherCard { place }.said(), Message::GiveVitale.said());
                return self.stopped(printer, place, &Stop::new(Code::NO_VITALE, other));
            }
            Err(stop) => return self.stopped(printer, place, &stop),
        };
        let told = reading.told();
        let beside = professional.map(CardReading::told);
        let code = rights::of_vitale(&told, beside.as_ref().map_err(|code| *code));
        match self.form {
            Form::Json => self.json(&Document::vitale(place, &told, code, self.language.into()))?,
            Form::Xml => {
                for &shape in &self.shapes {
                    output::latin_1(&xml::vitale(&told, code, shape)?)?;
                }
            }
        }
        // Nobody asked for more than that where there is no professional's card, or nobody gave its code.
        let is_wanted = professional.is_ok() || !matches!(code, Code::NO_PROFESSIONAL | Code::CODE_WRONG);
        self.only(printer, code, !is_wanted, Message::IdentityOnly { place });
        if reading.is_broken() {
            printer.note(exit::ENVIRONMENT);
        }
        Ok(())
    }

    /// That not all of a card came out, if it did not.
    fn only(&self, printer: &mut Printer<'_>, code: Code, is_fine: bool, what: Message<'_>) {
        if code == Code::DONE {
            return;
        }
        let message = in_both(|language| numbered(code, &what.text(language), language));
        let failure = Failure::Environment(message.into(), hint(code).map(|hint| hint.said().into()));
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
    fn trouble(&self, place: Option<&str>, stop: &Stop) -> Result<(), Failure> {
        if self.form != Form::Json {
            return Ok(());
        }
        let trouble = Trouble::of(&stop.failure).into();
        self.json(&Document::failure(place, stop.code, trouble, self.language.into()))
    }

    fn json(&self, document: &Document<'_>) -> Result<(), Failure> {
        Ok(output::print_json_text(&serde_json::to_string(document).map_err(io::Error::from)?)?)
    }
}

/// What to do about a number.
fn hint(code: Code) -> Option<Message<'static>> {
    match code {
        Code::NO_PROFESSIONAL => Some(Message::PutProfessional),
        Code::CODE_WRONG => Some(Message::GiveItsCode),
        Code::CODE_BLOCKED => Some(Message::Unblock),
        Code::PROFESSIONAL_INVALID => Some(Message::TakeBillingCard),
        Code::TEST_WITH_REAL => Some(Message::TakeSameKind),
        Code::TWO_COVERS => Some(Message::LeaveOneCover),
        _ => None,
    }
}
