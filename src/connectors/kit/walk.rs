//! The ways in which platforms hand out what is more than a page: links, offsets, and windows of
//! time that overlap, so that what changes while we read is read again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::http::address;
use crate::base::Instant;

/// A slice of time that is read page by page. Serves as a cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub from: Instant,
    pub to: Instant,
    /// The platform's own mark of the next page; `None` before the first.
    pub page: Option<String>,
}

/// How windows follow one another.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    /// The longest that the platform allows, or that is wise.
    pub span: Duration,
    /// How far the first window of a turn goes back behind the end of the last.
    pub overlap: Duration,
    /// What happened within so long may not be told yet.
    pub lag: Duration,
}

impl Windows {
    /// The first window of all.
    pub fn first(&self, since: Instant, now: Instant) -> Window {
        self.window(since, now)
    }

    /// The next window of this turn; `None` where the present is reached.
    pub fn next(&self, done: &Window, now: Instant) -> Option<Window> {
        let end = self.end(now);
        (done.to < end).then(|| self.window(done.to, now))
    }

    /// The first window of the next turn, after one that reached the present.
    pub fn again(&self, done: &Window, now: Instant) -> Window {
        let back = i64::try_from(self.overlap.as_micros()).unwrap_or(i64::MAX);
        // A clock that was set back must not lead to a window without length for ever.
        let from = Instant(done.to.min(self.end(now)).0.saturating_sub(back).max(0));
        self.window(from, now)
    }

    fn window(&self, from: Instant, now: Instant) -> Window {
        let from = from.min(self.end(now));
        Window { from, to: from.plus(self.span).min(self.end(now)), page: None }
    }

    fn end(&self, now: Instant) -> Instant {
        let lag = i64::try_from(self.lag.as_micros()).unwrap_or(i64::MAX);
        Instant(now.0.saturating_sub(lag))
    }
}

/// The address under `rel="next"` of a `Link` header.
pub fn next_link(header: &str) -> Option<&str> {
    for link in header.split(",<").flat_map(|part| part.split(", <")) {
        let link = link.trim().trim_start_matches('<');
        let Some((url, parameters)) = link.split_once('>') else { continue };
        let is_next = parameters.split(';').map(str::trim).any(|parameter| {
            let value = parameter.strip_prefix("rel=").unwrap_or_default();
            value.trim_matches('"').split_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(url);
        }
    }
    None
}

/// The next address, where it is of the same host; one that leads elsewhere is none.
pub fn same_host_link(from: &str, header: &str) -> Option<String> {
    let url = address::join(from, next_link(header)?)?;
    (address::origin(&url) == address::origin(from)).then_some(url)
}

/// The offset of the next page; `None` where this one was the last. A page that is shorter than
/// asked for is the last only where no total says otherwise.
pub fn next_offset(offset: u64, got: u64, size: u64, total: Option<u64>) -> Option<u64> {
    let next = offset.checked_add(got)?;
    let is_more = match total {
        Some(total) => next < total && got > 0,
        None => got >= size && got > 0,
    };
    is_more.then_some(next)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_next_link_is_found_among_others() {
        let link = "<https://a.test/x?page=1>; rel=\"prev\", <https://a.test/x?page=3&a=b,c>; \
            rel=\"next\"";
        assert_eq!(next_link(link), Some("https://a.test/x?page=3&a=b,c"));
        assert_eq!(next_link("<https://a.test/x>; rel=\"prev\""), None);
        assert_eq!(next_link("</x?page=2>; title=\"a\"; rel=next"), Some("/x?page=2"));
        assert_eq!(next_link(""), None);
        let from = "https://a.test/x";
        assert_eq!(same_host_link(from, "</y>; rel=next").as_deref(), Some("https://a.test/y"));
        assert_eq!(same_host_link(from, "<https://evil.test/y>; rel=next"), None);
    }

    #[test]
    fn offsets_end() {
        assert_eq!(next_offset(0, 100, 100, None), Some(100));
        assert_eq!(next_offset(100, 40, 100, None), None);
        assert_eq!(next_offset(100, 40, 100, Some(200)), Some(140));
        assert_eq!(next_offset(100, 0, 100, Some(200)), None);
        assert_eq!(next_offset(100, 100, 100, Some(200)), None);
    }

    fn hours(hours: u64) -> Duration {
        Duration::from_secs(hours * 3_600)
    }

    proptest! {
        /// However long the turns lie apart, no instant is left out, and each window keeps within
        /// what the platform allows.
        #[test]
        fn windows_leave_no_gap(
            gaps in proptest::collection::vec(0_i64..400, 1..12),
            span in 1_u64..200, overlap in 0_u64..20, lag in 0_u64..3,
        ) {
            let windows = Windows { span: hours(span), overlap: hours(overlap), lag: hours(lag) };
            let start = Instant::from_seconds(1_700_000_000);
            let mut now = start.plus(hours(1_000));
            let mut window = windows.first(start, now);
            prop_assert_eq!(window.from, start);
            let mut reached = start;
            for gap in gaps {
                loop {
                    prop_assert!(window.from <= reached && window.from <= window.to);
                    prop_assert!(window.to.since(window.from) <= windows.span);
                    reached = reached.max(window.to);
                    match windows.next(&window, now) {
                        Some(next) => window = next,
                        None => break,
                    }
                }
                prop_assert!(reached.plus(windows.lag) >= now);
                now = now.plus_seconds(gap * 3_600);
                window = windows.again(&window, now);
            }
        }

        #[test]
        fn no_header_is_a_crash(text in "\\PC{0,60}") {
            let _ = next_link(&text);
            let _ = address::join("https://a.test/x", &text);
            let _ = address::host(&text);
            let _ = address::list_parameters(&text);
        }
    }

    #[test]
    fn a_clock_set_back_does_not_lose_time() {
        let windows = Windows { span: hours(24), overlap: hours(1), lag: hours(0) };
        let now = Instant::from_seconds(1_700_000_000);
        let done = Window { from: now, to: now.plus(hours(100)), page: None };
        let again = windows.again(&done, now);
        assert!(again.from < now && again.to <= now);
    }
}
