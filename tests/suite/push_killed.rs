//! Kill -9 of the real program at every call of a push, before the channel has taken it and after:
//! the next start ends in the same state as one that was never killed.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant as Watch};

use purser::base::Clock;
use purser::domain::stock::event::{Change, EventKind};
use purser::store::Lane;
use purser::store::stock::ledger::{NewEvent, append_event};
use purser::store::stock::{locations, variants};
use purser::store::users::Role;
use serde_json::json;

use crate::kit::app::{App, Folder};
use crate::kit::woo::{PATH, Standing, Trap, connect, wait_for};

/// A push asks at least so often: what is shown, what is written, what is shown then.
const CALLS_MIN: usize = 2;
/// Far past what the channel takes to show a number.
const LATER_S: i64 = 600;
/// What is settled in one round is planned in the next, and written in the one after.
const CALM_ROUNDS: u32 = 3;

/// An armed shop whose stock has been counted anew while all writing was stopped.
fn begin(standing: &Standing) -> App {
    let app = App::start_at(&Clock::System.now().to_string(), Folder::new(), "/", Vec::new());
    connect(&app, standing);
    let who = app.session_of(app.make_user("owner@example.test", Role::Owner, None));
    let post = |path: &str, form: &[(&str, &str)]| {
        assert_eq!(app.post(path, &who, form).status(), 303, "{path} {form:?}");
    };
    post(PATH, &[("do", "watch")]);
    wait_for(&app, "select count(*) from stock_channels where swept_at is not null");
    post(&format!("{PATH}/arm"), &[("truth", "lowest")]);
    app.settle();
    post("/channels", &[("do", "stop")]);
    let counted = app.running.state.db.write_local(Lane::Interactive, |tx| {
        for (sku, units) in [("MUG", 7), ("CUP", 12), ("POT", 1)] {
            let new = NewEvent {
                variant: variants::find_variant(tx.conn(), sku)?.unwrap(),
                location: locations::find_usual_location(tx)?,
                lot: None,
                kind: EventKind::Counted,
                change: Change::Count(units),
                reason: "",
                reference: "",
                key: &format!("counted:{sku}"),
                occurred_at: tx.now,
                unit_cost: None,
                order: None,
                action: None,
            };
            append_event(tx, &new)?;
        }
        Ok(())
    });
    counted.unwrap();
    app
}

/// One command of the real program; whether it came to its end.
fn push(folder: &Folder, standing: &Standing, trap: Option<(usize, bool)>) -> bool {
    let mut child = command(folder, &["push", "--json"]).spawn().unwrap();
    *standing.trap.lock().unwrap() =
        trap.map(|(after, takes_effect)| Trap { after, pid: child.id(), takes_effect });
    let status = child.wait().unwrap();
    standing.trap.lock().unwrap().take();
    status.success()
}

fn command(folder: &Folder, words: &[&str]) -> Command {
    let paths = folder.paths();
    let mut command = Command::new(env!("CARGO_BIN_EXE_purser"));
    command.args(words).env("PURSER_DATA", &paths.data).env("PURSER_CONFIG", &paths.config);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Lets the program go on until nothing is on its way; what the ledger and the channel are then.
fn end(folder: Folder, standing: &Standing) -> (BTreeMap<i64, i64>, Vec<i64>) {
    let app = App::start_at(&Clock::System.now().to_string(), folder, "/", Vec::new());
    let open = "select count(*) from pushes where state in ('planned', 'sent', 'accepted')";
    let unsure = "select count(*) from stock_listings where waiting is not null
        or sellable is not seen";
    let watch = Watch::now();
    let mut calm = 0;
    while calm < CALM_ROUNDS {
        // All orders are here, and there are none.
        let here = app.running.state.db.write_local(Lane::Interactive, |tx| {
            let sql = "update stock_channels set orders_asked_at = ?, orders_epoch = epoch";
            Ok(tx.conn().execute(sql, [tx.now.plus_seconds(LATER_S)])?)
        });
        assert_eq!(here.unwrap(), 1);
        app.command("push", &json!({}));
        app.settle();
        calm = if app.count(open) + app.count(unsure) == 0 { calm + 1 } else { 0 };
        assert!(watch.elapsed() < Duration::from_secs(60), "it does not end");
        app.clock.advance_seconds(LATER_S);
    }
    let found = [
        "select count(*) from stock_events",
        "select sum(units) from on_hand",
        "select sum(sellable) from stock_listings",
        "select count(*) from drifts where state in ('watched', 'open')",
        "select count(*) from stock_alerts where kind in ('drift', 'stopped', 'strict_off')",
        "select count(*) from stock_listings where stopped <> ''",
    ];
    let found = found.map(|sql| app.count(sql)).to_vec();
    let live = standing.live.lock().unwrap().clone();
    app.running.stop().unwrap();
    (live, found)
}

fn folder_of(app: App) -> Folder {
    let App { running, folder, .. } = app;
    running.stop().unwrap();
    assert!(command(&folder, &["push", "allow"]).status().unwrap().success());
    folder
}

#[test]
fn killed_at_any_call_of_a_push_it_ends_in_the_same_state() {
    let standing = Standing::open();
    let folder = folder_of(begin(&standing));
    assert!(push(&folder, &standing, None), "it was left alone");
    let wanted = end(folder, &standing);
    assert_eq!(wanted.0, BTreeMap::from([(1, 7), (2, 12), (3, 1)]));
    let mut killed = Vec::new();
    'calls: for after in 0.. {
        for takes_effect in [false, true] {
            let standing = Standing::open();
            let folder = folder_of(begin(&standing));
            if push(&folder, &standing, Some((after, takes_effect))) {
                break 'calls;
            }
            killed.push((after, takes_effect));
            assert_eq!(end(folder, &standing), wanted, "{after} {takes_effect}");
        }
    }
    assert!(killed.len() >= 2 * CALLS_MIN, "{killed:?}");
}
