//! From a card's data to the bytes of its files, and to the tree of spans that explains them.

mod mistakes;

use std::{cell::OnceCell, collections::BTreeMap, sync::Arc};

use virtuale_engine::tlv::LengthField;

use super::{
    super::{
        diagnostic::{Diagnostics, Mistakes, Source},
        map::Element,
        said::{counted, said},
        tree::{Data, Node, Span},
    },
    Layout,
    coding::{Unfit, show, show_bytes},
    decode::unused,
    model::{Body, Builder, Each, File, Item, Known, Member, Path, Place, Structure},
    output::{Output, shift},
    plain,
    references::{Round, weaker},
    security::Built,
    words,
};

/// How many items are encoded at most for one card, a long one counting as several. Real cards have hundreds; a layout
/// that repeats repetitions is stopped here.
const MOST_STEPS: usize = 400_000;

/// How many bytes cost as much as an item.
const BYTES_PER_STEP: usize = 64;

/// The most bytes that a file is given before it is refused.
const LONGEST: usize = 65_535;

/// The bytes of a file, and what they are.
#[derive(Debug)]
pub(super) struct Encoded {
    /// One of a transparent file; else one for each record.
    pub(super) parts: Vec<Vec<u8>>,
    /// What they are, one part behind the other.
    pub(super) elements: Vec<Element>,
}

/// Encodes the files of one card, and collects the mistakes of its card file.
#[derive(Debug)]
pub(super) struct Encoder<'a> {
    layout: &'a Layout,
    card: &'a Arc<Source>,
    top: &'a Node,
    mistakes: Mistakes,
    /// Where the card file says that there is nothing; looked up when something is missing.
    empty: OnceCell<BTreeMap<(usize, String), Span>>,
    /// The text in which those stand: the card file, or what stands before it in one text with it.
    written: &'a Arc<Source>,
    clean: bool,
    steps: usize,
    fill: u8,
    /// The key that the file belongs to.
    key: Option<usize>,
    /// Whether the file has bytes one behind the other: neither records nor words.
    is_plain: bool,
    /// What code builds for this card.
    pub(super) built: Built,
}

/// Where the keys of an item are looked up, and what references are about.
#[derive(Clone, Debug)]
struct Scope<'a> {
    current: &'a Node,
    /// The innermost place of the card file.
    span: Span,
    round: Option<Round>,
    /// What this round is called.
    label: Option<String>,
    /// The member of the innermost list that it is about, from 0 on.
    number: Option<usize>,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(layout: &'a Layout, card: &'a Arc<Source>, top: &'a Node) -> Self {
        let (mistakes, steps) = (Mistakes::of(card), MOST_STEPS);
        let (empty, built) = (OnceCell::new(), Built::default());
        Self {
            layout,
            card,
            top,
            mistakes,
            empty,
            written: card,
            clean: true,
            steps,
            fill: 0,
            key: None,
            is_plain: false,
            built,
        }
    }

    /// The same of a text that has a change file before the card file: that alone says what is empty in it.
    pub(super) fn of_change(self, change: &'a Arc<Source>) -> Self {
        Self { written: change, ..self }
    }

    /// Ends with what was made of the data, unless there were mistakes.
    pub(super) fn finish<T>(self, made: T) -> Result<T, Diagnostics> {
        self.mistakes.or(made)
    }

    /// Whether there were no mistakes so far.
    pub(in crate::profile::layout) fn is_clean(&self) -> bool {
        self.clean
    }

    /// The bytes of items outside of files, such as a data object or the ATR.
    pub(super) fn loose(&mut self, items: &[Item]) -> Vec<u8> {
        let mut output = Output::default();
        self.items(items, &self.start(), &mut output);
        output.bytes
    }

    /// A file.
    pub(super) fn file(&mut self, file: &File) -> Encoded {
        self.fill = file.fill;
        self.key = file.key;
        self.is_plain = matches!(file.structure, Structure::Transparent { .. }) && file.words.is_none();
        match file.structure {
            Structure::Transparent { size } => {
                let mut output = Output::default();
                let start = self.start_of(file);
                self.items(&file.content, &start, &mut output);
                // How long a file of words is follows from their number: its payload is shorter than its size.
                if let Some(words) = file.words {
                    return self.words(file, words, output);
                }
                if size.is_some_and(|size| output.bytes.len() > size) {
                    self.too_small(file, size.unwrap_or(0), &output);
                }
                Encoded { parts: vec![output.bytes], elements: output.elements }
            }
            Structure::Records { structure, length, count } => {
                let fixed = structure != virtuale_engine::image::RecordStructure::LinearVariable;
                self.records(file, usize::from(length), usize::from(count), fixed)
            }
        }
    }

    /// A file of words: what was made is their payload.
    fn words(&mut self, file: &File, words: usize, mut output: Output) -> Encoded {
        let (used, room) = (output.bytes.len(), words::room(words));
        if used > room {
            self.too_small(file, room, &output);
        } else if used < room {
            output.elements.push(unused(file, used..room));
        }
        let part = words::pack(&output.bytes, words);
        words::place(&mut output.elements, room, part.len());
        Encoded { parts: vec![part], elements: output.elements }
    }

    fn records(&mut self, file: &File, length: usize, count: usize, fixed: bool) -> Encoded {
        let mut encoded = Encoded { parts: Vec::new(), elements: Vec::new() };
        let begin = self.start_of(file);
        let mut start = 0;
        for item in &file.content {
            for scope in self.rounds(item, &begin) {
                let mut record = Output::default();
                self.round(item, &scope, &mut record);
                // An item that is left out makes no record, rather than an empty one.
                if record.bytes.is_empty() {
                    continue;
                }
                // One mistake for an item is enough: its other rounds have the same cause.
                if record.bytes.len() > length || encoded.parts.len() == count {
                    let (room, name) = (
                        match encoded.parts.len() == count {
                            true => counted(count, "record", "enregistrement"),
                            false => {
                                let bytes = counted(length, "byte", "octet");
                                said!(with bytes; en: "{bytes} in a record", fr: "{bytes} par enregistrement")
                            }
                        },
                        &file.name,
                    );
                    let message = said!(
                        with room;
                        en: "this does not fit in file \"{name}\", which has {room}",
                        fr: "cela ne tient pas dans le fichier {name}, qui a {room}",
                    );
                    let hint = said!(en: "shorten it or leave it out", fr: "le raccourcir ou l'enlever");
                    self.mistake_by(&item.span, &scope.span, message, hint);
                    break;
                }
                // Records of a linear fixed or cyclic file all have the length that the descriptor says.
                if fixed && record.bytes.len() < length {
                    record.elements.push(unused(file, record.bytes.len()..length));
                    record.bytes.resize(length, file.fill);
                }
                record.elements.iter_mut().for_each(|element| shift(element, start));
                start += record.bytes.len();
                encoded.parts.push(record.bytes);
                encoded.elements.append(&mut record.elements);
            }
        }
        encoded
    }

    fn start(&self) -> Scope<'a> {
        Scope { current: self.top, span: 0..0, round: None, label: None, number: None }
    }

    /// Where the content of a file begins: at the top, or at the member that it is about. More members than there are
    /// files are a mistake of the card file.
    fn start_of(&mut self, file: &File) -> Scope<'a> {
        let start = self.start();
        let Some(Member { list, index, most }) = &file.member else { return start };
        let members = self.look_up(list, &start).map(Node::list).unwrap_or_default();
        if let Some(extra) = members.get(*most).filter(|_| *index == 0) {
            self.too_many(&file.span, &nearest(extra, &start), list, *most);
        }
        let Some(member) = members.get(*index) else { return start };
        Scope { current: member, span: nearest(member, &start), number: Some(*index), ..start }
    }

    /// Whether a card has a file, as far as its data say it: what the file is there for, the member that it is about.
    pub(super) fn has(&self, file: &File) -> bool {
        let is_there = |when| self.look_up(when, &self.start()).is_some_and(|node| is_something(&node.data));
        if !file.when.as_ref().is_none_or(is_there) {
            return false;
        }
        file.member.as_ref().is_none_or(|member| {
            let list = self.look_up(&member.list, &self.start());
            list.is_some_and(|list| list.list().get(member.index).is_some())
        })
    }

    fn items(&mut self, items: &[Item], scope: &Scope<'a>, output: &mut Output) {
        for item in items {
            for scope in self.rounds(item, scope) {
                self.round(item, &scope, output);
            }
        }
    }

    /// A scope for each time that the item occurs.
    fn rounds(&mut self, item: &Item, outer: &Scope<'a>) -> Vec<Scope<'a>> {
        match &item.each {
            None => vec![Scope { label: None, ..outer.clone() }],
            Some(each @ (Each::Application | Each::File)) => {
                let label = |round| Some(self.layout.label(round).to_owned());
                let scope = |round| Scope { round: Some(round), label: label(round), ..outer.clone() };
                self.layout.rounds(each).into_iter().map(scope).collect()
            }
            Some(Each::Member { list, most }) => {
                let Some(found) = self.look_up(list, outer) else { return Vec::new() };
                let members = found.list();
                if let Some(extra) = members.get(*most) {
                    self.too_many(&item.span, &nearest(extra, outer), list, *most);
                }
                let member = |(number, member): (usize, &'a Node)| Scope {
                    current: member,
                    span: nearest(member, outer),
                    round: outer.round,
                    label: Some((number + 1).to_string()),
                    number: Some(number),
                };
                members.iter().take(*most).enumerate().map(member).collect()
            }
        }
    }

    /// One occurrence of an item.
    fn round(&mut self, item: &Item, scope: &Scope<'a>, output: &mut Output) {
        self.steps = self.steps.saturating_sub(1);
        if self.steps == 0 || output.bytes.len() > LONGEST {
            // Once is enough, and where the card file has mistakes they may be the cause.
            if self.clean {
                self.mistake_of_layout(&item.span, "this makes a file too large for any chip");
            }
            self.steps = 0;
            return;
        }
        if item
            .when
            .as_ref()
            .is_some_and(|when| !self.look_up(when, scope).is_some_and(|node| is_something(&node.data)))
        {
            return;
        }
        let Some(value) = self.value(item, scope) else { return };
        self.steps = self.steps.saturating_sub(value.bytes.len() / BYTES_PER_STEP);
        // A template of which nothing is there is left out too, not written as a tag with length 0.
        if item.optional && item.tag.is_some() && matches!(item.body, Body::Group(_)) && value.bytes.is_empty() {
            return;
        }
        if let Some(most) = item.max.filter(|&most| value.bytes.len() > most) {
            self.too_long(item, scope, most, &value);
        }
        // Without tags only the filling byte tells where a list ends: such a member would end it for every reader.
        if item.each.is_some() && item.tag.is_none() && value.bytes.iter().all(|&byte| byte == self.fill) {
            let name = &item.name;
            let message = said!(
                en: "\"{name}\" is coded as if it were not there",
                fr: "« {name} » se code comme une donnée absente",
            );
            self.mistake_by(&item.span, &scope.span, message, said!(en: "leave it out", fr: "l'enlever"));
        }
        append(item, scope, value, output);
    }

    /// The value of an item without its tag; `None` if it is left out.
    fn value(&mut self, item: &Item, scope: &Scope<'a>) -> Option<Value> {
        match &item.body {
            Body::Constant(bytes) => Some(Value::new(bytes.clone(), show_bytes(bytes), 0..0)),
            Body::Text(text) => Some(Value::new(text.clone().into_bytes(), text.clone(), 0..0)),
            Body::Group(items) => {
                let mut output = Output::default();
                self.items(items, scope, &mut output);
                let written = if matches!(item.each, Some(Each::Member { .. })) { scope.span.clone() } else { 0..0 };
                Some(Value { children: output.elements, ..Value::new(output.bytes, String::new(), written) })
            }
            Body::Either(ways) => {
                let Some(way) = ways.iter().find(|way| self.look_up(&way.when, scope).is_some()) else {
                    if !item.optional
                        && let Some(first) = ways.first()
                    {
                        let hint = said!(
                            en: "write it, or what stands in its place",
                            fr: "l'écrire, ou ce qui en tient lieu",
                        );
                        self.missing_in(&first.when, scope, hint);
                    }
                    return None;
                };
                let mut output = Output::default();
                self.items(&way.items, scope, &mut output);
                Some(Value { children: output.elements, ..Value::new(output.bytes, String::new(), 0..0) })
            }
            Body::Built(builder) => {
                let Some(bytes) = self.built(*builder) else {
                    // What is missing may have been told already: then this follows from it.
                    if self.clean {
                        let message = said!(
                            en: "there is nothing to build this from",
                            fr: "il n'y a rien dont le faire",
                        );
                        self.mistake_of_layout(&item.span, message);
                    }
                    return None;
                };
                if bytes.is_empty() {
                    return None;
                }
                let children = plain::built(*builder, &bytes, 0, item, &mut self.steps);
                Some(Value { children, ..Value::new(bytes, String::new(), 0..0) })
            }
            Body::Computed { reference, place } => {
                let (data, known) = self.layout.refer(*reference, scope.round, scope.number);
                match place.encode(&data, false) {
                    Ok(bytes) => {
                        // As it is read back: a number in digits has its zeros.
                        let read = place.decode(&bytes, false).ok().flatten().unwrap_or(data);
                        Some(Value { known: known.cloned(), ..Value::new(bytes, show(&read), 0..0) })
                    }
                    Err(refusal) => {
                        let message = format!("\"{}\" {}", show(&data), refusal.message.english);
                        self.mistake_of_layout(&item.span, message);
                        None
                    }
                }
            }
            Body::Value { from, otherwise, place } => {
                let found = self.look_up(from, scope).map(|node| (node, item.name.as_str()));
                let found = found.or_else(|| {
                    let otherwise = otherwise.as_ref()?;
                    Some((self.look_up(otherwise, scope)?, otherwise.keys.last()?.as_str()))
                });
                match found {
                    Some((node, name)) => self.datum((item, name), place, node, scope),
                    // In this order: a duty of this card comes before what cards may leave out, and without a tag
                    // the place stays, since what stands behind it is found by counting.
                    None if self.is_required(item) => None,
                    None if item.optional && item.tag.is_some() => None,
                    None if item.optional => Some(Value::new(place.absent(), String::new(), 0..0)),
                    None => {
                        let hint = said!(
                            en: "the layout that the card file names makes it a duty",
                            fr: "la structure que nomme le fichier de carte l'exige",
                        );
                        self.missing_in(from, scope, hint);
                        None
                    }
                }
            }
        }
    }

    /// What code builds in this file; in one that cannot be signed later, with its signature.
    fn built(&self, builder: Builder) -> Option<Vec<u8>> {
        let pending = self.built.pending(builder, self.key).filter(|_| !self.is_plain);
        pending.map_or_else(|| self.built.bytes(builder, self.key), |pending| Some(pending.signed().to_vec()))
    }

    /// Whether this card must have a datum that others may leave out; says so.
    fn is_required(&mut self, item: &Item) -> bool {
        let Some((path, texts)) = &item.required_when else { return false };
        let Some(node) = self.look_up(path, &self.start()) else { return false };
        let Some(text) = node.text().filter(|text| texts.iter().any(|known| known == text)) else { return false };
        let (name, key) = (&item.name, path.keys.join("."));
        let message = said!(
            en: "\"{name}\" is missing, and every card with \"{key}\" {text} has it",
            fr: "il manque « {name} », que toute carte avec « {key} » {text} possède",
        );
        // It belongs in the table of its key, if that is another one and the card file has it.
        let table = match &item.body {
            Body::Value { from, .. } => from.keys.split_last().map(|(_, tables)| tables.to_vec()),
            _ => None,
        };
        let beside = path.keys.split_last().map(|(_, tables)| tables);
        let table = table.filter(|keys| !keys.is_empty() && beside != Some(keys.as_slice()));
        let table = table.map(|keys| Path { keys, from_top: true, span: path.span.clone() });
        let there = table.as_ref().and_then(|table| self.look_up(table, &self.start()));
        let span = nearest(there.filter(|there| !there.span.is_empty()).unwrap_or(node), &self.start());
        let hint = match &table {
            Some(table) => {
                let table = table.keys.join(".");
                said!(en: "write it in [{table}]", fr: "l'écrire dans [{table}]")
            }
            None => said!(en: "write it", fr: "l'écrire"),
        };
        self.mistake_by(&item.span, &span, message, hint);
        true
    }

    /// The value of an item, whose datum has a name in the card file.
    fn datum(
        &mut self,
        (item, name): (&Item, &str),
        place: &Place,
        node: &'a Node,
        scope: &Scope<'a>,
    ) -> Option<Value> {
        match place.encode(&node.data, item.optional) {
            Ok(bytes) => Some(Value::new(bytes, show(&node.data), node.span.clone())),
            Err(Unfit { message, hint }) => {
                let message = said!(with message; en: "\"{name}\" {message}", fr: "« {name} » {message}");
                self.mistake_by(&item.span, &nearest(node, scope), message, hint);
                None
            }
        }
    }

    fn look_up(&self, path: &Path, scope: &Scope<'a>) -> Option<&'a Node> {
        let start = if path.from_top { self.top } else { scope.current };
        path.keys.iter().try_fold(start, |node, key| match &node.data {
            Data::Table(table) => table.get(key),
            _ => None,
        })
    }
}

/// The value of an item, before its tag is put in front.
#[derive(Debug)]
struct Value {
    bytes: Vec<u8>,
    shown: String,
    written: Span,
    children: Vec<Element>,
    /// Where it is known from, if not from where the item says.
    known: Option<Arc<Known>>,
}

impl Value {
    fn new(bytes: Vec<u8>, shown: String, written: Span) -> Self {
        Self { bytes, shown, written, children: Vec::new(), known: None }
    }
}

/// Appends an item with its tag.
fn append(item: &Item, scope: &Scope<'_>, value: Value, output: &mut Output) {
    let start = output.bytes.len();
    if let Some(tag) = &item.tag {
        output.bytes.extend(tag);
        output.bytes.extend(LengthField::of(value.bytes.len()).as_bytes());
    }
    let header = output.bytes.len() - start;
    output.bytes.extend(&value.bytes);
    // A public place with an invented value is not public as a whole.
    let known = weaker(&item.known, value.known.as_ref());
    // Children were placed from the start of the value, before it was known where that comes to stand.
    let mut children = value.children;
    children.iter_mut().for_each(|child| shift(child, start + header));
    output.elements.push(Element {
        name: scope.label.as_ref().map_or_else(|| item.name.clone(), |label| format!("{} {label}", item.name)),
        range: start..output.bytes.len(),
        header,
        value: value.shown,
        origin: known.origin,
        source: known.at.clone(),
        personal: item.personal,
        author: item.body.author(),
        written: value.written,
        children,
    });
}

/// Where a node was written, or else what it is in.
fn nearest(node: &Node, scope: &Scope<'_>) -> Span {
    if node.span.is_empty() { scope.span.clone() } else { node.span.clone() }
}

/// Whether a datum counts as being there.
fn is_something(data: &Data) -> bool {
    match data {
        Data::Flag(flag) => *flag,
        Data::List(members) => !members.is_empty(),
        _ => true,
    }
}
