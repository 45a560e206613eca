//! systemd: a unit that may do what serving needs and nothing else. The key comes as a credential;
//! the system's service has an account of its own that exists only while it runs.

use std::path::Path;

use super::{Action, Manager, STOP_S, Scope, Step, Unit, words};

pub struct Systemd;

const NAME: &str = "purser.service";
/// Without a sign of life for so long it is started anew.
const WATCHDOG_S: u32 = 120;

/// What an account without rights may ask for itself as well.
const EVERYWHERE: [&str; 14] = [
    "NoNewPrivileges=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "MemoryDenyWriteExecute=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    "SystemCallErrorNumber=EPERM",
    "UMask=0077",
    "LimitCORE=0",
    "KeyringMode=private",
];

/// What only the machine's own manager can give.
const SYSTEM: [&str; 22] = [
    "DynamicUser=yes",
    "StateDirectory=purser purser-settings",
    "StateDirectoryMode=0700",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "ProtectProc=invisible",
    "ProcSubset=pid",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "PrivateUsers=yes",
    "PrivateMounts=yes",
    "DevicePolicy=closed",
    "RemoveIPC=yes",
    "InaccessiblePaths=-/boot -/root",
];

impl Manager for Systemd {
    fn text(&self, unit: &Unit) -> String {
        let (program, key) = (quoted(&unit.program), specified(&unit.key_file));
        let (data, config) = (quoted(&unit.data), quoted(&unit.config));
        let (network, target, hardened): (&str, &str, Vec<&str>) = match unit.scope {
            Scope::System => (
                "After=network-online.target\nWants=network-online.target\n",
                "multi-user.target",
                EVERYWHERE.into_iter().chain(SYSTEM).collect(),
            ),
            Scope::User => ("", "default.target", EVERYWHERE.to_vec()),
        };
        format!(
            "[Unit]\n\
             Description=Purser, true profit and true stock\n\
             {network}\
             StartLimitIntervalSec=300\n\
             StartLimitBurst=5\n\
             \n\
             [Service]\n\
             Type=notify\n\
             NotifyAccess=main\n\
             ExecStart={program} serve --data {data} --config {config}\n\
             LoadCredential=purser.key:{key}\n\
             WatchdogSec={WATCHDOG_S}\n\
             Restart=on-failure\n\
             RestartSec=5\n\
             TimeoutStopSec={STOP_S}\n\
             {}\n\
             \n\
             [Install]\n\
             WantedBy={target}\n",
            hardened.join("\n")
        )
    }

    fn steps(&self, action: Action, unit: &Unit) -> Vec<Step> {
        let path = match unit.scope {
            Scope::System => Path::new("/etc/systemd/system").join(NAME),
            Scope::User => unit.home.join(".config/systemd/user").join(NAME),
        };
        let run = |rest: &[&str]| {
            let mut command = vec!["systemctl"];
            command.extend((unit.scope == Scope::User).then_some("--user"));
            command.extend(rest);
            words(&command)
        };
        match action {
            Action::Install => vec![
                Step::Write(path, self.text(unit)),
                Step::Run(run(&["daemon-reload"])),
                Step::Run(run(&["enable", "--now", NAME])),
            ],
            Action::Uninstall => vec![
                Step::Try(run(&["disable", "--now", NAME])),
                Step::Remove(path),
                Step::Run(run(&["daemon-reload"])),
            ],
            Action::Status => vec![Step::Try(run(&["status", "--no-pager", NAME]))],
            Action::Start => vec![Step::Run(run(&["start", NAME]))],
            Action::Stop => vec![Step::Run(run(&["stop", NAME]))],
        }
    }
}

/// As a word of a command line: quoted, and no sign of it read as one of systemd's own.
fn quoted(path: &Path) -> String {
    let text = specified(path).replace('\\', "\\\\").replace('"', "\\\"").replace('$', "$$");
    format!("\"{text}\"")
}

/// `%` begins a specifier everywhere in a unit.
fn specified(path: &Path) -> String {
    path.display().to_string().replace('%', "%%")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::app::service::example;

    fn lines(scope: Scope) -> Vec<String> {
        Systemd.text(&example(scope)).lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_unit_is_told_that_we_are_ready_watched_restarted_and_stopped_in_ten_seconds() {
        for (scope, target) in [
            (Scope::User, "WantedBy=default.target"),
            (Scope::System, "WantedBy=multi-user.target"),
        ] {
            let lines = lines(scope);
            for line in [
                "Type=notify",
                "WatchdogSec=120",
                "Restart=on-failure",
                "TimeoutStopSec=10",
                "NoNewPrivileges=yes",
                "SystemCallFilter=@system-service",
                "UMask=0077",
                "LimitCORE=0",
                target,
            ] {
                assert!(lines.iter().any(|one| one == line), "{line} in {scope:?}");
            }
        }
    }

    #[test]
    fn the_key_comes_as_a_credential_and_the_system_s_service_has_its_own_account() {
        let user = lines(Scope::User);
        let key = "LoadCredential=purser.key:/home/ann/.config/purser/purser.key";
        assert!(user.iter().any(|line| line == key), "{user:?}");
        assert!(!user.iter().any(|line| line.starts_with("DynamicUser")));
        let system = lines(Scope::System);
        for line in [
            "DynamicUser=yes",
            "ProtectSystem=strict",
            "CapabilityBoundingSet=",
            "LoadCredential=purser.key:/etc/purser/purser.key",
            "ExecStart=\"/usr/local/bin/purser\" serve --data \"/var/lib/purser\" --config \
             \"/var/lib/purser-settings\"",
        ] {
            assert!(system.iter().any(|one| one == line), "{line} in {system:?}");
        }
    }

    #[test]
    fn a_path_is_one_word_whatever_is_in_it() {
        let odd = PathBuf::from("/home/a b/50% \"x\" $HOME");
        assert_eq!(quoted(&odd), "\"/home/a b/50%% \\\"x\\\" $$HOME\"");
    }

    #[test]
    fn installing_writes_reloads_and_enables_and_uninstalling_leaves_the_data() {
        let unit = example(Scope::User);
        let steps = Systemd.steps(Action::Install, &unit);
        let path = PathBuf::from("/home/ann/.config/systemd/user/purser.service");
        assert_eq!(steps[0], Step::Write(path.clone(), Systemd.text(&unit)));
        assert_eq!(
            steps[2],
            Step::Run(words(&["systemctl", "--user", "enable", "--now", "purser.service"]))
        );
        let steps = Systemd.steps(Action::Uninstall, &unit);
        assert_eq!(steps[1], Step::Remove(path));
        let stop = Systemd.steps(Action::Stop, &example(Scope::System));
        assert_eq!(stop, [Step::Run(words(&["systemctl", "stop", "purser.service"]))]);
    }
}
