//! The page of all stock as a person gets it, from the real server over the shop of the bench.

use std::path::Path;
use std::time::Instant as Watch;

use crate::market::hub::Hub;
use crate::server::{Server, paths, sign_in};

const REQUESTS: usize = 200;
const WARM_UP: usize = 5;

/// Times of one page, asked another way each time, in ms.
pub fn measure(hub: &Hub, folder: &Path) -> Vec<(&'static str, Vec<f64>)> {
    let at = paths(folder);
    std::fs::create_dir_all(&at.data).unwrap();
    let database = at.database().display().to_string();
    // A reader of the program may not copy; the bench may.
    let copying = rusqlite::Connection::open(hub.db.path()).unwrap();
    copying.execute("vacuum into ?", [&database]).unwrap();
    drop(copying);
    let cookie = sign_in(folder);
    let server = Server::start_anywhere(folder);
    let agent = ureq::Agent::new_with_defaults();
    let pages: [(&str, &dyn Fn(usize) -> String); 4] = [
        ("stock page, one after the other", &|number| format!("stock?page={}", number + 1)),
        ("stock page, found by its SKU", &|number| format!("stock?q=sku-{:04}", number * 7)),
        ("listings page", &|number| format!("listings?page={}", number + 1)),
        ("one product", &|number| format!("stock/item?sku=SKU-{:04}", number * 11)),
    ];
    let mut all = Vec::new();
    for (name, ask) in pages {
        let mut times = Vec::new();
        for number in 0..WARM_UP + REQUESTS {
            let watch = Watch::now();
            let url = format!("{}{}", server.url, ask(number));
            let mut answer = agent.get(&url).header("Cookie", &cookie).call().unwrap();
            let body = answer.body_mut().read_to_string().unwrap();
            assert!(body.contains("SKU-"), "{url}");
            if number >= WARM_UP {
                times.push(watch.elapsed().as_secs_f64() * 1_000.0);
            }
        }
        times.sort_by(f64::total_cmp);
        all.push((name, times));
    }
    server.stop();
    all
}
