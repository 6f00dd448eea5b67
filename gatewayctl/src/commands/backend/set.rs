//! `backend set`: another weight of one backend. What else there is of it says where it is changed.

use clap::Args;

use super::super::{
    Failure, Verdict,
    change::{self, ChangeFlags, TtlFlag},
    complete,
    confirm::Stakes,
    session::Session,
};
use crate::model::{Edit, WeightEdit};

const EXAMPLES: &str = "\
Examples:
  gatewayctl backend set api-3 --weight 80 -m canary
  gatewayctl backend weight api-1=50 api-2=+10       several at once, relative, or by and by

A backend is its address: another address is another backend (`backend add`, then `backend remove
--drain` of the old one). How a backend is asked for its health, TLS and how much it takes at once are
its pool's, in the gateway's file: `config apply` changes them while it runs.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct SetArgs {
    /// The backend
    #[arg(value_name = "NAME", add = complete::backends())]
    name: String,
    /// Its weight, 0 to 1000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1000))]
    weight: Option<u32>,
    #[command(flatten)]
    elsewhere: Elsewhere,
    #[command(flatten)]
    lasts: TtlFlag,
    #[command(flatten)]
    change: ChangeFlags,
}

/// What is changed in another way; each says how.
#[derive(Debug, Args)]
struct Elsewhere {
    #[arg(long, hide = true, value_name = "ADDRESS")]
    address: Option<String>,
    #[arg(long, hide = true, value_name = "POOL")]
    pool: Option<String>,
    #[arg(long, hide = true, value_name = "NAME")]
    rename: Option<String>,
    #[arg(long, hide = true, value_name = "PATH")]
    health_path: Option<String>,
    #[arg(long, hide = true, value_name = "N")]
    max_conns: Option<String>,
    #[arg(long, hide = true, value_name = "DURATION")]
    slow_start: Option<String>,
    #[arg(long, hide = true, value_name = "HOW")]
    tls: Option<String>,
}

impl SetArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        self.elsewhere.refuse(&self.name)?;
        let Some(weight) = self.weight else {
            return Err(Failure::usage("nothing to set").hint("say --weight N"));
        };
        let edit = Edit::SetWeights { edits: vec![(self.name, WeightEdit::Absolute(weight))] };
        let client = session.connect().await?;
        change::apply(session, &client, &edit, &self.change.lasting(self.lasts), &Stakes::Low)
            .await?;
        Ok(Verdict::Done)
    }
}

impl Elsewhere {
    /// Refuses what a backend cannot become, with the way to the same end.
    fn refuse(&self, name: &str) -> Result<(), Failure> {
        let another = format!(
            "add another (backend add), then take {name} out (backend remove {name} --drain)"
        );
        let of_the_pool = "it is the pool's: change it in the gateway's file, then `config apply`";
        let fields = [
            ("--address", &self.address, another.as_str()),
            ("--pool", &self.pool, &another),
            ("--rename", &self.rename, &another),
            ("--health-path", &self.health_path, of_the_pool),
            ("--max-conns", &self.max_conns, of_the_pool),
            ("--slow-start", &self.slow_start, of_the_pool),
            ("--tls", &self.tls, of_the_pool),
        ];
        match fields.into_iter().find(|(_, value, _)| value.is_some()) {
            None => Ok(()),
            Some((flag, _, remedy)) => {
                let message = format!("{flag} of a backend cannot be changed while it is one");
                Err(Failure::usage(message).hint(remedy))
            }
        }
    }
}
