//! `schema`: what an answer in JSON looks like.

use clap::{Args, builder::PossibleValuesParser};

use super::{Failure, Verdict, session::Session};
use crate::output::{KINDS, schema, write_json};

const EXAMPLES: &str = "\
Examples:
  gatewayctl schema BackendList
  gatewayctl schema Error | jq '.properties.error.required'

`kind` in an answer names its schema.";

/// Arguments of `schema`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct SchemaArgs {
    /// The kind of the answer
    #[arg(value_parser = PossibleValuesParser::new(KINDS))]
    kind: String,
}

impl SchemaArgs {
    pub(super) fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let schema = schema(&self.kind);
        session.answer(|out| write_json(out, &schema))?;
        Ok(Verdict::Done)
    }
}
