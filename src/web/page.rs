//! What every page starts from: who asks, what is asked, the organisation and its stores, and
//! the frame around the answer.

use actix_web::{HttpRequest, web};

use crate::base::{Day, Zone};
use crate::domain::ask::Ask;
use crate::store::organisation::{self, Organisation};
use crate::store::stores::{self, Store};
use crate::store::{dirty, jobs};
use crate::web::ask::PageAsk;
use crate::web::error::AppError;
use crate::web::format::Locale;
use crate::web::layout::{Frame, Icon, NavItem, NavSection, Theme};
use crate::web::notice::Toast;
use crate::web::permission::{ApiDoc, Permission};
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::strip::Strip;
use crate::web::words::Word;

/// A part of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Start,
    Money,
    Books,
    Sources,
    End,
}

impl Section {
    const ALL: [Self; 5] = [Self::Start, Self::Money, Self::Books, Self::Sources, Self::End];

    fn label(self) -> Option<Word> {
        match self {
            Self::Start | Self::End => None,
            Self::Money => Some(Word::NavMoney),
            Self::Books => Some(Word::NavBooks),
            Self::Sources => Some(Word::NavSources),
        }
    }

    fn icon(self) -> Option<Icon> {
        match self {
            Self::Start => Some(Icon::House),
            Self::Money => Some(Icon::Lines),
            Self::Books => Some(Icon::Box),
            Self::Sources => Some(Icon::Plug),
            Self::End => None,
        }
    }
}

/// One page of the navigation.
#[derive(Clone, Debug)]
pub struct SiteItem {
    pub section: Section,
    pub slug: &'static str,
    pub label: Word,
    pub path: &'static str,
    pub key: Option<char>,
    pub permission: Permission,
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
    pub today: Day,
    /// The path under which the program is served, without a slash at its end.
    pub base: String,
    /// Orders and days that are still to be computed: figures are from before the change.
    pub waiting: (i64, i64),
    site: web::Data<Site>,
}

/// Reads what every page needs, once.
///
/// # Errors
/// What the store said.
pub async fn open(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
) -> Result<Page, AppError> {
    let (organisation, stores, waiting) = read(state, |reader| {
        Ok((
            organisation::find(reader.conn())?,
            stores::list_stores(reader)?,
            dirty::count(reader)?,
        ))
    })
    .await?;
    let zone = organisation.time_zone.clone().unwrap_or_else(Zone::utc);
    let today = state.clock.now().day_in(&zone);
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
        base,
        waiting,
        site,
    })
}

impl Page {
    /// A path of ours; `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
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
        Strip::full(&self.ask, &names, &self.zone, self.locale)
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
            toast: None,
            shortcuts: true,
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

    fn list_nav(&self) -> Vec<NavSection> {
        let mut sections = Vec::new();
        for section in Section::ALL {
            let items: Vec<NavItem> = self
                .site
                .items
                .iter()
                .filter(|item| item.section == section)
                .filter(|item| item.permission.allows(self.who.role))
                .map(|item| NavItem {
                    label: item.label.to_string(),
                    href: self.url(item.path),
                    slug: item.slug.to_owned(),
                    badge: None,
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
