//! The command line: what operators and scripts say to a gateway.

mod audit;
mod backend;
mod block;
mod cert;
mod change;
mod cli;
mod client;
mod complete;
mod completion;
mod config;
mod confirm;
mod context;
mod demo;
mod doctor;
mod event;
mod exit;
mod failure;
mod format;
mod global;
mod goal;
mod guard;
mod health;
mod help;
mod interrupt;
mod limit;
mod list;
mod man;
mod op;
mod paint;
mod palette;
mod pictures;
mod pool;
mod progress;
mod report;
mod runtime;
mod scaler;
mod scaler_simulate;
mod schema;
mod session;
mod several;
mod shown;
mod spoken;
mod status;
mod tail;
mod target;
mod text;
mod top;
mod traffic;
mod version;
mod wait;
mod watch;
mod whoami;
mod words;

use clap::Parser as _;

use cli::{Cli, Command};
pub use exit::{Verdict, exit_code};
pub use failure::{Detail, Failure, Kind};
use session::Session;

/// Runs the command line of this process; its exit code.
#[must_use]
pub fn main() -> u8 {
    if let Some(code) = complete::answer() {
        return code;
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return report::usage(&error),
    };
    let session = Session::new(cli.global);
    let outcome = run(cli.command, &session);
    if let Err(failure) = &outcome {
        report::failure(failure, &session);
    }
    exit_code(&outcome)
}

fn run(command: Option<Command>, session: &Session) -> Result<Verdict, Failure> {
    let Some(command) = command else {
        return if session.is_terminal() {
            runtime::block_on(top::TopArgs::default().run(session))?
        } else {
            help::short()
        };
    };
    runtime::block_on(carry_out(command, session))?
}

async fn carry_out(command: Command, session: &Session) -> Result<Verdict, Failure> {
    match command {
        Command::Status(args) => args.run(session).await,
        Command::Health(args) => args.run(session).await,
        Command::Backend(verb) => verb.run(session).await,
        Command::Pool(verb) => verb.run(session).await,
        Command::Limit(verb) => verb.run(session).await,
        Command::Client(verb) => verb.run(session).await,
        Command::Block(verb) => verb.run(session).await,
        Command::Cert(verb) => verb.run(session).await,
        Command::Config(verb) => verb.run(session).await,
        Command::Scaler(verb) => verb.run(session).await,
        Command::Traffic(verb) => verb.run(session).await,
        Command::Event(verb) => verb.run(session).await,
        Command::Audit(verb) => verb.run(session).await,
        Command::Whoami(args) => args.run(session).await,
        Command::Change(args) => args.run(session).await,
        Command::Op(verb) => verb.run(session).await,
        Command::Demo(verb) => verb.run(session).await,
        Command::Context(verb) => verb.run(session).await,
        Command::Top(args) => args.run(session).await,
        Command::Drain(args) => args.run(session).await,
        Command::Undrain(args) => args.run(session).await,
        Command::Completion(args) => args.run(),
        Command::Schema(args) => args.run(session),
        Command::Man(args) => args.run(session),
        Command::Doctor(args) => args.run(session).await,
        Command::Version(args) => args.run(session).await,
        Command::Help(args) => args.run(),
    }
}
