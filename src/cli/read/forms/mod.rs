//! `--format`: what the interfaces of billing software give of the cards. The professionals' cards come first, since
//! what else is given stands and falls with them.

mod configuration;
mod writing;

use clap::ValueEnum;

use self::writing::Writing;
use super::{
    super::{Exit, Failure, code::Codes, exit, messages::Billing, output},
    Args, places,
    print::Printer,
    stop::Stop,
    visit::{Read, Visit},
};
use crate::{
    billing::{codes::Code, json, rights, xml::Shape},
    lists::Lists,
    profile::said::Bilingual,
    terminal::guides::CardReading,
};

/// Which form.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Form {
    /// The zones of groups, binary, one after the other
    Zone,
    /// The same as text, one line for each field, in the language of the page
    Groups,
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
    #[arg(conflicts_with_all = ["json", "reflet", "without_exoneration", "commands", "opposition", "tod"])]
    format: Option<Form>,
    /// Which shape the XML has, 1 or 2 [default: 1]; with both, each Vitale has a line in each
    #[arg(long = "xml-shape", value_name = "SHAPE", requires = "format", value_delimiter = ',')]
    #[arg(value_parser = shape)]
    shapes: Vec<Shape>,
    /// Print the JSON Schema of --format json, and read nothing
    #[arg(long, requires = "format", conflicts_with_all = ["cards", "readers", "secured", "pin_fd", "shapes"])]
    schema: bool,
    /// Print what the interface says of the readers and what drives them, in place of cards
    #[arg(long, requires = "format")]
    #[arg(conflicts_with_all = ["cards", "readers", "layout", "secured", "pin_fd", "shapes", "schema"])]
    configuration: bool,
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
    let Forms { shapes, schema, configuration, .. } = &args.forms;
    if form != Form::Xml && !shapes.is_empty() {
        return Err(Failure::usage(Billing::ShapeOfXml.said(), Billing::AskXml.said()));
    }
    if *schema {
        if form != Form::Json {
            return Err(Failure::usage(Billing::SchemaOfJson.said(), Billing::AskJson.said()));
        }
        return exit::after(exit::DONE, output::document(json::SCHEMA.as_bytes()));
    }
    if form == Form::Zone && output::is_on_terminal() {
        return Err(Failure::usage(Billing::ZoneIsBytes.said(), Billing::SendZone.said()));
    }
    if *configuration {
        return configuration::run(form, args.language());
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
    let patients: Vec<usize> =
        (0..places.len()).filter(|place| beside.iter().all(|(other, _)| other != place)).collect();
    for (place, read) in &beside {
        writing.professional(&mut printer, &places[*place].name, read)?;
    }
    for &place in &patients {
        let name = places[place].name.clone();
        let read = visit.read(&mut printer, &mut places, place);
        writing.patient(&mut printer, &name, read, best(&beside, &visit))?;
    }
    if patients.is_empty() && form == Form::Xml {
        let none = Failure::environment(Billing::NoVitaleHere.said(), Billing::GiveVitale.said());
        Stop::new(Code::NO_VITALE, none).report_in(writing.language);
        printer.note(exit::ENVIRONMENT);
    }
    Ok(printer.code)
}

/// The professional's card that is billed with.
pub(super) struct Biller<'a> {
    reading: &'a dyn CardReading,
    /// Whether it was not there any more when the Vitale had been read.
    is_gone: bool,
}

/// Why there is none: the number, and which of its reasons it is.
pub(super) struct Barred {
    code: Code,
    why: Option<Bilingual>,
}

/// The professional's card that is billed with: the first that can be and is there, else the first that went, or why
/// the first cannot.
fn best<'a>(professionals: &'a [(usize, Read)], visit: &Visit) -> Result<Biller<'a>, Barred> {
    let (mut gone, mut barred) = (None, None);
    for (place, read) in professionals {
        let why = match read {
            Ok(reading) => match rights::of_professional(&reading.told()) {
                Code::DONE if visit.is_gone(*place) => {
                    gone.get_or_insert(Biller { reading: &**reading, is_gone: true });
                    continue;
                }
                Code::DONE => return Ok(Biller { reading: &**reading, is_gone: false }),
                code => Barred { code, why: rights::why_invalid(&reading.told()) },
            },
            Err(stop) => Barred { code: stop.code.unwrap_or(Code::PROFESSIONAL_INVALID), why: None },
        };
        barred.get_or_insert(why);
    }
    gone.ok_or_else(|| barred.unwrap_or(Barred { code: Code::NO_PROFESSIONAL, why: None }))
}
