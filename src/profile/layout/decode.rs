//! From the bytes of a file to the tree of spans that explains them, and to the data.
//!
//! Bytes are hostile: whatever they are, each byte ends up in exactly one element, work is bounded, and what the layout
//! cannot explain becomes an element `unexplained`.

use std::ops::Range;

use super::{
    super::{
        map::{Author, Element, Origin, UNEXPLAINED, UNUSED},
        tree::{Data, Node, Table},
    },
    Layout, ber,
    coding::{show, show_bytes},
    model::{Body, Each, File, Item, Member, Path, Place},
    plain,
    read::size,
    references::{Round, weaker},
    words,
};

/// How many elements are made at most; the rest of a file is then unexplained.
const MOST_ELEMENTS: usize = 100_000;

/// Decodes one file.
#[derive(Debug)]
pub(super) struct Decoder<'a> {
    layout: &'a Layout,
    file: &'a File,
    data: Node,
    left: usize,
}

/// Where decoded data go, and what references are about.
#[derive(Clone, Debug, Default)]
struct Here {
    path: Vec<Step>,
    round: Option<Round>,
    /// The member of the innermost list, from 0 on.
    number: Option<usize>,
}

/// One step down into the data.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Step {
    Key(String),
    Member(usize),
}

/// Bytes of the file, and where they start in it.
#[derive(Clone, Copy, Debug)]
struct Part<'b> {
    bytes: &'b [u8],
    start: usize,
}

impl<'b> Part<'b> {
    fn range(self) -> Range<usize> {
        self.start..self.start + self.bytes.len()
    }

    /// The part from `from` to `to`, both cut to what is there.
    fn cut(self, from: usize, to: usize) -> Self {
        let to = to.min(self.bytes.len());
        let from = from.min(to);
        Self { bytes: &self.bytes[from..to], start: self.start + from }
    }

    fn from(self, from: usize) -> Self {
        self.cut(from, self.bytes.len())
    }
}

impl<'a> Decoder<'a> {
    pub(super) fn new(layout: &'a Layout, file: &'a File) -> Self {
        Self { layout, file, data: nothing(), left: MOST_ELEMENTS }
    }

    /// The data found so far.
    pub(super) fn into_data(self) -> Node {
        self.data
    }

    /// The elements of a transparent file.
    pub(super) fn content(&mut self, bytes: &[u8]) -> Vec<Element> {
        if self.file.words.is_some() {
            return self.words(bytes);
        }
        self.whole(bytes)
    }

    /// The elements of the payload of words.
    fn words(&mut self, bytes: &[u8]) -> Vec<Element> {
        let payload = words::unpack(bytes);
        if payload.is_empty() {
            return self.tail(Part { bytes, start: 0 });
        }
        let mut elements = self.whole(&payload);
        words::place(&mut elements, payload.len(), bytes.len());
        elements
    }

    /// Where the data of the file go: to the top, or to the member that it is about, which is then there.
    fn start(&mut self) -> Here {
        let Some(Member { list, index, .. }) = &self.file.member else { return Here::default() };
        let mut path = down(&[], list);
        path.push(Step::Member(*index));
        put(&mut self.data, &path, None);
        Here { path, round: None, number: Some(*index) }
    }

    fn whole(&mut self, bytes: &[u8]) -> Vec<Element> {
        let whole = Part { bytes, start: 0 };
        let start = self.start();
        let (mut elements, end) = self.items(&self.file.content, whole, &start);
        elements.extend(self.tail(whole.from(end)));
        elements
    }

    /// The elements of one record: the one with this index, which starts at `start`.
    pub(super) fn record(&mut self, index: usize, bytes: &[u8], start: usize) -> Vec<Element> {
        let whole = Part { bytes, start };
        let start = self.start();
        let Some(item) = self.file.content.first() else { return self.tail(whole) };
        if self.is_blank(bytes) {
            return self.tail(whole);
        }
        let found = if item.starts(bytes, self.file.fill) { self.once(item, index, whole, &start) } else { None };
        let Some((element, taken)) = found else {
            // The record is a member all the same, of which nothing is known.
            let _ = self.enter(item, index, &mut start.clone());
            return vec![unexplained(whole)];
        };
        let mut elements = vec![element];
        elements.extend(self.tail(whole.from(taken)));
        elements
    }

    /// Whether a record holds nothing: it was erased, or never written.
    pub(super) fn is_blank(&self, record: &[u8]) -> bool {
        record.iter().all(|&byte| byte == self.file.fill)
    }

    /// What stands behind the content: what fills the file up, and before it, what the layout does not explain.
    fn tail(&self, part: Part<'_>) -> Vec<Element> {
        let explained = part.bytes.iter().rposition(|&byte| byte != self.file.fill).map_or(0, |last| last + 1);
        let mut elements = Vec::new();
        if explained > 0 {
            elements.push(unexplained(part.cut(0, explained)));
        }
        if explained < part.bytes.len() {
            elements.push(unused(self.file, part.from(explained).range()));
        }
        elements
    }

    /// Decodes items one after the other; says how many bytes they took.
    fn items(&mut self, items: &[Item], part: Part<'_>, here: &Here) -> (Vec<Element>, usize) {
        let (mut elements, mut at, mut index, mut round) = (Vec::new(), 0, 0, 0);
        while let Some(item) = items.get(index) {
            let rest = part.from(at);
            if self.left == 0 {
                break;
            }
            if round < item.most() && item.starts(rest.bytes, self.file.fill) {
                let Some((element, taken)) = self.once(item, round, rest, here) else { break };
                elements.push(element);
                at += taken;
                round += 1;
                if item.each.is_some() {
                    continue;
                }
            } else if let Some(foreign) = foreign(items.get(index..).unwrap_or_default(), rest) {
                elements.push(unexplained(foreign));
                at += foreign.bytes.len();
                continue;
            }
            if item.tag.is_none() && item.each.is_none() && round == 0 {
                break;
            }
            index += 1;
            round = 0;
        }
        (elements, at)
    }

    /// One occurrence of an item, and how many bytes it took; `None` if they are too few.
    fn once(&mut self, item: &Item, round: usize, rest: Part<'_>, here: &Here) -> Option<(Element, usize)> {
        self.left = self.left.saturating_sub(1);
        let (header, taken) = match (&item.tag, &item.body) {
            (Some(_), _) => ber::header(rest.bytes).map(|found| (found.header, found.whole))?,
            (None, Body::Built(_)) => (0, Some(ber::objects(rest.bytes)).filter(|&taken| taken > 0)?),
            (None, _) => (0, size(item).unwrap_or(rest.bytes.len())),
        };
        if taken > rest.bytes.len() {
            return None;
        }
        let (whole, value) = (rest.cut(0, taken), rest.cut(header, taken));
        let mut here = here.clone();
        let name = self.enter(item, round, &mut here);
        let mut element = Element {
            name,
            range: whole.range(),
            header,
            value: String::new(),
            origin: item.known.origin,
            source: item.known.at.clone(),
            personal: item.personal,
            author: item.body.author(),
            written: 0..0,
            children: Vec::new(),
        };
        let understood = match &item.body {
            Body::Constant(bytes) => bytes == value.bytes,
            Body::Text(text) => {
                let same = text.as_bytes() == value.bytes;
                element.value = Some(text.clone()).filter(|_| same).unwrap_or_default();
                same
            }
            Body::Group(items) => {
                let (children, end) = self.items(items, value, &here);
                element.children = children;
                if item.tag.is_none() && size(item).is_none() {
                    element.range = rest.cut(0, end).range();
                    return Some((element, end));
                }
                if end < value.bytes.len() {
                    element.children.push(unexplained(value.from(end)));
                }
                return Some((element, taken));
            }
            Body::Either(ways) => {
                let way = ways.iter().find(|way| value.bytes.starts_with(way.mark.as_bytes()));
                if let Some(way) = way {
                    let (children, end) = self.items(&way.items, value, &here);
                    element.children = children;
                    if end < value.bytes.len() {
                        element.children.push(unexplained(value.from(end)));
                    }
                    return Some((element, taken));
                }
                false
            }
            Body::Value { from, place, .. } => {
                self.value(place, item.optional, value.bytes, &down(&here.path, from), &mut element)
            }
            Body::Built(builder) => {
                element.children = plain::built(*builder, value.bytes, value.start, item, &mut self.left);
                return Some((element, taken));
            }
            Body::Computed { reference, place } => {
                let known = weaker(&item.known, self.layout.refer(*reference, here.round, here.number).1);
                (element.origin, element.source) = (known.origin, known.at.clone());
                let data = place.decode(value.bytes, false);
                element.value = data.iter().flatten().map(show).collect();
                data.is_ok()
            }
        };
        if !understood {
            element.name = UNEXPLAINED.into();
            element.personal = true;
        }
        if element.value.is_empty() && (!understood || matches!(item.body, Body::Constant(_))) {
            element.value = show_bytes(value.bytes);
        }
        Some((element, taken))
    }

    /// Decodes a datum and keeps it; says whether its bytes fit its coding.
    fn value(&mut self, place: &Place, optional: bool, bytes: &[u8], path: &[Step], element: &mut Element) -> bool {
        match place.decode(bytes, optional) {
            Ok(Some(data)) => {
                element.value = show(&data);
                self.keep(path, data);
                true
            }
            Ok(None) => true,
            Err(_) => false,
        }
    }

    /// Goes into one round of an item, and says what it is called. A member of a list is then there, though nothing may
    /// be in it.
    fn enter(&mut self, item: &Item, round: usize, here: &mut Here) -> String {
        let label = match &item.each {
            None => return item.name.clone(),
            Some(Each::Member { list, .. }) => {
                here.path = down(&here.path, list);
                here.path.push(Step::Member(round));
                here.number = Some(round);
                put(&mut self.data, &here.path, None);
                (round + 1).to_string()
            }
            Some(each) => {
                let found = self.layout.rounds(each).get(round).copied();
                here.round = found;
                found.map_or((round + 1).to_string(), |found| self.layout.label(found).to_owned())
            }
        };
        format!("{} {label}", item.name)
    }

    fn keep(&mut self, path: &[Step], data: Data) {
        put(&mut self.data, path, Some(data));
    }
}

impl Item {
    /// How many times it may occur.
    fn most(&self) -> usize {
        match self.each {
            None => 1,
            Some(Each::Member { most, .. }) => most,
            Some(Each::Application | Each::File) => usize::MAX,
        }
    }

    /// Whether these bytes may begin with it.
    fn starts(&self, bytes: &[u8], fill: u8) -> bool {
        match &self.tag {
            Some(tag) => ber::header(bytes).is_some() && bytes.starts_with(tag),
            None if self.each.is_some() => {
                let member = size(self).and_then(|size| bytes.get(..size));
                member.is_some_and(|member| member.iter().any(|&byte| byte != fill))
            }
            None if matches!(self.body, Body::Built(_)) => bytes.iter().any(|&byte| byte != fill),
            None => size(self).is_none_or(|size| size <= bytes.len()),
        }
    }
}

/// The data object that none of the items to come could be.
fn foreign<'b>(items: &[Item], rest: Part<'b>) -> Option<Part<'b>> {
    let found = ber::header(rest.bytes)?;
    let tag = rest.bytes.get(..found.tag)?;
    let nobody = items.iter().all(|item| item.tag.as_ref().is_some_and(|known| known != tag));
    nobody.then(|| rest.cut(0, found.whole))
}

/// Where a path leads from here.
fn down(here: &[Step], path: &Path) -> Vec<Step> {
    let start = if path.from_top { &[] } else { here };
    start.iter().cloned().chain(path.keys.iter().cloned().map(Step::Key)).collect()
}

/// Puts a datum where a path leads, and makes the tables and lists on the way. A table in which nothing is yet may
/// become anything; what has been found otherwise stays.
fn put(node: &mut Node, path: &[Step], data: Option<Data>) {
    let is_new = matches!(&node.data, Data::Table(table) if table.is_empty());
    match (path.split_first(), data) {
        (None, None) => {}
        (None, Some(data)) => {
            if is_new {
                node.data = data;
            }
        }
        (Some((Step::Key(key), rest)), data) => {
            if let Data::Table(table) = &mut node.data {
                put(table.entry(key.clone()).or_insert_with(nothing), rest, data);
            }
        }
        (Some((Step::Member(index), rest)), data) => {
            if is_new {
                node.data = Data::List(Vec::new());
            }
            if let Data::List(members) = &mut node.data {
                while members.len() <= *index {
                    members.push(nothing());
                }
                if let Some(member) = members.get_mut(*index) {
                    put(member, rest, data);
                }
            }
        }
    }
}

fn nothing() -> Node {
    Node::unwritten(Data::Table(Table::new()))
}

/// Bytes that the layout cannot explain. They may be about anybody.
fn unexplained(part: Part<'_>) -> Element {
    Element {
        name: UNEXPLAINED.into(),
        range: part.range(),
        header: 0,
        value: show_bytes(part.bytes),
        origin: Origin::Invented,
        source: "the layout does not explain these bytes".into(),
        personal: true,
        author: Author::Layout,
        written: 0..0,
        children: Vec::new(),
    }
}

/// Bytes that hold nothing.
pub(super) fn unused(file: &File, range: Range<usize>) -> Element {
    Element {
        name: UNUSED.into(),
        range,
        header: 0,
        value: String::new(),
        origin: file.known.origin,
        source: file.known.at.clone(),
        personal: false,
        author: Author::Layout,
        written: 0..0,
        children: Vec::new(),
    }
}
