//! Zones of groups: to a file, to another program, and to cards of ours.

use std::fs;

use crate::sandbox::{MARTIN, Sandbox, run};

#[test]
fn a_zone_goes_to_a_file_and_comes_back_as_a_card() {
    let sandbox = Sandbox::new();
    let path = |name: &str| sandbox.path().join(name).display().to_string();
    let (zone, card, again) = (path("test.in"), path("card.toml"), path("again.in"));
    let write = ["card", "zone", MARTIN, "--now", "2026-01-15", "-o", &zone];
    let (code, out, error) = run(&mut sandbox.virtuale(&write));
    assert_eq!((code, out.as_str()), (0, ""), "{error}");
    assert!(error.contains("test.in is there: 789 bytes, of a test card"), "{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&write));
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("is there already"), "{error}");
    let (code, out, error) = run(&mut sandbox.virtuale(&["card", "from-zone", &zone, "-o", &card]));
    assert_eq!((code, out.as_str()), (0, ""), "{error}");
    assert!(error.contains("check it with: virtuale card check") && error.lines().count() == 1, "{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&["card", "zone", &card, "-o", &again]));
    assert_eq!(code, 0, "{error}");
    assert_eq!(fs::read(&zone).expect("a zone"), fs::read(&again).expect("a zone"));
    let refused = run(&mut sandbox.virtuale(&["card", "from-zone", &zone, "-o", &zone, "--force"]));
    assert!(refused.0 == 2 && refused.2.contains("is read here, and would be lost"), "{}", refused.2);
}

#[test]
fn a_file_that_is_no_zone_is_refused() {
    let sandbox = Sandbox::new();
    let nothing = sandbox.path().join("nothing.in");
    fs::write(&nothing, b"").expect("a file");
    let (code, _, error) = run(&mut sandbox.virtuale(&["card", "from-zone", &nothing.display().to_string()]));
    assert_eq!(code, 3, "{error}");
    assert!(error.contains("this zone has neither group 101"), "{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&["card", "from-zone", "no/such/file.in"]));
    assert_eq!(code, 4, "{error}");
    let (code, _, error) = run(&mut sandbox.virtuale(&["card", "from-zone", "/dev/zero"]));
    assert_eq!(code, 3, "{error}");
    assert!(error.contains("has more than"), "{error}");
}
