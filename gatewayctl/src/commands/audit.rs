//! Verbs for the audit log: who tried what, and whether the log still says so.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, Subcommand};
use futures_util::TryStreamExt as _;

use super::{
    Failure, Kind, Verdict,
    session::Session,
    shown::{Shown, since_ms},
};
use crate::{
    client::{AuditPart, Client},
    duration,
    model::{AuditAsked, Chain, Verification},
    output::{
        Listing, Meta, Selection,
        columns::{AUDIT, VERIFICATION},
        write_sheet,
    },
};

/// How many records are shown unless asked for more.
const USUAL: u32 = 100;
/// As many as a gateway tells.
const MOST: u32 = 100_000;
/// How much of a file is read at once, in bytes.
const PART_BYTES: usize = 64 * 1024;

const LIST_EXAMPLES: &str = "\
Examples:
  gatewayctl audit list --limit 20
  gatewayctl audit list --since 1h --kind denied,rejected
  gatewayctl audit list --who ana -o json | jq '.items[] | select(.forced)'

Everybody who tried to change something stands there, whatever came of it: accepted, rejected (the
gateway said no), denied (the caller may not), failed (accepted and then not kept) or note (of the log
itself). The newest comes first. The gateway keeps 128 MiB of it beside its journal; only admins may
look.";

const VERIFY_EXAMPLES: &str = "\
Examples:
  gatewayctl audit verify                              the gateway's own, as it is now
  gatewayctl audit verify /var/lib/gatewayd            the files of a gateway that does not run
  gatewayctl audit verify audit-000000016240.jsonl audit.jsonl

Each record holds a hash of itself and of the record before, so that none can be changed, taken out or
put in without breaking the chain. Lines that break it are named, and the exit code is 3. The hashes are
counted here, not by the gateway. What is missing at the end shows only while the gateway runs, or by
the number and hash of the last record that you noted elsewhere.";

/// What can be done with the audit log.
#[derive(Debug, Subcommand)]
pub(super) enum AuditVerb {
    /// Who tried what and what came of it, newest first
    #[command(visible_alias = "ls")]
    List(AuditListArgs),
    /// Whether the log says what was written; exit 3 when it does not
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
#[command(after_long_help = LIST_EXAMPLES)]
pub(super) struct AuditListArgs {
    /// Only of the last while: 1h
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    since: Option<Duration>,
    /// Only by these
    #[arg(long, value_name = "WHO", value_delimiter = ',')]
    who: Vec<String>,
    /// Only what came to this: accepted, rejected, denied, failed, note
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = KINDS)]
    kind: Vec<String>,
    #[command(flatten)]
    shown: Shown,
}

const KINDS: [&str; 5] = ["accepted", "rejected", "denied", "failed", "note"];

#[derive(Debug, Args)]
#[command(after_long_help = VERIFY_EXAMPLES)]
pub(super) struct VerifyArgs {
    /// Files, oldest first, or a state directory, instead of asking a gateway
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

impl AuditVerb {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::List(args) => args.run(session).await,
            Self::Verify(args) => args.run(session).await,
        }
    }
}

impl AuditListArgs {
    async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let since_ms = since_ms(&client, self.since).await?;
        let limit = self.shown.ahead(USUAL).map_or(MOST, |limit| limit.min(MOST));
        let asked = AuditAsked { since_ms, who: self.who, results: self.kind, limit };
        let records = client.audit(asked).await?.try_collect().await?;
        self.shown.show(session, &client, "AuditList", AUDIT, records).await?;
        Ok(Verdict::Done)
    }
}

impl VerifyArgs {
    async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let (found, meta) = if self.paths.is_empty() {
            let client = session.connect().await?;
            let found = of_gateway(&client).await?;
            (found, Meta::of(&session.context(), &client.snapshot().await?))
        } else {
            (of_files(&self.paths)?, Meta { context: "files".to_owned(), ..Meta::default() })
        };
        let ok = found.breaks == 0;
        let selection = Selection::everything(VERIFICATION);
        let items = [found];
        let list = Listing {
            kind: "AuditVerification",
            meta: &meta,
            items: &items,
            selection: &selection,
        };
        session.answer(|out| write_sheet(out, session.format(), &session.style(), &list))?;
        Ok(if ok { Verdict::Done } else { Verdict::NotOk })
    }
}

/// What the log of a gateway that runs comes to.
async fn of_gateway(client: &Client) -> Result<Verification, Failure> {
    let mut parts = client.audit_parts().await?;
    let (mut chain, mut head) = (Chain::default(), None);
    while let Some(part) = parts.try_next().await? {
        match part {
            AuditPart::Head(link) => head = Some(link),
            AuditPart::File(name) => chain.file(&name),
            AuditPart::Bytes(bytes) => chain.bytes(&bytes),
        }
    }
    Ok(chain.finish(head.as_ref()))
}

/// What files come to.
fn of_files(paths: &[PathBuf]) -> Result<Verification, Failure> {
    let mut chain = Chain::default();
    for path in paths {
        let unreadable = |error: io::Error| {
            let message = format!("{} cannot be read: {error}", path.display());
            Failure::new(Kind::Local, message)
                .hint("name files of an audit log, or the state directory they are in")
        };
        let files = if path.is_dir() { within(path) } else { Ok(vec![path.clone()]) };
        for file in files.map_err(unreadable)? {
            read_into(&mut chain, &file).map_err(unreadable)?;
        }
    }
    Ok(chain.finish(None))
}

/// The audit log in a state directory, oldest file first.
fn within(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("audit-") && name.ends_with(".jsonl") {
            files.push(path);
        }
    }
    files.sort();
    files.push(directory.join("audit.jsonl"));
    Ok(files)
}

fn read_into(chain: &mut Chain, path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    chain.file(&path.display().to_string());
    let mut bytes = vec![0; PART_BYTES];
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(()),
            read => chain.bytes(&bytes[..read]),
        }
    }
}
