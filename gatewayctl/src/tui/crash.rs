//! A crash report: what went wrong and where, for whoever mends it. No word of what the gateway told.

use std::{
    backtrace::Backtrace,
    panic::PanicHookInfo,
    path::PathBuf,
    process, thread,
    time::{SystemTime, UNIX_EPOCH},
};

use super::keepsake;

/// Writes a report of `panic`; where it is, or why there is none.
pub(super) fn report(panic: &PanicHookInfo<'_>) -> Result<PathBuf, String> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let name = format!("crash-{}-{}.txt", since.as_secs(), process::id());
    let path = keepsake::path(&name).ok_or("neither XDG_STATE_HOME nor HOME is set")?;
    let thread = thread::current();
    let text = format!(
        "gatewayctl {}\nthread {}: {panic}\n\n{}\n",
        env!("CARGO_PKG_VERSION"),
        thread.name().unwrap_or("without a name"),
        Backtrace::force_capture(),
    );
    keepsake::store(&name, &text).map_err(|error| error.to_string())?;
    Ok(path)
}
