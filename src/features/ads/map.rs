//! A campaign is mapped to what it sells: shown with its effect first, saved, undone.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::PATH;
use super::page::{Panelled, answer};
use crate::domain::rules::{Rules, Target};
use crate::features::feature::{desk_of, seen};
use crate::reports::ads::AdsReport;
use crate::reports::preview::Edit;
use crate::store::changes::By;
use crate::store::{costs, organisation, stores};
use crate::sync::ctx::Tools;
use crate::sync::edit;
use crate::web::ask::PageAsk;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::notice::{Post, Toast};
use crate::web::page::{Page, Site};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word};

/// A mapping as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Mapping {
    pub platform: String,
    pub campaign: String,
    /// `sku`, `group`, `store`, or empty for nothing of its own.
    pub target_kind: String,
    pub target: String,
    /// Why it is changed; no part of the mapping.
    pub why: String,
    #[serde(rename = "do")]
    pub what: String,
    /// The mapping whose effect was shown.
    pub seen: String,
}

impl Mapping {
    /// The campaign that an address names, mapped as it is now.
    pub fn of_address(page: &Page, report: &AdsReport) -> Option<Self> {
        let own = |name: &str| {
            let (_, value) = page.ask.rest.iter().find(|(other, _)| other == name)?;
            (!value.is_empty()).then(|| value.clone())
        };
        let (platform, campaign) = (own("platform")?, own("campaign")?);
        let target = report.rules.find_campaign_target(&platform, &campaign);
        let (kind, name) = target.map_or(("", ""), parts);
        let (target_kind, target) = (kind.to_owned(), name.to_owned());
        Some(Self { platform, campaign, target_kind, target, ..Self::default() })
    }

    fn target(&self) -> Option<Target> {
        let name = self.target.trim().to_owned();
        match self.target_kind.as_str() {
            "sku" => Some(Target::Sku(name)),
            "group" => Some(Target::Group(name)),
            "store" => Some(Target::Store(name)),
            _ => None,
        }
    }

    /// The mapping whose effect an address asks to be shown again.
    pub fn shown_by(request: &HttpRequest) -> Option<Self> {
        let asked = web::Query::<Self>::from_query(request.query_string()).ok()?.into_inner();
        (asked.what == "show" && !asked.platform.is_empty() && !asked.campaign.is_empty())
            .then_some(asked)
    }

    /// The address that shows its effect.
    pub fn href(&self, page: &Page) -> String {
        page.ask.href_with(&[
            ("platform", Some(&self.platform)),
            ("campaign", Some(&self.campaign)),
            ("target_kind", Some(&self.target_kind)),
            ("target", Some(&self.target)),
            ("why", Some(&self.why).filter(|why| !why.is_empty()).map(String::as_str)),
            ("do", Some("show")),
        ])
    }

    /// The rules with this mapping.
    pub fn applied(&self, rules: &Rules) -> Rules {
        let mut rules = rules.clone();
        rules.map_campaign(&self.platform, &self.campaign, self.target());
        rules
    }

    /// Tells one mapping from another, and from the same one of other rules.
    pub fn mark(&self, rules: &Rules) -> String {
        let Self { platform, campaign, target_kind, target, .. } = self;
        let before = rules.find_campaign_target(platform, campaign);
        let after = [platform, campaign, target_kind, target];
        format!("{}|{before:?}", after.map(|part| part.trim()).join("|"))
    }

    fn find_fault(&self, rules: &Rules, stores: &[String]) -> Option<Word> {
        match self.target()? {
            Target::Sku(name) | Target::Group(name) | Target::Store(name) if name.is_empty() => {
                Some(Word::AdsWithout)
            }
            Target::Group(name) if !rules.groups.iter().any(|group| group.name == name) => {
                Some(Word::AdsUnknownGroup)
            }
            Target::Store(name) if !stores.contains(&name) => Some(Word::AdsUnknownStore),
            Target::Sku(_) | Target::Group(_) | Target::Store(_) => None,
        }
    }
}

/// What a target is, in the words of the rules file, and its name.
pub fn parts(target: &Target) -> (&'static str, &str) {
    match target {
        Target::Sku(name) => ("sku", name),
        Target::Group(name) => ("group", name),
        Target::Store(name) => ("store", name),
    }
}

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Mapping>,
) -> Result<HttpResponse, AppError> {
    let mapping = form.into_inner();
    if mapping.platform.is_empty() || mapping.campaign.is_empty() {
        return Err(AppError::NotFound);
    }
    let known = read(&state, |reader| {
        let names = stores::list_stores(reader)?.into_iter().map(|store| store.name);
        Ok((costs::find_rules(reader)?, names.collect::<Vec<String>>()))
    });
    let (rules, names) = known.await?;
    if let Some(word) = mapping.find_fault(&rules, &names) {
        let (wrong, status) = (Some(words::text(word)), StatusCode::UNPROCESSABLE_ENTITY);
        let panelled = Panelled { mapping: Some(mapping), wrong, status };
        return answer(&state, site, who, &request, panelled).await;
    }
    // What is saved is what was shown; anything typed since is shown first.
    if mapping.what == "save" && mapping.seen == mapping.mark(&rules) {
        let (put, by, now) = (mapping.applied(&rules), who.by(&mapping.why), state.clock.now());
        let desk = desk_of(&request)?;
        let done = off_thread(move || {
            let zone = tools.db.read(|reader| organisation::find(reader.conn()))?.time_zone;
            let today = now.day_in(&zone.unwrap_or_else(crate::base::Zone::utc));
            let effect = desk.find_done(&tools.db, &Edit::Rules(Box::new(put.clone())), today);
            let by = By { seen: effect.as_deref().map(seen), ..by };
            edit::save_rules(&tools, (&rules, &put), &by)
        });
        let is_done = done.await??;
        if is_done {
            let undo = Post {
                label: words::text(Word::Undo).to_owned(),
                action: state.url("/ads/undo"),
                csrf: String::new(),
            };
            let text = words::text(Word::AdsSaved).to_owned();
            state.flashes.put(&who, Flash::toast(Toast { text, undo: Some(undo) }));
            return Ok(see(&back(&state, &request)));
        }
    }
    let panelled = Panelled { mapping: Some(mapping), ..Panelled::default() };
    answer(&state, site, who, &request, panelled).await
}

pub async fn undo(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
) -> Result<HttpResponse, AppError> {
    let by = who.by("");
    off_thread(move || edit::undo_rules(&tools, &by)).await??;
    let text = words::text(Word::RulesUndone).to_owned();
    state.flashes.put(&who, Flash::toast(Toast { text, undo: None }));
    Ok(see(&state.url(PATH)))
}

/// To the page as it stood, the panel closed.
fn back(state: &Shared, request: &HttpRequest) -> String {
    let today = state.clock.now().day_in(&crate::base::Zone::utc());
    let ask = PageAsk::parse(request.path(), request.query_string(), today);
    ask.href_with(&[("platform", None), ("campaign", None)])
}

fn see(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to.to_owned())).finish()
}
