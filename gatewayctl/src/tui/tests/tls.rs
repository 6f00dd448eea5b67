//! Stories of TLS: the row is found from a problem, and what is sent is what was shown.

use std::time::Duration;

use super::fixture::{Story, ascii, certificates, unicode};
use crate::{
    model::{Edit, Problem, Severity},
    tui::{
        key::Key,
        lore::{Finding, Found, Inquiry},
        screens::Screen,
    },
};

fn on_tls() -> Story {
    Story::watching(ascii()).on(Screen::Tls)
}

#[test]
fn a_problem_leads_to_its_certificate_and_esc_back() {
    let mut story = Story::watching(ascii());
    story.happen(|gateway| {
        let target = "certificate/api.example.com".into();
        let what = "it expires in 6 days (https)".into();
        gateway.problems = vec![Problem { severity: Severity::Warn, target, what, since_ms: None }];
    });
    assert!(story.frame(120, 40).contains("7 TLS!1"), "{}", story.frame(120, 40));
    assert!(story.frame(80, 24).contains("7 TLS!1"), "{}", story.frame(80, 24));
    story.key(Key::Enter);
    assert_eq!(story.model.screen, Screen::Tls);
    story.inform();
    assert_eq!(story.model.tls.list.selected(), Some("https/1"));
    story.key(Key::Esc);
    assert_eq!(story.model.screen, Screen::Overview);
}

#[test]
fn reading_again_is_asked_for_the_listener_of_the_chosen_row() {
    let mut story = on_tls();
    story.press("jjr");
    story.answer(Ok(super::fixture::drain_plan()));
    story.wait(Duration::from_millis(300));
    let frame = story.frame(120, 40);
    assert!(frame.contains("Reload certificates of intern ?"), "{frame}");
    assert!(frame.contains("gatewayctl cert reload intern"), "{frame}");
    story.press("y");
    let sent = story.sent();
    let edit = Edit::ReloadCertificates { served_by: vec!["intern".into()] };
    assert_eq!((sent.len(), &sent[0].edit), (1, &edit));
}

#[test]
fn two_marked_certificates_of_one_listener_are_read_once() {
    let mut story = on_tls();
    story.press("  r");
    let (asked, _) = story.asked().unwrap();
    assert_eq!(asked.edit, Edit::ReloadCertificates { served_by: vec!["https".into()] });
}

#[test]
fn without_a_link_the_key_tries_the_gateway_instead() {
    let mut story = on_tls();
    story.lose();
    story.press("r");
    assert!(story.model.dialog.is_none());
    assert!(matches!(story.effects.last(), Some(crate::tui::effect::Effect::Retry)));
}

#[test]
fn a_renewed_certificate_stays_chosen_and_a_filter_narrows_the_list() {
    let mut story = Story::watching(unicode()).on(Screen::Tls);
    story.press("j");
    let mut renewed = certificates();
    renewed[1].fingerprint = "77".repeat(32);
    renewed.insert(0, renewed[3].clone());
    renewed[0].id = "another/0".into();
    let result = Ok(Finding::Certificates(renewed));
    story.find(Found { inquiry: Inquiry::Certificates, result });
    assert_eq!(story.model.tls.list.selected(), Some("https/1"));
    story.press("/result=refused");
    let frame = story.frame(120, 40);
    assert!(frame.contains("filter: result=refused (1)"), "{frame}");
}
