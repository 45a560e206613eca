//! Refused rows mended and tried again: on their page, all at once, and by command.

use super::{COSTS, Desk};
use crate::features::import::{owner, take_in};
use crate::kit::app::{App, As, header, text};

const HEADER: &str = "sku,valid_from,unit_cost,currency";

fn link_of(html: &str, start: &str) -> String {
    let at = html.find(start).unwrap_or_else(|| panic!("{start} is not in {html}"));
    html[at..].split('"').next().unwrap().to_owned()
}

/// An import of one good row and of `bad` ones.
fn take_costs(app: &App, who: &As, bad: &str) -> String {
    take_in(app, who, "costs.csv", &format!("{COSTS}{bad}"))
}

#[test]
fn a_refused_row_is_mended_on_its_page_and_the_count_follows() {
    let app = App::start();
    let who = owner(&app);
    let page = take_costs(&app, &who, "LAMP,soon,,EUR\nPOT,2026-01-01,x,EUR\n");
    assert_eq!(app.count("select refused from imports"), 2);
    let html = text(app.get(&page, &who));
    let row = link_of(&html, &format!("{page}/row/"));
    let html = text(app.get(&row, &who));
    for part in ["Row 3 of costs.csv", "value=\"LAMP\"", ">unit_cost<", ">currency<"] {
        assert!(html.contains(part), "{part}: {html}");
    }
    // The columns stand as they were kept: sku, valid_from, currency; then what is needed.
    let half = [("c0", "LAMP"), ("c1", "2026-02-01"), ("c2", "EUR"), ("c3", "many")];
    let answer = app.post(&row, &who, &half);
    assert_eq!(answer.status(), 422);
    let html = text(answer);
    assert!(html.contains("value=\"2026-02-01\"") && html.contains("value=\"many\""), "{html}");
    assert!(html.contains("field-error"), "the new reason stands at its column: {html}");
    assert_eq!(app.count("select count(*) from imports"), 1, "nothing was written");
    let whole = [("c0", "LAMP"), ("c1", "2026-02-01"), ("c2", "EUR"), ("c3", "9.50")];
    let answer = app.post(&row, &who, &whole);
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, page.clone()));
    app.settle();
    assert_eq!(app.count("select count(*) from costs where sku = 'LAMP'"), 1);
    assert_eq!(app.count("select refused from imports where parent_id is null"), 1);
    assert_eq!(app.count("select count(*) from refused_rows"), 1);
    let html = text(app.get(&page, &who));
    assert!(html.contains("Row 3 was taken in.") && html.contains("costs.csv, row 3 again"));
    assert_eq!(app.get(&row, &who).status(), 404, "it is gone");
    assert_eq!(std::fs::read_dir(app.folder.path().join("data/spool")).unwrap().count(), 0);
    app.running.stop().unwrap();
}

#[test]
fn a_record_is_mended_as_json() {
    let app = App::start();
    let who = owner(&app);
    let order = |price: &str| {
        format!(
            "{{\"id\":\"1\",\"created_at\":\"2026-03-02T10:00:00Z\",\"currency\":\"EUR\",\
             \"lines\":[{{\"id\":\"1\",\"quantity\":1,\"unit_price\":{price}}}]}}\n"
        )
    };
    let page = take_in(&app, &who, "orders.jsonl", &order("\"x\""));
    let html = text(app.get(&page, &who));
    let row = link_of(&html, &format!("{page}/row/"));
    let html = text(app.get(&row, &who));
    assert!(html.contains("<textarea") && html.contains("unit_price"), "{html}");
    let answer = app.post(&row, &who, &[("json", "{\"id\":")]);
    assert_eq!(answer.status(), 422);
    assert!(text(answer).contains("This is no JSON"));
    let pretty = order("\n\"12.00\"\n");
    assert_eq!(app.post(&row, &who, &[("json", &pretty)]).status(), 303);
    app.settle();
    assert_eq!(app.count("select count(*) from orders"), 1);
    assert_eq!(app.count("select refused from imports where parent_id is null"), 0);
    app.running.stop().unwrap();
}

#[test]
fn a_row_of_a_settlement_can_only_be_mended_in_its_file() {
    let app = App::start();
    let who = owner(&app);
    let good = include_str!("../../fixtures/amazon/v2-point.txt");
    let broken: Vec<&str> = good.lines().collect();
    let last = broken.len() - 2;
    let broken: Vec<&str> =
        broken.iter().enumerate().filter(|(at, _)| *at != last).map(|(_, line)| *line).collect();
    let page = take_in(&app, &who, "settlement.txt", &(broken.join("\n") + "\n"));
    let html = text(app.get(&page, &who));
    if app.count("select count(*) from refused_rows") == 0 {
        assert!(html.contains("was not taken in."), "{html}");
    } else {
        let row = link_of(&html, &format!("{page}/row/"));
        let html = text(app.get(&row, &who));
        assert!(html.contains("means nothing without its file") && !html.contains("<textarea"));
        assert_eq!(app.post(&row, &who, &[("c0", "1")]).status(), 303);
        assert_eq!(app.post(&format!("{page}/retry"), &who, &[]).status(), 409);
    }
    app.running.stop().unwrap();
}

#[test]
fn all_rows_are_tried_again_and_those_that_fail_keep_their_new_reason() {
    let desk = Desk::new();
    let path = desk.put("costs.csv", format!("{HEADER}\nA,soon,1,EUR\nB,later,2,EUR\n"));
    assert_eq!(desk.run(&["import", &path]).code, 3);
    // As if a newer version of the program, or something else that changed, could read one.
    mend_in_place(&desk, "update refused_rows set raw = replace(raw, 'later', '2026-01-01')");
    mend_in_place(&desk, "update refused_rows set reason = 'an older reason'");
    let done = desk.run(&["import", "retry", "1"]);
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.out.contains("costs.csv: costs, 1 taken in"), "{done:?}");
    assert!(done.err.contains("costs.csv, line 2, valid_from"), "{done:?}");
    assert!(!done.err.contains("an older reason"), "{done:?}");
    assert_eq!(desk.costs(), ["B 2"]);
    assert_eq!(desk.count("select refused from imports where id = 1"), 1);
    assert_eq!(desk.count("select count(*) from refused_rows where import_id = 1"), 1);
    assert_eq!(desk.count("select count(*) from refused_rows where import_id = 2"), 0);
    assert_eq!(desk.count("select parent_id from imports where id = 2"), 1);
    // It can be taken back by itself, and what was mended by it goes.
    assert_eq!(desk.run(&["import", "undo", "2"]).code, 0);
    assert_eq!(desk.count("select count(*) from costs"), 0);
    let none = desk.run(&["import", "retry", "7"]);
    assert_eq!((none.code, none.err.contains("no import 7")), (1, true), "{none:?}");
}

fn mend_in_place(desk: &Desk, sql: &str) {
    let conn = rusqlite::Connection::open(desk.folder.paths().database()).unwrap();
    conn.execute(sql, []).unwrap();
}
