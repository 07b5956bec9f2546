//! The contents of files: items, read and checked so that what they encode can be decoded.

use std::{cell::Cell, sync::Arc};

use super::{
    super::{
        super::written::Written,
        ber,
        coding::{self, Coding},
        fields::{Fields, Placed},
        model::{Alternative, Body, Builder, Each, Item, Known, Path, Place, Property, Reference, Subject},
        special::Choice,
    },
    rules::Names,
    sound::{check_item, check_order},
};

/// How deep items may be nested.
const DEEPEST: usize = 12;

/// How many items a layout may have.
const MOST_ITEMS: usize = 4096;

/// The longest constant or place, in bytes; the largest file.
pub(super) const LONGEST: usize = 65_535;

/// How many members of a list a card may carry, where the layout does not say.
const USUAL_MOST: usize = 99;

/// The keys that say what an item is.
const BODIES: [&str; 7] = ["hex", "text", "fill", "of", "either", "from", "built_by"];

/// The keys that go with some of them.
const OF_A_PLACE: [&str; 10] = ["coding", "else", "len", "pad", "on", "off", "mark", "flags", "values", "behind"];

/// Reads items.
#[derive(Debug)]
pub(in super::super) struct Scope<'n> {
    pub(in super::super) names: &'n Names,
    left: Cell<usize>,
}

/// What an item inherits from what it is in.
#[derive(Clone, Debug)]
pub(in super::super) struct Context {
    known: Arc<Known>,
    personal: Option<bool>,
    round: Option<Round>,
    /// Whether it is in a round for a member of a list.
    in_list: bool,
    depth: usize,
}

/// What the layout iterates over itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Round {
    Application,
    File,
}

impl Context {
    pub(in super::super) fn new(known: Arc<Known>) -> Self {
        Self { known, personal: None, round: None, in_list: false, depth: 0 }
    }

    /// The context of what is about a member of a list.
    pub(in super::super) fn in_list(self) -> Self {
        Self { in_list: true, ..self }
    }
}

impl<'n> Scope<'n> {
    pub(super) fn new(names: &'n Names) -> Self {
        Self { names, left: Cell::new(MOST_ITEMS) }
    }

    /// Reads the list of items under a key; an absent key is an empty list.
    pub(in super::super) fn list(&self, fields: &Fields<'_>, key: &'static str, context: &Context) -> Vec<Item> {
        let members: &[Written] = fields.list(key).unwrap_or_default();
        if context.depth >= DEEPEST {
            fields.mistake(format!("items are nested deeper than {DEEPEST}"), "");
            return Vec::new();
        }
        let read = |member| {
            let left = self.left.get().checked_sub(1);
            let Some(left) = left else {
                if fields.report.count() == 0 {
                    fields.mistake(format!("this layout has more than {MOST_ITEMS} items"), "");
                }
                return None;
            };
            self.left.set(left);
            let member = Fields::of(fields.report, member, "key of an item")?;
            let item = self.item(&member, context);
            member.finish();
            item
        };
        let items: Vec<Item> = members.iter().filter_map(read).collect();
        check_order(fields, &items);
        items
    }

    fn item(&self, fields: &Fields<'_>, outer: &Context) -> Option<Item> {
        let before = fields.report.count();
        let tag = fields.hex("tag").map(|tag| tag.value);
        if tag.as_ref().is_some_and(|tag| ber::tag_length(tag) != Some(tag.len())) {
            fields.mistake("this is not a tag", "tags of BER-TLV have one to three bytes");
        }
        let mut context = outer.clone();
        context.depth += 1;
        context.known = self.names.source(fields, Some(&outer.known));
        context.personal = fields.flag("personal").or(outer.personal);
        let each = self.each(fields, &mut context);
        let body = self.body(fields, tag.is_some(), &context);
        let name = fields.text("name").map(|name| name.value.to_owned());
        let item = Item {
            name: name.unwrap_or_else(|| usual_name(tag.as_deref(), each.as_ref(), body.as_ref())),
            span: fields.span(),
            tag,
            each,
            when: fields.text("when").and_then(|when| path(fields, &when)),
            optional: fields.flag("optional").unwrap_or(false),
            required_when: required_when(fields),
            max: fields.number("max", 0..LONGEST + 1).map(|max| max.value),
            known: context.known,
            personal: context.personal.unwrap_or(matches!(body, Some(Body::Value { .. }))),
            body: body?,
        };
        check_item(fields, &item);
        (fields.report.count() == before).then_some(item)
    }

    fn each(&self, fields: &Fields<'_>, context: &mut Context) -> Option<Each> {
        let most = fields.number("most", 1..256).map_or(USUAL_MOST, |most| most.value);
        let each = fields.text("each")?;
        match each.value {
            "@app" => {
                context.round = Some(Round::Application);
                Some(Each::Application)
            }
            "@file" => {
                context.round = Some(Round::File);
                Some(Each::File)
            }
            _ => {
                context.in_list = true;
                Some(Each::Member { list: path(fields, &each)?, most })
            }
        }
    }

    fn body(&self, fields: &Fields<'_>, tagged: bool, context: &Context) -> Option<Body> {
        let kinds = BODIES.into_iter().filter(|key| fields.has(key)).count();
        match kinds {
            0 if tagged => return Some(Body::Constant(Vec::new())),
            0 => {
                fields.pass_over(&BODIES);
                fields.pass_over(&OF_A_PLACE);
                fields.mistake(
                    "this item says nothing",
                    "it needs one of \"tag\", \"of\", \"either\", \"from\", \"hex\", \"text\", \"fill\", \"built_by\"",
                );
                return None;
            }
            1 => {}
            _ => {
                fields.pass_over(&BODIES);
                fields.pass_over(&OF_A_PLACE);
                fields.mistake(
                    "an item has one of \"of\", \"either\", \"from\", \"hex\", \"text\", \"fill\", \"built_by\"",
                    "put one inside the other",
                );
                return None;
            }
        }
        if let Some(constant) = fields.hex("hex") {
            return Some(Body::Constant(constant.value));
        }
        if let Some(text) = fields.text("text") {
            return Some(Body::Text(text.value.to_owned()));
        }
        if fields.has("fill") {
            let (fill, length) = (fields.byte("fill"), fields.number("len", 1..LONGEST + 1));
            if !fields.has("len") {
                fields.missing("len");
            }
            return Some(Body::Constant(vec![fill?.value; length?.value]));
        }
        if let Some(name) = fields.text("built_by") {
            let known = Builder::NAMED.iter().find(|(known, _)| *known == name.value);
            if known.is_none() {
                fields.report.unknown("builder", &name, Builder::NAMED.map(|(known, _)| known));
            }
            return known.map(|&(_, builder)| Body::Built(builder));
        }
        if fields.has("of") {
            return Some(Body::Group(self.list(fields, "of", context)));
        }
        if fields.has("either") {
            return self.either(fields, context);
        }
        let Some(from) = fields.text("from") else {
            fields.pass_over(&OF_A_PLACE);
            return None;
        };
        match from.value.strip_prefix('@') {
            Some(reference) => match self.reference(fields, &from, reference, context) {
                Some(reference) => computed(fields, reference),
                None => {
                    fields.pass_over(&OF_A_PLACE);
                    None
                }
            },
            None => {
                let otherwise = fields.text("else").and_then(|key| path(fields, &key));
                let (from, place) = (path(fields, &from), place(fields, None));
                Some(Body::Value { from: from?, otherwise, place: place? })
            }
        }
    }

    /// Several ways in which an item is written.
    fn either(&self, fields: &Fields<'_>, context: &Context) -> Option<Body> {
        let members: &[Written] = fields.list("either").unwrap_or_default();
        let mut ways: Vec<Alternative> = Vec::with_capacity(members.len());
        for member in members {
            let fields = Fields::of(fields.report, member, "key of an alternative")?;
            for key in ["mark", "when", "of"].into_iter().filter(|key| !fields.has(key)) {
                fields.missing(key);
            }
            let when = fields.text("when").and_then(|when| path(&fields, &when));
            let mark = fields.text("mark").map(|mark| mark.value.to_owned());
            let rest = self.list(&fields, "of", context);
            let (Some(when), Some(mark)) = (when, mark) else { continue };
            if ways.iter().any(|way| way.mark.starts_with(&mark) || mark.starts_with(&way.mark)) || mark.is_empty() {
                fields.mistake(
                    format!("\"{mark}\" does not tell this alternative from the others"),
                    "each begins with other characters",
                );
            }
            let mut items = vec![Item::mark(&mark, &fields, context)];
            items.extend(rest);
            fields.finish();
            ways.push(Alternative { when, mark, items });
        }
        if ways.is_empty() {
            fields.mistake("\"either\" is a list of alternatives", "{ mark = \"8\", when = \"KEY\", of = [...] }");
        }
        Some(Body::Either(ways))
    }

    /// What a text behind `@` asks the layout for.
    fn reference(&self, fields: &Fields<'_>, whole: &Placed<&str>, text: &str, context: &Context) -> Option<Reference> {
        if text == "number" && context.in_list {
            return Some(Reference { of: Subject::Current, property: Property::Number });
        }
        let (subject, property) = text.rsplit_once('.').unwrap_or(("", text));
        let position = |names: &[String]| names.iter().position(|name| name == subject);
        let of = match (subject, context.round) {
            ("", Some(_)) | ("app", Some(Round::Application)) => Some(Subject::Current),
            ("app", Some(Round::File)) => Some(Subject::ItsApplication),
            _ => position(&self.names.applications)
                .map(Subject::Application)
                .or_else(|| position(&self.names.files).map(Subject::File)),
        };
        let Some(of) = of else {
            let known = self.names.applications.iter().chain(&self.names.files).map(String::as_str);
            let subject = Placed { value: subject, span: whole.span.clone() };
            fields.report.unknown("application or file", &subject, known);
            return None;
        };
        let file = matches!(of, Subject::File(_)) || of == Subject::Current && context.round == Some(Round::File);
        let properties: &[_] = if file {
            &[("name", Property::Name), ("fid", Property::Fid), ("sfi", Property::Sfi)]
        } else {
            &[
                ("name", Property::Name),
                ("label", Property::Label),
                ("fid", Property::Fid),
                ("ref", Property::Ref),
                ("aid", Property::Aid),
            ]
        };
        let Some(&(_, property)) = properties.iter().find(|(name, _)| *name == property) else {
            let property = Placed { value: property, span: whole.span.clone() };
            fields.report.unknown("property", &property, properties.iter().map(|(name, _)| *name));
            return None;
        };
        Some(Reference { of, property })
    }
}

impl Item {
    /// What tells an alternative from the others.
    fn mark(mark: &str, fields: &Fields<'_>, context: &Context) -> Self {
        Self {
            name: "type".into(),
            span: fields.span(),
            tag: None,
            each: None,
            when: None,
            optional: false,
            required_when: None,
            max: None,
            known: Arc::clone(&context.known),
            personal: false,
            body: Body::Text(mark.to_owned()),
        }
    }
}

/// What the layout says about itself, in its place.
fn computed(fields: &Fields<'_>, reference: Reference) -> Option<Body> {
    let (usual, length) = match reference.property {
        Property::Name | Property::Label => (Coding::Ascii, None),
        Property::Aid => (Coding::Blob, None),
        Property::Fid | Property::Ref => (Coding::Blob, Some(2)),
        Property::Sfi | Property::Number => (Coding::Number, Some(1)),
    };
    let is_usual = !fields.has("coding");
    let mut place = place(fields, Some(usual))?;
    place.length = place.length.or(length.filter(|_| is_usual || reference.property != Property::Number));
    Some(Body::Computed { reference, place })
}

/// What explain calls an item to which the layout gives no name.
fn usual_name(tag: Option<&[u8]>, each: Option<&Each>, body: Option<&Body>) -> String {
    let property = |reference: &Reference| format!("{:?}", reference.property).to_lowercase();
    match (body, each, tag) {
        (Some(Body::Value { from, .. }), _, _) if !from.keys.is_empty() => from.keys.join("."),
        (Some(Body::Computed { reference, .. }), _, _) => property(reference),
        (_, Some(Each::Member { list, .. }), _) => list.keys.join("."),
        (_, _, Some(tag)) => hex::encode_upper(tag),
        (Some(Body::Constant(_)), _, _) => "constant".into(),
        (Some(Body::Text(_)), _, _) => "text".into(),
        (Some(Body::Built(builder)), _, _) => {
            Builder::NAMED.iter().find(|(_, known)| known == builder).map_or("built", |(name, _)| *name).into()
        }
        _ => "group".into(),
    }
}

/// A path of keys: `nom`, `mutuelle.numero`, `/carte.numero_serie` from the top, `.` for a member itself.
pub(in super::super) fn path(fields: &Fields<'_>, text: &Placed<&str>) -> Option<Path> {
    let span = text.span.clone();
    let (from_top, rest) = text.value.strip_prefix('/').map_or((false, text.value), |rest| (true, rest));
    if rest == "." {
        return Some(Path { from_top, keys: Vec::new(), span });
    }
    let keys: Vec<String> = rest.split('.').map(str::to_owned).collect();
    let sound = |key: &String| {
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    if keys.len() <= DEEPEST && keys.iter().all(sound) {
        return Some(Path { from_top, keys, span });
    }
    fields.report.mistake(
        span,
        format!("\"{}\" is not a key of card files", text.value),
        "write snake_case keys joined by dots",
    );
    None
}

/// A key and texts that it may have.
fn required_when(fields: &Fields<'_>) -> Option<(Path, Vec<String>)> {
    let texts = fields.texts("required_when")?;
    let [key, texts @ ..] = &texts[..] else { return None };
    if texts.is_empty() {
        fields.mistake("\"required_when\" is a key and texts", "required_when = [\"carte.generation\", \"v1ter\"]");
        return None;
    }
    let texts = texts.iter().map(|text| text.value.to_owned()).collect();
    Some((Path { from_top: true, ..path(fields, key)? }, texts))
}

fn place(fields: &Fields<'_>, usual: Option<Coding>) -> Option<Place> {
    let length = fields.number("len", 1..LONGEST + 1).map(|length| length.value);
    let pad = fields.byte("pad");
    let name = fields.text("coding");
    let coding = match &name {
        Some(name) => {
            let coding = Coding::named(name.value);
            if coding.is_none() {
                fields.report.unknown("coding", name, coding::NAMES);
            }
            coding
        }
        None => {
            if usual.is_none() && !fields.has("coding") {
                fields.missing("coding");
            }
            usual
        }
    };
    if coding.is_none() {
        fields.pass_over(&OF_A_PLACE);
    }
    let coding = parameters(fields, coding?)?;
    let natural = coding.natural_length();
    if let (Some(length), Some(natural)) = (length, natural)
        && length != natural
    {
        fields.mistake(format!("\"len\" is {length}, but this coding always has {natural} bytes"), "leave \"len\" out");
        return None;
    }
    if coding == Coding::Number && length.is_some_and(|length| length > 8) {
        fields.mistake("a number has at most 8 bytes", "");
        return None;
    }
    let pads = coding.has_any_length() && coding != Coding::Number && (pad.is_some() || coding.pads_by_itself());
    let pad = pad.map_or(coding.usual_pad(), |pad| pad.value);
    Some(Place { coding, length: length.or(natural), pad, pads })
}

/// What a coding needs to know besides its name.
fn parameters(fields: &Fields<'_>, coding: Coding) -> Option<Coding> {
    let (on, off) = (fields.hex("on"), fields.hex("off"));
    let small = |key, range| fields.number(key, range).and_then(|number| u8::try_from(number.value).ok());
    let (mark, flags, values) = (small("mark", 0..16), small("flags", 0..4), fields.named_hex("values"));
    let behind = fields.text("behind");
    let foreign = [
        ("mark", matches!(coding, Coding::Marked { .. })),
        ("flags", matches!(coding, Coding::Address { .. })),
        ("values", matches!(coding, Coding::Choice(_))),
        ("behind", matches!(coding, Coding::Luhn { .. })),
    ];
    if let Some((key, _)) = foreign.into_iter().find(|&(key, belongs)| fields.has(key) && !belongs) {
        fields.mistake(format!("\"{key}\" does not belong to this coding"), "docs/layouts.md says which coding has it");
        return None;
    }
    match (coding, on, off) {
        (Coding::Marked { .. }, None, None) => Some(Coding::Marked { mark: mark.unwrap_or(0) }),
        (Coding::Address { .. }, None, None) => Some(Coding::Address { flags: flags.unwrap_or(0) }),
        (Coding::Luhn { .. }, None, None) => luhn(fields, behind),
        (Coding::Choice(_), None, None) => choice(fields, values.unwrap_or_default()),
        (coding, None, None) => Some(coding),
        (Coding::Flag { .. }, Some(on), Some(off)) if on.value.len() == off.value.len() && on.value != off.value => {
            Some(Coding::Flag { on: on.value, off: off.value })
        }
        _ => {
            fields.mistake(
                "\"on\" and \"off\" are two different values of one length",
                "they belong to the coding \"flag\"",
            );
            None
        }
    }
}

/// Digits that others stand before.
fn luhn(fields: &Fields<'_>, behind: Option<Placed<&str>>) -> Option<Coding> {
    let Some(behind) = behind else { return Some(Coding::Luhn { behind: String::new() }) };
    if !behind.value.bytes().all(|byte| byte.is_ascii_digit()) {
        fields.report.mistake(behind.span, "\"behind\" is digits that stand before these", "behind = \"8025000001\"");
        return None;
    }
    Some(Coding::Luhn { behind: behind.value.to_owned() })
}

/// One of several byte sequences that can be told apart.
fn choice(fields: &Fields<'_>, values: Vec<(String, Vec<u8>)>) -> Option<Coding> {
    let length = values.first().map_or(0, |(_, bytes)| bytes.len());
    let alone = |(index, (_, bytes)): (usize, &(String, Vec<u8>))| {
        bytes.len() == length && values.iter().skip(index + 1).all(|(_, other)| other != bytes)
    };
    if length > 0 && values.iter().enumerate().all(alone) {
        return Some(Coding::Choice(Choice(values)));
    }
    fields.mistake("\"values\" are different byte sequences of one length", "values = { v1 = \"01\", v2 = \"02\" }");
    None
}
