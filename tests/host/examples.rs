//! The examples do what they say.

#[path = "../../examples/attach.rs"]
mod attach;
#[path = "../../examples/watch.rs"]
mod watch;

#[test]
fn attach_runs() {
    attach::main().expect("the example");
}

#[test]
fn watch_runs() {
    watch::main().expect("the example");
}
