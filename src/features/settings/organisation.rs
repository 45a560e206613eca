//! The organisation: name, looks, and what its figures rest on. What recounts says so before.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::page::{Again, Known, Part, answer};
use crate::base::{Currency, Zone};
use crate::features::feature::{Sight, desk_of, seen};
use crate::reports::preview::Edit;
use crate::store::changes::{self, By, ChangeKind};
use crate::store::organisation::{Choice, CostMethod, Organisation, find};
use crate::store::{Lane, settings};
use crate::sync::ctx::Tools;
use crate::sync::edit;
use crate::web::ask::write_href;
use crate::web::effect;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::form::{Button, ButtonKind, Field, Form, Pick};
use crate::web::format::{self, Locale};
use crate::web::layout::Theme;
use crate::web::notice::{Notice, Post, Toast, Weight};
use crate::web::page::{Page, SHORTCUTS, Site};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word, change, say};

const NAME_CHARS_MAX: usize = 100;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    name: String,
    currency: String,
    time_zone: String,
    vat_registered: String,
    cost_method: String,
    locale: String,
    theme: String,
    shortcuts: String,
    why: String,
    #[serde(rename = "do")]
    what: String,
}

/// The form as it was sent: with faults, or to be confirmed.
#[derive(Default)]
pub struct Shown {
    entry: Entry,
    name_wrong: Option<String>,
    zone_wrong: Option<String>,
    currency_wrong: Option<String>,
    /// Nothing is wrong, but it recounts.
    asks: bool,
    /// What the figures would be.
    edit: Option<Edit>,
}

pub async fn save(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    let now = read(&state, |reader| find(reader.conn())).await?;
    let choice = match choice_of(&entry, &now) {
        Ok(choice) => choice,
        Err(shown) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let again = Again { organisation: Some(*shown), status, ..Again::default() };
            return answer(&state, site, who, &request, again).await;
        }
    };
    let recounts = edit::changes_books(&choice);
    if recounts && entry.what != "confirm" {
        let edit = Some(edit_of(&choice));
        let shown = Shown { entry, asks: true, edit, ..Shown::default() };
        let again = Again { organisation: Some(shown), ..Again::default() };
        return answer(&state, site, who, &request, again).await;
    }
    let shortcuts = if entry.shortcuts.is_empty() { "off" } else { "on" };
    let (desk, by, now) = (desk_of(&request)?, who.by(&entry.why), state.clock.now());
    let saved = off_thread(move || {
        let zone = tools.db.read(|reader| find(reader.conn()))?.time_zone;
        let today = now.day_in(&zone.unwrap_or_else(Zone::utc));
        let effect = recounts.then(|| desk.find_done(&tools.db, &edit_of(&choice), today));
        let by = By { seen: effect.flatten().as_deref().map(seen), ..by };
        edit::set_organisation(&tools, &choice, &by)?;
        tools.db.write_local(Lane::Interactive, |tx| settings::upsert(tx, SHORTCUTS, shortcuts))?;
        tools.db.read(|reader| {
            changes::find_last(reader.conn(), ChangeKind::Organisation, None, |_| true)
        })
    });
    let last = saved.await??.filter(|_| recounts);
    let word = if recounts { Word::SetSavedRecounting } else { Word::SetSaved };
    let undo = last.map(|last| Post {
        label: words::text(Word::Undo).to_owned(),
        action: state.url(&write_href(
            &format!("/changes/{}/undo", last.id),
            [("back".to_owned(), state.url(super::PATH))].into_iter(),
        )),
        csrf: String::new(),
    });
    let toast = Toast { text: words::text(word).to_owned(), undo };
    state.flashes.put(&who, Flash::toast(toast));
    let to = (header::LOCATION, state.url(super::PATH));
    Ok(HttpResponse::SeeOther().insert_header(to).finish())
}

/// The form as an address asks it to be shown again.
pub fn shown_by(request: &HttpRequest, now: &Organisation) -> Option<Shown> {
    let asked = web::Query::<Entry>::from_query(request.query_string()).ok()?.into_inner();
    if asked.what != "show" {
        return None;
    }
    let choice = choice_of(&asked, now).ok()?;
    let edit = edit::changes_books(&choice).then(|| edit_of(&choice));
    Some(Shown { entry: asked, asks: edit.is_some(), edit, ..Shown::default() })
}

impl Shown {
    pub fn edit(&self) -> Option<Edit> {
        self.edit.clone()
    }

    /// The address that shows its effect.
    pub fn href(&self, page: &Page) -> String {
        let entry = &self.entry;
        let params = [
            ("name", &entry.name),
            ("currency", &entry.currency),
            ("time_zone", &entry.time_zone),
            ("vat_registered", &entry.vat_registered),
            ("cost_method", &entry.cost_method),
            ("locale", &entry.locale),
            ("theme", &entry.theme),
            ("shortcuts", &entry.shortcuts),
            ("why", &entry.why),
        ];
        let params = params.map(|(name, value)| (name.to_owned(), value.clone())).into_iter();
        let params = params.chain([("do".to_owned(), "show".to_owned())]);
        write_href(&page.url(super::PATH), params.filter(|(_, value)| !value.is_empty()))
    }
}

fn edit_of(choice: &Choice) -> Edit {
    Edit::Basics {
        currency: choice.currency,
        zone: choice.time_zone.clone(),
        vat_registered: choice.vat_registered,
        method: choice.cost_method,
    }
}

/// Only what differs from what is: nothing is recounted for nothing.
fn choice_of(entry: &Entry, now: &Organisation) -> Result<Choice, Box<Shown>> {
    let mut shown = Shown { entry: entry.clone(), ..Shown::default() };
    let name = entry.name.trim();
    if name.chars().count() > NAME_CHARS_MAX {
        shown.name_wrong = Some(words::text(Word::SetNameWrong).to_owned());
    }
    let currency = match entry.currency.as_str() {
        "" => None,
        code => Currency::parse(code).map(Some).unwrap_or_else(|_| {
            shown.currency_wrong = Some(words::text(Word::CostCurrencyWrong).to_owned());
            None
        }),
    };
    let zone = match entry.time_zone.trim() {
        "" => None,
        name => Zone::parse(name).map(Some).unwrap_or_else(|_| {
            shown.zone_wrong = Some(words::text(Word::SetZoneWrong).to_owned());
            None
        }),
    };
    if shown.name_wrong.is_some() || shown.zone_wrong.is_some() || shown.currency_wrong.is_some() {
        return Err(Box::new(shown));
    }
    let vat = !entry.vat_registered.is_empty();
    let known = |zone: &Zone| now.time_zone.as_ref().map(Zone::name) == Some(zone.name());
    Ok(Choice {
        name: (name != now.name).then(|| name.to_owned()),
        currency: currency.filter(|currency| now.currency != Some(*currency)),
        time_zone: zone.filter(|zone| !known(zone)),
        cost_method: CostMethod::parse(&entry.cost_method)
            .filter(|method| *method != now.cost_method),
        vat_registered: (vat != now.vat_registered).then_some(vat),
        locale: Locale::find(&entry.locale).map(|locale| locale.tag().to_owned()),
        theme: Theme::parse(&entry.theme).map(|theme| theme.name().to_owned()),
    })
}

pub fn part(page: &Page, known: &Known, shown: Option<&Shown>, sight: Sight) -> Part {
    let entry = shown.map_or_else(|| entry_of(page), |shown| shown.entry.clone());
    let orders = format::quantity(known.n_orders, page.locale);
    let orders = say::counted(known.n_orders, &orders, Word::Order, Word::Orders);
    let asks = shown.is_some_and(|shown| shown.asks);
    let mut part = Part::new("organisation", Word::SetOrganisation);
    part.notice = asks.then(|| Notice {
        weight: Weight::Late,
        title: say::recounts(&orders),
        text: words::text(Word::SetRecountsText).to_owned(),
        buttons: Vec::new(),
        link: None,
    });
    part.progress = sight.progress;
    part.effect = sight.effect;
    part.note = sight.note;
    let save = Button::submit(words::text(Word::Save), ButtonKind::Main);
    let confirm = Button::submit(words::text(Word::SetSaveAndRecount), ButtonKind::Main);
    let cancel = Button::link(words::text(Word::Cancel), ButtonKind::Plain, page.url(super::PATH));
    part.form = Some(Form {
        action: page.url("/settings/organisation"),
        method: "post",
        fields: fields(&entry, shown, &orders),
        buttons: match asks {
            true => vec![confirm.sending("do", "confirm"), cancel],
            false => vec![save],
        },
        ..Form::default()
    });
    part
}

fn entry_of(page: &Page) -> Entry {
    let now = &page.organisation;
    let yes = |on: bool| if on { "yes".to_owned() } else { String::new() };
    Entry {
        name: now.name.clone(),
        currency: now.currency.map(|one| one.code().to_owned()).unwrap_or_default(),
        time_zone: now.time_zone.as_ref().map(|one| one.name().to_owned()).unwrap_or_default(),
        vat_registered: yes(now.vat_registered),
        cost_method: now.cost_method.name().to_owned(),
        locale: page.locale.tag().to_owned(),
        theme: now.theme.clone(),
        shortcuts: yes(page.shortcuts),
        why: String::new(),
        what: String::new(),
    }
}

fn fields(entry: &Entry, shown: Option<&Shown>, orders: &str) -> Vec<Field> {
    let pick = |value: &str, label: &str| Pick { value: value.to_owned(), label: label.to_owned() };
    let mut currencies: Vec<Pick> =
        Currency::list().iter().map(|one| pick(one.code(), one.code())).collect();
    if entry.currency.is_empty() {
        currencies.insert(0, pick("", words::text(Word::SetOfFirstStore)));
    }
    let locales = [
        pick("en", words::text(Word::SetLocaleEn)),
        pick("de", words::text(Word::SetLocaleDe)),
        pick("fr", words::text(Word::SetLocaleFr)),
        pick("et", words::text(Word::SetLocaleEt)),
    ];
    let themes = [
        pick("system", words::text(Word::SetThemeSystem)),
        pick("light", words::text(Word::SetThemeLight)),
        pick("dark", words::text(Word::SetThemeDark)),
    ];
    let methods = CostMethod::ALL.map(|method| pick(method.name(), change::method(method.name())));
    let wrong = |mut field: Field, error: Option<&String>| {
        field.error = error.cloned();
        field
    };
    let fault = |pick: fn(&Shown) -> Option<&String>| shown.and_then(pick);
    let vat =
        Field::check("vat_registered", words::text(Word::SetVat), !entry.vat_registered.is_empty());
    let shortcuts =
        Field::check("shortcuts", words::text(Word::SetShortcuts), !entry.shortcuts.is_empty());
    vec![
        wrong(
            Field::text("name", words::text(Word::SetName), &entry.name)
                .with_help(words::text(Word::SetNameHelp)),
            fault(|shown| shown.name_wrong.as_ref()),
        ),
        wrong(
            Field::select("currency", words::text(Word::SetCurrency), &entry.currency, currencies)
                .with_help(say::changing_recounts(orders)),
            fault(|shown| shown.currency_wrong.as_ref()),
        ),
        wrong(
            Field {
                example: Some(words::text(Word::SetZoneExample).to_owned()),
                ..Field::text("time_zone", words::text(Word::SetZone), &entry.time_zone)
            }
            .with_help(say::changing_recounts(orders)),
            fault(|shown| shown.zone_wrong.as_ref()),
        ),
        Field::select("locale", words::text(Word::SetLocale), &entry.locale, locales.to_vec())
            .with_help(words::text(Word::SetLocaleHelp)),
        Field::select("theme", words::text(Word::SetTheme), &entry.theme, themes.to_vec()),
        vat.with_help(words::text(Word::SetVatHelp)),
        Field::select("cost_method", change::METHOD, &entry.cost_method, methods.to_vec())
            .with_help(change::METHOD_HELP),
        shortcuts,
        effect::why(&entry.why),
    ]
}
