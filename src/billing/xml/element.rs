//! Elements of XML and how they are written: in ISO 8859-1, with a declaration and no white space between elements.
//!
//! Text may come from any chip. What has no byte in ISO 8859-1, and what a parser would take for something else, is
//! written as a character reference; a character that no XML document may have becomes U+FFFD.

use std::io;

use quick_xml::{
    Writer,
    escape::partial_escape,
    events::{BytesDecl, BytesText, Event},
};

/// An element.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Element {
    name: &'static str,
    content: Content,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Content {
    Text(String),
    Elements(Vec<Element>),
}

impl Element {
    /// With text.
    pub(super) fn text(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, content: Content::Text(text.into()) }
    }

    /// The same, if there is any.
    pub(super) fn given(name: &'static str, text: Option<String>) -> Option<Self> {
        text.map(|text| Self::text(name, text))
    }

    /// With those of these elements that there are.
    pub(super) fn of(name: &'static str, elements: impl IntoIterator<Item = Option<Self>>) -> Self {
        Self { name, content: Content::Elements(elements.into_iter().flatten().collect()) }
    }

    /// The same, if there is any of them.
    pub(super) fn any_of(name: &'static str, elements: impl IntoIterator<Item = Option<Self>>) -> Option<Self> {
        Some(Self::of(name, elements)).filter(|element| element.content != Content::Elements(Vec::new()))
    }

    /// A document that has it, in ISO 8859-1.
    ///
    /// # Errors
    ///
    /// What writing gives; none comes of memory.
    pub(super) fn document(&self) -> io::Result<Vec<u8>> {
        let mut writer = Writer::new(Vec::new());
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("ISO-8859-1"), None)))?;
        self.write(&mut writer)?;
        let text = String::from_utf8(writer.into_inner()).map_err(io::Error::other)?;
        // Escaped text has no other characters than those of ISO 8859-1.
        Ok(text.chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect())
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        let element = writer.create_element(self.name);
        match &self.content {
            Content::Text(text) => element.write_text_content(BytesText::from_escaped(escaped(text)))?,
            Content::Elements(elements) => {
                element.write_inner_content(|writer| elements.iter().try_for_each(|inner| inner.write(writer)))?
            }
        };
        Ok(())
    }
}

/// Text as it stands in a document: markup is escaped; what ISO 8859-1 does not have, white space that a parser would
/// change, and the controls that many take for other characters are references; what XML does not have [XML-1.0 2.2] is
/// U+FFFD.
fn escaped(text: &str) -> String {
    let text = partial_escape(text);
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ' '..='~' | '\u{A0}'..='\u{FF}' => escaped.push(character),
            '\t' | '\n' | '\r' | '\u{7F}'.. if !matches!(character, '\u{FFFE}' | '\u{FFFF}') => {
                escaped.push_str(&format!("&#{};", u32::from(character)));
            }
            _ => escaped.push_str("&#65533;"),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::{Reader, events::Event};

    use super::Element;

    /// The text of the one element of a document, as a parser has it.
    fn parsed(document: &[u8]) -> String {
        let text: String = document.iter().map(|&byte| char::from(byte)).collect();
        let text = text.strip_prefix("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>").expect("a declaration");
        let mut reader = Reader::from_str(text);
        let mut found = String::new();
        loop {
            match reader.read_event().expect("well formed") {
                Event::Text(text) => found.push_str(&text.xml10_content().expect("text")),
                Event::GeneralRef(reference) => match reference.resolve_char_ref().expect("a reference") {
                    Some(character) => found.push(character),
                    None => found.push_str(match &reference[..] {
                        b"lt" => "<",
                        b"gt" => ">",
                        b"amp" => "&",
                        other => panic!("{other:?}"),
                    }),
                },
                Event::Eof => return found,
                _ => {}
            }
        }
    }

    fn written(text: &str) -> Vec<u8> {
        Element::text("nom", text).document().expect("memory")
    }

    #[test]
    fn a_document_is_in_iso_8859_1_and_has_no_white_space_of_its_own() {
        let inner = Element::of("b", [Some(Element::text("c", "\u{C9}T\u{C9}")), None, Element::given("d", None)]);
        let document = Element::of("a", [Some(inner), Element::any_of("e", [None])]).document().expect("memory");
        let expected = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a><b><c>\xC9T\xC9</c></b></a>";
        assert_eq!(document, expected);
    }

    #[test]
    fn hostile_text_stays_text() {
        let text = |text: &str| {
            let document = String::from_utf8(written(text)).expect("ASCII");
            let (_, inside) = document.split_once("<nom>").expect("its element");
            inside.strip_suffix("</nom>").expect("its end").to_owned()
        };
        assert_eq!(text("</nom><nir>1&amp;]]>"), "&lt;/nom&gt;&lt;nir&gt;1&amp;amp;]]&gt;");
        assert_eq!(text("a\u{0}b\u{1B}\u{FFFE}"), "a&#65533;b&#65533;&#65533;");
        assert_eq!(text("\t\r\n\u{85}\u{7F}"), "&#9;&#13;&#10;&#133;&#127;");
        assert_eq!(text("\u{152}\u{1F600}"), "&#338;&#128512;");
    }

    proptest! {
        #[test]
        fn a_parser_finds_the_text_again(text in any::<String>()) {
            let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..) && !matches!(c, '\u{FFFE}' | '\u{FFFF}');
            let expected: String = text.chars().map(|c| if allowed(c) { c } else { '\u{FFFD}' }).collect();
            prop_assert_eq!(parsed(&written(&text)), expected);
        }
    }
}
