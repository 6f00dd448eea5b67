//! The charts of all screens: how far back they were moved, the moment that is read from them, and
//! how high their scales are.

use super::{
    history::History, model::Model, notice::Notice, picture::Picture, readings, scales::Scales,
    screens::Screen, series::Series, timeline::Timeline, window::Window,
};

/// A cursor moves by this part of the window.
const STEPS: i64 = 60;

/// What is remembered of charts.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Charts {
    /// How far their right edge is back, in milliseconds.
    back_ms: i64,
    /// The moment that is read, milliseconds since the Unix epoch.
    cursor_ms: Option<i64>,
    /// How high their scales are.
    pub(crate) scales: Scales,
}

/// What can be done to charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Msg {
    /// Half a window back in time.
    Earlier,
    /// Half a window forward again.
    Later,
    /// To the newest, and nothing is read.
    Newest,
    /// Read the values of a moment, or cease to.
    Cursor,
    /// Read a moment before.
    Left,
    /// Read a moment later.
    Right,
}

/// Does `msg` to the charts of the screen. Only a frozen past can be moved in: going back freezes it.
pub(crate) fn act(model: &mut Model, msg: Msg) {
    if msg == Msg::Cursor && !readings::has_charts(model.screen) {
        model.say(Notice::note("there is no chart on this screen to read from"));
        return;
    }
    if msg == Msg::Earlier && model.paused.is_none() {
        model.pause();
    }
    let window = model.window();
    let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
    model.charts.update(msg, picture, window);
}

/// Freezes the charts around a moment and reads it; `false` when nothing is known of it.
pub(crate) fn jump(model: &mut Model, at_ms: i64) -> bool {
    let picture = model.shown();
    let ago_ms = picture.time_ms() - at_ms;
    if ago_ms > picture.history.length_ms(picture.time_ms()) {
        return false;
    }
    if model.paused.is_none() {
        model.pause();
    }
    let window = model.window();
    let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
    model.charts.back_ms = ago_ms - window.length_ms() / 2;
    model.charts.cursor_ms = Some(at_ms);
    model.charts.hold(picture, window);
    true
}

/// Keeps the charts within what is known, and their scales to what they show.
pub(crate) fn settle(model: &mut Model) {
    let window = model.window();
    let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
    model.charts.hold(picture, window);
    let timeline = model.charts.timeline(picture, window);
    let chosen = model.backends.selected(picture).map(|it| it.name.as_str());
    model.charts.scale((model.screen, chosen), &picture.history, timeline);
}

impl Charts {
    /// Follows what is new: nothing is moved back any more.
    pub(crate) fn follow(&mut self) {
        self.back_ms = 0;
    }

    /// Does `msg` to charts of `picture` in this window.
    pub(crate) fn update(&mut self, msg: Msg, picture: &Picture, window: Window) {
        let half_ms = window.length_ms() / 2;
        match msg {
            Msg::Earlier => self.back_ms = self.back_ms.saturating_add(half_ms),
            Msg::Later => self.back_ms -= half_ms,
            Msg::Newest => (self.back_ms, self.cursor_ms) = (0, None),
            Msg::Cursor if self.cursor_ms.is_some() => self.cursor_ms = None,
            Msg::Cursor => self.cursor_ms = Some(picture.time_ms() - self.back_ms),
            Msg::Left => self.read(-1, window),
            Msg::Right => self.read(1, window),
        }
        self.hold(picture, window);
    }

    /// Keeps edge and cursor within what is known and shown.
    pub(crate) fn hold(&mut self, picture: &Picture, window: Window) {
        let known_ms = picture.history.length_ms(picture.time_ms());
        self.back_ms = self.back_ms.clamp(0, (known_ms - window.length_ms() / 2).max(0));
        let end_ms = picture.time_ms() - self.back_ms;
        let begin_ms = end_ms - window.length_ms() + 1;
        self.cursor_ms = self.cursor_ms.map(|at| at.clamp(begin_ms, end_ms));
    }

    /// Which part of the past charts of `picture` show.
    pub(crate) fn timeline(&self, picture: &Picture, window: Window) -> Timeline {
        let (end_ms, cursor_ms) = (picture.time_ms() - self.back_ms, self.cursor_ms);
        Timeline { end_ms, window, is_newest: self.back_ms == 0, cursor_ms }
    }

    /// Whether a moment is read.
    pub(crate) fn reads(&self) -> bool {
        self.cursor_ms.is_some()
    }

    /// Looks at what the charts of a screen show, and sets their scales.
    pub(crate) fn scale(
        &mut self,
        (screen, chosen): (Screen, Option<&str>),
        history: &History,
        timeline: Timeline,
    ) {
        let peak = |series: &Series| series.peak(timeline.end_ms, timeline.window).unwrap_or(0.0);
        let mut see = |what: &str, greatest| self.scales.see(what, timeline.window, greatest);
        match (screen, chosen) {
            (Screen::Overview, _) => {
                see("rps", peak(&history.rps));
                see("latency", peak(&history.p50).max(peak(&history.p99)));
            }
            (Screen::Backends, Some(name)) => {
                let Some(seen) = history.backend(name) else { return };
                see(&format!("backend/{name}/rps"), peak(&seen.rps));
                see(&format!("backend/{name}/in_flight"), peak(&seen.in_flight));
            }
            (Screen::Limits, _) => {
                let peaks = history.limits().map(|seen| peak(&seen.rejected));
                see("rejections", peaks.fold(0.0, f64::max));
            }
            _ => {}
        }
    }

    fn read(&mut self, steps: i64, window: Window) {
        let step_ms = window.length_ms() / STEPS;
        self.cursor_ms = self.cursor_ms.map(|at| at.saturating_add(steps * step_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Snapshot;

    const MINUTE_MS: i64 = 60_000;

    fn picture(minutes: i64) -> Picture {
        let mut picture = Picture::default();
        for time_ms in [0, minutes * MINUTE_MS] {
            picture.take(Snapshot { time_ms, ..Snapshot::default() });
        }
        picture
    }

    #[test]
    fn charts_move_within_what_is_known() {
        let (mut charts, picture) = (Charts::default(), picture(12));
        let window = Window::Five;
        let ends = |charts: &Charts| charts.timeline(&picture, window).end_ms / MINUTE_MS;
        charts.update(Msg::Later, &picture, window);
        assert_eq!(ends(&charts), 12);
        for _ in 0..9 {
            charts.update(Msg::Earlier, &picture, window);
        }
        assert!(!charts.timeline(&picture, window).is_newest);
        assert_eq!(ends(&charts), 2, "half of the oldest window is still known");
        charts.update(Msg::Newest, &picture, window);
        assert!(charts.timeline(&picture, window).is_newest);
    }

    #[test]
    fn a_cursor_moves_by_the_second_in_a_minute_and_stays_in_the_window() {
        let (mut charts, picture) = (Charts::default(), picture(12));
        charts.update(Msg::Left, &picture, Window::Minute);
        assert!(!charts.reads());
        charts.update(Msg::Cursor, &picture, Window::Minute);
        charts.update(Msg::Right, &picture, Window::Minute);
        let at = |charts: &Charts| charts.timeline(&picture, Window::Minute).cursor_ms.unwrap();
        assert_eq!(at(&charts), 12 * MINUTE_MS);
        charts.update(Msg::Left, &picture, Window::Minute);
        assert_eq!(at(&charts), 12 * MINUTE_MS - 1_000);
        (0..99).for_each(|_| charts.update(Msg::Left, &picture, Window::Minute));
        assert_eq!(at(&charts), 11 * MINUTE_MS + 1);
        charts.update(Msg::Earlier, &picture, Window::Minute);
        assert_eq!(at(&charts), 11 * MINUTE_MS + 1, "it stays where it is while that is shown");
        charts.update(Msg::Cursor, &picture, Window::Minute);
        assert!(!charts.reads());
    }
}
