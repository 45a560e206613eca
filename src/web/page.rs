//! What every page starts from: who asks, what is asked, the organisation and its stores, and
//! the frame around the answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::{HttpRequest, web};

use crate::base::{Day, Zone};
use crate::domain::ask::Ask;
use crate::store::organisation::{self, Organisation};
use crate::store::room::Room;
use crate::store::stores::{self, Store};
use crate::store::users::Role;
use crate::store::{Db, Reader, StoreError, closings, dirty, jobs, settings};
use crate::web::ask::{PageAsk, Preset, write_href};
use crate::web::error::AppError;
use crate::web::format::{self, Locale};
use crate::web::kept::Kept;
use crate::web::known::{self, Known};
use crate::web::layout::{Frame, Icon, NavItem, NavSection, Theme};
use crate::web::notice::{Notice, Progress, Toast, Weight};
use crate::web::permission::{ApiDoc, Permission};
use crate::web::session::Who;
use crate::web::state::{Door, Shared, read_of, read_quickly};
use crate::web::strip::{KnownPicker, Strip};
use crate::web::words::{self, Word, diagnostics as told, say};

/// The setting that switches keyboard shortcuts `off`.
pub const SHORTCUTS: &str = "shortcuts";

/// Jobs among which the one at work is found.
const JOBS_LOOKED_AT: i64 = 20;

/// A part of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Start,
    Money,
    Books,
    Stock,
    Sources,
    End,
}

impl Section {
    const ALL: [Self; 6] =
        [Self::Start, Self::Money, Self::Books, Self::Stock, Self::Sources, Self::End];

    fn label(self) -> Option<Word> {
        match self {
            Self::Start | Self::End => None,
            Self::Money => Some(Word::NavMoney),
            Self::Books => Some(Word::NavBooks),
            Self::Stock => Some(Word::NavStock),
            Self::Sources => Some(Word::NavSources),
        }
    }

    fn icon(self) -> Option<Icon> {
        match self {
            Self::Start => Some(Icon::House),
            Self::Money => Some(Icon::Lines),
            Self::Stock => Some(Icon::Box),
            Self::Sources => Some(Icon::Plug),
            Self::Books | Self::End => None,
        }
    }
}

/// Counts what of a page needs a person; `None` where that is not known right now.
pub type Badge = fn(&Reader<'_>, Day) -> Option<i64>;

/// One page of the navigation.
#[derive(Clone, Debug)]
pub struct SiteItem {
    pub section: Section,
    pub slug: &'static str,
    pub label: Word,
    pub path: &'static str,
    pub key: Option<char>,
    pub permission: Permission,
    /// Whether it is open to people who may see some stores only.
    pub of_stores: bool,
    pub badge: Option<Badge>,
}

/// All pages; handed in by `app/serve.rs`, because this floor knows none of them.
#[derive(Clone, Debug, Default)]
pub struct Site {
    pub items: Vec<SiteItem>,
    /// The routes of the JSON API, as they are described to programs.
    pub api: Vec<ApiDoc>,
}

/// What a handler of a page works from.
pub struct Page {
    pub who: Who,
    pub ask: PageAsk,
    pub organisation: Organisation,
    pub stores: Vec<Store>,
    pub locale: Locale,
    pub theme: Theme,
    pub zone: Zone,
    /// The day from which the page is seen: that on which things were known as asked, or today.
    pub today: Day,
    /// Today, whatever day the page is seen from.
    calendar_day: Day,
    /// A day whose state of knowledge was asked of a page that has only today's.
    pub not_as_known: Option<Day>,
    /// The path under which the program is served, without a slash at its end.
    pub base: String,
    /// Whether others in the network can reach us.
    pub is_in_network: bool,
    /// Orders and days that are still to be computed: figures are from before the change.
    pub waiting: (i64, i64),
    pub shortcuts: bool,
    /// The first day of every month that is closed.
    pub closed: BTreeSet<Day>,
    /// The books that the page is asked of, where it can be asked of earlier ones.
    books: Option<Db>,
    /// By slug: how much of a page needs a person.
    badges: Vec<(&'static str, i64)>,
    room: Room,
    site: web::Data<Site>,
}

/// Reads what every page needs, once. A page that is opened so shows what is known today, and
/// says so where another day is asked for.
///
/// # Errors
/// What the store said.
pub async fn open(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
) -> Result<Page, AppError> {
    let mut page = open_since(state, site, who, request).await?;
    page.not_as_known = page.ask.as_known.take();
    page.ask.today = page.today;
    Ok(page)
}

/// As `open`, for a page that deals with the day of `as_known` itself.
///
/// # Errors
/// What the store said.
pub async fn open_since(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
) -> Result<Page, AppError> {
    let (now, pages) = (state.clock.now(), site.clone());
    // What needs a person is counted over all stores.
    let counts_for = who.sees_all_stores().then_some(who.role);
    let read = read_quickly(state, move |reader| {
        let organisation = organisation::find(reader.conn())?;
        let today = now.day_in(&zone_of(&organisation));
        Ok((
            organisation,
            stores::list_stores(reader)?,
            dirty::count(reader)?,
            settings::find(reader.conn(), SHORTCUTS)?,
            counts_for.map_or_else(Vec::new, |role| pages.list_badges(reader, role, today)),
            closings::list_closed(reader)?,
        ))
    });
    let (organisation, stores, waiting, shortcuts, badges, closed) = read.await?;
    let zone = zone_of(&organisation);
    let today = now.day_in(&zone);
    let base = state.base_path.trim_end_matches('/').to_owned();
    Ok(Page {
        ask: PageAsk::parse(request.path(), request.query_string(), today),
        locale: Locale::find(&organisation.locale).unwrap_or_default(),
        theme: Theme::parse(&organisation.theme).unwrap_or_default(),
        stores: stores.into_iter().filter(|store| who.scope.allows(store.id)).collect(),
        who,
        organisation,
        zone,
        today,
        calendar_day: today,
        not_as_known: None,
        base,
        is_in_network: state.door == Door::Network,
        waiting,
        shortcuts: shortcuts.as_deref() != Some("off"),
        closed,
        books: None,
        badges,
        room: state.db.room().get(),
        site,
    })
}

/// As `open`, for a page whose figures can be asked of the books as they were known on a day.
///
/// # Errors
/// `SeeOther` to where their making can be followed, where they are still to be made.
pub async fn open_as_known(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
) -> Result<Page, AppError> {
    let mut page = open_since(state, site, who, request).await?;
    let Some(day) = page.ask.as_known else {
        page.books = Some(state.db.clone());
        return Ok(page);
    };
    match known::want(state, known::end_of(day, &page.zone), None).await? {
        Known::Ready(copy) => {
            // Where nothing was known yet, the page that says what became known since is the
            // answer.
            if read_of(&copy, dirty::find_reporting).await?.is_none() {
                return Err(AppError::SeeOther(page.ask.href_of(&page.url("/changes-since"))));
            }
            page.books = Some(copy);
            page.today = day;
            page.waiting = (0, 0);
            Ok(page)
        }
        Known::Building(..) | Known::Failed(_) => {
            let next = page.ask.href_with(&[]);
            let at = known::end_of(day, &page.zone);
            Err(AppError::SeeOther(known::wait_href(&page.base, at, &next)))
        }
    }
}

fn zone_of(organisation: &Organisation) -> Zone {
    organisation.time_zone.clone().unwrap_or_else(Zone::utc)
}

impl Site {
    fn list_badges(&self, reader: &Reader<'_>, role: Role, today: Day) -> Vec<(&'static str, i64)> {
        let seen = self.items.iter().filter(|item| item.permission.allows(role));
        let counted = seen.filter_map(|item| Some((item.slug, (item.badge?)(reader, today)?)));
        counted.filter(|(_, count)| *count > 0).collect()
    }
}

impl Page {
    /// A path of ours; `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// As `url`, of the same state of knowledge.
    pub fn url_as_known(&self, path: &str) -> String {
        let day = self.ask.as_known.map(|day| ("as_known".to_owned(), day.to_string()));
        write_href(&self.url(path), day.into_iter())
    }

    /// Reads the address again, for a page that means other days where it names none.
    pub fn mean(&mut self, request: &HttpRequest, usual: Preset) {
        let (path, query) = (request.path(), request.query_string());
        let known = self.ask.as_known;
        self.ask = PageAsk::parse_usual(path, query, self.calendar_day, usual);
        if known.is_none() {
            self.ask.as_known = None;
            self.ask.today = self.today;
        }
    }

    /// The ask of the page's reports; a store that is not known is none.
    pub fn report_ask(&self) -> Ask {
        let named = self.ask.store.as_deref();
        let store = self.stores.iter().find(|store| Some(store.name.as_str()) == named);
        self.ask.report(self.who.scope.clone(), store.map(|store| store.id))
    }

    /// The strip with period, comparison, stores and basis.
    pub fn strip(&self) -> Strip {
        let names: Vec<String> = self.stores.iter().map(|store| store.name.clone()).collect();
        let known = self.books.as_ref().map(|_| KnownPicker::new(&self.ask, self.locale));
        Strip { known, ..Strip::full(&self.ask, &names, &self.zone, self.locale) }
    }

    /// Reads the books that the page is asked of.
    ///
    /// # Errors
    /// Those of `work`.
    pub async fn read<T, F>(&self, state: &Shared, work: F) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: FnOnce(&Reader<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        read_of(self.books.as_ref().unwrap_or(&state.db), work).await
    }

    /// As `read`, of an answer that is kept while the books stand: at once where it is.
    ///
    /// # Errors
    /// What the store said; the inner ones are those of `answer`.
    pub async fn read_kept<Q, A, E>(
        &self,
        state: &Shared,
        (kept, asked): (&'static Kept<Q, A>, Q),
        answer: fn(&Reader<'_>, &Q) -> Result<Option<A>, E>,
    ) -> Result<Result<Option<Arc<A>>, E>, AppError>
    where
        Q: Clone + PartialEq + Send + 'static,
        A: Send + Sync + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let books = self.books.as_ref().unwrap_or(&state.db);
        if let Ok(found) = books.read_now(|reader| kept.find(reader, &asked))
            && let Some(found) = found?
        {
            return Ok(Ok(Some(found)));
        }
        read_of(books, move |reader| Ok(kept.find_or(reader, &asked, || answer(reader, &asked))))
            .await
    }

    /// Shown while figures are being recounted; `poll` tells how far that is.
    pub fn recounting(&self, poll: &str) -> Option<Progress> {
        let (orders, days) = self.waiting;
        if (orders, days) == (0, 0) {
            return None;
        }
        let shown = format::quantity(orders, self.locale);
        let shown = say::counted(orders, &shown, Word::Order, Word::Orders);
        Some(Progress {
            id: "recounting".to_owned(),
            title: words::text(Word::Recounting).to_owned(),
            beside: None,
            done: 0,
            total: orders.max(1),
            shown: say::to_go(&shown),
            note: words::text(Word::RecountingNote).to_owned(),
            poll: Some(self.url(poll)),
            stop: None,
        })
    }

    pub fn frame(&self, title: impl Into<String>, slug: &str, strip: Option<Strip>) -> Frame {
        Frame {
            title: title.into(),
            locale: self.locale,
            theme: self.theme,
            base: self.base.clone(),
            organisation: self.organisation.name.clone(),
            nav: self.list_nav(),
            current: slug.to_owned(),
            strip,
            is_in_network: self.is_in_network,
            toast: None,
            notice: self.low_disk(),
            refresh: None,
            shortcuts: self.shortcuts,
        }
    }

    pub fn frame_with_toast(
        &self,
        title: impl Into<String>,
        slug: &str,
        strip: Option<Strip>,
        toast: Option<Toast>,
    ) -> Frame {
        Frame { toast, ..self.frame(title, slug, strip) }
    }

    /// Syncs and imports pause, so every page says it, and what ends it.
    fn low_disk(&self) -> Option<Notice> {
        let free = self.room.free.filter(|_| self.room.is_low())?;
        Some(Notice {
            weight: Weight::Broken,
            title: told::LOW_DISK.to_owned(),
            text: told::low_disk(free, self.room.mark),
            buttons: Vec::new(),
            link: None,
        })
    }

    fn list_nav(&self) -> Vec<NavSection> {
        let mut sections = Vec::new();
        for section in Section::ALL {
            let items: Vec<NavItem> = self
                .site
                .items
                .iter()
                .filter(|item| item.section == section)
                .filter(|item| item.permission.allows(self.who.role))
                .filter(|item| item.of_stores || self.who.sees_all_stores())
                .map(|item| NavItem {
                    label: item.label.to_string(),
                    href: self.url(item.path),
                    slug: item.slug.to_owned(),
                    badge: self
                        .badges
                        .iter()
                        .find(|(slug, _)| *slug == item.slug)
                        .map(|(_, count)| format::quantity(*count, self.locale)),
                    key: item.key,
                })
                .collect();
            if !items.is_empty() {
                let label = section.label().map(|label| label.to_string());
                sections.push(NavSection { label, icon: section.icon(), items });
            }
        }
        sections
    }
}

/// How far a job is, for pages that follow one.
pub fn is_open(job: &jobs::Job) -> bool {
    matches!(job.state.as_str(), "due" | "leased" | "failed")
}

/// How far the figures are behind what was entered.
#[derive(Clone, Debug)]
pub struct Recount {
    pub is_open: bool,
    pub done: i64,
    pub total: i64,
    pub shown: String,
}

impl Recount {
    /// `kind` names the job that computes them.
    ///
    /// # Errors
    /// What the store said.
    pub fn find(reader: &Reader<'_>, kind: &str) -> Result<Self, StoreError> {
        let (orders, days) = dirty::count(reader)?;
        let jobs = jobs::list_jobs(reader, JOBS_LOOKED_AT)?;
        let job = jobs.iter().find(|job| job.kind == kind && job.state == "leased");
        let done = job.map_or(0, |job| job.progress_done);
        let organisation = organisation::find(reader.conn())?;
        let shown =
            format::quantity(orders, Locale::find(&organisation.locale).unwrap_or_default());
        let shown = say::counted(orders, &shown, Word::Order, Word::Orders);
        Ok(Self {
            is_open: (orders, days) != (0, 0),
            done,
            total: (done + orders).max(1),
            shown: say::to_go(&shown),
        })
    }

    /// As `static/js/progress.js` reads it.
    pub fn json(&self, result_url: &str) -> serde_json::Value {
        serde_json::json!({
            "done": self.done,
            "total": self.total,
            "shown": self.shown,
            "state": if self.is_open { "running" } else { "done" },
            "result_url": result_url,
        })
    }
}
