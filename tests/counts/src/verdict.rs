//! Verdict: which cases take more than they may?

use crate::budget::Budget;

/// How much more than recorded is still no news, in percent.
const TOLERANCE_PERCENT: f64 = 5.0;

/// Tells how `counted` compares with `budget`; gives the number of cases that are over it.
pub(crate) fn tell(budget: &Budget, counted: &[(String, u64)]) -> usize {
    println!("{:<24} {:>8} {:>8} {:>8}", "instructions", "budget", "now", "change");
    let mut over = 0;
    for (name, now) in counted {
        let Some(then) = budget.of(name) else {
            println!("{name:<24} {:>8} {now:>8}           HAS NO BUDGET", "-");
            over += 1;
            continue;
        };
        let percent = (*now as f64 / then as f64 - 1.0) * 100.0;
        let word = match percent {
            more if more > TOLERANCE_PERCENT => "OVER BUDGET",
            less if less < -TOLERANCE_PERCENT => "cheaper: record it, so that it stays so",
            _ => "",
        };
        println!("{}", format!("{name:<24} {then:>8} {now:>8} {percent:>+7.1}% {word}").trim_end());
        over += usize::from(percent > TOLERANCE_PERCENT);
    }
    for (name, _) in &budget.instructions {
        if !counted.iter().any(|(counted, _)| counted == name) {
            println!("{name:<24} IS NOT COUNTED ANY MORE");
            over += 1;
        }
    }
    over
}
