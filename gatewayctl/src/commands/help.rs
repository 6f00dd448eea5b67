//! `help`: commands and topics explained.

use std::io::{self, Write as _};

use clap::{Args, Command, CommandFactory as _};

use super::{Failure, Verdict, cli::Cli, exit::EXIT_CODES};
use crate::tui;

const OUTPUT: &str = "\
Output formats (-o, or GATEWAYCTL_OUTPUT):
  table   for people. On a terminal fitted to its width (COLUMNS); elsewhere whole, with tabs between
          the cells, times in UTC, no colour. `-` is not known.
  wide    the same with every column
  json    {\"kind\",\"v\":1,\"meta\":{\"context\",\"instance\",\"server_time\",\"revision\",\"age_ms\"},\"items\":[...]}
  yaml    the same as a document of YAML 1.2
  jsonl   one item per line
  csv     a header and raw units
  name    one name per line, for xargs
  template='{{ name }} {{ p99_ms|round(1) }}'   a line for each item in words of your own

Keys end with their unit (p99_ms, error_ratio, rss_bytes). Not known is null, never 0. Times are
RFC 3339 in UTC. Within v only additions happen. `-o json` shows every column that --columns,
--sort-by and --filter know; the unit may be left out there: p99 is p99_ms.

With --watch: on a terminal the table repaints; csv appends rows; json and jsonl, and a table that
goes to a pipe, become lines {\"type\":\"added|modified|removed|sync|gap|error\",\"item\":...}. `sync`
follows the first full set; after a lost connection comes `error`, then `gap`, then the changes.

Templates are those of Jinja, with its filters: 'template={% if not ok %}{{ what }}{% endif %}'. An
item's fields are the keys of `-o json`, and `meta` has context, instance, revision, server_time.
Not known is none, and shown as `-`: for sums write (error_ratio or 0). Outside of braces \\t is a
tab and \\n a new line. With --watch a line comes whenever it says something new of its item:
  gatewayctl backend list -w -o 'template={{ name }} is {{ health }}'

Data goes to standard output, messages to standard error. Errors with -o json are
{\"error\":{\"code\",\"exit\",\"message\",\"hint\",\"op_id\",\"details\"}} on standard error.
";

const FILTERS: &str = "\
Filters (--filter):
  state=up                      is             state=up,drain     is one of
  state!=up                     is not         name=api-*         `*` stands for anything
  p99>40ms  in_flight<=10       > >= < <=      reason~patch       contains, whatever the case
  error>1%                      percent        cpu=-              is not known
  pool=api and (p99>40ms or error>1%) and not name=api-9

Fields are the keys of `-o json`; the unit may be left out. Values with spaces need quotes. What is
not known fits no comparison but `=-` and `!=`.
";

const EXAMPLES: &str = "\
Examples:
  gatewayctl help backend drain
  gatewayctl help exit-codes

Topics: exit-codes, output, filters, keys";

/// Arguments of `help`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct HelpArgs {
    /// A command, or one of the topics exit-codes, output, filters, keys
    #[arg(value_name = "COMMAND|TOPIC")]
    words: Vec<String>,
}

impl HelpArgs {
    pub(super) fn run(&self) -> Result<Verdict, Failure> {
        let words: Vec<_> = self.words.iter().map(String::as_str).collect();
        let text = match words.as_slice() {
            ["exit-codes"] => exit_codes(),
            ["output"] => OUTPUT.to_owned(),
            ["filters"] => FILTERS.to_owned(),
            ["keys"] => tui::keys(&tui::Keymap::default()),
            words => return command(words),
        };
        io::stdout().write_all(text.as_bytes())?;
        Ok(Verdict::Done)
    }
}

fn exit_codes() -> String {
    let lines = EXIT_CODES.iter().map(|(code, meaning)| format!("  {code:>3}  {meaning}\n"));
    format!("Exit codes:\n{}", lines.collect::<String>())
}

fn command(words: &[&str]) -> Result<Verdict, Failure> {
    let mut root = Cli::command();
    root.build();
    let (_, command) = find(&mut root, words)?;
    command.print_long_help()?;
    Ok(Verdict::Done)
}

/// The command that `words` name below `root`, and its name with dashes.
pub(super) fn find<'a>(
    root: &'a mut Command,
    words: &[&str],
) -> Result<(String, &'a mut Command), Failure> {
    let mut name = root.get_name().to_owned();
    let mut command = root;
    for word in words {
        command = command.find_subcommand_mut(word).ok_or_else(|| {
            Failure::usage(format!("no command or topic `{}`", words.join(" "))).hint(
                "`gatewayctl help` lists the commands; topics: exit-codes, output, filters, keys",
            )
        })?;
        name = format!("{name}-{}", command.get_name());
    }
    Ok((name, command))
}

/// Short help on standard error, for a bare command line that no terminal reads.
pub(super) fn short() -> Result<Verdict, Failure> {
    let help = Cli::command().render_help();
    // Nothing is left to do when standard error is closed; the exit code tells.
    let _ = write!(io::stderr(), "{help}");
    Err(Failure::usage("no command, and no terminal for the dashboard")
        .hint("for one look: gatewayctl status"))
}
