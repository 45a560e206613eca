//! Ad spend: the page shows what the report holds, and maps campaigns to what they sell.

use purser::base::Day;
use purser::domain::ask::{Ask, Scope};
use purser::domain::profit::component::Component;
use purser::domain::rules::Target;
use purser::reports::ads::{self, AdsReport};
use purser::store::users::Role;

use super::costs::{seen, sentence};
use super::import::owner;
use crate::kit::app::{App, As, text};

fn report(app: &App, store: Option<&str>) -> AdsReport {
    let today = Day::parse("2026-11-20").unwrap();
    let store = store.map(|name| {
        purser::base::id::StoreId(
            app.count(&format!("select id from stores where name = '{name}'")),
        )
    });
    let ask = Ask { store, ..Ask::all(Scope::All) };
    app.running.state.db.read(|reader| Ok(ads::run(reader, &ask, today).unwrap())).unwrap()
}

fn steps(report: &AdsReport, campaign: &str) -> [i64; 5] {
    let found = report.campaigns.iter().find(|one| one.campaign == campaign);
    found.unwrap_or_else(|| panic!("no {campaign} in {report:#?}")).steps
}

/// `spring` is attributed to an order, `wide` to nobody, `gone` ran on a day without orders.
fn seed_ads(app: &App) {
    app.seed_shop();
    let ads = "day,platform,campaign,amount,currency,store,sku\n\
               2026-11-02,google,wide,3.00,EUR,,\n\
               2026-11-02,google,pot,1.00,EUR,,POT\n\
               2026-11-19,google,gone,5.00,EUR,shop,\n\
               2026-11-04,tiktok,wide,0.50,EUR,,\n";
    app.take_in("ad-spend", None, "more.csv", ads);
}

#[test]
fn campaigns_add_up_to_the_ad_spend_of_the_report_whatever_the_store() {
    let app = App::start();
    owner(&app);
    seed_ads(&app);
    let all = report(&app, None);
    assert_eq!(steps(&all, "spring"), [0, 2_00, 0, 0, 0]);
    assert_eq!(steps(&all, "pot"), [1_00, 0, 0, 0, 0]);
    assert_eq!(steps(&all, "gone"), [0, 0, 0, 0, 5_00]);
    assert_eq!((all.total_minor, all.direct_minor), (11_50, 0));
    let today = Day::parse("2026-11-20").unwrap();
    for store in [None, Some("shop"), Some("market")] {
        let shown = report(&app, store);
        let store = store.map(|name| {
            let sql = format!("select id from stores where name = '{name}'");
            purser::base::id::StoreId(app.count(&sql))
        });
        let ask = Ask { store, ..Ask::all(Scope::All) };
        let profit = app
            .running
            .state
            .db
            .read(|reader| Ok(purser::reports::profit::run(reader, &ask, today).unwrap()));
        let spent = -profit.unwrap().total.get(Component::AdSpend);
        let sum: i64 = shown.campaigns.iter().map(|one| one.spend_minor()).sum();
        assert_eq!((sum, shown.total_minor), (spent, spent), "{store:?}");
    }
    let market = report(&app, Some("market"));
    assert_eq!(market.total_minor, 50, "only the spend of the day on which it sold");
    // Orders name `spring`; `wide` is of two platforms, so nobody can tell whose orders were.
    let spring = all.campaigns.iter().find(|one| one.campaign == "spring").unwrap();
    let brought = spring.brought.unwrap();
    assert_eq!((brought.orders, brought.net_revenue()), (1, 64_00));
    assert_eq!(brought.roas().unwrap().to_decimal_text(), "32.0000");
    assert!(
        all.campaigns.iter().filter(|one| one.campaign == "wide").all(|one| one.brought.is_none())
    );
    app.running.stop().unwrap();
}

#[test]
fn the_page_shows_steps_ratios_and_what_no_order_bears() {
    let app = App::start();
    let who = owner(&app);
    let html = text(app.get("/ads", &who));
    assert!(html.contains("No ad spend in these days.") && html.contains("/import"), "{html}");
    seed_ads(&app);
    let html = text(app.get("/ads", &who));
    assert!(html.contains("11.50 EUR for 5 campaigns."), "{html}");
    assert!(html.contains("5.00 of it no order could bear."), "{html}");
    for shown in ["google, all campaigns", "32.00", "64.00", "gone"] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    let html = text(app.get("/ads?from=2026-01-01&to=2026-01-31", &who));
    assert!(html.contains("No ad spend in these days.") && html.contains("period=all"), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn a_campaign_is_mapped_with_its_effect_shown_first_and_undone() {
    let app = App::start();
    let who = owner(&app);
    seed_ads(&app);
    let before = app.net_profit();
    let panel = text(app.get("/ads?platform=google&campaign=wide", &who));
    assert!(panel.contains("What “wide” is for"), "{panel}");
    let form =
        [("platform", "google"), ("campaign", "wide"), ("target_kind", "sku"), ("target", "MUG")];
    let send = |more: &[(&str, &str)]| {
        let answer = app.post("/ads?platform=google&campaign=wide", &who, &[&form, more].concat());
        (answer.status().as_u16(), text(answer))
    };
    let (status, html) = send(&[("do", "show")]);
    assert_eq!(status, 200);
    // All of it stays with the one order, from the pot to the mug, so no order's sum moves.
    assert!(sentence(&html).contains("0 orders"), "{}", sentence(&html));
    assert!(html.contains("Ad spend on what it is mapped to") && html.contains("−3.00"), "{html}");
    assert_eq!(steps(&report(&app, None), "wide")[2], 0, "looking changes nothing");
    assert_eq!(send(&[("do", "save"), ("seen", "")]).0, 200, "what was not shown is not saved");
    assert_eq!(send(&[("do", "save"), ("seen", &seen(&html))]).0, 303);
    app.settle();
    let mapped = report(&app, None);
    let wide =
        mapped.campaigns.iter().find(|one| one.platform == "google" && one.campaign == "wide");
    assert_eq!(wide.unwrap().steps, [0, 0, 3_00, 0, 0]);
    assert_eq!(wide.unwrap().target, Some(Target::Sku("MUG".into())));
    assert_eq!(app.net_profit(), before, "ad spend moves, it does not change");
    assert!(text(app.get("/ads", &who)).contains("product MUG"));
    app.clock.advance_seconds(60);
    assert_eq!(app.post("/ads/undo", &who, &[]).status(), 303);
    app.settle();
    let google = report(&app, None);
    let google =
        google.campaigns.iter().find(|one| one.platform == "google" && one.campaign == "wide");
    assert_eq!(google.unwrap().steps, [0, 0, 0, 3_00, 0]);
    app.running.stop().unwrap();
}

#[test]
fn a_mapping_to_nothing_known_is_refused_and_roles_hold() {
    let app = App::start();
    let who = owner(&app);
    seed_ads(&app);
    let send = |who: &As, kind: &str, name: &str| {
        let form = [
            ("platform", "meta"),
            ("campaign", "spring"),
            ("target_kind", kind),
            ("target", name),
            ("do", "show"),
        ];
        app.post("/ads", who, &form).status().as_u16()
    };
    assert_eq!(send(&who, "group", "no such"), 422);
    assert_eq!(send(&who, "store", "no such"), 422);
    assert_eq!(send(&who, "sku", " "), 422);
    assert_eq!(send(&who, "store", "shop"), 200);
    let analyst = app.token_of(Role::Analyst);
    assert_eq!(send(&analyst, "store", "shop"), 403);
    let html = text(app.get("/ads?platform=meta&campaign=spring", &analyst));
    assert!(html.contains("spring") && !html.contains(r#"name="target""#), "{html}");
    app.running.stop().unwrap();
}
