use std::fs;
use std::time::Duration;

use nix::sys::signal::kill;
use nix::unistd::Pid;
use tempfile::TempDir;

use super::*;

/// Each wait ends with the fact it waits for, or the test fails after this.
const DEADLINE: Duration = Duration::from_secs(60);

/// A cloud in a directory: `servers` has a line for each, `calls` one for each call.
const CLOUD: &str = r#"
cd "$0" || exit 1
echo "$1 $2 $GATEWAYD_ORDER" >> calls
case $1 in
list)
    printf '{"servers": ['; comma=
    while read -r id; do
        printf '%s{"id": "%s", "address": "10.0.0.1:8%s"}' "$comma" "$id" "${id#i-}"; comma=,
    done < servers
    printf ']}' ;;
scale-out)
    [ -e broken ] && { echo "no quota" >&2; exit 7; }
    [ -e slow ] && exit
    while [ "$(wc -l < servers)" -lt "$2" ]; do echo "i-$(wc -l < servers)" >> servers; done ;;
terminate)
    [ -e stuck ] && sleep 1000
    grep -v "^$2\$" servers > rest; mv rest servers ;;
esac
"#;

fn how(directory: &TempDir, script: &str, timeout: Duration) -> ExecDriver {
    let place = directory.path().display().to_string();
    let command = ["sh", "-c", script, &place].map(str::to_owned).to_vec();
    ExecDriver { command, timeout, interval: Duration::from_millis(1) }
}

fn cloud() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("servers"), "").unwrap();
    directory
}

fn find(directory: &TempDir, script: &str, timeout: Duration) -> Commands {
    let how = how(directory, script, timeout);
    Commands::find(&"app".parse().unwrap(), how, directory.path())
}

fn calls(directory: &TempDir, verb: &str) -> Vec<String> {
    let calls = fs::read_to_string(directory.path().join("calls")).unwrap_or_default();
    calls.lines().filter(|it| it.starts_with(verb)).map(str::to_owned).collect()
}

async fn until(driver: &mut Commands, holds: impl Fn(&Result<Vec<Instance>, DriverError>) -> bool) {
    let looking = async {
        while !holds(&driver.observe().await) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, looking).await.expect("it holds in the end");
}

fn names(seen: &Result<Vec<Instance>, DriverError>, life: &Life) -> Vec<String> {
    let seen = seen.as_ref().map(Vec::as_slice).unwrap_or_default();
    seen.iter().filter(|it| it.life == *life).map(|it| it.name.to_string()).collect()
}

#[tokio::test]
async fn what_is_ordered_is_coming_until_it_is_listed_and_ends_when_it_is_told_to() {
    let directory = cloud();
    let mut driver = find(&directory, CLOUD, DEADLINE);
    assert!(matches!(driver.observe().await, Err(DriverError::NotYet)));
    until(&mut driver, Result::is_ok).await;
    driver.scale_out(2, &[]).await.unwrap();
    assert_eq!(names(&driver.instances(), &Life::Coming), ["app-ordered-1", "app-ordered-2"]);
    until(&mut driver, |seen| names(seen, &Life::Running) == ["i-0", "i-1"]).await;
    assert_eq!(names(&driver.instances(), &Life::Coming), [""; 0]);
    driver.terminate(&["i-0".parse().unwrap()]).await.unwrap();
    assert_eq!(names(&driver.instances(), &Life::Ending), ["i-0"]);
    until(&mut driver, |seen| seen.as_ref().is_ok_and(|it| it.len() == 1)).await;
    assert_eq!(names(&driver.instances(), &Life::Running), ["i-1"]);
    assert_eq!(
        (calls(&directory, "scale-out").len(), calls(&directory, "terminate").len()),
        (1, 1)
    );
}

#[tokio::test]
async fn an_order_that_failed_is_told_and_repeated_under_its_key_by_the_next_gateway_too() {
    let directory = cloud();
    fs::write(directory.path().join("broken"), "").unwrap();
    let mut driver = find(&directory, CLOUD, DEADLINE);
    driver.scale_out(3, &[]).await.unwrap();
    until(&mut driver, |_| calls(&directory, "scale-out").len() > 1).await;
    let troubles = driver.troubles();
    let told = troubles[0].to_string();
    assert!(troubles[0].is_failed_start(), "{told}");
    assert!(told.starts_with("scale-out 3 (order app-"), "{told}");
    assert!(told.ends_with("exit status: 7: no quota"), "{told}");
    drop(driver);
    fs::remove_file(directory.path().join("broken")).unwrap();
    let mut driver = find(&directory, CLOUD, DEADLINE);
    until(&mut driver, |seen| names(seen, &Life::Running).len() == 3).await;
    let calls = calls(&directory, "scale-out");
    assert!(calls.iter().all(|it| *it == calls[0] && it.contains(" app-")), "{calls:?}");
    assert_eq!(driver.orders, Orders::default());
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_killed_with_all_it_started() {
    let directory = cloud();
    let script = "sleep 1000 & echo $! > \"$0/started\"; echo slow >&2; wait";
    let mut driver = find(&directory, script, Duration::from_millis(300));
    until(&mut driver, |seen| matches!(seen, Err(DriverError::List(_)))).await;
    let told = driver.instances().unwrap_err().to_string();
    assert!(told.contains("killed after 300 ms") && told.contains(": slow"), "{told}");
    gone(&directory).await;
    // Nor does one stay that was under way when the gateway ended.
    fs::remove_file(directory.path().join("started")).unwrap();
    let mut driver = find(&directory, script, DEADLINE);
    until(&mut driver, |_| directory.path().join("started").exists()).await;
    drop(driver);
    gone(&directory).await;
}

async fn gone(directory: &TempDir) {
    let ended = async {
        loop {
            let pid = fs::read_to_string(directory.path().join("started")).unwrap_or_default();
            // An orphan that nobody waits for is a zombie, which runs no more.
            if let Ok(pid) = pid.trim().parse() {
                let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
                if kill(Pid::from_raw(pid), None).is_err() || stat.contains(") Z ") {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, ended).await.expect("it is killed");
}

#[tokio::test]
async fn what_cannot_be_listed_is_not_taken_for_nothing() {
    let directory = cloud();
    let mut driver = find(&directory, "echo no", DEADLINE);
    until(&mut driver, |seen| matches!(seen, Err(DriverError::List(_)))).await;
    let told = driver.instances().unwrap_err().to_string();
    assert!(told.contains("printed something else"), "{told}");
    let mut driver = find(&directory, "head -c 50000000 /dev/zero; sleep 1000", DEADLINE);
    until(&mut driver, |seen| matches!(seen, Err(DriverError::List(_)))).await;
    let told = driver.instances().unwrap_err().to_string();
    assert!(told.contains("more than 4 MiB"), "{told}");
}

/// Looks until the servers were listed so many times more.
async fn look(driver: &mut Commands, directory: &TempDir, times: usize) {
    let before = calls(directory, "list").len();
    until(driver, |_| calls(directory, "list").len() >= before + times).await;
}

#[tokio::test]
async fn while_it_may_not_act_no_order_is_given_or_repeated_by_the_next_gateway_either() {
    let directory = cloud();
    fs::write(directory.path().join("broken"), "").unwrap();
    let mut driver = find(&directory, CLOUD, DEADLINE);
    driver.scale_out(3, &[]).await.unwrap();
    until(&mut driver, |_| !calls(&directory, "scale-out").is_empty()).await;
    drop(driver);
    let mut driver = find(&directory, CLOUD, DEADLINE);
    driver.allow(false);
    let before = calls(&directory, "scale-out").len();
    look(&mut driver, &directory, 5).await;
    assert_eq!(calls(&directory, "scale-out").len(), before);
    assert_eq!(driver.instances().unwrap(), [], "nothing is on its way");
    assert_eq!(written::read::<Orders>(&driver.path), Orders::default());
    // Nor is anything ended until it may act again.
    fs::write(directory.path().join("servers"), "i-0\n").unwrap();
    until(&mut driver, |seen| names(seen, &Life::Running) == ["i-0"]).await;
    driver.terminate(&["i-0".parse().unwrap()]).await.unwrap();
    look(&mut driver, &directory, 5).await;
    assert_eq!(calls(&directory, "terminate"), [""; 0]);
    driver.allow(true);
    until(&mut driver, |seen| seen.as_ref().is_ok_and(Vec::is_empty)).await;
    assert_eq!(calls(&directory, "terminate").len(), 1);
}

#[tokio::test]
async fn the_command_never_hears_of_names_that_it_did_not_give() {
    let directory = cloud();
    fs::write(directory.path().join("slow"), "").unwrap();
    let mut driver = find(&directory, CLOUD, DEADLINE);
    driver.scale_out(4, &[]).await.unwrap();
    until(&mut driver, Result::is_ok).await;
    look(&mut driver, &directory, 2).await;
    let coming = names(&driver.instances(), &Life::Coming);
    assert_eq!(coming, ["app-ordered-1", "app-ordered-2", "app-ordered-3", "app-ordered-4"]);
    let name = |number: usize| coming[number].parse().unwrap();
    driver.terminate(&[name(0)]).await.unwrap();
    driver.terminate(&[name(1), name(3)]).await.unwrap();
    assert_eq!(names(&driver.instances(), &Life::Coming), ["app-ordered-3"]);
    look(&mut driver, &directory, 3).await;
    driver.terminate(&[name(2)]).await.unwrap();
    look(&mut driver, &directory, 3).await;
    assert_eq!(driver.instances().unwrap(), []);
    assert_eq!(calls(&directory, "terminate"), [""; 0]);
}

#[tokio::test]
async fn servers_that_cannot_be_ended_keep_nobody_from_being_listed() {
    let directory = cloud();
    fs::write(directory.path().join("servers"), "i-0\ni-1\ni-2\n").unwrap();
    fs::write(directory.path().join("stuck"), "").unwrap();
    let mut driver = find(&directory, CLOUD, Duration::from_millis(1500));
    until(&mut driver, |seen| names(seen, &Life::Running).len() == 3).await;
    let all: Vec<Name> = (0..3).map(|number| format!("i-{number}").parse().unwrap()).collect();
    driver.terminate(&all).await.unwrap();
    until(&mut driver, |_| calls(&directory, "terminate").len() > 1).await;
    let text = fs::read_to_string(directory.path().join("calls")).unwrap();
    let verbs: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    let ended: Vec<usize> = (0..verbs.len()).filter(|it| verbs[*it] == "terminate").collect();
    assert!(ended.windows(2).all(|pair| pair[1] - pair[0] > 1), "a list in between: {verbs:?}");
    until(&mut driver, |_| calls(&directory, "terminate").len() >= 3).await;
    let mut asked = calls(&directory, "terminate");
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 3, "each is tried in its turn: {asked:?}");
}

#[tokio::test]
async fn a_command_that_floods_is_stopped_though_nobody_looks() {
    let directory = cloud();
    let script = "echo $$ > \"$0/started\"; head -c 50000000 /dev/zero; sleep 1000";
    let mut driver = find(&directory, script, DEADLINE);
    assert!(matches!(driver.observe().await, Err(DriverError::NotYet)));
    // As the loop does between two ticks.
    tokio::select! {
        () = driver.work() => {}
        () = gone(&directory) => {}
    }
    until(&mut driver, |seen| matches!(seen, Err(DriverError::List(_)))).await;
    let told = driver.instances().unwrap_err().to_string();
    assert!(told.contains("more than 4 MiB"), "{told}");
}
