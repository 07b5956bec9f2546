//! What a page hears as it happens: server-sent events.
//!
//! Each page is told at its own pace, from the ring: a slow one keeps nobody waiting, and is told what it missed. One
//! that comes back says which entry it had last.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::stream::unfold;
use tokio::sync::watch;

use super::{ring::Ring, routes::State};

/// How many entries go in one piece.
const PIECE: usize = 1000;

/// How often it is looked whether slots have changed in a way that no event tells, such as what a pad asks.
const LOOK: Duration = Duration::from_millis(250);

/// How often something is said at least, so that who is gone is noticed.
const ALIVE: u32 = 40;

/// Where one page is.
struct Reader {
    state: Arc<State>,
    moved: watch::Receiver<u64>,
    /// The entry that it had last.
    seq: u64,
    /// What it was told of the slots.
    slots: String,
    /// What it was told of commands that have no answer yet.
    underway: String,
    /// How often nothing was to be said.
    silent: u32,
}

/// The events behind an entry, for as long as somebody listens.
pub(super) fn events(state: Arc<State>, seq: u64) -> Response {
    let moved = Ring::watch(&state.ring);
    let reader = Reader { state, moved, seq, slots: String::new(), underway: "[]".into(), silent: 0 };
    let pieces = unfold(reader, |mut reader| async {
        let piece = reader.next().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(piece)), reader))
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces)).into_response()
}

impl Reader {
    /// The next piece; `None` when the readers are gone.
    async fn next(&mut self) -> Option<String> {
        loop {
            let slots = self.slots().await?;
            if slots != self.slots {
                let piece = format!("event: slots\ndata: {slots}\n\n");
                self.slots = slots;
                return Some(piece);
            }
            self.moved.borrow_and_update();
            if let Some(piece) = self.entries() {
                self.silent = 0;
                return Some(piece);
            }
            let underway = serde_json::to_string(&self.state.underway.lines()).ok()?;
            if underway != self.underway {
                let piece = format!("event: underway\ndata: {underway}\n\n");
                self.underway = underway;
                return Some(piece);
            }
            // Whichever comes first. A sender is there as long as the state is.
            let _ = tokio::time::timeout(LOOK, self.moved.changed()).await;
            self.silent += 1;
            if self.silent >= ALIVE {
                self.silent = 0;
                return Some(": here\n\n".into());
            }
        }
    }

    /// What came since.
    fn entries(&mut self) -> Option<String> {
        let batch = self.state.ring.behind(self.seq, PIECE);
        let last = batch.entries.last()?.seq;
        self.seq = last;
        let lost = match batch.lost {
            0 => String::new(),
            lost => format!("event: lost\ndata: {{\"count\":{lost}}}\n\n"),
        };
        let lines: Vec<_> = batch.entries.iter().map(|entry| entry.line()).collect();
        Some(format!("{lost}event: entries\nid: {last}\ndata: [{}]\n\n", lines.join(",")))
    }

    /// The document of the slots; `None` when they are gone.
    async fn slots(&self) -> Option<String> {
        let state = Arc::clone(&self.state);
        let slots = tokio::task::spawn_blocking(move || state.slots().ok()).await.ok()??;
        serde_json::to_string(&slots).ok()
    }
}
