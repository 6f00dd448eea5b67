//! What is said in the last row: what was done or refused, what the charts say, what to look at.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{
    connection::Freshness,
    figures,
    look::Look,
    model::Model,
    notice::{Notice, Tone},
    readings,
    screens::{Screen, traffic},
    theme::Role,
};

/// What is said. Where there is no room for all, words are cut and the keys stay.
#[derive(Debug, Default)]
pub(super) struct Said<'a> {
    words: Vec<Span<'a>>,
    /// What can be done about it, by which key.
    keys: Option<Span<'a>>,
}

impl<'a> Said<'a> {
    /// What was said last; without a link, what that means goes first.
    pub(super) fn of(model: &'a Model) -> Self {
        let notice = model.notices.shown(model.now);
        if let Some(error) = notice.filter(|it| it.tone == Tone::Error) {
            return told(model, error);
        }
        if let Some(lost) = lost(model) {
            return Self { words: vec![lost], keys: None };
        }
        let cursor = model.timeline().cursor_ms.filter(|_| readings::has_charts(model.screen));
        match (cursor, notice) {
            (Some(at_ms), _) => Self { words: reading(model, at_ms), keys: None },
            (None, Some(notice)) => told(model, notice),
            (None, None) => Self { words: hint(model), keys: None },
        }
    }

    /// This, or if it is nothing, the worst problem.
    pub(super) fn or_problem(self, model: &'a Model) -> Self {
        let problem = model.scene().and_then(|scene| scene.snapshot.problems.first());
        let Some(problem) = problem.filter(|_| self.is_empty()) else { return self };
        let words = format!("{} {}", problem.target, problem.what);
        Self { words: vec![model.settings.look.text(Role::Warn, words)], keys: None }
    }

    /// Whether nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How many cells all of it takes.
    pub(super) fn width(&self) -> u16 {
        let width = self.words.iter().chain(&self.keys).map(Span::width).sum::<usize>();
        u16::try_from(width).unwrap_or(u16::MAX)
    }

    /// Draws it on the first row of `area`.
    pub(super) fn view(self, look: Look, buffer: &mut Buffer, area: Rect) {
        let keys = self.keys.unwrap_or_default();
        let mut left = usize::from(area.width).saturating_sub(keys.width());
        let mut spans = Vec::new();
        for word in self.words {
            spans.push(Span::styled(look.cut_end(&word.content, left), word.style));
            left = left.saturating_sub(word.width());
        }
        spans.push(keys);
        look.row(buffer, area, 0, spans);
    }
}
fn told<'a>(model: &'a Model, notice: &'a Notice) -> Said<'a> {
    let look = model.settings.look;
    let keys = match notice.tone {
        Tone::Error => format!("  ({})", model.key("screen.back")),
        _ if notice.keys.is_empty() => String::new(),
        _ => format!("  {}", notice.keys),
    };
    let words = vec![
        Span::styled(format!(" {} ", notice.tone.word()), look.style(notice.tone.role())),
        look.text(Role::Plain, notice.text.as_str()),
    ];
    Said { words, keys: Some(look.text(Role::Muted, keys)) }
}

/// What it means that there is no link.
fn lost(model: &Model) -> Option<Span<'_>> {
    let look = model.settings.look;
    let Freshness::Lost { since, .. } = model.freshness() else { return None };
    let time = figures::time_of_day(model.live.snapshot.as_ref()?.time_ms);
    let why = model.connection.error().map_or("", |error| error.message.as_str());
    let words = format!(
        " {} data of {time}Z, {}s old; changes disabled, {} tries now: {why}",
        look.glyphs.alerts[0],
        since.as_secs(),
        model.key("link.retry")
    );
    Some(look.text(Role::Warn, words))
}

/// What the charts say at the moment that is read, and what happened then.
fn reading(model: &Model, at_ms: i64) -> Vec<Span<'_>> {
    let look = model.settings.look;
    let time = figures::time_of_day(at_ms);
    let mut spans = vec![Span::styled(format!(" {time}Z "), look.style(Role::Selected))];
    for (label, value) in readings::readings(model) {
        spans.push(look.label("  "));
        spans.push(look.label(label));
        spans.push(Span::raw(" "));
        spans.push(look.text(Role::Title, value));
    }
    if let Some(event) = readings::happened(model) {
        let name = event.target.split_once('/').map_or(event.target.as_str(), |(_, name)| name);
        spans.push(look.text(Role::Plain, format!("  {name} {}", event.what)));
    }
    spans
}

/// What the requests on the screen say that should be done, while nothing else is said.
fn hint(model: &Model) -> Vec<Span<'_>> {
    let shown = model.screen == Screen::Traffic && !model.freshness().is_stale();
    let hint = shown.then(|| traffic::hint(&model.traffic, &model.live)).flatten();
    let look = model.settings.look;
    let told = hint.map(|hint| {
        vec![Span::styled(" hint ", look.style(Role::Accent)), look.text(Role::Plain, hint)]
    });
    told.unwrap_or_default()
}
