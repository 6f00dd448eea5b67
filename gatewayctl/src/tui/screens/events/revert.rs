//! Which change makes something as the file says again?

use crate::model::{
    CandidateEdit, Edit, Field, LimitEdit, LimitMode, RuleEdit, ScalerEdit, Standing, WeightEdit,
};

/// The change, or where else it is made.
pub(super) fn edit(it: &Field) -> Result<Edit, String> {
    let (kind, name) = it.target.split_once('/').unwrap_or((&it.target, ""));
    let file = it.file.as_deref();
    let edit = match kind {
        "backend" => backend(name, &it.field, file),
        "limit" => limit(&it.field, file).map(|edit| Edit::SetLimit { name: name.into(), edit }),
        "scaler" => scaler(&it.field, file).map(|edit| Edit::Scale { pool: name.into(), edit }),
        "block" => Some(Edit::RemoveBlocks { networks: vec![name.to_owned()] }),
        _ => None,
    };
    edit.ok_or_else(|| match it.op.as_str() {
        "" => format!("{} {} is put back by `gatewayctl config rollback`", it.target, it.field),
        op => format!("{} {} is put back by `gatewayctl op undo {op}`", it.target, it.field),
    })
}

fn backend(name: &str, field: &str, file: Option<&str>) -> Option<Edit> {
    let names = vec![name.to_owned()];
    match (field, file) {
        ("standing", _) => Some(Edit::SetStanding { names, standing: Standing::Active }),
        ("weight", Some(weight)) => {
            let weight = WeightEdit::Absolute(weight.parse().ok()?);
            Some(Edit::SetWeights { edits: vec![(name.to_owned(), weight)] })
        }
        // The file knows nothing of it, so it goes.
        ("address" | "weight", None) => Some(Edit::Remove { names }),
        _ => None,
    }
}

fn limit(field: &str, file: Option<&str>) -> Option<LimitEdit> {
    let nothing = LimitEdit::default();
    match (field, file) {
        ("rule", Some(rule)) => Some(LimitEdit { rule: rule.parse::<RuleEdit>().ok()?, ..nothing }),
        ("mode", Some("enforce")) => Some(LimitEdit { mode: Some(LimitMode::Enforce), ..nothing }),
        ("mode", Some("shadow")) => Some(LimitEdit { mode: Some(LimitMode::Shadow), ..nothing }),
        ("candidate", _) => Some(LimitEdit { candidate: Some(CandidateEdit::Drop), ..nothing }),
        _ => None,
    }
}

fn scaler(field: &str, file: Option<&str>) -> Option<ScalerEdit> {
    if field == "order" {
        return Some(ScalerEdit::Resume);
    }
    let file = file?;
    let number = |its: &str| if field == its { file.parse().ok() } else { None };
    let is_known = ["min", "max", "target_cpu", "target_rps", "mode"].contains(&field);
    is_known.then(|| ScalerEdit::Rules {
        min: number("min"),
        max: number("max"),
        target_cpu: number("target_cpu"),
        target_rps: number("target_rps"),
        mode: (field == "mode").then(|| file.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(target: &str, field: &str, file: Option<&str>) -> Result<Edit, String> {
        let file = file.map(str::to_owned);
        let (target, field, op) = (target.into(), field.into(), "002a".into());
        edit(&Field { target, field, file, op, ..Field::default() })
    }

    #[test]
    fn everything_that_operators_say_goes_back_by_a_change_of_its_own_kind() {
        let names = || vec!["app-1".to_owned()];
        let standing = Edit::SetStanding { names: names(), standing: Standing::Active };
        assert_eq!(of("backend/app-1", "standing", Some("active")), Ok(standing));
        let weights = vec![("app-1".to_owned(), WeightEdit::Absolute(80))];
        let weight = Edit::SetWeights { edits: weights };
        assert_eq!(of("backend/app-1", "weight", Some("80")), Ok(weight));
        let gone = Edit::Remove { names: names() };
        assert_eq!(of("backend/app-1", "address", None), Ok(gone));
        let limit = |edit| Ok(Edit::SetLimit { name: "create".into(), edit });
        let rule = RuleEdit { max: Some("40/minute".into()), ..RuleEdit::default() };
        let edit = LimitEdit { rule, ..LimitEdit::default() };
        assert_eq!(of("limit/create", "rule", Some("40/minute")), limit(edit));
        let edit = LimitEdit { mode: Some(LimitMode::Shadow), ..LimitEdit::default() };
        assert_eq!(of("limit/create", "mode", Some("shadow")), limit(edit));
        let edit = LimitEdit { candidate: Some(CandidateEdit::Drop), ..LimitEdit::default() };
        assert_eq!(of("limit/create", "candidate", None), limit(edit));
        let unblocked = Edit::RemoveBlocks { networks: vec!["192.0.2.0/24".into()] };
        assert_eq!(of("block/192.0.2.0/24", "network", None), Ok(unblocked));
        let scale = |edit| Ok(Edit::Scale { pool: "app".into(), edit });
        assert_eq!(of("scaler/app", "order", None), scale(ScalerEdit::Resume));
        let (min, max) = (None, Some(8));
        let rules = ScalerEdit::Rules { min, max, target_cpu: None, target_rps: None, mode: None };
        assert_eq!(of("scaler/app", "max", Some("8")), scale(rules));
    }

    #[test]
    fn what_was_taken_out_or_has_no_number_in_the_file_names_the_other_way() {
        let why = of("backend/app-1", "address", Some("10.0.0.1:80 in pool app")).unwrap_err();
        assert!(why.ends_with("`gatewayctl op undo 002a`"), "{why}");
        assert!(of("scaler/app", "target_rps", None).is_err());
        assert!(of("backend/app-1", "weight", Some("much")).is_err());
    }
}
