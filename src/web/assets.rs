//! The files of `static/`, embedded. Their common hash stands in the URL, so they are kept by
//! the browser for good and replaced at once by a new release; modules find each other beside.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use ring::digest;

pub struct Asset {
    /// Its path under `static/`.
    pub path: &'static str,
    pub body: &'static [u8],
}

macro_rules! assets {
    ($($path:literal,)*) => {
        /// Every file of `static/`, in one list.
        pub static ALL: &[Asset] = &[$(Asset {
            path: $path,
            body: include_bytes!(concat!("../../static/", $path)),
        },)*];
    };
}

assets!(
    "css/base.css",
    "css/chart.css",
    "css/design.css",
    "css/door.css",
    "css/form.css",
    "css/layout.css",
    "css/parts.css",
    "css/report.css",
    "css/stock.css",
    "css/table.css",
    "css/vars.css",
    "css/whatif.css",
    "favicon.svg",
    "js/app.js",
    "js/drop.js",
    "js/keys.js",
    "js/popover.js",
    "js/progress.js",
    "js/queue.js",
    "js/rows.js",
    "js/scan.js",
    "js/sortable.js",
    "js/toast.js",
);

/// The sheets of a page, in the order in which they win.
pub const SHEETS: [&str; 10] = [
    "css/vars.css",
    "css/base.css",
    "css/layout.css",
    "css/parts.css",
    "css/table.css",
    "css/form.css",
    "css/chart.css",
    "css/report.css",
    "css/whatif.css",
    "css/stock.css",
];

/// Twelve hexadecimal digits over all names and bytes.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut context = digest::Context::new(&digest::SHA256);
    for asset in ALL {
        context.update(asset.path.as_bytes());
        context.update(&(asset.body.len() as u64).to_le_bytes());
        context.update(asset.body);
    }
    context.finish().as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

/// The address of a file, such as `/static/3f2a…/css/base.css`. `base` is the path under which
/// the program is served, without a slash at its end.
pub fn url(base: &str, path: &str) -> String {
    format!("{base}/static/{}/{path}", *HASH)
}

pub fn find(hash: &str, path: &str) -> Option<&'static Asset> {
    (hash == *HASH).then(|| ALL.iter().find(|asset| asset.path == path)).flatten()
}

/// Answers `/static/{hash}/{path}`. A hash of another release is not found, because a file
/// under a name that is kept for good must never change.
pub fn answer(hash: &str, path: &str) -> HttpResponse {
    match find(hash, path) {
        Some(asset) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, media(asset.path)))
            .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .body(asset.body),
        None => HttpResponse::NotFound().finish(),
    }
}

fn media(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn list(folder: &Path, root: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                list(&path, root, found);
            } else {
                found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_in_the_list() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
        let mut found = Vec::new();
        list(&root, &root, &mut found);
        found.sort();
        let listed: Vec<&str> = ALL.iter().map(|asset| asset.path).collect();
        assert_eq!(listed, found, "the list in web/assets.rs, sorted, and the folder differ");
    }

    #[test]
    fn a_file_is_found_under_its_hash_only_and_kept_for_good() {
        let path = url("", "css/base.css");
        let hash = path.split('/').nth(2).unwrap();
        let answer = super::answer(hash, "css/base.css");
        assert_eq!(answer.status(), 200);
        assert!(answer.headers().get("cache-control").unwrap().to_str().unwrap().contains("immut"));
        assert_eq!(super::answer("000000000000", "css/base.css").status(), 404);
        assert_eq!(super::answer(hash, "../Cargo.toml").status(), 404);
    }

    #[test]
    fn no_sheet_shouts_and_no_file_asks_another_host() {
        for asset in ALL {
            let text = std::str::from_utf8(asset.body).unwrap();
            assert!(!text.contains("!important"), "{}", asset.path);
            let foreign = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!foreign.contains("://"), "{} names an address", asset.path);
            assert!(!text.contains("innerHTML"), "{}", asset.path);
        }
    }

    #[test]
    fn every_file_has_a_media_type_of_its_own() {
        for asset in ALL {
            assert_ne!(media(asset.path), "application/octet-stream", "{}", asset.path);
        }
    }
}
