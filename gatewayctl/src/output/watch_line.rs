//! A watch line: what changed between two pictures of a list, for programs.

use std::collections::BTreeMap;

/// One line of a watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchLine {
    /// An item that was not there before, as JSON.
    Added(String),
    /// An item that changed, as JSON.
    Modified(String),
    /// An item that is gone, as it was last, as JSON.
    Removed(String),
    /// The first full picture is complete.
    Sync,
    /// The stream broke; what happened meanwhile is told as changes after this line.
    Gap,
    /// The stream broke for this reason, as JSON.
    Error(String),
}

impl WatchLine {
    /// The line as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        let (kind, item) = match self {
            Self::Added(item) => ("added", item.as_str()),
            Self::Modified(item) => ("modified", item.as_str()),
            Self::Removed(item) => ("removed", item.as_str()),
            Self::Sync => ("sync", "null"),
            Self::Gap => ("gap", "null"),
            Self::Error(item) => ("error", item.as_str()),
        };
        format!("{{\"type\":\"{kind}\",\"item\":{item}}}")
    }
}

/// The items seen so far, by name.
#[derive(Debug, Default)]
pub struct Seen {
    items: BTreeMap<String, String>,
    synced: bool,
}

impl Seen {
    /// The lines of a picture (name and line, in order) that the last one did not have of that name.
    pub fn news(&mut self, picture: Vec<(String, String)>) -> Vec<String> {
        let news = picture.iter().filter(|(name, line)| self.items.get(name) != Some(line));
        let news = news.map(|(_, line)| line.clone()).collect();
        self.items = picture.into_iter().collect();
        news
    }

    /// What a picture with these items (name and JSON) changes.
    pub fn changes(&mut self, picture: Vec<(String, String)>) -> Vec<WatchLine> {
        let picture: BTreeMap<_, _> = picture.into_iter().collect();
        let mut lines = Vec::new();
        for (name, item) in &self.items {
            if !picture.contains_key(name) {
                lines.push(WatchLine::Removed(item.clone()));
            }
        }
        for (name, item) in &picture {
            match self.items.get(name) {
                None => lines.push(WatchLine::Added(item.clone())),
                Some(before) if before != item => lines.push(WatchLine::Modified(item.clone())),
                Some(_) => {}
            }
        }
        self.items = picture;
        if !std::mem::replace(&mut self.synced, true) {
            lines.push(WatchLine::Sync);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(seen: &mut Seen, picture: &[(&str, &str)]) -> Vec<String> {
        let picture = picture.iter().map(|(name, item)| ((*name).into(), (*item).into())).collect();
        seen.changes(picture).iter().map(WatchLine::json).collect()
    }

    #[test]
    fn a_watch_tells_the_first_picture_then_only_changes() {
        let mut seen = Seen::default();
        assert_eq!(
            told(&mut seen, &[("a", "1"), ("b", "2")]),
            [
                r#"{"type":"added","item":1}"#,
                r#"{"type":"added","item":2}"#,
                r#"{"type":"sync","item":null}"#
            ]
        );
        assert_eq!(told(&mut seen, &[("a", "1"), ("b", "2")]), [""; 0]);
        assert_eq!(
            told(&mut seen, &[("b", "3"), ("c", "4")]),
            [
                r#"{"type":"removed","item":1}"#,
                r#"{"type":"modified","item":3}"#,
                r#"{"type":"added","item":4}"#
            ]
        );
    }
}
