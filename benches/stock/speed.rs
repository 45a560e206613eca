//! Twenty thousand variants on four channels: a sale until it is in every outbox, everything
//! planned again, a million events folded.

use std::time::Instant as Watch;

use purser::base::{Clock, Instant};
use purser::connectors::contract::Reading;
use purser::store::Lane;
use purser::store::stock::ledger::fold_all;
use purser::store::stock::listings;
use purser::store::stock::variants::Mode;
use purser::sync::stock::turn::Outlet;

use crate::market::channel::{Channel, Habits};
use crate::market::hub::Hub;
use crate::page;

const VARIANTS: usize = 20_000;
const EVENTS: i64 = 1_000_000;
const SALES: i64 = 40;

pub fn print() {
    let clock = Clock::set_at(Instant::parse("2026-03-02T08:00:00Z").unwrap());
    let usual = Habits {
        compares: true,
        apply_s: (0, 0),
        visible_s: (0, 0),
        poll_s: 60,
        share: 250,
        lost: 0,
        restores: true,
    };
    let channels: Vec<Channel> =
        (0..4).map(|index| Channel::new(usual, (VARIANTS, index), &clock)).collect();
    let hub = Hub::new(clock.clone(), (&channels, VARIANTS), Mode::Mirror);
    hub.fill(EVENTS);
    hub.confirm_all();
    let goal = |name: &str, ms: f64, goal: &str| println!("{name:<42} {ms:>9.1} ms  goal {goal}");
    println!("{VARIANTS} variants on {} channels, {EVENTS} events", channels.len());

    let watch = Watch::now();
    let folded = hub.db.read(|reader| fold_all(reader.conn())).unwrap();
    goal("fold 1,000,000 events", ms(watch), "2,000 ms");
    assert_eq!(folded.len(), VARIANTS);

    hub.mark_all();
    let watch = Watch::now();
    hub.plan();
    goal("plan everything", ms(watch), "2,000 ms");
    let planned = hub.ask("select count(*) from pushes where state = 'planned'");
    println!("  {planned} numbers planned");

    let mut times = Vec::new();
    for number in 0..SALES {
        clock.advance_seconds(1);
        let item = (number as usize * 487) % VARIANTS;
        channels[0].state().live[item] = 10;
        assert!(channels[0].buy(item, 1, number + 1) > 0);
        let watch = Watch::now();
        hub.pull(0, &channels[0]);
        hub.plan();
        times.push(ms(watch));
    }
    times.sort_by(f64::total_cmp);
    goal("a sale until it is in every outbox, median", times[times.len() / 2], "1,000 ms");
    goal("  the slowest of 40", times[times.len() - 1], "1,000 ms");
    let reading = channels[0].read(&[]).unwrap();
    assert_eq!(reading, Vec::<Reading>::new());

    let folder = std::env::temp_dir().join(format!("purser-stock-pages-{}", std::process::id()));
    for (name, times) in page::measure(&hub, &folder) {
        goal(&format!("{name}, median"), times[times.len() / 2], "50 ms");
        goal("  99 of 100 within", times[times.len() * 99 / 100], "-");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

fn ms(watch: Watch) -> f64 {
    watch.elapsed().as_secs_f64() * 1_000.0
}

impl Hub {
    /// So many events, the same number of each variant, and one count in front.
    fn fill(&self, events: i64) {
        let filled = self.db.write_bulk(|tx| {
            let location = purser::store::stock::locations::find_usual_location(tx)?;
            let each = events / self.variants.len() as i64;
            for variant in &self.variants {
                for number in 0..each {
                    let first = number == 0;
                    let kind = if first { "counted" } else { "adjusted" };
                    let delta = (!first).then_some(if number % 2 == 0 { 3 } else { -2 });
                    tx.conn()
                        .prepare_cached(
                            "insert into stock_events (variant_id, location_id, kind, delta,
                                counted, key, occurred_at, recorded_at)
                             values (?, ?, ?, ?, ?, ?, ?, ?)",
                        )?
                        .execute(rusqlite::params![
                            variant,
                            location,
                            kind,
                            delta,
                            first.then_some(20),
                            format!("fill:{variant}:{number}"),
                            tx.now.0 + number,
                            tx.now,
                        ])?;
                }
            }
            let folded = fold_all(tx.conn())?;
            for (variant, place, _, on_hand) in folded {
                let (at, event) = on_hand.last.unwrap();
                tx.conn()
                    .prepare_cached(
                        "insert into on_hand (variant_id, location_id, lot_id, units, last_at,
                            last_event_id) values (?, ?, 0, ?, ?, ?)",
                    )?
                    .execute(rusqlite::params![variant, place, on_hand.units, at, event])?;
            }
            Ok(())
        });
        filled.unwrap();
    }

    /// As if every listing had been read just now.
    fn confirm_all(&self) {
        let confirmed = self.db.write_local(Lane::Interactive, |tx| {
            for (account, _) in &self.accounts {
                for listing in listings::list_listings(tx.conn(), *account)? {
                    listings::update_sellable(tx, listing.id, (5, 0), tx.now)?;
                }
            }
            Ok(())
        });
        confirmed.unwrap();
    }

    fn mark_all(&self) {
        let marked = self.db.write_local(Lane::Interactive, |tx| {
            for variant in &self.variants {
                purser::store::stock::variants::mark_dirty(tx, *variant)?;
            }
            Ok(())
        });
        marked.unwrap();
    }
}
