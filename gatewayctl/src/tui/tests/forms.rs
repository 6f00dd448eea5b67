//! Stories of forms: an address that is tried as it is typed, what can be changed of a backend, a
//! rule that goes to the file, a demo to practise on.

use std::time::Duration;

use super::fixture::{Story, ascii, done, drain_plan, probed, unicode};
use crate::{
    client::{Error, ErrorCode},
    model::{Edit, Fault, ProbeReport, Protect, Standing, WeightEdit},
    tui::{
        effect::{Effect, Practice},
        key::Key,
        lore::{Finding, Found, Inquiry},
        message::Msg,
        screens::Screen,
    },
};

fn on_backends() -> Story {
    Story::watching(ascii()).on(Screen::Backends)
}

/// An address is typed into the form of a new backend, and found so.
fn add(address: &str, report: Result<ProbeReport, Error>) -> Story {
    let mut story = on_backends();
    story.press("a");
    story.key(Key::Enter);
    story.effects.clear();
    story.tell(Msg::Paste(address.into()));
    assert_eq!(story.effects, [], "it is still typed");
    story.wait(Duration::from_millis(300));
    let [inquiry] = &story.inquiries()[..] else { panic!("{:?}", story.effects) };
    let inquiry = (*inquiry).clone();
    let probe = Inquiry::Probe { pool: "app".into(), address: address.into() };
    assert_eq!(inquiry, probe);
    story.find(Found { inquiry, result: report.map(Finding::Probe) });
    story
}

/// To the end of the form, and on.
fn submit(story: &mut Story) {
    (0..4).for_each(|_| drop(story.key(Key::Enter)));
    story.watch();
}

#[test]
fn an_address_is_tried_by_the_gateway_as_it_is_typed() {
    let address = "10.0.0.19:8443";
    let mut story = add(address, Ok(probed(address, &["tcp", "health"], true)));
    let frame = story.frame(120, 40);
    assert!(frame.contains("probe    ok  tcp 0.4 ms, health 200 in 0.4 ms"), "{frame}");
    submit(&mut story);
    story.answer(Ok(drain_plan()));
    let frame = story.frame(120, 40);
    assert!(frame.contains("probed from the gateway: tcp 0.4 ms, health 200"), "{frame}");
    story.press("y");
    let Edit::AddBackend { address: added, standing, .. } = &story.sent()[0].edit else { panic!() };
    assert_eq!((added.as_str(), *standing), (address, Standing::Active));
}

#[test]
fn one_that_is_not_well_is_only_added_drained() {
    let address = "10.0.0.19:8443";
    let mut story = add(address, Ok(probed(address, &["tcp"], false)));
    let frame = story.frame(120, 40);
    assert!(frame.contains("!! tcp: nobody listens there; only to be added drained"), "{frame}");
    submit(&mut story);
    assert_eq!(story.asked(), None);
    assert!(story.frame(120, 40).contains("start it drained, or mend it"));
    story.key(Key::Right);
    story.key(Key::Enter);
    story.answer(Ok(drain_plan()));
    story.watch();
    story.press("y");
    let Edit::AddBackend { standing, .. } = &story.sent()[0].edit else { panic!() };
    assert_eq!(*standing, Standing::Draining);
}

#[test]
fn a_name_is_resolved_by_the_gateway_and_the_address_is_what_is_added() {
    let steps = ["dns", "tcp", "health"];
    let named = "app-9.internal:8443";
    let mut story = add(named, Ok(probed(named, &steps, true)));
    assert!(story.frame(120, 40).contains("dns 10.0.0.19 in 0.4 ms"));
    submit(&mut story);
    story.answer(Ok(drain_plan()));
    story.press("y");
    let Edit::AddBackend { address, .. } = &story.sent()[0].edit else { panic!() };
    assert_eq!(address, "10.0.0.19:8443");
    let mut story =
        add(named, Ok(ProbeReport { address: String::new(), ..probed(named, &["dns"], false) }));
    submit(&mut story);
    assert_eq!(story.asked(), None, "a name without an address is nobody's");
}

#[test]
fn one_who_may_not_have_it_tried_is_told_so_and_goes_on() {
    let refused = Error::new(ErrorCode::Denied, "Probe needs the role operator");
    let mut story = add("10.0.0.19:8443", Err(refused));
    assert!(story.frame(120, 40).contains("not made: Probe needs the role operator"));
    submit(&mut story);
    assert!(matches!(story.asked(), Some((request, true)) if request.intent.validate_only));
}

#[test]
fn nothing_is_added_before_the_gateway_was_there() {
    let mut story = on_backends();
    story.press("a");
    story.key(Key::Enter);
    story.effects.clear();
    story.tell(Msg::Paste("10.0.0.19:8443".into()));
    (0..4).for_each(|_| drop(story.key(Key::Enter)));
    assert_eq!(story.asked(), None);
    assert!(story.frame(120, 40).contains("the gateway has not asked it yet"));
}

#[test]
fn the_weight_of_a_backend_is_edited_with_its_reason() {
    let mut story = on_backends();
    story.press("jE");
    let frame = story.frame(120, 40);
    assert!(frame.contains("Edit app-2") && frame.contains("now 100, file 100"), "{frame}");
    assert!(frame.contains("another address or pool is another backend"), "{frame}");
    story.key(Key::Enter);
    story.key(Key::Enter);
    assert!(story.frame(120, 40).contains("app-2 has weight 100: nothing to change"));
    story.key(Key::BackTab);
    story.press("80");
    story.key(Key::Enter);
    story.tell(Msg::Paste("canary".into()));
    story.key(Key::Enter);
    story.watch();
    story.answer(Ok(drain_plan()));
    assert!(story.frame(120, 40).contains("= gatewayctl backend weight app-2=80 -m canary"));
    story.press("y");
    let edits = vec![("app-2".to_owned(), WeightEdit::Absolute(80))];
    assert_eq!(story.sent()[0].edit, Edit::SetWeights { edits });
}

#[test]
fn staged_weights_show_what_becomes_of_shares() {
    let mut story = on_backends();
    story.press("((");
    for (width, height) in [(120, 40), (80, 24)] {
        let frame = story.frame(width, height);
        assert!(frame.contains("share app-1 33.3% > 28.6%; +4.8% to 2 others"), "{frame}");
    }
    story.key(Key::Esc);
    assert!(!story.frame(120, 40).contains("share app-1"));
}

#[test]
fn a_rule_for_the_file_is_set_first_and_then_it_is_asked_what_is_written() {
    let mut story = Story::watching(ascii()).on(Screen::Limits);
    story.press("E");
    story.key(Key::Ctrl('U'));
    story.tell(Msg::Paste("80/minute".into()));
    (0..4).for_each(|_| drop(story.key(Key::Enter)));
    story.key(Key::Right);
    story.key(Key::Enter);
    story.tell(Msg::Paste("for good".into()));
    story.key(Key::Enter);
    story.watch();
    story.answer(Ok(drain_plan()));
    story.press("y");
    let edit = story.sent()[0].edit.clone();
    assert!(matches!(edit, Edit::SetLimit { .. }));
    story.answer(Ok(done(&edit)));
    story.watch();
    assert_eq!(story.model.dialog, None, "it is not seen yet");
    let asked = story.happen(|gateway| gateway.revision = 42);
    let wanted =
        asked.iter().any(|it| matches!(it, Effect::Preview(it) if it.edit == Edit::PersistConfig));
    assert!(wanted, "{asked:?}");
    story.answer(Ok(drain_plan()));
    story.press("y");
    assert_eq!(story.sent()[1].edit, Edit::PersistConfig);
    assert_eq!(story.sent()[1].intent.reason, "for good");
}

#[test]
fn what_goes_back_by_itself_is_not_written_to_the_file() {
    let mut story = Story::watching(ascii()).on(Screen::Limits);
    story.press("E");
    story.key(Key::Ctrl('U'));
    story.tell(Msg::Paste("80/minute".into()));
    (0..3).for_each(|_| drop(story.key(Key::Enter)));
    story.press("30m");
    story.key(Key::Enter);
    story.key(Key::Right);
    story.key(Key::Enter);
    story.key(Key::Enter);
    assert_eq!(story.asked(), None);
    assert!(story.frame(120, 40).contains("is not written to the file"));
}

#[test]
fn an_override_is_reverted_with_r_where_there_is_a_link_to_do_it_by() {
    let mut story = Story::watching(ascii()).on(Screen::Limits);
    story.effects.clear();
    story.press("r");
    assert!(
        matches!(story.asked(), Some((request, true)) if matches!(request.edit, Edit::SetLimit { .. }))
    );
    let mut story = Story::watching(ascii()).on(Screen::Limits);
    story.lose();
    story.effects.clear();
    assert_eq!(story.press("r"), [Effect::Retry]);
}

#[test]
fn a_demo_has_keys_to_practise_with_and_no_other_gateway_has() {
    let mut story = on_backends();
    story.effects.clear();
    story.press("KLXOHUJ");
    assert_eq!(story.effects, []);
    story.press("?");
    assert!(!story.frame(120, 200).contains("to practise on"));
    story.key(Key::Esc);
    story.happen(|gateway| gateway.demo = true);
    assert!(story.frame(120, 40).contains("K kill  L slow"), "{}", story.frame(120, 40));
    story.press("?");
    assert!(story.frame(120, 200).contains("Backends of a demo, to practise on"));
    story.key(Key::Esc);
    let spoil = |fault| Effect::Practise(Practice::Spoil("app-2".into(), fault));
    assert_eq!(story.press("jK"), [spoil(Fault::Kill)]);
    assert_eq!(story.press("L"), [spoil(Fault::Slow(None))]);
    assert_eq!(story.press("U"), [Effect::Practise(Practice::Load { more: true })]);
    story.tell(Msg::Practised(Ok("app-2 is killed".into())));
    assert!(story.frame(120, 40).contains("app-2 is killed"));
    story.lose();
    assert_eq!(story.press("K"), [], "nothing is sent without a link");
    story.watch();
    story.model.settings.care.protect = Protect::ReadOnly;
    assert_eq!(story.press("K"), [], "nor where nothing may be changed");
}

#[test]
fn forms_look_so() {
    let address = "10.0.0.19:8443";
    for (name, passed) in [("dialog_add_probed", true), ("dialog_add_unwell", false)] {
        let mut story = add(address, Ok(probed(address, &["tcp", "health"], passed)));
        story.model.settings.look = unicode();
        for (width, height) in [(120, 40), (80, 24), (40, 12)] {
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), story.frame(width, height));
        }
    }
    let mut story = on_backends();
    story.model.settings.look = unicode();
    story.press("E");
    for (width, height) in [(120, 40), (80, 24), (40, 12)] {
        insta::assert_snapshot!(
            format!("dialog_edit_{width}x{height}"),
            story.frame(width, height)
        );
    }
    let mut story = on_backends();
    story.model.settings.look = unicode();
    story.happen(|gateway| gateway.demo = true);
    for (width, height) in [(120, 40), (80, 24), (40, 12)] {
        insta::assert_snapshot!(
            format!("backends_demo_{width}x{height}"),
            story.frame(width, height)
        );
    }
}
