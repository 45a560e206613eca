//! The organisation: name, looks, and what its figures rest on. What recounts says so before.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::page::{Again, Known, Part, answer, done};
use crate::base::{Currency, Zone};
use crate::store::organisation::{Choice, Organisation, find};
use crate::store::{Lane, settings};
use crate::sync::ctx::Tools;
use crate::sync::edit;
use crate::web::error::AppError;
use crate::web::form::{Button, ButtonKind, Field, Form, Pick};
use crate::web::format::{self, Locale};
use crate::web::layout::Theme;
use crate::web::notice::{Notice, Weight};
use crate::web::page::{Page, SHORTCUTS, Site};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word, say};

const NAME_CHARS_MAX: usize = 100;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    name: String,
    currency: String,
    time_zone: String,
    vat_registered: String,
    locale: String,
    theme: String,
    shortcuts: String,
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
        let shown = Shown { entry, asks: true, ..Shown::default() };
        let again = Again { organisation: Some(shown), ..Again::default() };
        return answer(&state, site, who, &request, again).await;
    }
    let shortcuts = if entry.shortcuts.is_empty() { "off" } else { "on" };
    off_thread(move || {
        edit::set_organisation(&tools, &choice)?;
        tools.db.write_local(Lane::Interactive, |tx| settings::upsert(tx, SHORTCUTS, shortcuts))
    })
    .await??;
    let word = if recounts { Word::SetSavedRecounting } else { Word::SetSaved };
    Ok(done(&state, &who, words::text(word)))
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
        cost_method: None,
        vat_registered: (vat != now.vat_registered).then_some(vat),
        locale: Locale::find(&entry.locale).map(|locale| locale.tag().to_owned()),
        theme: Theme::parse(&entry.theme).map(|theme| theme.name().to_owned()),
    })
}

pub fn part(page: &Page, known: &Known, shown: Option<&Shown>) -> Part {
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
        locale: page.locale.tag().to_owned(),
        theme: now.theme.clone(),
        shortcuts: yes(page.shortcuts),
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
        shortcuts,
    ]
}
