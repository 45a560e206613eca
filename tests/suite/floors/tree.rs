//! The rules that look at the repository as a whole: lists, folders of the same name, templates,
//! migrations.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::find_write;

pub type Repository = BTreeMap<String, String>;
pub type Rule = fn(&Repository) -> Vec<String>;

pub const OF_THE_TREE: [(&str, Rule); 6] = [
    ("every connector is listed, mapped and tested", connectors_are_whole),
    ("every feature is listed", features_are_listed),
    ("every folder of templates has a feature", templates_have_a_feature),
    ("templates trust no markup", templates_trust_no_markup),
    ("migrations alone make tables, strict ones", tables_are_strict),
    ("nothing names a place of one machine", no_place_of_one_machine),
];

/// No channels, although they stand among them.
const KIT: [&str; 2] = ["kit", "tests"];

/// The slices of both rims, by their folders.
pub struct House {
    pub connectors: BTreeSet<String>,
    pub features: BTreeSet<String>,
}

impl House {
    pub fn of(repository: &Repository) -> Self {
        let mut connectors = list_folders(repository, "src/connectors/");
        connectors.retain(|name| !KIT.contains(&name.as_str()));
        Self { connectors, features: list_folders(repository, "src/features/") }
    }
}

fn list_folders(repository: &Repository, parent: &str) -> BTreeSet<String> {
    let inside = repository.keys().filter_map(|path| path.strip_prefix(parent));
    inside.filter_map(|path| Some(path.split_once('/')?.0.to_owned())).collect()
}

fn text_of<'a>(repository: &'a Repository, path: &str) -> &'a str {
    repository.get(path).map_or("", String::as_str)
}

fn is_listed(list: &str, slug: &str, entry: &str) -> bool {
    list.contains(&format!("mod {slug};")) && list.contains(&format!("&{slug}::{entry}"))
}

fn connectors_are_whole(repository: &Repository) -> Vec<String> {
    let list = text_of(repository, "src/connectors/mod.rs");
    let mut strays = Vec::new();
    for slug in House::of(repository).connectors {
        if !is_listed(list, &slug, "CONNECTOR") {
            strays.push(format!("{slug} is not in src/connectors/mod.rs"));
        }
        if text_of(repository, &format!("src/connectors/{slug}/MAPPING.md")).len() < 200 {
            strays.push(format!("{slug} has no MAPPING.md that says something"));
        }
        let places = [
            format!("tests/fixtures/{slug}/"),
            format!("tests/suite/connectors/{slug}"),
            format!("src/connectors/{slug}/tests"),
        ];
        let in_folder = format!("src/connectors/{slug}/");
        let is_tested = repository.iter().any(|(path, text)| {
            places.iter().any(|place| path.starts_with(place))
                || path.starts_with(&in_folder) && text.contains("#[test]")
        });
        if !is_tested {
            strays.push(format!("{slug} has neither fixtures nor tests of its name"));
        }
    }
    strays
}

fn features_are_listed(repository: &Repository) -> Vec<String> {
    let list = text_of(repository, "src/features/mod.rs");
    let slugs = House::of(repository).features.into_iter();
    slugs.filter(|slug| !is_listed(list, slug, "FEATURE")).collect()
}

fn templates_have_a_feature(repository: &Repository) -> Vec<String> {
    let features = House::of(repository).features;
    let folders = list_folders(repository, "templates/").into_iter();
    folders.filter(|folder| !features.contains(folder)).collect()
}

fn templates_trust_no_markup(repository: &Repository) -> Vec<String> {
    let templates = repository.iter().filter(|(path, _)| path.starts_with("templates/"));
    let trusts = templates.filter(|(_, text)| text.replace(' ', "").contains("|safe"));
    trusts.map(|(path, _)| path.clone()).collect()
}

fn tables_are_strict(repository: &Repository) -> Vec<String> {
    let mut strays = Vec::new();
    for (path, text) in repository.iter().filter(|(path, _)| path.ends_with(".sql")) {
        let lines = text.lines().map(|line| line.split("--").next().unwrap_or_default());
        let sql = lines.collect::<Vec<_>>().join("\n").to_lowercase();
        if !path.starts_with("migrations/") {
            strays.extend(find_write(&sql).map(|verb| format!("{path}: {verb}")));
            continue;
        }
        for statement in sql.split(';').filter(|statement| statement.contains("create table")) {
            let options = statement.rsplit(')').next().unwrap_or_default();
            if !options.split([',', ' ', '\n']).any(|option| option == "strict") {
                let name = statement.split_once("create table").map_or("", |(_, name)| name);
                let name = name.split('(').next().unwrap_or_default().trim();
                strays.push(format!("{path}: {name} is not strict"));
            }
        }
    }
    strays
}

fn no_place_of_one_machine(repository: &Repository) -> Vec<String> {
    // Put together, so that this file is not one of them.
    let places = [["/wo", "rk/"], ["/ro", "ot/"], ["/tm", "p/purser"]];
    let places = places.map(|parts| parts.concat());
    let names_one = |text: &str| places.iter().any(|place| text.contains(place.as_str()));
    let found = repository.iter().filter(|(_, text)| names_one(text));
    found.map(|(path, _)| path.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: Rule, files: &[(&str, &str)], expected: usize) {
        let repository =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let found = rule(&repository);
        assert_eq!(found.len(), expected, "{files:?}: {found:?}");
    }

    #[test]
    fn half_a_connector_is_found() {
        let rule = connectors_are_whole;
        let mapping = "| theirs | ours |".repeat(20);
        let list = ("src/connectors/mod.rs", "mod etsy;\nALL = &[&etsy::CONNECTOR];");
        let code = ("src/connectors/etsy/mod.rs", "");
        let map = ("src/connectors/etsy/MAPPING.md", mapping.as_str());
        let sample = ("tests/fixtures/etsy/orders.csv", "");
        check(rule, &[list, code, map, sample], 0);
        check(rule, &[code, map, sample], 1);
        check(rule, &[list, code, sample], 1);
        check(rule, &[list, code, map], 1);
        check(rule, &[("src/connectors/mod.rs", "mod etsy;"), code, map, sample], 1);
    }

    #[test]
    fn half_a_feature_and_orphaned_templates_are_found() {
        let list = ("src/features/mod.rs", "mod ads;\nALL = &[&ads::FEATURE];");
        let code = ("src/features/ads/page.rs", "");
        check(features_are_listed, &[list, code], 0);
        check(features_are_listed, &[("src/features/mod.rs", "mod ads;"), code], 1);
        check(templates_have_a_feature, &[code, ("templates/ads/page.html", "")], 0);
        check(templates_have_a_feature, &[code, ("templates/_nav.html", "")], 0);
        check(templates_have_a_feature, &[code, ("templates/adds/page.html", "")], 1);
        check(templates_trust_no_markup, &[("templates/a.html", "{{ name }} safe")], 0);
        check(templates_trust_no_markup, &[("templates/a.html", "{{ name | safe }}")], 1);
    }

    #[test]
    fn loose_tables_writing_queries_and_places_are_found() {
        let rule = tables_are_strict;
        check(rule, &[("migrations/V1__a.sql", "create table a (b text) strict;")], 0);
        let two = "CREATE TABLE a (b TEXT);\nCREATE TABLE c (d TEXT) STRICT, WITHOUT ROWID;";
        check(rule, &[("migrations/V1__a.sql", two)], 1);
        check(rule, &[("migrations/V1__a.sql", "-- create table a (b);")], 0);
        check(rule, &[("src/features/ads/lines.sql", "select a from b")], 0);
        check(rule, &[("src/features/ads/lines.sql", "delete from b")], 1);
        let place = ["see /wo", "rk/notes"].concat();
        check(no_place_of_one_machine, &[("README.md", &place)], 1);
        check(no_place_of_one_machine, &[("README.md", "see homework/")], 0);
    }
}
