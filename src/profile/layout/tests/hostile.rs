//! No bytes and no text make a layout panic, hang or grow without bound.

use proptest::prelude::*;

use super::{Layout, assert_gapless, layout, source, vitale1_text, vitale2_text, with_content};
use crate::profile::{
    map::UNEXPLAINED,
    tree::{Data, Node, Table},
};

/// Bytes that look like TLV now and then.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        any::<u8>(),
        proptest::sample::select(
            &[0x00_u8, 0x01, 0x02, 0x08, 0x65, 0x66, 0x80, 0x81, 0x82, 0xA0, 0xE0, 0xE2, 0xE5][..]
        )
    ];
    proptest::collection::vec(byte, 0..600)
}

proptest! {
    #[test]
    fn each_byte_of_any_file_is_in_one_element(bytes in bytes()) {
        for text in [vitale1_text(), vitale2_text()] {
            let layout = layout(text);
            for file in layout.files.iter().map(|file| file.name.clone()) {
                let decoded = layout.decode(&file, &bytes).expect("a file of the layout");
                assert_gapless(&decoded.elements, 0, bytes.len());
            }
        }
    }

    #[test]
    fn a_damaged_layout_is_read_or_refused(
        generation in 1..=2,
        at in 0_usize..20_000,
        length in 0_usize..40,
        patch in proptest::sample::select(&["", "\"", "{", "]", "= 9", "each = \"@file\"", "of = [", "len = 65535, ", "\u{e9}"][..]),
    ) {
        let text = if generation == 1 { vitale1_text() } else { vitale2_text() };
        let (from, to) = (text.floor_char_boundary(at), text.floor_char_boundary(at + length));
        let damaged = format!("{}{patch}{}", &text[..from], &text[to..]);
        read_and_use(&damaged);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,400}") {
        read_and_use(&text);
    }

    #[test]
    fn any_content_is_read_or_refused(items in proptest::collection::vec(item(), 0..6)) {
        read_and_use(&with_content(&format!("content = [{}]", items.join(","))));
    }
}

/// The text of an item, sound or not.
fn item() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        "tag = \"(80|81|9F70|00|1F)\"",
        "hex = \"[0-9A-F]{0,4}\"",
        "fill = \"(00|FF)\"",
        "len = [0-9]{1,5}",
        "from = \"(\\.|a|b\\.c|/a|@app\\.aid|@mf\\.fid|@name|@F\\.sfi)\"",
        "coding = \"(ascii|latin1|digits|bcd|date8|date12-bcd|number|flag|blob|blub)\"",
        "each = \"(@app|@file|a|l)\"",
        "when = \"[a-z]\"",
        "optional = (true|false)",
        "max = [0-9]{1,3}",
        "most = [0-9]{1,3}",
        "of = \\[\\{ tag = \"8[0-3]\", from = \"[a-c]\", coding = \"(ascii|blob)\" \\}\\]",
    ];
    proptest::collection::vec(key, 1..4).prop_map(|keys| format!("{{ {} }}", keys.join(", ")))
}

/// Reads a layout, and if it is one, encodes and decodes with it.
fn read_and_use(text: &str) {
    let Ok(layout) = Layout::parse(&source("layout.toml", text)) else { return };
    let text = |text: &str| Node::unwritten(Data::Text(text.into()));
    let member = Node::unwritten(Data::Table(Table::from([("a".into(), text("x"))])));
    let list = Node::unwritten(Data::List(vec![member.clone(), member]));
    let data = Table::from([("a".into(), text("12")), ("b".into(), text("")), ("l".into(), list)]);
    let data = Node::unwritten(Data::Table(data));
    let encoded = layout.encode(&source("card.toml", ""), &data, None);
    let Ok((_, map)) = encoded else { return };
    for file in &map.files {
        assert_gapless(&file.elements, 0, file.size);
        for bytes in [&[0x80; 300][..], &[0; 300], &[0x80, 0x01, 0x31, 0x81, 0x00]] {
            let decoded = layout.decode(&file.name, bytes).expect("a file of the layout");
            assert_gapless(&decoded.elements, 0, bytes.len());
        }
    }
}

#[test]
fn repetitions_of_repetitions_are_stopped() {
    let mut content = "{ hex = \"\" }".to_owned();
    for _ in 0..8 {
        content = format!("{{ tag = \"80\", each = \"@file\", of = [{content}] }}");
    }
    let files: String = (0..60)
        .map(|n| {
            format!("[file.F{n}]\nin = \"mf\"\nfid = \"01{n:02}\"\nrule = \"free\"\nsource = \"test\"\nsize = 1\n")
        })
        .collect();
    let text = with_content(&format!("content = [{content}]\n{files}"));
    let layout = layout(&text);
    let nothing = Node::unwritten(Data::Table(Table::new()));
    let mistakes = layout.encode(&source("card.toml", ""), &nothing, None).expect_err("too large");
    assert!(mistakes.to_string().contains("too large for any chip"), "{mistakes}");
}

#[test]
fn deep_layouts_are_refused() {
    let mut content = "{ hex = \"00\" }".to_owned();
    for _ in 0..30 {
        content = format!("{{ of = [{content}] }}");
    }
    let text = with_content(&format!("content = [{content}]"));
    let mistakes = Layout::parse(&source("layout.toml", &text)).expect_err("too deep");
    assert!(mistakes.to_string().contains("nested deeper than"), "{mistakes}");
}

#[test]
fn what_the_layout_cannot_explain_is_called_unexplained() {
    let layout = layout(vitale2_text());
    // An unknown object, a birth date that is none, a name, and something that is no object at all.
    let bytes =
        [&[0x65, 0x15, 0x9F, 0x70, 0x01, 0xAA, 0x80, 0x03][..], b"ZOE", &[0x82, 0x08], b"1986XX12", &[0xAB, 0xCD]];
    let decoded = layout.decode("IDENTITE", &bytes.concat()).expect("IDENTITE");
    let names: Vec<_> = decoded.elements[0].children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!(names, [UNEXPLAINED, "nom_usage", UNEXPLAINED, UNEXPLAINED]);
    let kept = decoded.data.at("beneficiaire").and_then(|list| list.list()[0].at("nom_usage").cloned());
    assert_eq!(kept.and_then(|node| node.text().map(str::to_owned)), Some("ZOE".into()));
    assert!(decoded.elements[0].children.iter().filter(|child| child.name == UNEXPLAINED).all(|child| child.personal));
}
