//! Files with a certificate that is signed when somebody reads it.

use std::sync::{Arc, OnceLock};

use virtuale_engine::image::{Content, Later};

use super::super::authority::Pending;

/// What a file holds but for the signature of the certificate in it.
#[derive(Debug)]
struct Unsigned {
    content: Vec<u8>,
    /// Where the certificate begins, each time that it stands there.
    starts: Vec<usize>,
    certificate: Arc<Pending>,
    signed: OnceLock<Vec<u8>>,
}

impl Later for Unsigned {
    fn length(&self) -> usize {
        self.content.len()
    }

    fn bytes(&self) -> &[u8] {
        self.signed.get_or_init(|| {
            let mut content = self.content.clone();
            let certificate = self.certificate.signed();
            for &start in &self.starts {
                content.splice(start..start + certificate.len(), certificate.iter().copied());
            }
            content
        })
    }
}

/// What a file of `size` bytes holds that begins with this, and has zeros behind it. The file may be one of the key
/// without its certificate.
pub(super) fn content(mut content: Vec<u8>, size: usize, certificate: &Arc<Pending>) -> Content {
    let unsigned = certificate.unsigned();
    let windows = content.windows(unsigned.len()).enumerate();
    let starts: Vec<usize> = windows.filter(|(_, part)| *part == unsigned).map(|(start, _)| start).collect();
    if starts.is_empty() {
        return content.into();
    }
    content.resize(size, 0);
    let certificate = Arc::clone(certificate);
    Content::Later(Arc::new(Unsigned { content, starts, certificate, signed: OnceLock::new() }))
}
