use clap::{CommandFactory as _, error::ErrorKind};

use super::*;

fn parsed(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split_whitespace())
}

#[test]
fn the_tree_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn what_operators_type_is_understood() {
    for line in [
        "gatewayctl",
        "gatewayctl status",
        "gatewayctl be ls -o json",
        "gatewayctl be ls -o wide --raw-units --local",
        "gatewayctl -o json backend list",
        "gatewayctl backend -o json list",
        "gatewayctl --addr unix:///tmp/x.sock backend list --columns name,rps --sort-by -rps",
        "gatewayctl backend list -w --every 1s --timeout 10m -o csv --count 3",
        "gatewayctl backend list --state up,drain --pool api --limit 3 --no-headers",
        "gatewayctl backend show api-3 api-4",
        "gatewayctl backend add --pool api --name a --address 10.0.0.1:80 --weight 5 -y -m x",
        "gatewayctl backend rm api-3 --confirm api-3",
        "gatewayctl backend drain api-3 api-4 -y --timeout 30s -m patch",
        "gatewayctl backend drain api-3 --no-wait --force -m patch -y",
        "gatewayctl backend enable api-3 --wait --timeout 2m -y",
        "gatewayctl drain api-3 -n",
        "gatewayctl undrain api-3 -y --if-revision 41",
        "gatewayctl backend maintenance api-3 -y",
        "gatewayctl backend weight api-1=50 api-2=+10 api-3=-10 api-4=80% -y",
        "gatewayctl backend wait api-3 --for weight=50 --timeout 200ms",
        "gatewayctl pool list",
        "gatewayctl limit set create-per-ip --max 8/minute -y",
        "gatewayctl limit set create-per-ip --mode shadow",
        "gatewayctl ev tail --kind health,limit --no-follow --limit 5",
        "gatewayctl event list --limit 5",
        "gatewayctl demo load x4",
        "gatewayctl top backends --read-only --refresh 2s",
        "gatewayctl completion zsh",
        "gatewayctl version --client",
        "gatewayctl help backend drain",
    ] {
        if let Err(error) = parsed(line) {
            panic!("{line}: {error}");
        }
    }
}

#[test]
fn what_is_missing_or_wrong_is_refused() {
    for (line, kind) in [
        ("gatewayctl backend", ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand),
        ("gatewayctl backend frobnicate", ErrorKind::InvalidSubcommand),
        ("gatewayctl backend drain", ErrorKind::MissingRequiredArgument),
        ("gatewayctl backend drain api-3 --force -y", ErrorKind::MissingRequiredArgument),
        ("gatewayctl backend weight api-1 -y", ErrorKind::ValueValidation),
        ("gatewayctl backend weight -y", ErrorKind::MissingRequiredArgument),
        ("gatewayctl backend wait api-3", ErrorKind::MissingRequiredArgument),
        ("gatewayctl backend wait api-3 --for gone", ErrorKind::ValueValidation),
        ("gatewayctl backend wait api-3 --for drained --timeout 5", ErrorKind::ValueValidation),
        ("gatewayctl backend list --every 1s", ErrorKind::MissingRequiredArgument),
        ("gatewayctl backend list --state sideways", ErrorKind::ValueValidation),
        ("gatewayctl backend list -o xml", ErrorKind::InvalidValue),
        ("gatewayctl backend list -w --count 0", ErrorKind::ValueValidation),
        ("gatewayctl limit set create-per-ip", ErrorKind::MissingRequiredArgument),
        ("gatewayctl event tail --kind weather", ErrorKind::InvalidValue),
        ("gatewayctl demo load lots", ErrorKind::ValueValidation),
        ("gatewayctl undrain api-3 --timeout 5s", ErrorKind::MissingRequiredArgument),
        ("gatewayctl --addr localhost:9901 status", ErrorKind::ValueValidation),
        ("gatewayctl back list", ErrorKind::InvalidSubcommand),
    ] {
        match parsed(line) {
            Ok(_) => panic!("{line} was understood"),
            Err(error) => assert_eq!(error.kind(), kind, "{line}: {error}"),
        }
    }
}

#[test]
fn each_verb_teaches_by_examples() {
    fn visit(command: &mut clap::Command, path: &str) {
        let path = format!("{path} {}", command.get_name());
        if !command.has_subcommands() {
            let help = command.render_long_help().to_string();
            assert!(help.contains("Examples:\n  gatewayctl"), "{path}: {help}");
        }
        for verb in command.get_subcommands_mut() {
            visit(verb, &path);
        }
    }
    let mut root = Cli::command();
    // Without their own examples: they are another command's.
    visit(&mut root, "");
}
