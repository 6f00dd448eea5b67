//! What does the gateway's word change? Pictures, events and answers, in the order they came.

use std::time::Duration;

use super::{
    bells,
    dialog::{Confirm, Dialog, Level, Step},
    effect::Effect,
    key::Key,
    lore::Found,
    message::{Answer, LinkEvent},
    model::Model,
    notice::Notice,
    turns::Turn,
    update::{follow, open},
};
use crate::{
    client::ErrorCode,
    duration,
    model::Snapshot,
    output::{self, Style},
};

/// Takes what the link tells.
pub(super) fn link(model: &mut Model, event: LinkEvent) -> Vec<Effect> {
    match event {
        LinkEvent::Up => {
            model.connection.up();
            model.live.forget_events();
            model.asked.forget();
        }
        LinkEvent::Snapshot(snapshot) => return picture(model, *snapshot),
        // Once: it is no other after a link that was lost.
        LinkEvent::Skew(_) if model.live.snapshot.is_some() => {}
        LinkEvent::Skew(ms) => {
            let length = duration::short(Duration::from_millis(ms.unsigned_abs()));
            let side = if ms > 0 { "behind" } else { "ahead of" };
            let words = format!("the gateway's clock is {length} {side} yours; times are its own");
            model.say(Notice::note(words));
        }
        LinkEvent::Event(event) => model.live.learn(event),
        LinkEvent::Past(past) => model.live.history.recall(&past),
        LinkEvent::Down { error, attempt, retry_in } => {
            model.connection.down(model.now, attempt, retry_in, error);
        }
    }
    Vec::new()
}

fn picture(model: &mut Model, snapshot: Snapshot) -> Vec<Effect> {
    model.connection.received(model.now);
    if let Some(pause) = &mut model.paused {
        pause.missed += 1;
    }
    if model.live.take(snapshot) {
        model.say(Notice::note("gatewayd was restarted: counters begin anew"));
    }
    let step = match (&mut model.dialog, &model.live.snapshot) {
        (Some(Dialog::Confirm(confirm)), Some(snapshot)) => confirm.look(snapshot),
        _ => Step::Stay,
    };
    let mut effects = follow(model, step);
    effects.extend(take_turns(model));
    effects.extend(bells::ring(model));
    effects.extend(ask_next(model));
    effects
}

/// Goes on with drains that follow each other; nothing is asked for while that could be wrong.
fn take_turns(model: &mut Model) -> Vec<Effect> {
    let (Some(snapshot), None) = (&model.live.snapshot, model.hindrance()) else {
        return Vec::new();
    };
    let (mut effects, mut said) = (Vec::new(), Vec::new());
    model.turns.retain_mut(|turns| match turns.look(snapshot) {
        Turn::Wait => true,
        Turn::Next(request) => {
            effects.push(Effect::Apply(*request));
            true
        }
        Turn::Stop(why) => {
            said.push(why);
            false
        }
        Turn::Over => false,
    });
    for why in said {
        model.say(Notice::error(why));
    }
    effects
}

/// Takes what was inquired.
pub(super) fn found_out(model: &mut Model, found: Found) -> Vec<Effect> {
    model.asked.answered(&found.inquiry, found.result.is_err());
    if let Some(Dialog::Form(form)) = &mut model.dialog {
        form.learn(&found);
    }
    model.live.lore.learn(found);
    Vec::new()
}

/// Takes the answer to a change, or to the preview of one.
pub(super) fn answered(model: &mut Model, answer: &Answer) -> Vec<Effect> {
    let next = match &model.dialog {
        Some(Dialog::Confirm(confirm)) => confirm.next(answer),
        _ => None,
    };
    let own = match &mut model.dialog {
        Some(Dialog::Confirm(confirm)) if confirm.ticket == answer.ticket => {
            Some(confirm.answered(answer))
        }
        _ => None,
    };
    if !answer.is_preview {
        let notice = outcome(model, answer);
        let notice = turn_answered(model, answer, notice);
        model.say(notice);
        if let Ok(operation) = &answer.result {
            model.own_revision = operation.revision;
            let names =
                operation.target.split(',').filter_map(|it| it.trim().strip_prefix("backend/"));
            let names: Vec<String> = names.map(Into::into).collect();
            model.backends.staged.forget(&names);
            model.backends.list.marks.clear();
            if operation.what == "drain" {
                model.drains.extend(names);
            }
            if operation.undo == "available" {
                model.own = Some(operation.id.clone());
            }
        }
    }
    if let (Some((edit, reason)), Ok(operation)) = (next, &answer.result) {
        model.next = Some((operation.revision, edit, reason));
    }
    follow(model, own.unwrap_or(Step::Stay))
}

/// Asks what was to be asked once a change is made and seen.
fn ask_next(model: &mut Model) -> Vec<Effect> {
    let Some(snapshot) = model.live.snapshot.as_ref().filter(|_| model.dialog.is_none()) else {
        return Vec::new();
    };
    let Some((_, edit, reason)) =
        model.next.take_if(|(revision, ..)| snapshot.revision >= *revision)
    else {
        return Vec::new();
    };
    let question = Confirm::new(edit, Level::Key, snapshot, model.now, Key::Enter);
    open(model, question.because(&reason).into())
}

/// What the gateway's answer means to drains that follow each other, and so to what is said of it.
fn turn_answered(model: &mut Model, answer: &Answer, notice: Notice) -> Notice {
    let concerned = model.turns.iter().position(|it| it.concerns(answer.ticket));
    match (concerned, &answer.result) {
        (None, _) => notice,
        (Some(at), Ok(operation)) => {
            model.turns[at].accepted(operation.revision);
            notice
        }
        (Some(at), Err(_)) => Notice::error(model.turns.remove(at).stopped(&notice.text)),
    }
}

/// What is said of a change that was made or refused.
fn outcome(model: &Model, answer: &Answer) -> Notice {
    match &answer.result {
        Ok(operation) => {
            let style = Style { ascii: model.settings.look.is_ascii(), ..Style::plain() };
            let time = super::figures::time_of_day(operation.time_ms);
            let undo = match operation.undo.as_str() {
                "available" => format!("{} undo", model.key("operation.undo")),
                _ => String::new(),
            };
            let what = output::sentence(operation, &style);
            Notice::done(format!("{time} {what}")).with_keys(undo)
        }
        Err(error) => {
            let doubt = match error.code {
                ErrorCode::Timeout | ErrorCode::Unreachable => {
                    ". It may have been accepted: look before asking again"
                }
                _ => "",
            };
            let hint = error.hint.as_ref().map_or(String::new(), |hint| format!(" ({hint})"));
            Notice::error(format!("{}{doubt}{hint}", error.message))
        }
    }
}
