//! Verbs for certificates: by which listeners prove themselves, until when, and reading them again.

mod check;
mod list;
mod reload;
mod show;

use clap::Subcommand;

use super::{Failure, Verdict, session::Session};
use crate::model::Certificate;

/// What can be asked of certificates.
#[derive(Debug, Subcommand)]
pub(super) enum CertVerb {
    /// The certificates that are served, by whom, and when each expires
    #[command(visible_alias = "ls", after_long_help = list::EXAMPLES)]
    List(list::ListArgs),
    /// Everything about certificates, and who vouches for them
    Show(show::ShowArgs),
    /// Does one expire soon? Exit 3 when it does
    Check(check::CheckArgs),
    /// Read the files again now, and serve what is good in them
    Reload(reload::ReloadArgs),
}

impl CertVerb {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::List(args) => args.run(session).await,
            Self::Show(args) => args.run(session).await,
            Self::Check(args) => args.run(session).await,
            Self::Reload(args) => args.run(session).await,
        }
    }
}

/// Those of `all` that are called so by a name of theirs or by who serves them; all where nothing is
/// asked for.
fn called(all: Vec<Certificate>, names: &[String]) -> Result<Vec<Certificate>, Failure> {
    for name in names {
        if all.iter().all(|it| !it.is_called(name)) {
            let known = all.iter().flat_map(|it| [it.name.as_str(), it.served_by.as_str()]);
            let list = "gatewayctl cert list";
            return Err(Failure::not_found("certificate", name, known, list));
        }
    }
    let wanted = |it: &Certificate| names.is_empty() || names.iter().any(|name| it.is_called(name));
    Ok(all.into_iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_found_by_its_names_and_by_its_listener() {
        let one = |name: &str, other: &str, by: &str| Certificate {
            name: name.into(),
            names: vec![name.into(), other.into()],
            served_by: by.into(),
            ..Certificate::default()
        };
        let all = || vec![one("a", "b", "https"), one("c", "d", "https"), one("e", "f", "other")];
        let found = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
            let found = called(all(), &names).map_err(|failure| failure.message);
            found.map(|it| it.into_iter().map(|it| it.name).collect::<Vec<_>>())
        };
        assert_eq!(found(&[]).unwrap().len(), 3);
        assert_eq!(found(&["d"]).unwrap(), ["c"]);
        assert_eq!(found(&["https"]).unwrap(), ["a", "c"]);
        assert_eq!(found(&["e", "b"]).unwrap(), ["a", "e"]);
        assert_eq!(found(&["x"]), Err("there is no certificate `x`".to_owned()));
    }
}
