//! Usage: how much CPU the servers of a pool use, each with all that it started.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::identity::{Spent, spent};

/// How often is asked: what is told is what was used since the time before.
const INTERVAL: Duration = Duration::from_millis(900);
/// Clock ticks a second in `/proc/PID/stat`: USER_HZ, 100 on every architecture that Rust runs on.
const TICKS_PER_S: f64 = 100.0;

/// What was last asked.
#[derive(Debug, Default)]
pub(super) struct Usage {
    asked: Option<Instant>,
    /// What each server had used until then, in clock ticks of one core.
    used: HashMap<i32, u64>,
}

impl Usage {
    /// The cores that each of the servers led by `pids` used since the last time; nothing when
    /// that was just now.
    pub(super) fn sample(&mut self, pids: &[i32]) -> Vec<(i32, f64)> {
        let now = Instant::now();
        let elapsed = self.asked.map(|asked| now.duration_since(asked));
        if pids.is_empty() || elapsed.is_some_and(|elapsed| elapsed < INTERVAL) {
            return Vec::new();
        }
        self.asked = Some(now);
        let before = std::mem::replace(&mut self.used, by_leader(&spent(), pids));
        let elapsed_s = elapsed.unwrap_or_default().as_secs_f64();
        let told = self.used.iter().filter_map(|(pid, used)| {
            // One that ended without being waited for takes what it had used with it.
            let more = used.saturating_sub(*before.get(pid)?);
            Some((*pid, more as f64 / TICKS_PER_S / elapsed_s))
        });
        told.collect()
    }
}

/// What each of `leaders` and all that it started has used: its process group, and whatever has
/// one of it among its ancestors.
fn by_leader(processes: &HashMap<i32, Spent>, leaders: &[i32]) -> HashMap<i32, u64> {
    let mut used = HashMap::new();
    for (pid, process) in processes {
        if let Some(leader) = leader(*pid, processes, leaders) {
            *used.entry(leader).or_default() += process.ticks;
        }
    }
    used
}

fn leader(pid: i32, processes: &HashMap<i32, Spent>, leaders: &[i32]) -> Option<i32> {
    let mut at = pid;
    // Read one after the other, they may seem to be in a circle.
    for _ in 0..processes.len() {
        let process = processes.get(&at)?;
        if leaders.contains(&process.group) {
            return Some(process.group);
        }
        at = process.parent;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};

    use super::*;

    struct Ended(Child);

    impl Drop for Ended {
        fn drop(&mut self) {
            // With all that it started.
            let group = nix::unistd::Pid::from_raw(self.0.id() as i32);
            let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
            let _ = self.0.wait();
        }
    }

    fn shell(script: &str) -> Ended {
        use std::os::unix::process::CommandExt;
        Ended(Command::new("sh").args(["-c", script]).process_group(0).spawn().unwrap())
    }

    #[tokio::test]
    async fn a_busy_server_is_told_from_an_idle_one_whoever_does_the_work() {
        const SPIN: &str = "while :; do :; done";
        let servers = [
            shell(SPIN),
            shell(&format!("sh -c '{SPIN}'; :")),
            // In a session of its own, as long as the one that started it lives.
            shell("setsid sh -c \"while kill -0 $$ 2>/dev/null; do :; done\" & wait"),
            shell("while :; do head -c 3000000 /dev/zero | cksum >/dev/null; done"),
            shell("exec sleep 1000"),
        ];
        let pids = servers.each_ref().map(|it| it.0.id() as i32);
        let mut usage = Usage::default();
        assert_eq!(usage.sample(&pids), [], "at first there is nothing to compare with");
        assert_eq!(usage.sample(&pids), [], "nor is there just after");
        let told = async {
            loop {
                let told: HashMap<i32, f64> = usage.sample(&pids).into_iter().collect();
                let told = pids.map(|pid| told.get(&pid).copied().unwrap_or_default());
                if told[..4].iter().all(|cores| *cores > 0.05) {
                    return told;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let told = tokio::time::timeout(Duration::from_secs(60), told).await;
        let told = told.expect("it is told in the end");
        assert!(told[4] < 0.05, "{told:?}");
        assert!(told[..3].iter().all(|cores| *cores < 1.5), "{told:?}");
    }

    #[test]
    fn what_belongs_to_nobody_counts_for_nobody() {
        let process = |parent, group, ticks| Spent { parent, group, ticks };
        let processes = HashMap::from([
            (1, process(0, 1, 1000)),
            (10, process(1, 10, 1)),
            (11, process(10, 10, 2)),
            // One that made itself a session of its own, and what it started.
            (12, process(11, 12, 4)),
            (13, process(12, 12, 8)),
            // One that was orphaned.
            (14, process(1, 10, 16)),
            (20, process(1, 20, 32)),
            // Two that seem to be each other's children.
            (30, process(31, 30, 64)),
            (31, process(30, 30, 64)),
        ]);
        let used = by_leader(&processes, &[10, 20, 40]);
        assert_eq!(used, HashMap::from([(10, 31), (20, 32)]));
    }
}
