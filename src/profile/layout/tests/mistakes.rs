//! What is said of mistakes in layouts: where, what, and what to do.

use virtuale_engine::{
    StatusWord,
    image::{ClassImage, FileIndex, Habits, LongLe, Refusals, Told, Waiting},
};

use super::{Layout, layout, source, vitale2_text, with_content};
use crate::profile::diagnostic::Diagnostics;

pub(super) fn assert_refused(text: &str, parts: &[&str]) {
    let mistakes = match Layout::parse(&source("l.toml", text)).and_then(|layout| layout.schema().cloned()) {
        Ok(_) => panic!("this was not refused:\n{text}"),
        Err(mistakes) => mistakes.to_string(),
    };
    for part in parts {
        assert!(mistakes.contains(part), "{part:?} is missing in\n{mistakes}");
    }
}

/// The built-in layout with one change.
fn changed(from: &str, to: &str) -> String {
    let text = vitale2_text();
    assert!(text.contains(from), "{from} is not in the layout");
    text.replacen(from, to, 1)
}

#[test]
fn a_mistake_in_a_table_points_at_it_and_names_what_is_near() {
    assert_refused(
        &changed("chip_bytes = 32768", "chip_byte = 32768"),
        &["\"chip_byte\"", "did you mean \"chip_bytes\"?"],
    );
    assert_refused(&changed("rule = \"free\"", "rule = \"fre\""), &["unknown rule \"fre\"", "did you mean \"free\"?"]);
    assert_refused(
        &changed("source = \"adele\"", "source = \"adelle\""),
        &["unknown source", "did you mean \"adele\"?"],
    );
    assert_refused(&changed("in = \"vitale\"", "in = \"vital\""), &["unknown application", "did you mean \"vitale\"?"]);
    assert_refused(
        &changed("coding = \"latin1\"", "coding = \"latin\""),
        &["unknown coding", "did you mean \"latin1\"?"],
    );
    let condition = "transaction = \"role:issuer+sm\"";
    for (other, hint) in [("role:issuer", "write \"role:NAME+sm\""), ("always", "secure messaging"), ("never", "+sm")] {
        let text = changed(condition, &format!("transaction = \"{other}\""));
        assert_refused(&text, &["a transaction belongs to a session of secure messaging", hint]);
    }
    assert_refused(&changed(condition, ""), &["room for transactions that nobody may begin"]);
    assert_refused(&changed("fid = \"2001\"", "fid = \"20\""), &["\"fid\" must be two bytes in hexadecimal"]);
    assert_refused(&changed("origin = \"public\"\nat", "origin = \"public\"\nxt"), &["did you mean \"at\"?"]);
    assert_refused(&changed("origin = \"public\"\nat", "origin = \"public\"\nxyz"), &["\"at\" is missing"]);
    assert_refused(&changed("fid = \"D002\"", "fid = \"2001\""), &["the identifier of \"NIR\" is taken"]);
    assert_refused("layout = \"x\"\n[card", &["l.toml:2:"]);
    assert_refused("", &["\"layout\" is missing", "\"card\" is missing", "there are no applications"]);
}

/// All that is said of a layout, in its order.
fn messages(text: &str) -> Vec<String> {
    let Diagnostics(mistakes) = Layout::parse(&source("l.toml", text)).expect_err("this was not refused");
    mistakes.into_iter().map(|mistake| mistake.message.to_string()).collect()
}

#[test]
fn one_wrong_value_is_one_mistake() {
    for (from, to, message) in [
        ("usage = \"authentication\"", "usage = \"auth\"", "unknown usage \"auth\""),
        ("cipher = \"3des\"", "cipher = \"des\"", "unknown cipher \"des\""),
        ("form = \"rsa\"", "form = \"dsa\"", "unknown form \"dsa\""),
        ("[pin.holder]\nin = \"adele\"", "[pin.holder]\nin = \"adel\"", "unknown application \"adel\""),
        ("number = 1\n", "number = 40\n", "\"number\" must be a number from 1 to 31"),
        ("fid = \"2001\"", "fid = 1", "\"fid\" must be two bytes in hexadecimal, such as \"3F00\""),
        ("manufacturer = \"", "manufacturer = 1 # \"", "\"manufacturer\" must be text in quotes"),
        ("origin = \"invented\"", "origin = \"inventd\"", "unknown origin \"inventd\""),
        ("se = 2\n", "se = 22\n", "\"se\" must be a number from 1 to 14"),
        ("source = \"adele\"", "source = \"adelle\"", "unknown source \"adelle\""),
    ] {
        assert_eq!(messages(&changed(from, to)), [message], "{to}");
    }
}

#[test]
fn one_wrong_value_in_a_file_or_item_is_one_mistake() {
    let record = "record = [{ hex = \"00\" }]";
    for (keys, message) in [
        (format!("structure = \"cyclc\"\nrecords = 2\nrecord_length = 8\n{record}"), "unknown structure \"cyclc\""),
        (
            format!("structure = \"cyclic\"\nrecords = 0\nrecord_length = 8\n{record}"),
            "\"records\" must be a number from 1 to 254",
        ),
        ("words = 2\nsize = 4".into(), "\"words\" says how long a file is and what fills it up"),
        ("content = [{ fill = \"F\", len = 8 }]".into(), "\"fill\" must be one byte in hexadecimal, such as \"FF\""),
        ("content = [{ len = 8, coding = \"ascii\" }]".into(), "this item says nothing"),
        ("content = [{ from = 5, coding = \"ascii\" }]".into(), "\"from\" must be text in quotes"),
        ("content = [{ from = \"A\", coding = \"ascii\", len = 2 }]".into(), "\"A\" is not a key of card files"),
        ("content = [{ from = \"@mf.sfi\", coding = \"number\", len = 1 }]".into(), "unknown property \"sfi\""),
        (
            "content = [{ from = \"a\", coding = \"choise\", values = { a = \"01\" } }]".into(),
            "unknown coding \"choise\"",
        ),
        (
            "content = [{ from = \"a\", coding = \"ascii\", mark = 1, len = 2, pad = \"00\" }]".into(),
            "\"mark\" does not belong to this coding",
        ),
    ] {
        assert_eq!(messages(&with_content(&keys)), [message], "{keys}");
    }
}

#[test]
fn a_mistake_points_at_the_value() {
    for (from, to, value, hint) in [
        ("origin = \"invented\"", "origin = \"inventd\"", "\"inventd\"", "did you mean \"invented\"?"),
        ("by = \"external\"", "by = \"extern\"", "\"extern\"", "did you mean \"external\"?"),
        ("applet = \"ias\"", "applet = \"iaz\"", "\"iaz\"", "did you mean \"ias\"?"),
        ("from = \"ias.code\"", "from = \"ias.kode\"", "\"ias.kode\"", "did you mean \"ias.code\"?"),
        ("list = \"ias.cle\"", "list = \"ias.code\"", "\"ias.code\"", ""),
        ("atr_from = \"carte.atr\"", "atr_from = \"carte.art\"", "\"carte.art\"", "did you mean \"carte.atr\"?"),
    ] {
        let text = changed(from, to);
        let layout = Layout::parse(&source("l.toml", text.as_str())).and_then(|layout| layout.schema().cloned());
        let Diagnostics(mistakes) = layout.expect_err("this was not refused");
        assert_eq!(&text[mistakes[0].span.clone()], value);
        assert_eq!(mistakes[0].hint.as_deref().unwrap_or_default(), hint);
    }
}

#[test]
fn a_misspelt_key_is_found_beside_a_wrong_value() {
    let both = changed("usage = \"authentication\"", "usage = \"auth\"\ntitel = \"x\"");
    assert_refused(
        &both,
        &["unknown usage \"auth\"", "unknown key of a private key \"titel\"", "did you mean \"title\"?"],
    );
    let item = with_content("content = [{ form = \"nom\", coding = \"ascii\" }]");
    assert_refused(&item, &["this item says nothing", "did you mean \"from\"?"]);
}

#[test]
fn two_private_keys_have_different_identifiers() {
    let text = changed("id = \"46\"", "id = \"45\"");
    assert_refused(&text, &["is taken by another private key"]);
}

#[test]
fn two_pins_that_programs_see_have_different_numbers() {
    let puk = "in = \"adele\"\nnumber = 2\ntitle = \"PUK\"\n";
    let text = changed(puk, "in = \"vitale\"\nnumber = 1\ntitle = \"PUK\"\nlabel = \"PUK\"\n");
    assert_refused(&text, &["is taken by another PIN with a label"]);
}

#[test]
fn a_rule_says_who_in_words_that_have_a_condition_byte() {
    let rule = |read: &str| changed("read = \"role:professional\"", &format!("read = \"{read}\""));
    assert_refused(&rule("role:profesional"), &["unknown role", "did you mean \"professional\"?"]);
    assert_refused(&rule("professional"), &["\"professional\" is not a condition", "role:NAME"]);
    assert_refused(&rule("sm"), &["secure messaging needs a role"]);
    assert_refused(&rule("sm:profesional"), &["unknown role", "did you mean \"professional\"?"]);
    layout(&rule("sm:professional"));
    assert_refused(&rule("role:professional+role:issuer"), &["different security environments"]);
    assert_refused(&changed("mode = \"7B\"\nread", "mode = \"02\"\nread"), &["an operation is not in \"mode\""]);
}

#[test]
fn a_content_that_could_not_be_read_back_is_refused() {
    for (content, message) in [
        ("{ from = \"a\", coding = \"ascii\" }, { hex = \"00\" }", "only the last item may have any length"),
        (
            "{ tag = \"80\", optional = true, from = \"a\", coding = \"ascii\" }, { hex = \"00\" }",
            "an item without tag",
        ),
        ("{ tag = \"80\", each = \"a\" }, { tag = \"80\" }", "this tag occurs again"),
        ("{ from = \"a\", coding = \"ascii\", optional = true }", "\"optional\" needs"),
        ("{ hex = \"00\", when = \"a\" }", "\"when\" needs a \"tag\""),
        ("{ each = \"a\", of = [{ from = \"b\", coding = \"ascii\" }] }", "\"each\" needs"),
        ("{ tag = \"80\", each = \"a\", when = \"b\" }", "\"each\" cannot be"),
        ("{ tag = \"1F\" }", "not a tag"),
        ("{ tag = \"80\", hex = \"00\", fill = \"00\" }", "an item has one of"),
        ("{ name = \"x\" }", "says nothing"),
        ("{ tag = \"80\", hex = \"00\", text = \"A\" }", "an item has one of"),
        ("{ text = \"A\", optional = true, tag = \"80\" }", "cannot be \"optional\""),
        ("{ from = \"a\", coding = \"luhn-bcd\", behind = \"8X\" }", "\"behind\" is digits"),
        ("{ from = \"a\", coding = \"bcd\", behind = \"80\" }", "\"behind\" does not belong to this coding"),
        ("{ from = \"@number\" }", "unknown application or file"),
        ("{ tag = \"80\", from = \"A\", coding = \"ascii\" }", "not a key of card files"),
        ("{ tag = \"80\", from = \"@app.aid\" }", "unknown application or file"),
        ("{ tag = \"80\", from = \"@mf.sfi\" }", "unknown property"),
        ("{ tag = \"80\", from = \"a\", coding = \"date8\", len = 9 }", "always has 8 bytes"),
        ("{ tag = \"80\", from = \"a\", coding = \"number\", len = 9 }", "at most 8 bytes"),
        ("{ tag = \"80\", from = \"a\", coding = \"flag\", on = \"4F\", off = \"4F\" }", "two different values"),
    ] {
        assert_refused(&with_content(&format!("content = [{content}]")), &[message]);
    }
    let sized = with_content("size = 9\ncontent = [{ from = \"assure.nir\", coding = \"ascii\" }]");
    assert_refused(&sized, &["fills a file that has a size"]);
    assert_refused(&with_content(""), &["\"F\" would be empty"]);
    let records = "structure = \"cyclic\"\nrecords = 2\nrecord_length = 8\nrecord = ";
    let open = with_content(&format!("{records}[{{ from = \"assure.nir\", coding = \"ascii\" }}]"));
    assert_refused(&open, &["stands in a record of fixed length"]);
    let two = with_content(&format!("{records}[{{ hex = \"00\" }}, {{ hex = \"00\" }}]"));
    assert_refused(&two, &["has one item that stands for a record"]);
}

#[test]
fn files_of_members_follow_each_other() {
    const ITEM: &str = "content = [{ tag = \"80\", from = \"nom\", coding = \"latin1\" }]";
    let with = |keys: &str| with_content(&format!("{keys}\n{ITEM}"));
    let read = layout(&with("each = \"beneficiaire\"\nmost = 3"));
    let files: Vec<_> = read.files().map(|file| (file.name.to_owned(), file.fid.0)).collect();
    assert_eq!(files, [("F_01".to_owned(), 1), ("F_02".to_owned(), 2), ("F_03".to_owned(), 3)]);
    for (keys, message) in [
        ("each = \"beneficiaire\"", "\"most\" is missing"),
        ("most = 3", "unknown key of a file \"most\""),
        ("each = \"beneficiaire\"\nmost = 65", "\"most\" must be a number from 1 to 64"),
        ("each = \"beneficiaire\"\nmost = 3\nsfi = 1", "have no short identifier and no key"),
        ("each = \"beneficiaire\"\nmost = 3\nlisted = true", "cannot be \"listed\""),
        ("each = \"assure\"\nmost = 3", "\"assure\" is no list"),
        ("each = \"beneficiaires\"\nmost = 3", "no key \"beneficiaires\""),
    ] {
        assert_refused(&with(keys), &[message]);
    }
    let far = with("each = \"beneficiaire\"\nmost = 3").replace("fid = \"0001\"", "fid = \"FFFE\"");
    assert_refused(&far, &["go beyond FFFF"]);
    let outside = with("each = \"beneficiaire\"\nmost = 3").replace("from = \"nom\"", "from = \"assure.nom\"");
    assert_refused(&outside, &["no key \"beneficiaire.assure.nom\""]);
    let second = "[file.G]\nin = \"mf\"\nfid = \"0003\"\nrule = \"free\"\nsource = \"test\"\nsize = 4\n";
    let taken = format!("{}{second}", with("each = \"beneficiaire\"\nmost = 3"));
    assert_refused(&taken, &["the identifier of \"F_03\" is taken"]);
}

#[test]
fn a_file_may_be_there_for_a_datum() {
    let with = |keys: &str| with_content(&format!("{keys}\ncontent = [{{ hex = \"00\" }}]"));
    layout(&with("when = \"carte.mise_a_jour\""));
    for (keys, message) in [
        ("when = \"carte.mis_a_jour\"", "no key \"carte.mis_a_jour\""),
        ("when = \"Carte\"", "\"Carte\" is not a key of card files"),
        ("when = \"carte.mise_a_jour\"\nlisted = true", "cannot be \"listed\""),
    ] {
        assert_refused(&with(keys), &[message]);
    }
}

#[test]
fn a_token_says_who_made_it_where_that_is_built() {
    let text = changed("label = \"Vitale 2 IAS (TEST)\"\n", "");
    assert_refused(&text, &["TokenInfo needs \"manufacturer\" and \"label\""]);
}

#[test]
fn a_layout_places_only_what_card_files_can_say() {
    assert_refused(
        &changed("from = \"prenom\"", "from = \"prenoms\""),
        &["no key \"beneficiaire.prenoms\"", "beneficiaire.prenom\"?"],
    );
    assert_refused(
        &changed("from = \"naissance\", coding = \"date8\"", "from = \"naissance\", coding = \"ascii\""),
        &["the coding of \"beneficiaire.naissance\" cannot hold"],
    );
    assert_refused(&changed("each = \"droits\"", "each = \"adresse\""), &["\"beneficiaire.adresse\" is no list"]);
    assert_refused(&changed("when = \"amc\"", "when = \"acm\""), &["no key \"beneficiaire.acm\""]);
    assert_refused(&changed("atr_from = \"carte.atr\"", "atr_from = \"carte.art\""), &["no key \"carte.art\""]);
}

#[test]
fn a_class_of_an_application_is_proprietary_and_its_applet_is_known() {
    let with_class = |class: &str| format!("{}{class}\n", with_content("size = 9"));
    let classes = [
        ("[class.A0]\napp = \"mf\"\napplet = \"gsm\"", "unknown applet \"gsm\""),
        ("[class.A0]\napp = \"me\"", "unknown application \"me\""),
        ("[class.A0]\nwaiting = \"9F\"", "\"app\" is missing"),
        ("[class.00]\napp = \"mf\"", "\"00\" is no class that can have an application"),
        ("[class.FF]\napp = \"mf\"", "\"FF\" is no class that can have an application"),
        ("[class.A0]\napp = \"mf\"\nwaiting = \"90\"", "no card says by 90 that bytes wait"),
        ("[class.A0]\napp = \"mf\"\nwaiting = \"9F00\"", "\"waiting\" must be one byte in hexadecimal"),
        ("[class.A0]\napp = \"mf\"\nwrong_parameters = \"9000\"", "9000 is no refusal"),
        ("[class.A0]\napp = \"mf\"\nunknown_class = \"6C10\"", "6C10 is no refusal"),
        ("[class.A0]\napp = \"mf\"\ntells = [\"pin_sise\"]", "unknown parameter \"pin_sise\""),
        ("[class.A0]\napp = \"mf\"\nfid = \"3F00\"", "unknown key of a class \"fid\""),
        ("[class.a0]\napp = \"mf\"\n[class.A0]\napp = \"mf\"", "class A0 has two applications"),
    ];
    for (class, message) in classes {
        assert_refused(&with_class(class), &[message]);
    }
}

#[test]
fn a_class_says_how_its_application_differs() {
    let class = "[class.A0]\napp = \"mf\"\nlong_le = \"refusal\"\nwaiting = \"9F\"";
    let read = layout(&format!("{}{class}\n", with_content("size = 9")));
    let habits = Habits { long_le: LongLe::Refused, waiting: Waiting::GSM, ..Habits::default() };
    let class =
        "[class.A0]\napp = \"mf\"\nunknown_class = \"6D00\"\nwrong_parameters = \"6B00\"\ntells = [\"pin_size\"]";
    let other = layout(&format!("{}{class}\n", with_content("size = 9"))).chip.classes[0].habits;
    let refusals = Refusals { class: StatusWord::INSTRUCTION_NOT_SUPPORTED, parameters: StatusWord::WRONG_OFFSET };
    let told = Told { pin_size: true, non_repudiation: false, contactless: false };
    assert_eq!(other, Habits { refusals, told, ..Habits::default() });
    assert_eq!(read.chip.classes, [ClassImage { class: 0xA0, df: FileIndex(0), applet: None, habits }]);
    assert_eq!(read.chip.habits, Habits::default());
}

#[test]
fn no_two_applications_of_a_directory_have_one_reference() {
    assert_refused(
        &changed("ref = \"0004\"", "ref = \"0003\""),
        &["the \"ref\" of \"adele\" is another application's"],
    );
}

#[test]
fn what_is_missing_comes_with_how_it_is_written() {
    let with = |table: &str| format!("{}{table}\n", with_content("size = 9"));
    assert_refused(&with("[pin.holder]"), &["\"shortest\" is missing", "the fewest characters of the PIN, 1 to 64"]);
    assert_refused(&with("[key_set.issuer]"), &["\"cipher\" is missing", "one of 3des, aes128, aes256"]);
    assert_refused(
        &with_content("size = 9").replace("rule = ", "condition = "),
        &["\"rule\" is missing", "rule = \"free\""],
    );
}
