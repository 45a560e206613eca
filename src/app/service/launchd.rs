//! launchd, on macOS. Written as text and looked at as text; not run here.

use std::path::{Path, PathBuf};

use super::{Action, Manager, STOP_S, Scope, Step, Unit, words};

pub struct Launchd;

const LABEL: &str = "app.purser.purser";

impl Manager for Launchd {
    fn text(&self, unit: &Unit) -> String {
        let arguments = [
            unit.program.display().to_string(),
            "serve".to_owned(),
            "--data".to_owned(),
            unit.data.display().to_string(),
            "--config".to_owned(),
            unit.config.display().to_string(),
        ];
        let arguments: String =
            arguments.iter().map(|one| format!("    <string>{}</string>\n", escape(one))).collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
             \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
             <plist version=\"1.0\">\n<dict>\n\
             \x20 <key>Label</key>\n  <string>{LABEL}</string>\n\
             \x20 <key>ProgramArguments</key>\n  <array>\n{arguments}  </array>\n\
             \x20 <key>RunAtLoad</key>\n  <true/>\n\
             \x20 <key>KeepAlive</key>\n  <dict>\n\
             \x20   <key>SuccessfulExit</key>\n    <false/>\n  </dict>\n\
             \x20 <key>ThrottleInterval</key>\n  <integer>10</integer>\n\
             \x20 <key>ExitTimeOut</key>\n  <integer>{STOP_S}</integer>\n\
             \x20 <key>ProcessType</key>\n  <string>Background</string>\n\
             \x20 <key>Umask</key>\n  <integer>63</integer>\n\
             </dict>\n</plist>\n"
        )
    }

    fn steps(&self, action: Action, unit: &Unit) -> Vec<Step> {
        let (path, domain) = (path_of(unit), domain_of(unit));
        let plist = path.display().to_string();
        let target = format!("{domain}/{LABEL}");
        let run = |rest: &[&str]| {
            let mut command = vec!["launchctl"];
            command.extend(rest);
            words(&command)
        };
        match action {
            Action::Install => vec![
                Step::Try(run(&["bootout", &target])),
                Step::Write(path, self.text(unit)),
                Step::Run(run(&["bootstrap", &domain, &plist])),
            ],
            Action::Uninstall => vec![Step::Try(run(&["bootout", &target])), Step::Remove(path)],
            Action::Status => vec![Step::Try(run(&["print", &target]))],
            Action::Start => vec![
                Step::Try(run(&["bootstrap", &domain, &plist])),
                Step::Run(run(&["kickstart", &target])),
            ],
            // Out of its domain, or it would be started again.
            Action::Stop => vec![Step::Run(run(&["bootout", &target]))],
        }
    }
}

fn path_of(unit: &Unit) -> PathBuf {
    let folder = match unit.scope {
        Scope::User => unit.home.join("Library/LaunchAgents"),
        Scope::System => Path::new("/Library/LaunchDaemons").to_owned(),
    };
    folder.join(format!("{LABEL}.plist"))
}

fn domain_of(unit: &Unit) -> String {
    match unit.scope {
        Scope::User => format!("gui/{}", unit.account),
        Scope::System => "system".to_owned(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::service::example;

    #[test]
    fn a_plist_is_started_at_load_and_again_only_after_a_crash() {
        let mut unit = example(Scope::User);
        unit.data = PathBuf::from("/Users/ann/R&D");
        let text = Launchd.text(&unit);
        let after = |key: &str| {
            let rest = text.split(&format!("<key>{key}</key>")).nth(1).unwrap();
            rest.split_whitespace().take(4).collect::<String>()
        };
        assert!(after("Label").starts_with("<string>app.purser.purser</string>"));
        assert!(after("RunAtLoad").starts_with("<true/>"));
        assert!(after("SuccessfulExit").starts_with("<false/>"));
        assert!(after("ExitTimeOut").starts_with("<integer>10</integer>"));
        // 63 is 077: nobody else reads what is made.
        assert!(after("Umask").starts_with("<integer>63</integer>"));
        assert!(text.contains("<string>/Users/ann/R&amp;D</string>"));
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Eof => break,
                _ => continue,
            }
        }
    }

    #[test]
    fn it_goes_to_the_agents_of_the_account_or_the_daemons_of_the_machine() {
        let unit = example(Scope::User);
        let path = PathBuf::from("/home/ann/Library/LaunchAgents/app.purser.purser.plist");
        let steps = Launchd.steps(Action::Install, &unit);
        assert_eq!(steps[1], Step::Write(path.clone(), Launchd.text(&unit)));
        let plist = path.display().to_string();
        let command = words(&["launchctl", "bootstrap", "gui/1000", &plist]);
        assert_eq!(steps[2], Step::Run(command));
        let steps = Launchd.steps(Action::Stop, &example(Scope::System));
        let command = words(&["launchctl", "bootout", "system/app.purser.purser"]);
        assert_eq!(steps, [Step::Run(command)]);
    }
}
