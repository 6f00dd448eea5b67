//! What holds whatever happens: random keys, snapshots, answers and losses in any order.

use std::time::Duration;

use proptest::{prelude::*, sample::select};

use super::{
    fixture::{Story, ascii, backend, canned, done, text, unicode},
    traffic::batch,
};
use crate::{
    client::{Error, ErrorCode},
    model::{Drain, Edit, Health, Standing},
    tui::{
        dialog::Dialog,
        effect::{Effect, Practice},
        key::Key,
        lore::Found,
        message::{LinkEvent, Msg},
        screens::{Screen, backends::columns::TABLE, traffic::News},
    },
};

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Key(Key),
    Paste(String),
    Snapshot { seed: u8 },
    Answer { ok: bool },
    Find { ok: bool },
    Traffic { ok: bool },
    Lose,
    Up,
    Wait(u16),
}

fn keys() -> impl Strategy<Value = Key> {
    let letters = "0123456789abcdefghjklmnprstwyzABGHJKLMOPRESTUVXF+-()[]{}/?*\\<>. =";
    let letters: Vec<char> = letters.chars().collect();
    prop_oneof![
        8 => select(letters).prop_map(Key::Char),
        4 => select(vec![
            Key::Enter, Key::Esc, Key::Tab, Key::BackTab, Key::Up, Key::Down, Key::Left,
            Key::Right, Key::Home, Key::End, Key::PageUp, Key::PageDown, Key::Backspace,
            Key::Ctrl('U'), Key::Ctrl('L'),
        ]),
        // The ways to a change, so that they are walked often.
        4 => select(vec![
            Key::Char('d'), Key::Char('y'), Key::Char('2'), Key::Char('3'), Key::Char('4'),
            Key::Char('5'), Key::Char('6'), Key::Enter,
            Key::Char('B'), Key::Char('H'), Key::Char('M'), Key::Tab,
        ]),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => keys().prop_map(Step::Key),
        1 => ".{0,12}".prop_map(Step::Paste),
        3 => any::<u8>().prop_map(|seed| Step::Snapshot { seed }),
        4 => any::<bool>().prop_map(|ok| Step::Answer { ok }),
        2 => any::<bool>().prop_map(|ok| Step::Find { ok }),
        2 => any::<bool>().prop_map(|ok| Step::Traffic { ok }),
        1 => Just(Step::Lose),
        1 => Just(Step::Up),
        1 => (0_u16..9_000).prop_map(Step::Wait),
    ]
}

/// Changes the gateway in a way that depends on `seed` alone.
fn shake(story: &mut Story, seed: u8) -> Vec<Effect> {
    story.happen(|gateway| {
        let count = gateway.backends.len();
        match seed % 9 {
            0 if count > 1 => drop(gateway.backends.remove(usize::from(seed) % count)),
            1 => {
                let name = format!("new-{seed}");
                if !gateway.backends.iter().any(|it| it.name == name) {
                    let it = backend(&name, Health::Checking, Standing::Active, 1.0, 1);
                    gateway.backends.push(it);
                }
            }
            2 => gateway.backends.reverse(),
            3 => {
                gateway.revision += 1;
                let at = usize::from(seed) % count;
                gateway.backends[at].revision = gateway.revision;
                gateway.backends[at].weight = u32::from(seed);
            }
            4 => gateway.backends.iter_mut().for_each(|it| it.rps = f64::from(seed) - it.rps),
            5 => gateway.problems.clear(),
            6 => gateway.backends.iter_mut().filter(|it| it.in_flight % 2 == 1).for_each(|it| {
                it.standing = Standing::Draining;
                it.drain.get_or_insert_with(Drain::default);
            }),
            7 => gateway.backends.iter_mut().for_each(|it| {
                it.drain.iter_mut().for_each(|drain| drain.drained_ms = Some(1));
            }),
            _ => gateway.revision += 1,
        }
    })
}

fn happen(story: &mut Story, step: &Step) -> Vec<Effect> {
    match step {
        Step::Key(key) => story.key(*key),
        Step::Paste(text) => story.tell(Msg::Paste(text.clone())),
        Step::Snapshot { seed } => shake(story, *seed),
        Step::Answer { ok } => {
            let Some((request, _)) = story.asked() else { return Vec::new() };
            let edit = request.edit.clone();
            let error = Error::new(ErrorCode::Guard, "no");
            story.answer(if *ok { Ok(done(&edit)) } else { Err(error) })
        }
        Step::Find { ok } => {
            let Some(inquiry) = story.inquiries().last().copied().cloned() else {
                return Vec::new();
            };
            let error = Error::new(ErrorCode::Timeout, "no answer");
            let result = if *ok { Ok(canned(&inquiry)) } else { Err(error) };
            story.find(Found { inquiry, result })
        }
        Step::Traffic { ok: true } => story.flow(News::Batch(batch())),
        Step::Traffic { ok: false } => {
            story.flow(News::Ended(Error::new(ErrorCode::Failed, "too slow")))
        }
        Step::Lose => {
            story.lose();
            Vec::new()
        }
        Step::Up => story.tell(Msg::Link(LinkEvent::Up)),
        Step::Wait(ms) => {
            story.wait(Duration::from_millis(u64::from(*ms)));
            Vec::new()
        }
    }
}

/// The names a change acts on.
fn targets(edit: &Edit) -> Vec<String> {
    match edit {
        Edit::Scale { pool, .. } => vec![pool.clone()],
        Edit::ApplyConfig { .. } | Edit::PersistConfig => vec!["config".to_owned()],
        Edit::Rollback { revision } => vec![revision.clone()],
        Edit::All(edits) => edits.iter().flat_map(targets).collect(),
        Edit::Undo { id } | Edit::Confirm { id } => vec![id.clone()],
        Edit::AddBlock { network, .. } => vec![network.clone()],
        Edit::RemoveBlocks { networks } => networks.clone(),
        Edit::AddBackend { name, .. }
        | Edit::SetLimit { name, .. }
        | Edit::ResetLimit { name, .. } => vec![name.clone()],
        Edit::ReloadCertificates { served_by } => served_by.clone(),
        Edit::Remove { names }
        | Edit::Kill { names }
        | Edit::Drain { names, .. }
        | Edit::SetStanding { names, .. } => names.clone(),
        Edit::SetWeights { edits } | Edit::RampWeights { edits, .. } => {
            edits.iter().map(|(name, _)| name.clone()).collect()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_happens_makes_it_panic(
        steps in prop::collection::vec(step(), 0..60),
        (width, height) in (1_u16..140, 1_u16..50),
        knows in any::<bool>(),
    ) {
        let mut story = if knows { watching() } else { Story::begin(unicode()) };
        for step in &steps {
            happen(&mut story, step);
        }
        story.buffer(width, height);
        for (width, height) in [(120, 40), (80, 24), (40, 12)] {
            story.buffer(width, height);
        }
    }

    #[test]
    fn without_a_fresh_picture_nothing_is_sent_or_asked(
        before in prop::collection::vec(step(), 0..40),
        after in prop::collection::vec(step(), 1..40),
        stale in any::<bool>(),
    ) {
        let mut story = watching();
        for step in &before {
            happen(&mut story, step);
        }
        if stale { story.wait(Duration::from_secs(6)) } else { story.lose() }
        for step in after.iter().filter(|it| !matches!(it, Step::Snapshot { .. } | Step::Up)) {
            for effect in happen(&mut story, step) {
                let asks = matches!(
                    effect,
                    Effect::Apply(_)
                        | Effect::Preview(_)
                        | Effect::Inquire(_)
                        | Effect::Practise(_)
                );
                prop_assert!(!asks, "{:?}", effect);
            }
        }
    }

    #[test]
    fn what_is_sent_is_what_the_dialog_showed(steps in prop::collection::vec(step(), 0..90)) {
        let mut story = watching();
        story.press("2");
        // What is to be drained in turns, as it was shown.
        let mut promised: Vec<String> = Vec::new();
        for step in &steps {
            let is_open = story.model.dialog.is_some();
            let shown = if is_open { text(&story.buffer(200, 60)) } else { String::new() };
            let revision = story.model.live.snapshot.as_ref().map(|it| it.revision);
            let opened = story.model.dialog.clone();
            let own = story.model.own_revision;
            for effect in happen(&mut story, step) {
                let Effect::Apply(request) = effect else { continue };
                prop_assert!(!request.intent.validate_only);
                let sent = targets(&request.edit);
                if matches!(step, Step::Snapshot { .. }) {
                    prop_assert!(sent.iter().all(|name| promised.contains(name)), "{:?}", sent);
                    continue;
                }
                prop_assert!(matches!(opened, Some(Dialog::Confirm(_))));
                let to_come = story.model.turns.iter().flat_map(|it| it.to_come());
                promised.extend(to_come.map(str::to_owned));
                for name in sent.iter().chain(&promised) {
                    prop_assert!(shown.contains(name.as_str()), "{} is not in\n{}", name, shown);
                }
                let known = revision.map(|it| it.max(own));
                prop_assert_eq!(request.intent.expected_revision, known);
            }
        }
    }

    #[test]
    fn a_demo_is_played_with_by_its_keys_and_only_the_chosen_server_of_a_demo(
        steps in prop::collection::vec(step(), 0..60),
        is_demo in any::<bool>(),
    ) {
        let mut story = watching();
        story.happen(|gateway| gateway.demo = is_demo);
        story.press("2");
        for step in &steps {
            let chosen = story.model.backends.list.selected().map(str::to_owned);
            for effect in happen(&mut story, step) {
                let Effect::Practise(practice) = effect else { continue };
                prop_assert!(is_demo && matches!(step, Step::Key(_)));
                if let Practice::Spoil(name, _) = practice {
                    prop_assert_eq!(Some(name), chosen.clone());
                }
            }
        }
    }

    #[test]
    fn the_selected_backend_stays_selected_however_rows_are_sorted(
        moves in prop::collection::vec(select(vec!['s', 'S', '<', '>', '*', '\\']), 0..20),
        seeds in prop::collection::vec(any::<u8>(), 0..20),
        down in 0_usize..6,
    ) {
        let mut story = watching();
        story.press("2");
        story.press(&"j".repeat(down));
        let selected = story.model.backends.list.selected().map(str::to_owned);
        let mut seeds = seeds.into_iter();
        for key in moves {
            story.press(&key.to_string());
            if let Some(seed) = seeds.next() {
                // Neither removes a backend.
                shake(&mut story, if seed % 9 == 0 { seed.wrapping_add(2) } else { seed });
            }
            prop_assert_eq!(story.model.backends.list.selected(), selected.as_deref());
        }
        let asked = story.press("\\d");
        for effect in asked {
            if let Effect::Preview(request) = effect {
                prop_assert_eq!(targets(&request.edit), selected.iter().cloned().collect::<Vec<_>>());
            }
        }
        let model = &story.model;
        let ids = TABLE.ids(model.live.backends(), &model.backends.list, model.live.time_ms());
        prop_assert!(ids.contains(&selected.as_deref().unwrap_or_default()));
    }
}

fn watching() -> Story {
    let mut story = Story::begin(ascii()).on(Screen::Backends);
    story.tell(Msg::Link(LinkEvent::Up));
    story.watch();
    story
}
