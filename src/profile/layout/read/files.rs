//! Applications and files.

use virtuale_applets::{chipdoc, cps2ter, ias};
use virtuale_engine::{
    Aid, Fid, Interface, Sfi,
    image::{ControlObject, Offered, RecordStructure, SelectResponse},
};

use super::{
    super::{
        fields::{Fields, Placed, unhex},
        model::{Application, File, Member, Object, Path, Structure},
        words::{FILL, WORD},
    },
    items::{Context, LONGEST, Scope, path},
    sound::takes_all,
};

/// The longest file of words.
const MOST_WORDS: usize = LONGEST / WORD;

/// How many members of a list may have a file each.
const MOST_MEMBERS: usize = 64;

/// How many names an application may have.
const MOST_AIDS: usize = 16;

/// The applets that cards of every family may have.
const APPLETS: [&str; 3] = [chipdoc::NAME, cps2ter::NAME, ias::NAME];

/// What `[card]` says for all files.
#[derive(Clone, Debug)]
pub(super) struct Defaults {
    pub(super) ef_control: Vec<ControlObject>,
    pub(super) df_control: Vec<ControlObject>,
    pub(super) select_by_name: SelectResponse,
    pub(super) select_by_fid: SelectResponse,
}

impl Defaults {
    pub(super) fn read(card: &Fields<'_>) -> Self {
        Self {
            ef_control: control(card, "ef_control").unwrap_or_else(|| {
                use ControlObject::{Contact, Descriptor, Fid, LifeCycle, Rules, Sfi, Size};
                vec![Size, Descriptor, Fid, Sfi, Rules(vec![Contact]), LifeCycle]
            }),
            df_control: control(card, "df_control").unwrap_or_else(|| {
                use ControlObject::{Contact, Descriptor, Fid, LifeCycle, Names, Rules};
                vec![Descriptor, Fid, Names, Rules(vec![Contact]), LifeCycle]
            }),
            select_by_name: select(card, "select_by_name").unwrap_or_default(),
            select_by_fid: select(card, "select_by_fid").unwrap_or_default(),
        }
    }
}

/// What SELECT answers.
fn select(fields: &Fields<'_>, key: &'static str) -> Option<SelectResponse> {
    let text = fields.text(key)?;
    match text.value {
        "fcp" => Some(SelectResponse::Fcp),
        "fci" => Some(SelectResponse::Fci),
        "none" => Some(SelectResponse::None),
        "silent" => Some(SelectResponse::Silent),
        _ => {
            fields.report.unknown("answer to SELECT", &text, ["fcp", "fci", "none", "silent"]);
            None
        }
    }
}

/// On which interfaces an application is there.
fn offered(fields: &Fields<'_>, is_master: bool) -> Offered {
    const KEY: &str = "interfaces";
    const NAMES: [(&str, Interface); 2] = [("contact", Interface::Contact), ("contactless", Interface::Contactless)];
    let Some(texts) = fields.texts(KEY) else { return Offered::Everywhere };
    let mut named = Vec::new();
    for text in &texts {
        match NAMES.iter().find(|(name, _)| *name == text.value) {
            Some(&(_, interface)) if named.contains(&interface) => {
                fields.report.mistake(text.span.clone(), format!("\"{}\" is there twice", text.value), "");
            }
            Some(&(_, interface)) => named.push(interface),
            None => fields.report.unknown("interface", text, NAMES.map(|(name, _)| name)),
        }
    }
    match named[..] {
        [_, _] => Offered::Everywhere,
        [_] if is_master && texts.len() == 1 => {
            fields.mistake("the MF is on every interface of the card", "leave \"interfaces\" out");
            Offered::Everywhere
        }
        [only] => Offered::Only(only),
        _ => {
            if texts.is_empty() {
                fields
                    .mistake("this application would be nowhere", "write interfaces = [\"contact\", \"contactless\"]");
            }
            Offered::Everywhere
        }
    }
}

/// The objects of the file control information: tags, `A1{8C 9C}`, or whole objects in hexadecimal.
fn control(fields: &Fields<'_>, key: &'static str) -> Option<Vec<ControlObject>> {
    let texts = fields.texts(key)?;
    let read = |text: &Placed<&str>| {
        let object = match text.value.strip_prefix("A1{").and_then(|rest| rest.strip_suffix('}')) {
            Some(inner) => inner.split_whitespace().map(simple_object).collect::<Option<_>>().map(ControlObject::Rules),
            None => simple_object(text.value),
        };
        if object.is_none() {
            let hint = "write one of 80 81 82 83 84 88 8A 8C 9C, \"A1{8C 9C}\", or a whole object in hexadecimal";
            fields.report.mistake(text.span.clone(), format!("\"{}\" is not a control object", text.value), hint);
        }
        object
    };
    Some(texts.iter().filter_map(read).collect())
}

fn simple_object(text: &str) -> Option<ControlObject> {
    Some(match text {
        "80" => ControlObject::Size,
        "81" => ControlObject::SizeWithStructure,
        "82" => ControlObject::Descriptor,
        "83" => ControlObject::Fid,
        "84" => ControlObject::Names,
        "88" => ControlObject::Sfi,
        "8A" => ControlObject::LifeCycle,
        "8C" => ControlObject::Contact,
        "9C" => ControlObject::Contactless,
        _ => ControlObject::Raw(unhex(text).filter(|bytes| (2..=64).contains(&bytes.len()))?),
    })
}

/// An application; `index` is its place among them, and the ones before it are its possible parents.
pub(super) fn application(
    scope: &Scope<'_>,
    defaults: &Defaults,
    index: usize,
    name: &str,
    fields: &Fields<'_>,
) -> Option<Application> {
    let before = fields.report.count();
    let earlier = scope.names.applications.get(..index).unwrap_or_default();
    let parent = fields.text("in");
    let parent = match parent {
        None => (index > 0).then_some(0),
        Some(parent) => position(fields, "application before it", &parent, earlier),
    };
    let known = scope.names.source(fields, None);
    let aids = fields.texts("aids").unwrap_or_default();
    if aids.len() > MOST_AIDS {
        fields.mistake(format!("an application has at most {MOST_AIDS} names"), "");
    }
    let reference = u16::try_from(index + 1).unwrap_or(u16::MAX);
    let application = Application {
        name: name.to_owned(),
        span: fields.span(),
        parent,
        fid: fid(fields),
        aids: aids.iter().filter_map(|text| aid(fields, text)).collect(),
        reference: fields.word("ref").map_or(reference, |word| word.value),
        label: fields.text("label").map_or(name, |label| label.value).to_owned(),
        applet: applet(scope, fields),
        select_by_name: select(fields, "select_by_name").unwrap_or(defaults.select_by_name),
        select_by_fid: select(fields, "select_by_fid").unwrap_or(defaults.select_by_fid),
        offered: offered(fields, parent.is_none()),
        access: scope.names.access(fields),
        control: control(fields, "control").unwrap_or_else(|| defaults.df_control.clone()),
        serial_number: scope.list(fields, "serial_number", &Context::new(known.clone())),
        transactions: scope.names.transactions(fields),
        revoked: fields.word("revoked").map(|word| Fid(word.value)),
        security: fields
            .text("security")
            .and_then(|other| position(fields, "application", &other, &scope.names.applications)),
        objects: fields
            .tables("object", "key of a data object")
            .into_iter()
            .filter_map(|(tag, object)| {
                let read = data_object(scope, &tag, &object, &Context::new(known.clone()));
                object.finish();
                read
            })
            .collect(),
    };
    (fields.report.count() == before).then_some(application)
}

/// The applet that a table names.
pub(super) fn applet(scope: &Scope<'_>, fields: &Fields<'_>) -> Option<String> {
    let name = fields.text("applet")?;
    let known = || APPLETS.iter().chain(&scope.names.applets).copied();
    if known().all(|known| known != name.value) {
        fields.report.unknown("applet", &name, known());
    }
    Some(name.value.to_owned())
}

fn data_object(scope: &Scope<'_>, tag: &Placed<&str>, fields: &Fields<'_>, context: &Context) -> Option<Object> {
    let bytes = unhex(tag.value).filter(|bytes| (1..=2).contains(&bytes.len()));
    if bytes.is_none() {
        fields.mistake(format!("\"{}\" is not the tag of a data object", tag.value), "tags have one or two bytes");
    }
    let readable = fields.flag("readable").unwrap_or(true);
    let content = scope.list(fields, "content", context);
    Some(Object { tag: bytes?.iter().fold(0, |tag, &byte| tag << 8 | u16::from(byte)), readable, content })
}

/// A file.
pub(super) fn file(scope: &Scope<'_>, defaults: &Defaults, name: &str, fields: &Fields<'_>) -> Option<File> {
    let before = fields.report.count();
    let parents = fields.texts("in").unwrap_or_default();
    if !fields.has("in") {
        fields.missing("in");
    }
    let known = scope.names.source(fields, None);
    let words = fields.number("words", 1..MOST_WORDS + 1).map(|words| words.value);
    let structure = match words {
        Some(words) => {
            // Beside "words" they are a mistake of another kind.
            fields.pass_over(&["size", "structure"]);
            Structure::Transparent { size: Some(words * WORD) }
        }
        None => structure(fields),
    };
    let sfi = fields.number("sfi", 1..31).and_then(|sfi| Sfi::new(u8::try_from(sfi.value).ok()?));
    let records = matches!(structure, Structure::Records { .. });
    let member = member(fields);
    let context = Context::new(known.clone());
    let context = if fields.has("each") { context.in_list() } else { context };
    let content = scope.list(fields, if records { "record" } else { "content" }, &context);
    let file = File {
        name: name.to_owned(),
        span: fields.span(),
        parents: parents
            .iter()
            .filter_map(|parent| position(fields, "application", parent, &scope.names.applications))
            .collect(),
        fid: fid(fields),
        sfi,
        key: fields.text("key").and_then(|key| position(fields, "key", &key, &scope.names.keys)),
        listed: fields.flag("listed").unwrap_or(!["key", "each", "when"].iter().any(|key| fields.has(key))),
        member,
        when: fields.text("when").and_then(|when| Some(Path { from_top: true, ..path(fields, &when)? })),
        structure,
        words,
        fill: fields.byte("fill").map_or(if words.is_some() { FILL } else { 0 }, |fill| fill.value),
        access: scope.names.access(fields),
        control: control(fields, "control").unwrap_or_else(|| defaults.ef_control.clone()),
        known,
        content,
    };
    check(fields, &file);
    (fields.report.count() == before).then_some(file)
}

/// The list whose members have such a file each; the file that is read is that of the first one.
fn member(fields: &Fields<'_>) -> Option<Member> {
    let each = fields.text("each")?;
    let most = fields.number("most", 1..MOST_MEMBERS + 1);
    if !fields.has("most") {
        fields.missing("most");
    }
    Some(Member { list: Path { from_top: true, ..path(fields, &each)? }, index: 0, most: most?.value })
}

/// How a file is organised; after a mistake, something that stands in for it.
fn structure(fields: &Fields<'_>) -> Structure {
    let size = fields.number("size", 1..LONGEST + 1).map(|size| size.value);
    let text = fields.text("structure");
    let structure = match text.as_ref().map(|text| text.value) {
        None | Some("transparent") => return Structure::Transparent { size },
        Some("linear-fixed") => RecordStructure::LinearFixed,
        Some("linear-variable") => RecordStructure::LinearVariable,
        Some("cyclic") => RecordStructure::Cyclic,
        Some(_) => {
            let known = ["transparent", "linear-fixed", "linear-variable", "cyclic"];
            text.iter().for_each(|text| fields.report.unknown("structure", text, known));
            fields.pass_over(&["record_length", "records", "record"]);
            return Structure::Transparent { size };
        }
    };
    let small = |key| fields.number(key, 1..255).and_then(|number| u8::try_from(number.value).ok()).unwrap_or(1);
    let (length, count) = (small("record_length"), small("records"));
    for key in ["record_length", "records"].into_iter().filter(|key| !fields.has(key)) {
        fields.missing(key);
    }
    Structure::Records { structure, length, count }
}

/// What makes sense in one file.
fn check(fields: &Fields<'_>, file: &File) {
    if file.words.is_some() && (file.fill != FILL || fields.has("size") || fields.has("structure")) {
        fields.mistake(
            "\"words\" says how long a file is and what fills it up",
            "leave \"size\", \"structure\" and \"fill\" out",
        );
    }
    if let Some(member) = &file.member {
        if file.sfi.is_some() || file.key.is_some() {
            fields.mistake("the files of members have no short identifier and no key", "leave \"sfi\" and \"key\" out");
        }
        if usize::from(u16::MAX - file.fid.0) < member.most - 1 {
            fields.mistake("the identifiers of these files go beyond FFFF", "they follow each other from \"fid\" on");
        }
    }
    if file.listed && (file.member.is_some() || file.when.is_some()) {
        fields.mistake("a file that not every card has cannot be \"listed\"", "@file goes over the files of all cards");
    }
    match file.structure {
        Structure::Transparent { size: Some(_) } if file.content.last().is_some_and(takes_all) => {
            fields.mistake(
                "an item of any length without a tag fills a file that has a size",
                "give the item a \"tag\" or a \"len\", or leave the size of the file out",
            );
        }
        Structure::Records { .. } if !matches!(&file.content[..], [] | [_]) => {
            fields.mistake("a file of records has one item that stands for a record", "put the items in one \"of\"");
        }
        Structure::Records { structure, .. }
            if structure != RecordStructure::LinearVariable && file.content.iter().any(takes_all) =>
        {
            fields
                .mistake("an item of any length without a tag stands in a record of fixed length", "give it a \"len\"");
        }
        Structure::Records { .. } | Structure::Transparent { .. } => {}
    }
}

fn fid(fields: &Fields<'_>) -> Fid {
    if !fields.has("fid") {
        fields.missing("fid");
    }
    fields.word("fid").map_or(Fid(0), |word| Fid(word.value))
}

fn aid(fields: &Fields<'_>, text: &Placed<&str>) -> Option<Aid> {
    let aid = unhex(text.value).and_then(|bytes| Aid::new(&bytes));
    if aid.is_none() {
        let message = format!("\"{}\" is not the name of an application", text.value);
        fields.report.mistake(text.span.clone(), message, "an AID has 1 to 16 bytes in hexadecimal");
    }
    aid
}

pub(in super::super) fn position(
    fields: &Fields<'_>,
    what: &str,
    name: &Placed<&str>,
    among: &[String],
) -> Option<usize> {
    let found = among.iter().position(|known| known == name.value);
    if found.is_none() {
        fields.report.unknown(what, name, among.iter().map(String::as_str));
    }
    found
}
