//! A reload: when the operator's file is saved, its wishes are asked for anew.

use std::{fs, os::unix::fs::MetadataExt as _, path::PathBuf, time::Duration};

use tokio::{
    sync::mpsc,
    task,
    time::{self, MissedTickBehavior},
};

use super::{Source, message::Msg};

/// How often the files are looked at. Nobody saves more often.
const EVERY: Duration = Duration::from_secs(1);

/// What tells one state of a file from another; none when it is not there.
type Mark = Option<(u64, i64, i64, u64)>;

/// Watches `files` for as long as somebody hears `say`.
pub(super) async fn watch(source: Source, mut files: Vec<PathBuf>, say: mpsc::Sender<Msg>) {
    let mut seen = marks(&files).await;
    let mut ticks = time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = say.closed() => return,
        }
        let now = marks(&files).await;
        if now == seen {
            continue;
        }
        seen = now;
        let source = source.clone();
        let Ok(wishes) = task::spawn_blocking(move || (source.0)()).await else { continue };
        if let Ok(wishes) = &wishes
            && wishes.files != files
        {
            files.clone_from(&wishes.files);
            seen = marks(&files).await;
        }
        if say.send(Msg::Wishes(wishes.map(Box::new))).await.is_err() {
            return;
        }
    }
}

/// How the files are; beside the thread that draws, for a home directory may hang.
async fn marks(files: &[PathBuf]) -> Vec<Mark> {
    let mark = |path: &PathBuf| {
        let meta = fs::metadata(path).ok()?;
        Some((meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.len()))
    };
    let files = files.to_vec();
    task::spawn_blocking(move || files.iter().map(mark).collect()).await.unwrap_or_default()
}
