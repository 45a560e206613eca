//! The frame of every page: skip link, navigation, strip, page, toast, and on a phone a bar of
//! five. The navigation is handed in, because this floor knows no page.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::assets;
use crate::web::format::Locale;
use crate::web::notice::{Notice, Toast};
use crate::web::strip::Strip;
use crate::web::words::{Word, network, say};

/// Pages that a phone's bar of five can hold besides "More".
const BAR_MAX: usize = 4;

#[derive(Clone, Debug, Default)]
pub struct NavItem {
    pub label: String,
    pub href: String,
    pub slug: String,
    /// A count of what needs a person, formatted; with it `need you` is said.
    pub badge: Option<String>,
    /// The letter after `g` that leads here.
    pub key: Option<char>,
}

/// The mark of a section in the bar of a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    House,
    Lines,
    Box,
    Plug,
}

impl Icon {
    fn name(self) -> &'static str {
        match self {
            Self::House => "house",
            Self::Lines => "lines",
            Self::Box => "box",
            Self::Plug => "plug",
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct NavSection {
    /// Without a label the items stand alone.
    pub label: Option<String>,
    /// With it the section stands in the bar of a phone.
    pub icon: Option<Icon>,
    pub items: Vec<NavItem>,
}

impl NavSection {
    fn holds(&self, slug: &str) -> bool {
        self.items.iter().any(|item| item.slug == slug)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark].into_iter().find(|theme| theme.name() == name)
    }
}

/// What a page's template finds under `frame`.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    pub title: String,
    pub locale: Locale,
    pub theme: Theme,
    /// The path under which the program is served, without a slash at its end.
    pub base: String,
    pub organisation: String,
    pub nav: Vec<NavSection>,
    /// The slug of this page.
    pub current: String,
    pub strip: Option<Strip>,
    /// Said on every page, so that nobody forgets it.
    pub is_in_network: bool,
    pub toast: Option<Toast>,
    /// What holds on every page, such as that the disk is nearly full.
    pub notice: Option<Notice>,
    /// Where a page that waits for something goes by itself after a moment, without script.
    pub refresh: Option<String>,
    /// Off where the reader switched the shortcuts off.
    pub shortcuts: bool,
}

impl Frame {
    pub fn page_title(&self) -> String {
        say::page_title(&self.title)
    }

    pub fn sheets(&self) -> Vec<String> {
        assets::SHEETS.iter().map(|path| self.asset(path)).collect()
    }

    pub fn asset(&self, path: &str) -> String {
        assets::url(&self.base, path)
    }

    pub fn theme_name(&self) -> Option<&'static str> {
        (self.theme != Theme::System).then(|| self.theme.name())
    }

    pub fn nav_list(&self) -> NavList<'_> {
        NavList { sections: &self.nav, current: &self.current }
    }

    /// What is said over every page while others in the network can reach us.
    pub fn banner(&self) -> Option<&'static str> {
        self.is_in_network.then_some(network::BANNER)
    }

    /// The sections of the bar, each leading to its first page.
    pub fn bar(&self) -> Vec<BarItem<'_>> {
        let mut bar: Vec<BarItem<'_>> = Vec::with_capacity(BAR_MAX);
        for section in &self.nav {
            if bar.len() < BAR_MAX {
                bar.extend(bar_item(section, &self.current));
            }
        }
        bar
    }

    /// Period, stores and basis, for the head of a printed page.
    pub fn print_line(&self) -> String {
        let Some(strip) = &self.strip else { return String::new() };
        let period = strip.period.as_ref().map(|period| period.label.clone());
        let stores = strip.stores.as_ref().map(|stores| stores.label.clone());
        let basis = strip.basis.as_ref().and_then(|basis| {
            basis.choices.iter().find(|choice| choice.chosen).map(|choice| choice.label.clone())
        });
        let parts: Vec<String> = [period, stores, basis].into_iter().flatten().collect();
        parts.join(" · ")
    }

    /// Pages that have a letter.
    pub fn keyed(&self) -> Vec<&NavItem> {
        let items = self.nav.iter().flat_map(|section| &section.items);
        items.filter(|item| item.key.is_some()).collect()
    }
}

/// One place of the bar of a phone.
pub struct BarItem<'a> {
    pub label: String,
    pub href: &'a str,
    pub icon: &'static str,
    pub here: bool,
}

fn bar_item<'a>(section: &'a NavSection, current: &str) -> Option<BarItem<'a>> {
    let (icon, first) = (section.icon?, section.items.first()?);
    let label = section.label.clone().unwrap_or_else(|| first.label.clone());
    Some(BarItem { label, href: &first.href, icon: icon.name(), here: section.holds(current) })
}

#[derive(Template)]
#[template(path = "_nav.html")]
pub struct NavList<'a> {
    sections: &'a [NavSection],
    current: &'a str,
}

impl HtmlSafe for NavList<'_> {}

/// A page that is nothing but its frame and one part, such as an error or a question.
#[derive(Template)]
#[template(path = "_plain.html")]
pub struct Plain<P: HtmlSafe> {
    pub frame: Frame,
    pub part: P,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::notice::Empty;

    fn frame() -> Frame {
        let item = |slug: &str, key| NavItem {
            label: slug.to_owned(),
            href: format!("/{slug}"),
            slug: slug.to_owned(),
            badge: (slug == "stock").then(|| "7".to_owned()),
            key,
        };
        Frame {
            title: "Orders <1>".into(),
            organisation: "Hollow & Pine".into(),
            current: "stock".into(),
            nav: vec![
                NavSection {
                    icon: Some(Icon::House),
                    items: vec![item("home", Some('o'))],
                    label: None,
                },
                NavSection {
                    label: Some("Stock".into()),
                    icon: Some(Icon::Box),
                    items: vec![item("stock", None)],
                },
            ],
            refresh: None,
            shortcuts: true,
            ..Frame::default()
        }
    }

    fn html(frame: Frame) -> String {
        Plain { frame, part: Empty::default() }.render().unwrap()
    }

    #[test]
    fn the_frame_leads_past_the_navigation_and_names_where_one_is() {
        let html = html(frame());
        assert!(html.contains(r##"href="#page""##) && html.contains(r#"id="page""#), "{html}");
        assert!(html.contains(r#"aria-current="page""#), "{html}");
        assert!(html.contains("7 need you"), "{html}");
    }

    #[test]
    fn a_page_holds_no_inline_script_style_or_handler() {
        let html = html(frame());
        assert!(!html.contains("style="), "{html}");
        assert!(!html.contains("<style"), "{html}");
        assert!(!html.contains(" on"), "no handler: {html}");
        let scripts: Vec<&str> = html.split("<script").skip(1).collect();
        assert!(scripts.iter().all(|script| script.contains("src=") && script.contains("></scr")));
    }

    #[test]
    fn the_theme_is_the_systems_unless_it_is_set() {
        assert!(!html(frame()).contains("data-theme"));
        let dark = Frame { theme: Theme::Dark, ..frame() };
        assert!(html(dark).contains(r#"data-theme="dark""#));
    }
}
