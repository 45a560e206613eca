//! Windows' service control manager. The steps are commands and looked at as text; how the program
//! answers the manager is in `under_manager`, built only there and not run here.

use super::{Action, Manager, Scope, Step, Unit, words};

pub struct Windows;

const NAME: &str = "purser";

impl Manager for Windows {
    fn text(&self, unit: &Unit) -> String {
        // The manager reads one line; a path with a space is quoted.
        format!(
            "\"{}\" serve --data \"{}\" --config \"{}\"",
            unit.program.display(),
            unit.data.display(),
            unit.config.display()
        )
    }

    fn steps(&self, action: Action, unit: &Unit) -> Vec<Step> {
        let line = self.text(unit);
        let sc = |rest: &[&str]| {
            let mut command = vec!["sc.exe"];
            command.extend(rest);
            words(&command)
        };
        // A service is the machine's; for one account it waits until somebody starts it.
        let start = if unit.scope == Scope::System { "delayed-auto" } else { "demand" };
        match action {
            Action::Install => vec![
                Step::Run(sc(&[
                    "create",
                    NAME,
                    "binPath=",
                    &line,
                    "start=",
                    start,
                    "obj=",
                    "NT SERVICE\\purser",
                    "DisplayName=",
                    "Purser",
                ])),
                Step::Run(sc(&["sidtype", NAME, "unrestricted"])),
                Step::Run(sc(&[
                    "failure",
                    NAME,
                    "reset=",
                    "300",
                    "actions=",
                    "restart/5000/restart/5000//",
                ])),
                Step::Run(sc(&["start", NAME])),
            ],
            Action::Uninstall => {
                vec![Step::Try(sc(&["stop", NAME])), Step::Run(sc(&["delete", NAME]))]
            }
            Action::Status => vec![Step::Try(sc(&["query", NAME]))],
            Action::Start => vec![Step::Run(sc(&["start", NAME]))],
            Action::Stop => vec![Step::Run(sc(&["stop", NAME]))],
        }
    }
}

/// Serves as the service manager asks, where it started us. `false` where a person did.
#[cfg(windows)]
pub mod under_manager {
    // The entry point is called by the manager, from C.
    #![allow(unsafe_code)]

    use std::ffi::OsString;
    use std::sync::mpsc::{Receiver, channel};
    use std::sync::{Mutex, OnceLock};
    use std::time::Duration;

    use windows_service::service::{
        ServiceControl, ServiceControlAccept, ServiceExitCode, ServiceState, ServiceStatus,
        ServiceType,
    };
    use windows_service::service_control_handler::{self, ServiceControlHandlerResult};
    use windows_service::{define_windows_service, service_dispatcher};

    use super::NAME;

    type Serve = Box<dyn FnOnce(Receiver<()>) -> bool + Send>;

    static SERVE: OnceLock<Mutex<Option<Serve>>> = OnceLock::new();

    define_windows_service!(entry, main);

    /// `serve` runs until it is told to stop, and says whether it ended well.
    pub fn run(serve: Serve) -> bool {
        let _ = SERVE.set(Mutex::new(Some(serve)));
        service_dispatcher::start(NAME, entry).is_ok()
    }

    fn main(_arguments: Vec<OsString>) {
        let (stop, stopped) = channel();
        let stop = Mutex::new(stop);
        let handle = service_control_handler::register(NAME, move |asked| match asked {
            ServiceControl::Stop | ServiceControl::Shutdown => {
                let _ = stop.lock().map(|stop| stop.send(()));
                ServiceControlHandlerResult::NoError
            }
            ServiceControl::Interrogate => ServiceControlHandlerResult::NoError,
            _ => ServiceControlHandlerResult::NotImplemented,
        });
        let Ok(handle) = handle else { return };
        let status = |state, accepted, code| ServiceStatus {
            service_type: ServiceType::OWN_PROCESS,
            current_state: state,
            controls_accepted: accepted,
            exit_code: ServiceExitCode::Win32(code),
            checkpoint: 0,
            wait_hint: Duration::from_secs(10),
            process_id: None,
        };
        let accepted = ServiceControlAccept::STOP | ServiceControlAccept::SHUTDOWN;
        let _ = handle.set_service_status(status(ServiceState::Running, accepted, 0));
        let serve = SERVE.get().and_then(|held| held.lock().ok()?.take());
        let is_well = serve.is_some_and(|serve| serve(stopped));
        let none = ServiceControlAccept::empty();
        let code = u32::from(!is_well);
        let _ = handle.set_service_status(status(ServiceState::Stopped, none, code));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::service::example;

    #[test]
    fn it_runs_as_an_account_of_its_own_and_again_after_a_crash() {
        let unit = example(Scope::System);
        let steps = Windows.steps(Action::Install, &unit);
        let told: Vec<String> = steps
            .iter()
            .map(|step| match step {
                Step::Run(words) => words.join(" "),
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(told[0].starts_with("sc.exe create purser binPath= \""), "{}", told[0]);
        assert!(told[0].contains("start= delayed-auto obj= NT SERVICE\\purser"), "{}", told[0]);
        assert!(told[2].contains("actions= restart/5000/restart/5000//"), "{}", told[2]);
        assert_eq!(told[3], "sc.exe start purser");
    }
}
