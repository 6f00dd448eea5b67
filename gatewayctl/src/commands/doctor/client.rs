//! What is on this machine: the program, its file, the files of TLS.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use crate::{
    commands::{session::Session, target::Target},
    config::{self, ConfigError},
    model::Finding,
};

/// How the program, its file and what that names are.
pub(super) fn findings(session: &Session) -> Vec<Finding> {
    let version = env!("CARGO_PKG_VERSION");
    let mut findings = vec![Finding::ok("program", format!("gatewayctl {version}"))];
    findings.extend(file());
    match session.target() {
        Ok(target) => {
            findings.push(chosen(target));
            findings.extend(tls(target));
        }
        // The file's own mistakes are told already.
        Err(failure) if failure.details.is_empty() => {
            let remedy = failure.hints.join("; ");
            findings.push(Finding::bad("context", failure.message, remedy));
        }
        Err(_) => {}
    }
    findings
}

fn file() -> Vec<Finding> {
    let told = |error: ConfigError| {
        if let ConfigError::Mistakes { path, mistakes } = &error {
            let told = mistakes.iter().map(|mistake| {
                let line = mistake.place.as_ref().map_or(1, |place| place.line);
                let sentence = format!("{}:{line}: {}", path.display(), mistake.message);
                Finding::bad("config", sentence, mistake.remedy.clone())
            });
            return told.collect();
        }
        vec![Finding::bad("config", error.to_string(), error.remedy())]
    };
    let (path, config) = match config::path().and_then(|path| Ok((path, config::load()?))) {
        Ok(found) => found,
        Err(error) => return told(error),
    };
    let sentence = if path.exists() {
        let contexts = match config.contexts.len() {
            1 => "a context".to_owned(),
            many => format!("{many} contexts"),
        };
        format!("{} has {contexts} and no mistakes", path.display())
    } else {
        format!("no file {}; none is needed", path.display())
    };
    vec![Finding::ok("config", sentence)]
}

fn chosen(target: &Target) -> Finding {
    let context = &target.context;
    let by = target.chosen_by.word();
    let protect = context.protect;
    let address = context.address.to_string();
    let name = if context.name == address { "the gateway" } else { &context.name };
    let sentence = format!("{name} at {address}, named by the {by}; protect is {protect}");
    Finding::ok("context", sentence)
}

/// The files that TLS is spoken with: there, readable, and the key nobody else's.
fn tls(target: &Target) -> Vec<Finding> {
    let tls = target.context.tls.with_environment();
    let files = [("ca", &tls.ca), ("cert", &tls.cert), ("key", &tls.key)];
    files.iter().filter_map(|(word, path)| Some(tls_file(word, path.as_deref()?))).collect()
}

fn tls_file(word: &str, path: &Path) -> Finding {
    let shown = path.display();
    let mode = fs::File::open(path).and_then(|file| Ok(file.metadata()?.permissions().mode()));
    match mode {
        Err(error) => {
            let remedy = format!("name a file that can be read in `{word}` of the context");
            Finding::bad("tls", format!("{word} {shown}: {error}"), remedy)
        }
        Ok(mode) if word == "key" && mode & 0o077 != 0 => {
            let sentence = format!("{word} {shown} can be read by others");
            Finding::bad("tls", sentence, format!("chmod 600 {shown}"))
        }
        Ok(_) => Finding::ok("tls", format!("{word} {shown}")),
    }
}
