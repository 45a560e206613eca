//! What needs a person: every kind of gap is listed, with the way to where it is mended.

use purser::base::{Day, DayRange};
use purser::domain::ask::{Ask, Scope};
use purser::domain::gap::{Gap, GapKind, Place};
use purser::reports::missing::list_gaps;
use purser::store::users::Role;

use super::import::owner;
use crate::kit::app::{App, As, text};

fn gaps(app: &App, store: Option<&str>) -> Vec<Gap> {
    let today = Day::parse("2026-11-20").unwrap();
    let id = store.map(|name| {
        purser::base::id::StoreId(
            app.count(&format!("select id from stores where name = '{name}'")),
        )
    });
    let range = DayRange { from: today.plus(-60), to: today };
    let ask = Ask { store: id, ..Ask::all(Scope::All) }.over(range);
    app.running.state.db.read(|reader| Ok(list_gaps(reader, &ask, today).unwrap())).unwrap()
}

fn find(gaps: &[Gap], kind: GapKind) -> &Gap {
    gaps.iter().find(|gap| gap.kind == kind).unwrap_or_else(|| panic!("no {kind:?} in {gaps:#?}"))
}

/// The shop with a gap of nearly every kind in store `shop`, and one in `market`.
fn seed_gaps(app: &App) {
    app.seed_shop();
    let orders = [
        r#"{"id":"g-1","number":"2001","created_at":"2026-11-10T08:00:00Z","currency":"EUR",
        "financial_status":"paid","taxes_included":true,"ship_to":{"country":"FR"},
        "lines":[{"id":"a","sku":"LAMP","quantity":1,"unit_price":"80.00"}],
        "payments":[{"gateway":"klarna","amount":"80.00"}],
        "fees":[{"kind":"sky tax","amount":"1.25"}]}"#,
        r#"{"id":"g-2","created_at":"2026-11-11T08:00:00Z","currency":"USD",
        "financial_status":"paid","lines":[{"id":"a","sku":"MUG","quantity":1,
        "unit_price":"10.00"}],"shipping_cost":"0","payments":[]}"#,
    ];
    let lines: Vec<String> = orders.iter().map(|order| order.replace('\n', " ")).collect();
    app.take_in("orders", Some("shop"), "gaps.jsonl", &lines.join("\n"));
    let ads = "day,platform,campaign,amount,currency,store\n\
               2026-11-19,meta,nobody,7.00,EUR,shop\n";
    app.take_in("ad-spend", None, "nobody.csv", ads);
}

#[test]
fn every_gap_is_on_the_list_with_its_pieces() {
    let app = App::start();
    let who = owner(&app);
    seed_gaps(&app);
    let listed = gaps(&app, None);
    let cost = find(&listed, GapKind::UnitCost);
    let pieces: Vec<(&str, i64)> =
        cost.pieces.iter().map(|piece| (piece.name.as_str(), piece.at_stake[0].minor)).collect();
    assert_eq!(pieces, [("LAMP", 80_00), ("POT", 40_00)]);
    assert_eq!((cost.count, cost.products, cost.at_stake[0].minor), (2, 2, 120_00));
    let fees = find(&listed, GapKind::PaymentFees);
    assert!(fees.pieces.iter().any(|piece| piece.name == "klarna"), "{fees:?}");
    let vat = find(&listed, GapKind::VatRate);
    assert_eq!((vat.count, vat.pieces[0].name.as_str()), (1, "FR"));
    assert_eq!(find(&listed, GapKind::ShippingCost).pieces[0].name, "FR");
    let unknown = find(&listed, GapKind::UnknownFee { kind: "sky tax".into() });
    assert_eq!(unknown.at_stake[0].minor, -1_25);
    assert!(matches!(unknown.pieces[0].place, Place::Order(_)));
    let rates = find(&listed, GapKind::ExchangeRate);
    let days = rates.pieces[0].days.unwrap();
    assert_eq!(
        (rates.pieces[0].name.as_str(), days.from.to_string()),
        ("USD", "2026-11-11".into())
    );
    let ads = find(&listed, GapKind::UnallocatedAds);
    assert_eq!(
        (ads.count, ads.at_stake[0].minor, ads.pieces[0].name.as_str()),
        (1, -7_00, "nobody")
    );
    // The most money first.
    let weights: Vec<u64> = listed.iter().map(|gap| gap.weight_minor.unsigned_abs()).collect();
    assert!(weights.is_sorted_by(|a, b| a >= b), "{weights:?}");

    let html = text(app.get("/todo", &who));
    for href in [
        "/costs?missing=yes",
        "/costs?sku=LAMP",
        "/rules?list=payment_fees&#38;at=new&#38;gateway=klarna",
        "/rules?list=vat_rates&#38;at=new&#38;country=FR",
        "/rules?list=shipping_costs&#38;at=new&#38;country=FR",
        "/ads?period=12m&#38;platform=meta&#38;campaign=nobody",
        "/orders/",
    ] {
        assert!(html.contains(href), "{href}: {html}");
    }
    assert!(html.contains("Start with a first guess"), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn the_list_honours_the_store_here_and_on_the_overview() {
    let app = App::start();
    let who = owner(&app);
    seed_gaps(&app);
    // In the market everything sold has its cost.
    let of_market = gaps(&app, Some("market"));
    assert!(of_market.iter().all(|gap| gap.kind != GapKind::UnitCost), "{of_market:#?}");
    assert!(of_market.iter().all(|gap| gap.kind != GapKind::UnallocatedAds), "{of_market:#?}");
    assert_eq!(find(&gaps(&app, Some("shop")), GapKind::UnitCost).count, 2);
    let html = text(app.get("/?store=market", &who));
    assert!(!html.contains("Unit cost missing") && !html.contains("all stores</span>"), "{html}");
    assert!(text(app.get("/?store=shop", &who)).contains("Unit cost missing"));
    let html = text(app.get("/todo?store=market", &who));
    assert!(!html.contains("Unit cost missing") && !html.contains("sky tax"), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn the_badge_counts_what_the_page_lists_and_follows_the_books() {
    let app = App::start();
    let who = owner(&app);
    assert!(!text(app.get("/costs", &who)).contains("nav-badge"), "nothing to do yet");
    app.seed_shop();
    let badge = |html: &str| -> usize {
        let rest = html.split(r#"<span class="nav-badge"><span aria-hidden="true">"#).nth(1);
        rest.map_or(0, |rest| rest.split('<').next().unwrap().parse().unwrap())
    };
    let html = text(app.get("/todo", &who));
    let first = badge(&html);
    assert!(first > 1 && html.contains(&format!("{first} things need you")), "{html}");
    assert_eq!(badge(&text(app.get("/settings", &who))), first, "every page bears it");
    let costs = "sku,valid_from,unit_cost,currency\nPOT,2026-01-01,9.00,EUR\n";
    app.take_in("costs", None, "more.csv", costs);
    assert_eq!(badge(&text(app.get("/todo", &who))), first - 1);
    app.running.stop().unwrap();
}

#[test]
fn refused_rows_stand_until_the_mended_file_went_in() {
    let app = App::start();
    let who = owner(&app);
    app.seed_shop();
    let fields = [("store", "shop")];
    let header = "sku,valid_from,unit_cost,currency";
    let upload = |name: &str, rows: &str| {
        let content = format!("{header}\n{rows}");
        assert_eq!(app.upload("/import", &who, &fields, &[(name, &content)]).status(), 303);
        app.settle();
        app.clock.advance_seconds(60);
    };
    upload("list.csv", "CUP,2026-01-01,2.00,EUR\nJUG,soon,3.00,EUR\n");
    let refused = || gaps(&app, None).into_iter().find(|gap| gap.kind == GapKind::RefusedRows);
    let gap = refused().expect("a refused row");
    assert_eq!((gap.count, gap.pieces[0].name.as_str()), (1, "list.csv"));
    assert!(matches!(gap.pieces[0].place, Place::Import(_)));
    assert!(text(app.get("/todo", &who)).contains("Rows that did not go in"));
    // Another file of the same name is not the mended one.
    upload("list.csv", "PAN,2026-01-01,2.00,EUR\n");
    assert!(refused().is_some());
    upload("list.csv", "CUP,2026-01-01,2.00,EUR\nJUG,2026-01-01,3.00,EUR\n");
    assert_eq!(refused(), None);
    app.running.stop().unwrap();
}

#[test]
fn a_guess_stays_on_the_list_as_estimated() {
    let app = App::start();
    let who = owner(&app);
    app.seed_shop();
    app.take_in("rules", None, "rules.json", r#"{"cost_guesses":[{"percent":"25"}]}"#);
    let listed = gaps(&app, None);
    assert!(listed.iter().all(|gap| gap.kind != GapKind::UnitCost));
    let guessed = find(&listed, GapKind::GuessedCost);
    assert_eq!((guessed.count, guessed.pieces[0].name.as_str()), (1, "POT"));
    let html = text(app.get("/todo", &who));
    assert!(html.contains("Unit cost guessed") && !html.contains("first guess"), "{html}");
    let html = text(app.get("/", &who));
    assert!(html.contains("a share of the price stands") && !html.contains("hero-doubt"), "{html}");
    // The page of costs still lists it first, and marks it.
    let html = text(app.get("/costs", &who));
    assert!(html.find(">POT<").unwrap() < html.find(">MUG<").unwrap(), "{html}");
    assert!(html.contains("without a known cost") && html.contains("estimated"), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn an_empty_shop_says_what_to_do_and_a_role_sees_only_its_ways() {
    let app = App::start();
    let who = owner(&app);
    let html = text(app.get("/todo", &who));
    assert!(html.contains("No figures yet.") && html.contains("/import"), "{html}");
    seed_gaps(&app);
    let viewer = app.token_of(Role::Viewer);
    let html = text(app.get("/todo", &viewer));
    assert!(html.contains("Unit cost missing") && !html.contains("first guess"), "{html}");
    for way in ["/costs?", "/rules?", "/import"] {
        let main = html.split("<main").nth(1).unwrap();
        assert!(!main.contains(&format!("href=\"{way}")), "{way}: {main}");
    }
    assert_eq!(app.get("/todo", &app.token_of(Role::Fulfilment)).status(), 403);
    assert_eq!(app.get("/todo", &As::Nobody).status(), 303);
    app.running.stop().unwrap();
}

#[test]
fn an_unknown_fee_is_given_a_class_and_leaves_the_list() {
    let app = App::start();
    let who = owner(&app);
    seed_gaps(&app);
    let html = text(app.get("/todo", &who));
    let link = "/rules?list=fee_kinds&#38;at=new&#38;kind=sky+tax";
    assert!(html.contains("Give it a class") && html.contains(link), "{html}");
    let form = [
        ("list", "fee_kinds"),
        ("at", "new"),
        ("platform", ""),
        ("kind", "sky tax"),
        ("class", "payment_fees"),
    ];
    let before = app.net_profit();
    let html = text(app.post("/rules", &who, &[&form[..], &[("do", "show")]].concat()));
    // The row of 1.25 moves, and the sum of all stays.
    assert!(html.contains("This changes 1 order by") && html.contains("1.25"), "{html}");
    let seen = super::costs::seen(&html);
    let save = [("do", "save"), ("seen", seen.as_str()), ("why", "it is the bank's")];
    assert_eq!(app.post("/rules", &who, &[&form[..], &save].concat()).status(), 303);
    app.settle();
    assert_eq!(app.net_profit(), before);
    let unknown = GapKind::UnknownFee { kind: "sky tax".into() };
    assert!(gaps(&app, None).iter().all(|gap| gap.kind != unknown));
    assert!(!text(app.get("/todo", &who)).contains("sky tax"));
    app.running.stop().unwrap();
}
