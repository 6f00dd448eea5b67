//! `config show` and `config diff`: what is said of the gateway, and what the file does not say.

use clap::Args;

use super::super::{Failure, Verdict, list::ListFlags, session::Session};
use crate::{
    model::Field,
    output::{Listing, Meta, columns::FIELD, write_listing},
};

const SHOW_EXAMPLES: &str = "\
Examples:
  gatewayctl config show
  gatewayctl config show backend/api-3 limit/create-per-ip
  gatewayctl config show --filter 'provenance=operator'
  gatewayctl config export                    the whole of it, as a file";

const DIFF_EXAMPLES: &str = "\
Examples:
  gatewayctl config diff
  gatewayctl config diff -o json > drift.json || [ $? -eq 3 ]
  gatewayctl config diff --filter 'persists'  what `config persist` would write

Servers that an autoscaler started are not expected in the file. Standings, blocks, candidates and
what ends by itself are told here and cannot be written there.";

#[derive(Debug, Args)]
#[command(after_long_help = SHOW_EXAMPLES)]
pub(in crate::commands) struct ShowArgs {
    /// Only of these: backend/NAME, limit/NAME, scaler/POOL, block/NETWORK
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    #[command(flatten)]
    list: FieldFlags,
}

#[derive(Debug, Args)]
#[command(after_long_help = DIFF_EXAMPLES)]
pub(in crate::commands) struct DiffArgs {
    #[command(flatten)]
    list: FieldFlags,
}

/// Flags of lists that are not watched.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "List options")]
struct FieldFlags {
    /// Only these columns, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    columns: Vec<String>,
    /// Sort by this column; -COLUMN puts the greatest first
    #[arg(long, value_name = "[-]COLUMN", allow_hyphen_values = true)]
    sort_by: Option<String>,
    /// Only what fits: 'provenance=operator'; see `help filters`
    #[arg(long, value_name = "EXPR")]
    filter: Option<String>,
    /// Without the line of titles
    #[arg(long)]
    no_headers: bool,
    /// At most this many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

impl ShowArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let Self { targets, list } = self;
        let wanted = |it: &Field| targets.is_empty() || targets.contains(&it.target);
        let found = show(session, list, "FieldList", wanted, &targets).await?;
        debug_assert!(found > 0 || targets.is_empty(), "what is missing was refused");
        Ok(Verdict::Done)
    }
}

impl DiffArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let drifted = |it: &Field| it.differs && it.provenance != "autoscaler";
        match show(session, self.list, "ConfigDiff", drifted, &[]).await? {
            0 => {
                session.done("nothing differs from the file")?;
                Ok(Verdict::Done)
            }
            _ => Ok(Verdict::NotOk),
        }
    }
}

/// Shows the fields that are wanted; how many they are.
async fn show(
    session: &Session,
    flags: FieldFlags,
    kind: &'static str,
    wanted: impl Fn(&Field) -> bool,
    targets: &[String],
) -> Result<usize, Failure> {
    let FieldFlags { columns, sort_by, filter, no_headers, limit } = flags;
    let list = ListFlags { columns, sort_by, filter, no_headers, limit, ..ListFlags::default() };
    let selection = list.selection(FIELD)?;
    let client = session.connect().await?;
    let mut fields = client.fields().await?;
    for target in targets {
        if fields.iter().all(|it| it.target != *target) {
            let known = fields.iter().map(|it| it.target.as_str());
            return Err(Failure::not_found("target", target, known, "gatewayctl config show"));
        }
    }
    fields.retain(wanted);
    let picture = client.snapshot().await?;
    let items = selection.of(fields, picture.time_ms);
    let meta = Meta::of(&session.context(), &picture);
    let listing = Listing { kind, meta: &meta, items: &items, selection: &selection };
    if !items.is_empty() || session.format() != crate::output::Format::Table {
        let style = list.style(session);
        session.answer(|out| write_listing(out, session.format(), &style, &listing))?;
    }
    Ok(items.len())
}
