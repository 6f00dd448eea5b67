//! The Date of answers, written once a second.

use std::time::SystemTime;

use bytes::Bytes;

/// The latest date that was written.
#[derive(Debug, Default)]
pub(super) struct Date {
    /// Which second of the process it is of; absent before the first.
    second: Option<u64>,
    text: Bytes,
}

impl Date {
    /// The date `now_ms` after the start of the process, which is now.
    pub(super) fn at(&mut self, now_ms: u64) -> Bytes {
        let second = now_ms / 1000;
        if self.second != Some(second) {
            self.second = Some(second);
            self.text = httpdate::fmt_http_date(SystemTime::now()).into();
        }
        self.text.clone()
    }
}
