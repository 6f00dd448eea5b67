//! Names completed in a shell: those the gateway knows now, quickly, and never with a word of error.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use gateway_tests::{EVERYTHING, Fleet, Gateway, Said, gatewayctl, until};
use tempfile::TempDir;

/// A shell with an empty home, in which somebody presses Tab.
struct Shell {
    home: TempDir,
}

impl Shell {
    fn open() -> Shell {
        Shell { home: tempfile::tempdir().unwrap() }
    }

    /// What stands there for the last word of `words`; it has half a minute.
    fn tab(&self, words: &[&str]) -> Vec<String> {
        let said = self.ask("bash", words);
        assert_eq!((said.code, &*said.err), (0, ""), "{words:?}: {}", said.out);
        said.out.lines().map(str::to_owned).collect()
    }

    fn ask(&self, shell: &str, words: &[&str]) -> Said {
        let mut command = Command::new("timeout");
        command.arg("30").arg(gatewayctl()).arg("--").arg("gatewayctl").args(words);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GATEWAYCTL_")) {
            command.env_remove(name);
        }
        command.env("COMPLETE", shell).env("_CLAP_COMPLETE_INDEX", words.len().to_string());
        command.env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_COMPLETE_SPACE", "true");
        command.env("_CLAP_IFS", "\n").env("HOME", self.home.path()).stdin(Stdio::null());
        command.env_remove("XDG_CACHE_HOME").env_remove("XDG_CONFIG_HOME");
        Said::of(&mut command)
    }

    fn kept(&self) -> PathBuf {
        let mut files = fs::read_dir(self.home.path().join(".cache/gatewayctl")).unwrap();
        files.next().unwrap().unwrap().path()
    }
}

/// Three servers, a limit, a block and a context.
fn gateway(fleet: &Fleet) -> Gateway {
    let limit = "[[limit]]\nname = \"per-ip\"\nkey = \"client-ip\"\nmax = \"1000/second\"\n";
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + limit + &fleet.pool("")));
    gateway.ctl.run("block add 203.0.113.0/24 --ttl 1h -y -m abuse");
    gateway
}

#[test]
fn names_are_those_the_gateway_knows() {
    let fleet = Fleet::start(3);
    let gateway = gateway(&fleet);
    let shell = Shell::open();
    let address = gateway.ctl.address();
    let tab = |line: &str, last: &str| {
        let words: Vec<&str> = line.split(' ').chain([last]).collect();
        shell.tab(&[&["--addr", &address][..], &words].concat())
    };
    for (line, last, expected) in [
        ("drain", "app", &["app-1", "app-2", "app-3"][..]),
        ("drain app-1", "app-2", &["app-2"]),
        ("backend weight", "app-3", &["app-3="]),
        ("health --pool", "a", &["app"]),
        ("limit show", "p", &["per-ip"]),
        ("block remove", "2", &["203.0.113.0/24"]),
        ("backend list --columns", "name,p99", &["name,p99_ms", "name,p999_ms"]),
        ("backend list --sort-by", "p99", &["p99_ms", "p999_ms"]),
        (
            "backend list --filter",
            "state=up and p99",
            &["state=up and p99_ms", "state=up and p999_ms"],
        ),
        ("backend", "dra", &["drain"]),
        ("backend list -o", "te", &["template="]),
    ] {
        assert_eq!(tab(line, last), expected, "{line} {last}");
    }
    gateway.ctl.run("drain app-2 --no-wait -y");
    fs::remove_file(shell.kept()).unwrap();
    let said = shell.ask("fish", &["--addr", &address, "drain", "app-2"]);
    assert_eq!(said.out.trim_end(), "app-2\tDRAIN  0 in flight");
}

#[test]
fn an_answer_is_kept_for_a_few_seconds_and_no_longer() {
    let fleet = Fleet::start(1);
    let gateway = gateway(&fleet);
    let shell = Shell::open();
    let words = ["--addr", &gateway.ctl.address(), "drain", ""];
    assert!(shell.tab(&words).contains(&"app-1".to_owned()));
    let kept = shell.kept();
    let text = fs::read_to_string(&kept).unwrap().replace("app-1", "ghost");
    until("what was kept is taken", || {
        fs::write(&kept, &text).unwrap();
        shell.tab(&words).contains(&"ghost".to_owned()).then_some(())
    });
    fs::write(&kept, &text).unwrap();
    let old = SystemTime::now() - Duration::from_secs(60);
    fs::File::options().write(true).open(&kept).unwrap().set_modified(old).unwrap();
    assert!(!shell.tab(&words).contains(&"ghost".to_owned()));
    fs::write(&kept, "no JSON").unwrap();
    assert!(shell.tab(&words).contains(&"app-1".to_owned()), "what is kept may be spoilt");
}

#[test]
fn contexts_come_from_the_file() {
    let shell = Shell::open();
    let folder = shell.home.path().join(".config/gatewayctl");
    fs::create_dir_all(&folder).unwrap();
    let contexts =
        "[contexts.prod-eu]\naddr = \"unix:///a\"\n[contexts.dev]\naddr = \"unix:///b\"\n";
    fs::write(folder.join("config.toml"), contexts).unwrap();
    assert_eq!(shell.tab(&["context", "use", "p"]), ["prod-eu"]);
    assert_eq!(shell.tab(&["status", "--context", ""]), ["prod-eu", "dev"]);
}

#[test]
fn what_fails_fails_in_silence_and_in_time() {
    let shell = Shell::open();
    let deaf = shell.home.path().join("deaf.sock");
    let _nobody = UnixListener::bind(&deaf).unwrap();
    for socket in [Path::new("/nonexistent/admin.sock"), &deaf] {
        let address = format!("unix://{}", socket.display());
        assert_eq!(shell.tab(&["--addr", &address, "drain", "a"]), [""; 0]);
    }
    assert_eq!(shell.tab(&["--addr", "nonsense", "drain", "a"]), [""; 0]);
    fs::create_dir_all(shell.home.path().join(".config/gatewayctl")).unwrap();
    fs::write(shell.home.path().join(".config/gatewayctl/config.toml"), "[[[").unwrap();
    assert_eq!(shell.tab(&["context", "use", "p"]), [""; 0]);
    assert_eq!(shell.tab(&["drain", "a"]), [""; 0]);
}

#[test]
fn a_variable_that_names_no_shell_lets_no_command_seem_done() {
    let said = Shell::open().ask("1", &["drain", "app-1"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("unknown shell"), "{}", said.err);
}
