//! Usage: how much CPU the processes of a pool use, as the system tells it.

use std::collections::HashMap;
use std::time::Duration;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
use tokio::time::Instant;

/// How often is asked: what is told is what was used since the time before.
const INTERVAL: Duration = Duration::from_millis(900);

/// What was last asked.
#[derive(Debug, Default)]
pub(super) struct Usage {
    system: Option<System>,
    asked: Option<Instant>,
    /// What each of them had used until then, in milliseconds of one core.
    used_ms: HashMap<i32, u64>,
}

impl Usage {
    /// The cores that each of `pids` used since the last time; nothing when that was just now.
    pub(super) fn sample(&mut self, pids: &[i32]) -> Vec<(i32, f64)> {
        let now = Instant::now();
        let elapsed = self.asked.map(|asked| now.duration_since(asked));
        if pids.is_empty() || elapsed.is_some_and(|elapsed| elapsed < INTERVAL) {
            return Vec::new();
        }
        if self.system.is_none() {
            self.system = System::new().ok();
        }
        let Some(system) = &mut self.system else { return Vec::new() };
        self.asked = Some(now);
        let asked: Vec<Pid> = pids.iter().map(|pid| Pid::from_u32(pid.unsigned_abs())).collect();
        let kind = ProcessRefreshKind::nothing().with_cpu();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&asked), true, kind);
        let used_ms = |pid: &i32| {
            let process = system.process(Pid::from_u32(pid.unsigned_abs()))?;
            Some((*pid, process.accumulated_cpu_time()))
        };
        let before =
            std::mem::replace(&mut self.used_ms, pids.iter().filter_map(used_ms).collect());
        let elapsed_ms = elapsed.unwrap_or_default().as_secs_f64() * 1000.0;
        let told = self.used_ms.iter().filter_map(|(pid, used_ms)| {
            let more_ms = used_ms.saturating_sub(*before.get(pid)?);
            Some((*pid, more_ms as f64 / elapsed_ms))
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};

    use super::*;

    struct Ended(Child);

    impl Drop for Ended {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn shell(script: &str) -> Ended {
        Ended(Command::new("sh").args(["-c", script]).spawn().unwrap())
    }

    #[tokio::test]
    async fn a_busy_process_is_told_from_an_idle_one() {
        let (busy, idle) = (shell("while :; do :; done"), shell("exec sleep 1000"));
        let pids = [busy.0.id() as i32, idle.0.id() as i32];
        let mut usage = Usage::default();
        assert_eq!(usage.sample(&pids), [], "at first there is nothing to compare with");
        assert_eq!(usage.sample(&pids), [], "nor is there just after");
        let told = async {
            loop {
                let told: HashMap<i32, f64> = usage.sample(&pids).into_iter().collect();
                if let [Some(busy), Some(idle)] = pids.map(|pid| told.get(&pid).copied()) {
                    return (busy, idle);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let told = tokio::time::timeout(Duration::from_secs(60), told).await;
        let (busy, idle) = told.expect("it is told in the end");
        assert!(busy > 0.05 && busy < 1.5, "{busy}");
        assert!(idle < 0.05, "{idle}");
    }
}
