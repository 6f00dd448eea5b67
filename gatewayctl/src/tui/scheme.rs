//! The themes that are built in: what each role is painted with.

use super::theme::Role;
use crate::model::{Paint, Scheme, Tint};

const PLAIN: Paint =
    Paint { text: None, ground: None, bold: false, dim: false, reverse: false, underline: false };
const BOLD: Paint = Paint { bold: true, ..PLAIN };
const DIM: Paint = Paint { dim: true, ..PLAIN };
const REVERSE: Paint = Paint { reverse: true, ..PLAIN };
const ALARM: Paint = Paint { bold: true, reverse: true, ..PLAIN };

const fn rgb(value: u32) -> Tint {
    let [_, red, green, blue] = value.to_be_bytes();
    Tint::Rgb(red, green, blue)
}

const fn text(value: u32) -> Paint {
    Paint { text: Some(rgb(value)), ..PLAIN }
}

const fn own(at: u8) -> Paint {
    Paint { text: Some(Tint::Own(at)), ..PLAIN }
}

const fn heavy(paint: Paint) -> Paint {
    Paint { bold: true, ..paint }
}

const fn reversed(paint: Paint) -> Paint {
    Paint { bold: true, reverse: true, ..paint }
}

const fn on(value: u32) -> Paint {
    Paint { ground: Some(rgb(value)), bold: true, ..PLAIN }
}

/// What `role` is painted with, on a terminal with many colours or with sixteen.
pub(super) const fn paint(scheme: Scheme, role: Role, has_many: bool) -> Paint {
    match scheme {
        Scheme::Mono => mono(role),
        Scheme::CbSafe if has_many => cb_safe(role),
        Scheme::CbSafe => cb_safe_of_sixteen(role),
        Scheme::Dark if has_many => dark(role),
        Scheme::Light if has_many => light(role),
        Scheme::Ansi16 | Scheme::Dark | Scheme::Light => ansi16(role),
    }
}

const fn mono(role: Role) -> Paint {
    match role {
        Role::Plain | Role::Ok => PLAIN,
        Role::Warn | Role::Bad | Role::Accent | Role::Title => BOLD,
        Role::Muted => DIM,
        Role::Selected => REVERSE,
        Role::Alarm => ALARM,
    }
}

const fn ansi16(role: Role) -> Paint {
    match role {
        Role::Ok => own(2),
        Role::Warn => own(3),
        Role::Bad => heavy(own(1)),
        Role::Accent => own(6),
        Role::Alarm => reversed(own(1)),
        Role::Plain | Role::Muted | Role::Title | Role::Selected => mono(role),
    }
}

const fn dark(role: Role) -> Paint {
    match role {
        Role::Ok => text(0x5f_d7_87),
        Role::Warn => text(0xff_d7_5f),
        Role::Bad => heavy(text(0xff_6f_6f)),
        Role::Muted => text(0x94_94_94),
        Role::Accent => text(0x6f_b7_ff),
        Role::Selected => on(0x3a_3a_4a),
        Role::Alarm => reversed(text(0xff_6f_6f)),
        Role::Plain | Role::Title => mono(role),
    }
}

const fn light(role: Role) -> Paint {
    match role {
        Role::Ok => text(0x00_6a_2e),
        Role::Warn => text(0x87_54_00),
        Role::Bad => heavy(text(0xb8_10_10)),
        Role::Muted => text(0x62_62_62),
        Role::Accent => text(0x00_50_a8),
        Role::Selected => on(0xd3_e3_fb),
        Role::Alarm => reversed(text(0xb8_10_10)),
        Role::Plain | Role::Title => mono(role),
    }
}

/// Okabe and Ito, "Color universal design", 2008: blue, orange and vermillion are told apart by
/// everybody.
const fn cb_safe(role: Role) -> Paint {
    match role {
        Role::Ok => text(0x00_72_b2),
        Role::Warn => text(0xe6_9f_00),
        Role::Bad => heavy(text(0xd5_5e_00)),
        Role::Accent => text(0x56_b4_e9),
        Role::Alarm => reversed(text(0xd5_5e_00)),
        Role::Plain | Role::Muted | Role::Title | Role::Selected => mono(role),
    }
}

const fn cb_safe_of_sixteen(role: Role) -> Paint {
    match role {
        Role::Ok => own(12),
        Role::Warn => own(3),
        Role::Bad => heavy(own(1)),
        Role::Accent => own(14),
        Role::Alarm => reversed(own(1)),
        Role::Plain | Role::Muted | Role::Title | Role::Selected => mono(role),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How bright a colour is for the eye, 0 to 1. WCAG 2.1, relative luminance.
    fn luminance(tint: Tint) -> f64 {
        let Tint::Rgb(red, green, blue) = tint else { panic!("{tint:?} is the terminal's") };
        let [red, green, blue] = [red, green, blue].map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: Tint, other: Tint) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_text_can_be_read_on_the_grounds_it_is_for() {
        let dark = [0x00_00_00, 0x1e_1e_1e, 0x3a_3a_4a].map(rgb);
        let light = [0xff_ff_ff, 0xfd_f6_e3, 0xd3_e3_fb].map(rgb);
        for (scheme, grounds, least) in [(Scheme::Dark, dark, 3.5), (Scheme::Light, light, 4.2)] {
            for role in Role::ALL {
                let Some(text) = paint(scheme, role, true).text else { continue };
                for ground in grounds {
                    let contrast = contrast(text, ground);
                    assert!(contrast >= least, "{scheme} {role:?} on {ground:?}: {contrast:.1}");
                }
            }
        }
    }

    #[test]
    fn what_is_well_and_what_is_not_differ_without_any_colour() {
        for scheme in Scheme::ALL {
            let [ok, warn, bad, alarm] = [Role::Ok, Role::Warn, Role::Bad, Role::Alarm]
                .map(|role| Paint { text: None, ..paint(scheme, role, true) });
            assert!(ok != bad && bad != alarm, "{scheme}: {ok:?} {warn:?} {bad:?} {alarm:?}");
        }
    }
}
