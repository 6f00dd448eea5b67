use std::num::NonZeroU32;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use super::*;

/// Each wait ends with the fact it waits for, or the test fails after this.
const DEADLINE: Duration = Duration::from_secs(60);

fn pool() -> Name {
    "app".parse().unwrap()
}

fn how(script: &str, outlive: bool) -> ProcessDriver {
    let command = ["sh", "-c", script, "{name}", "{port}"].map(str::to_owned);
    ProcessDriver {
        command: command.to_vec(),
        ports: "20100-20199".parse().unwrap(),
        grace: Duration::from_millis(200),
        outlive,
        cores: NonZeroU32::MIN,
    }
}

fn start(directory: &TempDir, script: &str, count: u32) -> Processes {
    let mut processes = Processes::find(&pool(), how(script, true), directory.path());
    (0..count).for_each(|_| processes.start(&[]).unwrap());
    processes
}

fn pids(processes: &Processes) -> Vec<i32> {
    let entries = processes.servers.iter().map(Server::entry);
    entries.filter_map(|entry| Some(entry.process?.pid)).collect()
}

/// Looks again and again until `holds`.
async fn until(processes: &mut Processes, holds: impl Fn(&[Instance]) -> bool) {
    let looking = async {
        while !holds(&processes.look().unwrap()) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(DEADLINE, looking).await.expect("it holds in the end");
}

async fn end_all(processes: &mut Processes) {
    let names: Vec<Name> = processes.servers.iter().map(|it| it.name.clone()).collect();
    processes.end(&names).unwrap();
    until(processes, <[Instance]>::is_empty).await;
}

#[tokio::test]
async fn servers_have_names_and_ports_of_their_own() {
    let directory = tempfile::tempdir().unwrap();
    let mut processes = Processes::find(&pool(), how("sleep 1000", true), directory.path());
    processes.start(&["app-1".parse().unwrap()]).unwrap();
    processes.start(&[]).unwrap();
    let seen = processes.look().unwrap();
    let names: Vec<&str> = seen.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["app-2", "app-1"], "app-1 was taken at first");
    assert_ne!(seen[0].address, seen[1].address);
    assert!(seen.iter().all(|it| it.life == Life::Running));
    end_all(&mut processes).await;
}

#[tokio::test]
async fn a_stubborn_server_and_all_it_started_is_killed_after_its_grace() {
    let directory = tempfile::tempdir().unwrap();
    // It prints what it started, and with that says that it does not listen to SIGTERM.
    let script = "trap '' TERM; sleep 1000 & echo $!; wait; sleep 1000";
    let mut processes = start(&directory, script, 1);
    let log = directory.path().join("servers/app-1.log");
    until(&mut processes, |_| std::fs::read_to_string(&log).unwrap().ends_with('\n')).await;
    let pid = std::fs::read_to_string(&log).unwrap().trim().parse().unwrap();
    let started = self::identity::Identity::of(pid).unwrap();
    end_all(&mut processes).await;
    until(&mut processes, |_| !started.lives()).await;
    assert_eq!(processes.record.read(), []);
}

#[tokio::test]
async fn a_killed_server_comes_back_as_itself() {
    let directory = tempfile::tempdir().unwrap();
    let mut processes = start(&directory, "sleep 1000", 1);
    let before = (processes.look().unwrap(), pids(&processes));
    kill(Pid::from_raw(before.1[0]), Signal::SIGKILL).unwrap();
    until(&mut processes, |seen| matches!(&seen[0].life, Life::Away(how) if how.contains('9')))
        .await;
    until(&mut processes, |seen| seen[0].life == Life::Running).await;
    assert_eq!(processes.look().unwrap(), before.0);
    assert_ne!(pids(&processes), before.1);
    end_all(&mut processes).await;
}

#[tokio::test]
async fn what_a_dead_server_started_does_not_stay_behind() {
    let directory = tempfile::tempdir().unwrap();
    let script = "sleep 1000 & echo $!; wait";
    let mut processes = start(&directory, script, 1);
    let log = directory.path().join("servers/app-1.log");
    until(&mut processes, |_| std::fs::read_to_string(&log).unwrap().ends_with('\n')).await;
    let pid = std::fs::read_to_string(&log).unwrap().trim().parse().unwrap();
    let started = self::identity::Identity::of(pid).unwrap();
    kill(Pid::from_raw(pids(&processes)[0]), Signal::SIGKILL).unwrap();
    until(&mut processes, |_| !started.lives()).await;
    end_all(&mut processes).await;
    let mark = processes.record.mark(&"app-1".parse().unwrap());
    assert_eq!(self::identity::marked(MARK, &mark), []);
}

#[tokio::test]
async fn the_next_gateway_finds_the_servers_and_starts_none_twice() {
    let directory = tempfile::tempdir().unwrap();
    let first = start(&directory, "sleep 1000", 3);
    let before = pids(&first);
    // One was started, and the gateway killed before it was written down.
    let mut entries: Vec<Entry> = first.servers.iter().map(Server::entry).collect();
    entries[1].process = None;
    // Another was told to end, and the gateway killed before it did.
    entries[2].ending = true;
    first.record.write(&entries).unwrap();
    drop(first);
    let mut second = Processes::find(&pool(), how("sleep 1000", true), directory.path());
    assert_eq!(pids(&second), before);
    // Whose child it is no longer matters once it was reaped; here it is still ours.
    until(&mut second, |seen| seen[2..].iter().all(|it| it.life == Life::Ending)).await;
    let seen = second.look().unwrap();
    assert!(seen[..2].iter().all(|it| it.life == Life::Running), "{seen:?}");
    assert_eq!(pids(&second)[..2], before[..2]);
    end_all(&mut second).await;
}

#[tokio::test]
async fn one_that_was_not_written_down_is_once_it_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let first = start(&directory, "sleep 1000", 1);
    let started = first.servers[0].entry();
    let unsure = Entry { process: None, ..first.servers[0].entry() };
    first.record.write(&[unsure]).unwrap();
    drop(first);
    let mut second = Processes::find(&pool(), how("sleep 1000", true), directory.path());
    second.look().unwrap();
    assert_eq!(second.record.read()[0].process, started.process);
    end_all(&mut second).await;
}

#[tokio::test]
async fn a_program_that_is_not_there_is_told_and_not_remembered() {
    let directory = tempfile::tempdir().unwrap();
    let mut how = how("", true);
    how.command = vec!["/nowhere/app".to_owned(), "{port}".to_owned()];
    let mut processes = Processes::find(&pool(), how, directory.path());
    let error = processes.start(&[]).unwrap_err().to_string();
    assert!(error.starts_with("app-1 did not start: /nowhere/app: "), "{error}");
    assert_eq!((processes.look().unwrap(), processes.record.read()), (vec![], vec![]));
}

#[tokio::test]
async fn ports_run_out_and_that_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = held.local_addr().unwrap().port();
    let mut how = how("sleep 1000", true);
    how.ports = format!("{port}-{port}").parse().unwrap();
    let mut processes = Processes::find(&pool(), how, directory.path());
    let error = processes.start(&[]).unwrap_err().to_string();
    assert_eq!(error, format!("no port of {port}-{port} is free"));
}

#[tokio::test]
async fn servers_that_do_not_outlive_the_gateway_go_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut processes = Processes::find(&pool(), how("sleep 1000; true", false), directory.path());
    processes.start(&[]).unwrap();
    let identity = processes.servers[0].entry().process.unwrap();
    let mark = processes.record.mark(&"app-1".parse().unwrap());
    drop(processes);
    let gone = async {
        while identity.lives() || !self::identity::marked(MARK, &mark).is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(DEADLINE, gone).await.expect("it ends");
}
