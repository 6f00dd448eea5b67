//! Samples the host: CPU use and this process's memory.

use std::time::Duration;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
use tokio::sync::watch;

use crate::clock::every;
use crate::state::HostFigures;

const INTERVAL: Duration = Duration::from_secs(1);

/// Samples until nobody reads the figures any more.
pub async fn sample_host(figures: watch::Sender<HostFigures>) {
    let Ok(mut system) = System::new() else {
        tracing::warn!("the host's figures are unknown: the system does not tell them");
        return;
    };
    let own = Pid::from_u32(std::process::id());
    let mut ticks = every(INTERVAL);
    let mut first = true;
    while !figures.is_closed() {
        ticks.tick().await;
        system.refresh_cpu_usage();
        let kind = ProcessRefreshKind::nothing().with_memory();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[own]), false, kind);
        // CPU use is told between two looks; after the first there is nothing to tell.
        let cpu_ratio = (!first).then(|| f64::from(system.global_cpu_usage()) / 100.0);
        let rss_bytes = system.process(own).map_or(0, sysinfo::Process::memory);
        figures.send_replace(HostFigures { cpu_ratio, rss_bytes });
        first = false;
    }
}
