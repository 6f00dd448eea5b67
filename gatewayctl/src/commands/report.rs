//! How is a failure told? To people in two lines, to programs as JSON, always on standard error.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
};

use clap::error::ErrorKind;
use serde_json::json;

use super::{Failure, Kind, Verdict, exit, exit_code, failure::Detail, session::Session};
use crate::{
    output::{Style, Tone, json_line},
    safe_text::safe_text,
};

/// Tells a failure.
pub(super) fn failure(failure: &Failure, session: &Session) {
    if failure.message.is_empty() {
        return;
    }
    let text =
        if session.format().is_json() { as_json(failure) } else { for_people(failure, session) };
    // Nothing is left to do when standard error is closed too; the exit code tells.
    let _ = writeln!(io::stderr(), "{text}");
}

fn for_people(failure: &Failure, session: &Session) -> String {
    let style = session.message_style();
    let mut text = safe_text(&failure.message).into_owned();
    if failure.kind != Kind::Interrupted {
        text = format!("{} {text}", style.paint("error:", Tone::Bad));
    }
    for detail in &failure.details {
        text += &format!("\n{}", told(detail, &style));
    }
    for hint in &failure.hints {
        text += &format!("\n{} {}", style.paint("hint:", Tone::Muted), safe_text(hint));
    }
    text
}

fn told(detail: &Detail, style: &Style) -> String {
    let place = style.paint(&safe_text(&detail.place), Tone::Strong);
    let mut text = format!("{place}: {}", safe_text(&detail.message));
    for line in &detail.quote {
        text += &format!("\n  {}", safe_text(line));
    }
    if let Some(hint) = &detail.hint {
        text += &format!("\n  {} {}", style.paint("hint:", Tone::Muted), safe_text(hint));
    }
    text
}

fn as_json(failure: &Failure) -> String {
    let details: Vec<_> = failure
        .details
        .iter()
        .map(|it| json!({ "place": it.place, "message": it.message, "hint": it.hint }))
        .collect();
    let error = json!({ "error": {
        "code": exit::word(failure.kind),
        "exit": code(failure),
        "message": failure.message,
        "hint": (!failure.hints.is_empty()).then(|| failure.hints.join("; ")),
        "op_id": failure.op,
        "details": details,
    }});
    json_line(&error).unwrap_or_else(|error| error.to_string())
}

fn code(failure: &Failure) -> u8 {
    let outcome = Err(Failure::new(failure.kind, ""));
    exit_code(&outcome)
}

/// Tells what clap found: help on standard output, mistakes on standard error; the exit code.
pub(super) fn usage(error: &clap::Error) -> u8 {
    let outcome = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            error.print().map(|()| Verdict::Done).map_err(Failure::from)
        }
        _ => Err(mistake(error)),
    };
    exit_code(&outcome)
}

fn mistake(error: &clap::Error) -> Failure {
    let rendered = error.render();
    let said = rendered.to_string();
    let message = said.lines().next().unwrap_or_default();
    let failure = Failure::usage(message.trim_start_matches("error: "))
        .hint("`--help` after any command explains it");
    let mut stderr = io::stderr();
    // As above: the exit code tells when standard error is closed.
    let _ = if asks_for_json(env::args()) {
        writeln!(stderr, "{}", as_json(&failure))
    } else if stderr.is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) {
        write!(stderr, "{}", rendered.ansi())
    } else {
        write!(stderr, "{said}")
    };
    failure
}

/// Whether a command line that could not be parsed asks for JSON.
fn asks_for_json(arguments: impl IntoIterator<Item = String>) -> bool {
    let mut arguments = arguments.into_iter().peekable();
    let mut format = env::var("GATEWAYCTL_OUTPUT").unwrap_or_default();
    while let Some(argument) = arguments.next() {
        let value = match argument.as_str() {
            "-o" | "--output" => arguments.peek().cloned(),
            argument => argument
                .strip_prefix("--output=")
                .or_else(|| argument.strip_prefix("-o"))
                .map(|value| value.trim_start_matches('=').to_owned()),
        };
        format = value.unwrap_or(format);
    }
    matches!(format.as_str(), "json" | "jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_json_for_programs() {
        let failure = Failure::new(Kind::TimedOut, "37 in flight").hint("wait").op("8f31");
        assert_eq!(
            as_json(&failure),
            r#"{"error":{"code":"timed_out","details":[],"exit":8,"hint":"wait","message":"37 in flight","op_id":"8f31"}}"#
        );
    }

    #[test]
    fn a_broken_command_line_is_answered_in_the_format_it_asked_for() {
        for (line, json) in [
            ("backend frob -o json", true),
            ("--output=jsonl backend frob", true),
            ("backend frob -ojson", true),
            ("backend frob --output json", true),
            ("backend frob -o table", false),
            ("backend frob", false),
            ("-o", false),
        ] {
            let words = line.split(' ').map(str::to_owned);
            assert_eq!(asks_for_json(words), json, "{line}");
        }
    }
}
