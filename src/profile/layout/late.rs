//! Files with certificates that are signed when somebody reads them.

use std::sync::{Arc, OnceLock};

use virtuale_engine::image::{Content, Later};

use super::super::authority::Pending;

/// What a file holds but for the signatures of the certificates in it.
#[derive(Debug)]
struct Unsigned {
    content: Vec<u8>,
    /// Where a certificate begins, each time that one stands there.
    places: Vec<(usize, Arc<Pending>)>,
    signed: OnceLock<Vec<u8>>,
}

impl Later for Unsigned {
    fn length(&self) -> usize {
        self.content.len()
    }

    fn bytes(&self) -> &[u8] {
        self.signed.get_or_init(|| {
            let mut content = self.content.clone();
            for (start, certificate) in &self.places {
                let certificate = certificate.signed();
                content.splice(start..&(start + certificate.len()), certificate.iter().copied());
            }
            content
        })
    }
}

/// What a file of `size` bytes holds that begins with this, and has zeros behind it. The file may be one without the
/// certificates of its key.
pub(super) fn content(mut content: Vec<u8>, size: usize, certificates: Vec<Arc<Pending>>) -> Content {
    let mut places = Vec::new();
    for certificate in certificates {
        let unsigned = certificate.unsigned();
        let windows = content.windows(unsigned.len()).enumerate();
        let starts = windows.filter(|(_, part)| *part == unsigned).map(|(start, _)| start);
        places.extend(starts.map(|start| (start, Arc::clone(&certificate))));
    }
    if places.is_empty() {
        return content.into();
    }
    content.resize(size, 0);
    Content::Later(Arc::new(Unsigned { content, places, signed: OnceLock::new() }))
}
